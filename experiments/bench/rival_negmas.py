"""NegMAS on the whole case, four parties; run by its own Python, never imported by ours.

    .venv-bench/bin/python experiments/bench/rival_negmas.py DOMAIN.json

Prints one JSON line per mechanism. Single text: a veto mechanism (random proposals, 1,000 steps)
and hill climbing (until no step helps). Alternating offers: aspiration agents, 100 steps. Given a
list of domains, one JSON line for each instead: frontier, points of three theories, existence.
"""

import json
import random
import sys
import time
from pathlib import Path

import numpy as np
from measure import Measure, calibrate, timed  # beside this file


def preferences(domain):
    """Return issues and utility functions of every party, as NegMAS has them."""
    from negmas import make_issue, make_os
    from negmas.preferences import LinearAdditiveUtilityFunction

    issues = [make_issue(list(options), f"i{j}") for j, options in enumerate(domain["issues"])]
    space = make_os(issues)
    functions = [
        LinearAdditiveUtilityFunction(
            values=[
                dict(zip(options, values, strict=True))
                for options, values in zip(domain["issues"], party["values"], strict=True)
            ],
            weights=party["weights"],
            outcome_space=space,
            reserved_value=party["reservation"],
            name=name,
        )
        for name, party in domain["parties"].items()
    ]
    return issues, functions


def single_text(domain, mechanism, steps):
    """Run one single-text mediation; return its last state."""
    import negmas.st
    from negmas.negotiators.simple import BinaryComparatorNegotiator

    issues, functions = preferences(domain)
    talks = getattr(negmas.st, mechanism)(issues=issues, n_steps=steps)
    for function in functions:
        talks.add(BinaryComparatorNegotiator(name=function.name), ufun=function)
    return talks.run()


def alternating_offers(domain, negotiator, steps):
    """Run one negotiation of alternating offers; return its last state."""
    import negmas.sao.negotiators
    from negmas.sao import SAOMechanism

    issues, functions = preferences(domain)
    talks = SAOMechanism(issues=issues, n_steps=steps)
    for function in functions:
        talks.add(getattr(negmas.sao.negotiators, negotiator)(name=function.name), ufun=function)
    return talks.run()


def repeated(run, times):
    """Return work that runs a negotiation several times, each with its own seed."""

    def work():
        rounds = agreed = 0
        for seed in range(times):
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002  (the rival draws from it)
            state = run()
            rounds += state.step
            agreed += state.agreement is not None
        return times, rounds, agreed

    return work


def measures(domain):
    """Measure every mechanism, each after one run that is not counted."""
    cases = [
        ("single_text_veto", single_text, "VetoSTMechanism", 1000, 3),
        ("single_text_hill_climbing", single_text, "HillClimbingSTMechanism", 1000, 20),
        ("alternating_offers", alternating_offers, "AspirationNegotiator", 100, 3),
    ]
    for name, protocol, rule, steps, times in cases:

        def run(protocol=protocol, rule=rule, steps=steps):
            return protocol(domain, rule, steps)

        run()
        yield timed(repeated(run, times), name, f"{rule}, at most {steps:,} steps")


def possible(domain):
    """Return frontier, points of three theories and existence of one domain, listing every text.

    Utilities are whole numbers, so that sums are exact; gains are counted from the reservation.
    """
    from negmas import make_issue
    from negmas.outcomes import enumerate_issues
    from negmas.preferences import (
        kalai_points,
        max_welfare_points,
        nash_points,
        pareto_frontier,
    )

    _, functions = preferences(domain)
    parties = list(domain["parties"].values())
    reserve = [party["reservation"] for party in parties]
    issues = [make_issue(list(options), f"i{j}") for j, options in enumerate(domain["issues"])]
    began = time.process_time()
    outcomes = list(enumerate_issues(issues))
    front, _ = pareto_frontier(functions, outcomes=outcomes, sort_by_welfare=True)
    front = [point for point in front if all(u >= r for u, r in zip(point, reserve, strict=True))]
    frontier_ms = 1e3 * (time.process_time() - began)
    best = [max(point[p] for point in front) for p in range(2)]
    ranges = list(zip(reserve, best, strict=True))
    nash = nash_points(functions, front, ranges=ranges, outcomes=outcomes)
    nash_ms = 1e3 * (time.process_time() - began)
    kalai = kalai_points(functions, front, ranges=ranges, outcomes=outcomes)
    welfare = max_welfare_points(functions, front, ranges=ranges, outcomes=outcomes)
    began = time.process_time()
    bars = list(zip(functions, (party["closed"] for party in parties), strict=True))
    found = any(all(f(outcome) >= bar for f, bar in bars) for outcome in outcomes)
    exists_ms = 1e3 * (time.process_time() - began)

    def gains(point):
        return [round(u - r) for u, r in zip(point, reserve, strict=True)]

    return {
        "name": domain["name"],
        "frontier": sorted(map(gains, front)),
        "nash": [gains(point) for point, _ in nash],
        "kalai": [gains(point) for point, _ in kalai],
        "welfare": [gains(point) for point, _ in welfare],
        "exists_closed": found,
        "ms": {"frontier": frontier_ms, "nash": nash_ms, "exists": exists_ms},
    }


def main():
    """Measure, one JSON line each; the last line says who was measured."""
    domain = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    import negmas

    if isinstance(domain, list):
        for one in domain:
            print(json.dumps(possible(one)), flush=True)
        return

    began = time.perf_counter()
    for found in measures(domain):
        assert isinstance(found, Measure)
        print(json.dumps(vars(found)), flush=True)
    about = {"rival": f"NegMAS {negmas.__version__}", "python": sys.version.split()[0],
             "loop": calibrate(), "seconds": time.perf_counter() - began}  # fmt: skip
    print(json.dumps(about), flush=True)


if __name__ == "__main__":
    main()
