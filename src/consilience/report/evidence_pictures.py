"""The figures of how the trials were found and how they were judged, for a page and a telephone."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from consilience.plots.columns import Column
    from consilience.report.analysis import Analysis
    from consilience.review import Review

type Painter = "Callable[[], Figure]"

SLIM = "_narrow"
"""The end of the names of figures for a telephone: they stand in pages and are no files."""


def evidence_painters(analysis: "Analysis") -> dict[str, Painter]:
    """Give the painters of the flow and of the risk of bias, each twice: its second is narrow."""
    from consilience import plots

    review = analysis.review
    found = _of_review(review)
    if not review.assessment.empty:
        weights = analysis.twin.weights()
        found["risk_of_bias_summary"] = partial(
            plots.risk_of_bias_summary, review.assessment, weights
        )
    return twice(found)


def grid_evidence(review: "Review") -> dict[str, Painter]:
    """Give the painters of the flow and of the judgements, each twice: its second is narrow.

    Trials have another weight in every cell; in the summary of all of them each counts the same.
    """
    from consilience import plots

    found = _of_review(review)
    if not review.assessment.empty:
        found["risk_of_bias_summary"] = partial(plots.risk_of_bias_summary, review.judged_once)
    return twice(found)


def _of_review(review: "Review") -> dict[str, Painter]:
    """Give the figures for which the review has a flow or judgements."""
    from consilience import plots

    found = dict[str, Painter]()
    if len(review.flow):
        found["prisma_flow"] = partial(plots.prisma_flow, review.flow)
    if not review.assessment.empty:
        found["traffic_light"] = partial(plots.traffic_light, review.assessment)
    return found


def twice(found: dict[str, Painter]) -> dict[str, Painter]:
    """Add to each painter one that paints the same for a telephone."""
    return found | {f"{name}{SLIM}": partial(_narrow, each) for name, each in found.items()}


def judged_columns(review: "Review") -> "tuple[Column, ...]":
    """Give the column of judgements of a forest plot; none where nothing was judged."""
    from consilience.plots.columns import RiskOfBias

    assessment = review.assessment
    return () if assessment.empty else (RiskOfBias(assessment),)


def _narrow(painter: Painter) -> "Figure":
    from consilience import plots

    with plots.narrow():
        return painter()
