"""Figures: pictures of a run folder, each with a sentence on top and its conditions below.

One module per figure. They read the worlds of the run; only what the table does not hold (what a
document is worth in each world, one world's contacts) is drawn again from the same addresses.
"""

from pathlib import Path

from experiments.config import Config
from sim.case import Case


def draw_baseline(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the figures of one run into ``run_dir/figures``; return their paths."""
    from experiments.figures import answers, documents, incidence, source, story, style, worth, zopa

    run = source.read(run_dir, case, config)
    with style.look():
        return [
            *documents.draw(run),
            *worth.draw(run),
            *zopa.draw(run),
            *incidence.draw(run),
            *story.draw(run),
            *answers.draw(run),
        ]


def draw_arms(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the comparison of a run's arms into ``run_dir/figures``; return its paths."""
    from experiments.figures import arms, source, style

    run = source.read(run_dir, case, config)
    with style.look():
        return arms.draw(run)
