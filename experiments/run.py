"""The console script `tango`: refuse a shadowed package, then hand over to our parser or Hydra."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def foreign_packages() -> list[str]:
    """Return one line per package of ours that another of the same name hides."""
    lines = []
    for name in ("sim", "agents", "conf", "experiments"):
        spec = find_spec(name)
        places = list(spec.submodule_search_locations or []) if spec else []
        place = Path(places[0]).resolve() if places else None
        if place != ROOT / name:
            found = "no package" if place is None else f"another package, {place}"
            lines.append(f"error: {name}: found {found}; allowed ours, {ROOT / name}; nearest none")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run `tango` and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job has it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if foreign := foreign_packages():
            print("\n".join(foreign), file=sys.stderr)
            return 2
        return answer(words)
    except KeyboardInterrupt:
        print("Stopped. Finished chunks are kept; the same command goes on.", file=sys.stderr)
        if argv is None:  # a process of our own: a pool that lost its workers may not hold its end
            end = threading.Timer(10.0, os._exit, (130,))
            end.daemon = True
            end.start()
        return 130


def answer(words: Sequence[str]) -> int:
    """Let our parser or Hydra answer; bad input is said on stderr, one line per fault."""
    from experiments import cli, identity
    from sim.errors import BadInput

    identity.set_numba_cache()
    try:
        code = cli.handle(words)
        if code is None:
            from experiments.launch import launch

            code = launch(words)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main())
