"""Compile a rule, once: the same plain function runs watched (Mesa) and fast (Numba).

A rule is written once, in scalar Python. ``compiled(rule)`` returns the machine-code twin; with
``TANGO_PLAIN=1`` in the environment it returns the rule itself, so a debugger can step into it.

Why not ``fastmath`` or ``np.exp``: both change last bits, and the twins must agree bit for bit.
Division is the processor's own (``error_model``): asking before each whether the divisor is 0 keeps
loops from running several worlds of arithmetic at a time. A rule never divides by 0; plain Python,
which would say so, runs the same rules in the tests.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from numba import njit
from numba.extending import register_jitable

from sim.keeping import keep
from sim.linking import EntryCompiler, PartCompiler

F = TypeVar("F", bound=Callable[..., Any])

rule = register_jitable(
    pipeline_class=PartCompiler, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""Marks a plain function that compiled code may call. Without the wrappers for callers from Python
or C, which only a compiled twin needs, a round compiles in much less time."""


@cache
def compiled(rule: F) -> F:
    """Return the compiled twin of a plain scalar rule."""
    if os.environ.get("TANGO_PLAIN") == "1":
        return rule
    twin = njit(rule, error_model="numpy", pipeline_class=EntryCompiler)
    keep(twin, rule)
    return twin  # type: ignore[no-any-return]
