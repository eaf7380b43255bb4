"""Every preset, small, in this process: it runs, and keeps its promises."""

import pytest

from experiments import verify


@pytest.mark.parametrize("name", verify.presets())
def test_a_preset_keeps_its_promises_at_smoke_level(name, capfd):
    assert verify.verify_preset(name) == 0
    assert capfd.readouterr().out.splitlines()[-1].endswith("  ok")
