"""The last screen and the page of a run: findings in plain words, figures, digest."""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.config import Config

CONDITIONAL = "Every number is conditional on the model, its priors and the coded record."
MORE = "- More, with every number and range, in findings.json:"
_STYLE = (
    "body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "img{max-width:100%;height:auto}table{border-collapse:collapse}"
    "td,th{border-bottom:1px solid #ccc;padding:.2rem .6rem;text-align:left;font-size:.9rem}"
)


def figures(folder: Path) -> tuple[Path, ...]:
    """Return the pictures of a run, in name order."""
    return tuple(sorted((folder / "figures").glob("*.png")))


def screen(
    folder: Path, findings: Mapping[str, Mapping[str, Any]], digest: str, first: Sequence[str]
) -> str:
    """Return the last lines of a run: Findings, those of ``first`` on top, Figures, Digest, Run.

    A cell of a large table is marked ``quiet``: it stands in findings.json only.
    """
    top = [_line(findings[name]) for name in first if name in findings]
    others = [f for name, f in findings.items() if name not in first and not f.get("quiet")]
    rest = [_line(found) for found in others]
    drawn = " ".join(path.as_posix() for path in figures(folder))
    said = [*top, *([MORE] if top and rest else []), *rest]
    last = [f"Figures: {drawn}", f"Digest: {digest}", f"Run: {folder}"]
    return "\n".join(["Findings:", *said, *last])


def _line(found: Mapping[str, Any]) -> str:
    return f"- {one_line(found['sentence'])}"


def one_line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def page(
    folder: Path, config: Config, findings: Mapping[str, Mapping[str, Any]], more: str = ""
) -> str:
    """Return a self-contained page: the question, the findings, the pictures, ``more`` (HTML)."""
    told = (found["sentence"] for found in findings.values() if not found.get("quiet"))
    said = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in told)
    rows = "".join(_row(name, found) for name, found in findings.items())
    drawn = "".join(_picture(path) for path in figures(folder))
    title = html.escape(config.question)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1><p>{CONDITIONAL}</p><ul>{said}</ul>{drawn}{more}"
        "<h2>Every finding</h2>"
        "<table><tr><th>finding<th>value<th>low<th>high<th>unit<th>worlds<th>unproven</tr>"
        f"{rows}</table><p>Preset {html.escape(config.experiment)}, seed {config.seed}, "
        f"run {folder.name}.</p></html>\n"
    )


def _row(name: str, found: Mapping[str, Any]) -> str:
    keys = ("value", "low", "high", "unit", "n", "n_unproven")
    cells = "".join(f"<td>{html.escape(number(found.get(key)))}</td>" for key in keys)
    return f"<tr><td>{html.escape(name)}</td>{cells}</tr>"


def number(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _picture(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<p><img alt="{html.escape(path.stem)}" src="data:image/png;base64,{data}"></p>'
