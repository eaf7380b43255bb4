"""A rule, traced: the same plain function over whole arrays, of NumPy or of JAX.

A rule (:mod:`sim.compiled`) is scalar Python with ``math``. The likelihood needs it for every row
of the record at once, and its gradient; ``traced(rule, xp)`` rebuilds the function with ``math``,
``min``, ``max`` and the rules it calls taken from an array library, so there is still one source of
every formula. A rule that branches on one of its *array* arguments cannot be traced.
"""

import types
from collections.abc import Callable
from functools import cache
from typing import Any


class _Math:
    """The part of :mod:`math` that rules use, over arrays."""

    def __init__(self, xp: Any) -> None:
        self.exp, self.log, self.pow = xp.exp, xp.log, xp.power
        self.floor, self.sqrt = xp.floor, xp.sqrt


@cache
def traced(rule: Callable[..., Any], xp: Any) -> Callable[..., Any]:
    """Return the twin of a rule that works on arrays of ``xp`` (``numpy`` or ``jax.numpy``)."""
    known = dict(rule.__globals__) | {"math": _Math(xp), "min": xp.minimum, "max": xp.maximum}
    for name in rule.__code__.co_names:
        part = rule.__globals__.get(name)
        if isinstance(part, types.FunctionType):
            known[name] = traced(part, xp)
    return types.FunctionType(rule.__code__, known, rule.__name__, rule.__defaults__)
