"""The whole case as plain JSON that any bargaining program can read.

One world's additive part: every issue and option, every party's weights, values and what fighting
on is worth to it. What makes a text worth more or less to us beyond that (enforcement, power
shifts, red lines, law, consent) has no counterpart there and is left out, in the rival's favour.
"""

from typing import Any

from sim.ensemble import Ensemble


def domain(ensemble: Ensemble, i: int = 0) -> dict[str, Any]:
    """Return world ``i`` as ``{issues: [[option, ...]], parties: {name: {weights, values,
    reservation}}}``; weights sum to 1, values run from 0 to 1.
    """  # noqa: D205
    case, world = ensemble.case, ensemble.world(i)
    issues = [[option.code for option in issue.options] for issue in case.agenda.issues]
    parties = {
        name: {
            "weights": world.weight[p].tolist(),
            "values": [world.value[p, j, : len(o)].tolist() for j, o in enumerate(issues)],
            "reservation": float(world.reserve[p]),
        }
        for p, name in enumerate(case.parties)
    }
    return {"issues": issues, "parties": parties}
