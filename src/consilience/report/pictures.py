"""The figures of a report, each as SVG and part of the page, and as PNG once it is written."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import pandas as pd

from consilience.report.evidence_pictures import SLIM, evidence_painters, judged_columns
from consilience.report.results import Picture
from consilience.report.side_by_side import may_fork, spread
from consilience.report.svg import inline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from consilience.report.analysis import Analysis

_DPI = 200

type Named = "tuple[str, Callable[[], Figure]]"
"""The name of a figure, and its painter."""


def draw(analysis: "Analysis") -> dict[str, Picture]:
    """Draw every figure for which there is something to show."""
    painters = {**_painters(analysis), **evidence_painters(analysis)}
    return dict(zip(painters, pictures(list(painters.items())), strict=True))


def pictures(named: Sequence[Named]) -> list[Picture]:
    """Draw figures, in several processes where there are several cores.

    What cannot be asked of another process later, the file of pixels, is then drawn at once.

    Parameters
    ----------
    named : sequence of pairs
        The name of each figure, and what paints it.

    Returns
    -------
    list of Picture
        In the order of the names.
    """
    if not may_fork():
        return [picture(name, painter()) for name, painter in named]
    drawn = zip(named, spread(_drawn, named), strict=True)
    return [
        Picture(name, svg, partial(_pixels, png, painter), part)
        for (name, painter), (svg, png, part) in drawn
    ]


def _drawn(named: Named) -> tuple[bytes, bytes, str]:
    """Give a figure as SVG, as PNG (nothing for a telephone's) and as a part of the page."""
    name, painter = named
    own = picture(name, painter())
    return own.svg, b"" if name.endswith(SLIM) else own.png(), own.inline


def _pixels(png: bytes, painter: "Callable[[], Figure]") -> bytes:
    """Give the file of pixels; one that no folder holds is drawn when it is asked for."""
    return png or picture("", painter()).png()


def _painters(analysis: "Analysis") -> "Mapping[str, Callable[[], Figure]]":
    """Give the figures that this analysis can fill, by the names under which they are saved."""
    from consilience import plots

    effects, fit, twin = analysis.review.effects, analysis.primary.fit, analysis.twin
    judged = judged_columns(analysis.review)
    found = {
        "forest": partial(
            plots.forest,
            fit,
            twin,
            group=_grouping(analysis),
            columns=judged,
        ),
        "funnel": partial(plots.funnel, effects, fit, twin),
        "prior_posterior": partial(plots.prior_posterior, fit),
        "predictive_check": partial(plots.predictive_check, analysis.check),
        "own_and_shrunken": partial(plots.borrowing, analysis.leaning.borrowing),
    }
    if len(analysis.forecast.table):
        found["new_trials"] = partial(plots.new_trials, analysis.forecast.tree)
    if len(analysis.leaning.cumulative) and analysis.leaning.cumulative["mean"].notna().any():
        found["cumulative"] = partial(plots.cumulative, analysis.leaning.cumulative)
    if analysis.priors.tipping:
        point = analysis.priors.tipping[0]
        found["prior_surface"] = partial(plots.prior_map, analysis.priors.surface, effects, point)
    if len(analysis.dial.table):
        found["bias_weights"] = partial(plots.bias_dial, analysis.dial.table, effects)
    for name, (table, title) in _sensitivities(analysis).items():
        shown = table[table["estimate"].notna()]
        if len(shown):
            found[f"sensitivity_{name}"] = partial(plots.sensitivity, shown, title)
    return found


def _grouping(analysis: "Analysis") -> str:
    columns = analysis.review.plan.subgroups
    return columns[0] if columns else ""


def _sensitivities(analysis: "Analysis") -> dict[str, tuple[pd.DataFrame, str]]:
    """Give the tables of refits that become figures, each with its title."""
    found = analysis.robustness
    return {
        "declared": (found.declared, "Analysis"),
        "left_out": (found.left_out, "Trial left out"),
        "tau": (found.tau, "Prior of the between-trial SD"),
    }


def picture(name: str, figure: "Figure") -> Picture:
    """Take a figure in its three forms."""
    svg = BytesIO()
    figure.savefig(svg, format="svg")
    return Picture(name, svg.getvalue(), partial(_png, figure), inline(svg.getvalue(), name))


def _png(figure: "Figure") -> bytes:
    png = BytesIO()
    figure.savefig(png, format="png", dpi=_DPI)
    return png.getvalue()
