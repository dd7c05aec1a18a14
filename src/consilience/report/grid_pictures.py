"""The figures of a grid: the matrix, and a forest for each cell with several trials."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from consilience.report.evidence_pictures import SLIM, grid_evidence, judged_columns, twice
from consilience.report.pictures import pictures
from consilience.report.results import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from consilience.report.cell import CellAnalysis
    from consilience.report.gridded import GridAnalysis

type Painter = "Callable[[], Figure]"


def drawn(analysis: "GridAnalysis") -> dict[str, dict[str, Picture]]:
    """Draw all figures of a grid, in several processes where there are several cores.

    Parameters
    ----------
    analysis : GridAnalysis

    Returns
    -------
    dict of str to dict of str to Picture
        By the slug of a cell, and under the empty text for the page of the grid.
    """
    named: list[tuple[str, str, Painter]]
    named = [("", name, each) for name, each in _of_grid(analysis).items()]
    named += [(cell.slug, *pair) for cell in analysis.cells for pair in _of_cell(cell).items()]
    found: dict[str, dict[str, Picture]] = {}
    made = pictures([(_file(slug, name), painter) for slug, name, painter in named])
    for (slug, name, _), one in zip(named, made, strict=True):
        found.setdefault(slug, {})[name] = one
    return found


def _of_grid(analysis: "GridAnalysis") -> dict[str, Painter]:
    """Give the painters of the matrix, the flow, what is stated of bias, and the exposure."""
    from consilience import plots

    matrix = partial(plots.outcome_matrix, analysis.table, analysis.review.measured)
    painters: dict[str, Painter] = {"outcome_matrix": matrix}
    painters |= grid_evidence(analysis.review)
    if analysis.exposed.comparison is not None:
        curve = partial(plots.exposure_curve, analysis.exposed.comparison)
        painters |= twice({"exposure_curve": curve})
    return painters


def _of_cell(cell: "CellAnalysis") -> dict[str, Painter]:
    """Give the painters of a cell that has several estimates: its forest, how it was judged."""
    if cell.answered.k < 2 or not cell.answered.sides:
        return {}
    painters: dict[str, Painter] = {"forest": partial(_forest, cell)}
    if len(cell.judged_shares):
        painters["risk_of_bias_summary"] = partial(_judged, cell)
    return twice(painters)


def _forest(cell: "CellAnalysis") -> "Figure":
    from consilience import plots

    fits, pooled = list(cell.answered.fits.values())[:1], list(cell.answered.pooled.values())[:1]
    return plots.forest(*fits, *pooled, columns=judged_columns(cell.review))


def _judged(cell: "CellAnalysis") -> "Figure":
    from consilience import plots

    return plots.risk_of_bias_summary(cell.review.assessment, cell.twin.weights())


def _file(slug: str, name: str) -> str:
    if not slug:
        return name
    return f"{name.removesuffix(SLIM)}_{slug}{SLIM if name.endswith(SLIM) else ''}"
