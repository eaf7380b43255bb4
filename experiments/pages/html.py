"""Tables, stacked bars and intervals as plain HTML with inline styles."""

import html
from collections.abc import Iterable, Sequence

STYLE = (
    "<style>.wide{overflow-x:auto}.mix{display:flex;height:.7rem;min-width:4rem}"
    ".mix i{display:block}.grey{color:#8a8a8a}.grey .dot,.grey .band{background:#bbb}"
    ".range{position:relative;height:.8rem;width:8rem;background:#f2f2f2}"
    ".band{position:absolute;top:.25rem;height:.3rem;background:#9bbcd8}"
    ".dot{position:absolute;top:.1rem;width:.2rem;height:.6rem;background:#1d4f7c}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2.2rem}"
    "th{vertical-align:bottom}.key{font-size:.85rem;color:#555}</style>"
)


def text(value: object) -> str:
    """Return a value safe to stand in a page; codes lose their underscores."""
    return html.escape(str(value))


def words(code: str) -> str:
    """Return a code as words, safe to stand in a page.

    >>> words("eu_membership")
    'eu membership'
    """
    return text(code.replace("_", " "))


def section(title: str, said: str, *parts: str) -> str:
    """Return a section: a heading, a sentence how to read it, and what follows."""
    return f"<h2>{text(title)}</h2><p>{text(said)}</p>{''.join(parts)}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Return a table; cells are HTML already, columns of ``numbers`` stand to the right."""
    told = "".join(f"<th>{text(name)}</th>" for name in head)
    body = "".join(f"<tr>{_cells(row, numbers)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{told}</tr>{body}</table></div>'


def _cells(row: Sequence[str], numbers: Sequence[int]) -> str:
    kinds = (' class="n"' if n in numbers else "" for n in range(len(row)))
    return "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True))


def mix(shares: Sequence[float], colours: Sequence[str], said: str) -> str:
    """Return a stacked bar of shares; ``said`` is its text for those who cannot see it."""
    parts = "".join(
        f'<i style="width:{100 * share:.1f}%;background:{colour}"></i>'
        for share, colour in zip(shares, colours, strict=True)
    )
    return (
        f'<div class="mix" role="img" title="{text(said)}" aria-label="{text(said)}">{parts}</div>'
    )


def interval(low: float, mid: float, high: float, top: float, grey: bool = False) -> str:
    """Return an interval with its middle on an axis from 0 to ``top``; grey: not learned."""
    left, right, at = (100.0 * min(max(x / top, 0.0), 1.0) for x in (low, high, mid))
    kind = "range grey" if grey else "range"
    said = f"{mid:.3f} ({low:.3f} to {high:.3f})"
    return (
        f'<div class="{kind}" role="img" title="{said}" aria-label="{said}">'
        f'<span class="band" style="left:{left:.1f}%;width:{right - left:.1f}%"></span>'
        f'<span class="dot" style="left:{at:.1f}%"></span></div>'
    )


def greyed(cell: str, grey: bool) -> str:
    """Return a cell, greyed where nothing was learned."""
    return f'<span class="grey">{cell}</span>' if grey else cell
