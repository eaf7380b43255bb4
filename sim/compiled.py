"""Compile a rule, once: the same plain function runs watched (Mesa) and fast (Numba).

A rule is written once, in scalar Python. ``compiled(rule)`` returns the machine-code twin; with
``TANGO_PLAIN=1`` in the environment it returns the rule itself, so a debugger can step into it.

Why not ``fastmath`` or ``np.exp``: both change last bits, and the twins must agree bit for bit.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


@cache
def compiled(rule: F) -> F:
    """Return the compiled twin of a plain scalar rule."""
    if os.environ.get("TANGO_PLAIN") == "1":
        return rule
    twin: F = njit(rule, cache=True)
    return twin
