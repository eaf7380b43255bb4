"""Copies of cases to spoil, and the faults that follow."""

import shutil

import pytest
import yaml

from sim.case import check_case, default_root, load_case
from sim.errors import BadInput

UKRAINE = default_root() / "ukraine_2025"
CAMP_DAVID = default_root() / "camp_david"


def copy_of_camp_david(folder):
    """Copy the small case: tables in a folder, which is returned, and its YAML beside."""
    shutil.copy(CAMP_DAVID.with_suffix(".yaml"), folder)
    return shutil.copytree(CAMP_DAVID, folder / "camp_david")


def rewrite(path, old, new, count=1):
    """Replace a text in a file; it must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def faults(path):
    with pytest.raises(BadInput) as caught:
        check_case(path)
    return caught.value.faults


def mapping(name="camp_david"):
    """Return a case as a composed configuration would hand it over."""
    content = yaml.safe_load((default_root() / f"{name}.yaml").read_text(encoding="utf-8"))
    return {**content, "dir": None, "later": None}


def refuse(changed):
    with pytest.raises(BadInput) as caught:
        load_case(changed)
    return caught.value.faults
