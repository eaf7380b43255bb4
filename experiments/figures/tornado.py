"""What each condition costs: shadow values over worlds, the largest on top."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import Page
from experiments.studies.q02_which_condition_binds import of_kind, ranges, values
from sim.conditions import CONSENT, LAW, PARTY, POINT, RED
from sim.worth import Floats

LABELS, WIDTH, ROW, APART = 4.3, 5.9, 0.34, 0.85
"""Inches: space for names, axes, height of a row, space between panels."""

MOST = 12
"""Conditions drawn, the costliest on average."""

COLOUR = "#3B76AF"
WORDS = {POINT: "Point, all of it", RED: "Red line", CONSENT: "Consent", LAW: "Implication"}


def draw(run: Run) -> list[Path]:
    """Draw the parties' participation above, the points and single conditions below."""
    shadow = values(run.worlds)
    n = len(ranges(run.worlds))
    none = np.zeros(n)
    parties = {f"{PARTY}:{p}": shadow.get(f"{PARTY}:{p}", none) for p in run.case.parties}
    others = list(of_kind(shadow, POINT, RED, CONSENT, LAW).items())
    panels = [
        ("Without a party's interests, red lines and consent", parties),
        (f"Without a point's conditions, or a single one: the {min(MOST, len(others))} costliest",
         dict(others[:MOST])),
    ]  # fmt: skip
    panels = [(words, rows) for words, rows in panels if rows]
    height = sum(ROW * len(rows) + APART for _, rows in panels) + 0.1
    page = Page(_title(parties), _caption(run, n), LABELS + WIDTH, height)
    top = height
    for words, rows in panels:
        top -= ROW * len(rows) + APART
        _panel(page.axes(LABELS, top + 0.5, WIDTH, ROW * len(rows)), words, rows)
    return page.save(run.figures, "tornado")


def _panel(ax: Axes, words: str, rows: dict[str, Floats]) -> None:
    """Draw a bar for the mean and a line for the middle 90 % of worlds."""
    for n, sample in enumerate(rows.values()):
        mean, often = sample.mean(), style.percent(float((sample > 0).mean()))
        _, low, high = style.middle_and_90(sample)
        ax.barh(n, mean, 0.62, color=COLOUR)
        ax.plot([low, high], [n, n], color=style.INK, lw=1.2)
        ax.annotate(
            f"{mean:.2f}, in {often} of worlds", (max(high, mean), n), (5, 0), va="center",
            textcoords="offset points", size=style.SMALL, color=style.QUIET,
        )  # fmt: skip
    most = max(max(style.middle_and_90(s)[2], s.mean()) for s in rows.values())
    ax.set_xlim(0, 1.45 * (most or 1.0))
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [label(name) for name in rows])
    ax.tick_params(axis="y", length=0)
    ax.set_title(words, loc="left", x=-LABELS / WIDTH, size=style.BODY, weight="bold")
    ax.set_xlabel("own war-months by which the range is wider without it")


def label(name: str) -> str:
    """Write a condition's name as a figure does.

    >>> label("red:russia:foreign_troops=force_deployed")
    'Red line of Russia: foreign troops = force deployed'
    >>> label("party:us"), label("point:nato"), label("consent:europe:assets")
    ('US', 'Point, all of it: nato', 'Consent of Europe: assets')
    >>> label("law:neutrality=yes->vote")
    'Implication: neutrality = yes needs vote'
    """
    kind, _, rest = name.partition(":")
    if kind == PARTY:
        return style.label(rest)
    party, _, where = rest.partition(":")
    told = f"{WORDS[kind]} of {style.label(party)}: {where}" if where else f"{WORDS[kind]}: {rest}"
    plain = told.replace("->", " needs ").replace("=", " = ").replace("_", " ")
    return "\n".join(style.wrap(plain, style.SMALL, LABELS - 0.2))


def _title(parties: dict[str, Floats]) -> str:
    each = [f"{style.label(n.split(':')[1])} {s.mean():.1f}" for n, s in parties.items()]
    said = ", ".join(each)
    return f"Months by which the range is wider if a party's interests did not count: {said}"


def _caption(run: Run, n: int) -> str:
    return (
        "How much larger the worst-off signer's gain from the best text would be, in its own "
        "war-months, if one condition were lifted and everything else stayed. Bars: mean over "
        "worlds, zeros included; lines: the middle 90 % of worlds. A point is lifted with every "
        "red line, consent and implication on it. It says what a condition costs, not who should "
        "give way.\n" + run.conditions(n)
    )
