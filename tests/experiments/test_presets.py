"""Every preset, small, in this process: it runs, and keeps its promises."""

from importlib.util import find_spec

import pytest

from experiments import verify


@pytest.mark.parametrize("name", verify.presets())
def test_a_preset_keeps_its_promises_at_smoke_level(name, capfd):
    assert verify.verify_preset(name) == 0
    said = capfd.readouterr().out.splitlines()[-1]
    without = name == "calibrate" and find_spec("numpyro") is None
    assert said.endswith("  not run: needs an extra that is not installed" if without else "  ok")
