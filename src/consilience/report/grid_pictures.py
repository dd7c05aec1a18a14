"""The figures of a grid: the matrix, and a forest for each cell with several trials."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from consilience.report.evidence_pictures import grid_evidence, twice
from consilience.report.pictures import picture
from consilience.report.results import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from consilience.report.cell import CellAnalysis
    from consilience.report.gridded import GridAnalysis


def grid_pictures(analysis: "GridAnalysis") -> dict[str, Picture]:
    """Draw the matrix, the flow and what is stated of bias."""
    from consilience import plots

    matrix = partial(plots.outcome_matrix, analysis.table, analysis.review.effects)
    painters: dict[str, Callable[[], Figure]] = {"outcome_matrix": matrix}
    painters |= grid_evidence(analysis.review)
    if analysis.exposed.comparison is not None:
        curve = partial(plots.exposure_curve, analysis.exposed.comparison)
        painters |= twice({"exposure_curve": curve})
    return {name: picture(name, painter()) for name, painter in painters.items()}


def cell_pictures(cells: "tuple[CellAnalysis, ...]") -> Mapping[str, Mapping[str, Picture]]:
    """Draw a forest for each cell that has several estimates, wide and narrow."""
    shown = [cell for cell in cells if cell.answered.k > 1 and cell.answered.sides]
    return {cell.slug: _forests(cell) for cell in shown}


def _forests(cell: "CellAnalysis") -> dict[str, Picture]:
    from consilience import plots

    with plots.narrow():
        slim = _forest(cell)
    drawn = {"forest": _forest(cell), "forest_narrow": slim}
    return {name: picture(f"{name}_{cell.slug}", figure) for name, figure in drawn.items()}


def _forest(cell: "CellAnalysis") -> "Figure":
    from consilience import plots

    fits, pooled = list(cell.answered.fits.values())[:1], list(cell.answered.pooled.values())[:1]
    return plots.forest(*fits, *pooled)
