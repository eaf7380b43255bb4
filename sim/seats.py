"""Negotiators behind their names: find a rule, compile it, fall back to plain Python."""

import importlib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from sim.agenda import BRACKETED
from sim.compiled import compiled
from sim.errors import BadInput, Fault, nearest
from sim.respond import ACCEPT, OPEN
from sim.view import MediatorView, View
from sim.worth import Ints

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

    call.is_ours = dotted.startswith("agents.")  # type: ignore[attr-defined]
    return call


def own_copy(view: Any, rule: Rule | None = None) -> Any:
    """Return a view whose arrays are copies: what a rule writes into it reaches nobody.

    The rules of this package keep their hands off a view (tested) and read it as it is.
    """
    if getattr(rule, "is_ours", False):
        return view
    if isinstance(view, tuple):
        return type(view)(*(own_copy(part) for part in view))
    return view.copy() if isinstance(view, np.ndarray) else view


def checked_answer(given: Any, text: Ints) -> Ints:
    """Return a negotiator's answer as statuses, or say what is wrong with it.

    Raises
    ------
    BadInput
        If it is not one status per issue, -1 exactly where the text is open.
    """
    answer = np.asarray(given)
    if answer.shape != text.shape:
        raise BadInput(Fault("negotiator", f"shape {answer.shape}", f"one status for {len(text)}"))
    odd = (answer < OPEN) | (answer > ACCEPT) | ((answer == OPEN) != (text == BRACKETED))
    if odd.any():
        j = int(np.flatnonzero(odd)[0])
        found = f"{answer[j]} on issue {j}"
        raise BadInput(Fault("negotiator", found, "0, 1 or 2; -1 where the text is open"))
    return answer.astype(np.int64)


def checked_draft(draft: Any, text: Ints, view: MediatorView) -> Ints:
    """Return a mediator's draft, or say what is wrong with it.

    Raises
    ------
    BadInput
        If it changes a point it may not, more points than its budget, or to no option.
    """
    new = np.asarray(draft)
    moved = new != text
    known = (new >= BRACKETED) & (new < view.table.n_options)
    if not known.all() or (moved & ~view.editable).any() or moved.sum() > view.budget:
        found = f"{int(moved.sum())} points changed"
        allowed = f"at most {view.budget}, among the editable, to options there are"
        raise BadInput(Fault("mediator", found, allowed))
    return new.astype(np.int64)


def checked_asks(wanted: Any, view: View) -> Ints:
    """Return the options a negotiator asks for, or say what is wrong with them.

    Raises
    ------
    BadInput
        If they are not one option or -1 per issue, or more than it may ask for.
    """
    asks = np.asarray(wanted)
    fits = asks.shape == view.text.shape
    if not fits or ((asks < -1) | (asks >= view.table.n_options)).any():
        raise BadInput(Fault("negotiator", "asks that are no options", "an option or -1 per issue"))
    if (asks >= 0).sum() > view.asks:
        found = f"{int((asks >= 0).sum())} points asked for"
        raise BadInput(Fault("negotiator", found, f"at most {view.asks}"))
    return asks.astype(np.int64)


def checked_guest(guest: Any, view: MediatorView) -> int:
    """Return whom the mediator visits, or say that it may not.

    Raises
    ------
    BadInput
        If the party is not welcome now.
    """
    allowed = np.flatnonzero(view.welcome)
    if guest not in allowed:
        raise BadInput(Fault("mediator", f"a visit to party {guest}", f"one of {allowed}"))
    return int(guest)
