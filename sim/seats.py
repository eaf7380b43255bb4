"""Negotiators behind their names: find a rule, compile it, fall back to plain Python."""

import importlib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from numba.core.errors import NumbaError, UnsupportedBytecodeError

from sim.compiled import compiled
from sim.errors import BadInput, Fault, nearest

Rule = Callable[..., Any]


@cache
def find_rule(dotted: str) -> Rule:
    """Return the function behind ``module:function``.

    Raises
    ------
    BadInput
        If the module or the function does not exist.
    """
    module_name, _, function = dotted.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise BadInput((Fault(f"rule {dotted}", str(error), "an importable module"),)) from error
    rule = getattr(module, function, None)
    if not callable(rule):
        names = [name for name, value in vars(module).items() if inspect.isfunction(value)]
        near = nearest(function, names)
        raise BadInput((Fault(f"rule {dotted}", function, f"a function of {module_name}", near),))
    return rule  # type: ignore[no-any-return]


@cache
def seat_rule(dotted: str) -> Rule:
    """Return a rule ready to be called: compiled if Numba can, else plain with one warning."""
    plain = find_rule(dotted)
    fast = compiled(plain)
    state = {"rule": fast}

    def call(*args: Any) -> Any:
        try:
            return state["rule"](*args)
        except (NumbaError, UnsupportedBytecodeError):
            if state["rule"] is plain:
                raise
            state["rule"] = plain
            where = f"{inspect.getsourcefile(plain)}:{inspect.getsourcelines(plain)[1]}"
            print(f"warning: {where}: Numba cannot compile {dotted}; plain Python runs it",
                  file=sys.stderr)  # fmt: skip
            return plain(*args)

    return call
