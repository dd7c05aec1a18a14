"""What the page of one cell of a grid shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.compare import explain
from consilience.grid.answers import Answered, Grid
from consilience.measures import get as get_measure
from consilience.report.checked import checked
from consilience.report.joined import Joined
from consilience.report.results import Picture
from consilience.report.scales import Scale, is_turned, scales_of
from consilience.report.tables import file_part
from consilience.review import Review
from consilience.review.declared_grid import GridLevel
from consilience.risk_of_bias import shares
from consilience.rows import newcomer


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellAnalysis:
    """One cell of a grid with all that its page shows.

    Parameters
    ----------
    review : Review
    answered : Answered
        As declared.
    slug : str
        The name of its page, without the ending.
    outcome : GridLevel
    written : Scale
        How its effects are written.
    compared : DataFrame
        Its analyses side by side, as of `Answered.compared`; no rows without an estimate.
    explained : tuple of str
        Why the Bayesian and the classical answer differ.
    variants : DataFrame
        By variant: ``k, estimate, lower, upper, level, interval, p_gt_0, left_out, reason, note``.
    joint : DataFrame
        By joint model: the row of this cell, as of `Joint.table`.
    checked : DataFrame
        What the checks of the extraction find in its rows, as of `checked`.
    pictures : mapping of str to Picture
    """

    review: Review
    answered: Answered
    slug: str
    outcome: GridLevel
    written: Scale
    compared: pd.DataFrame
    explained: tuple[str, ...]
    variants: pd.DataFrame
    joint: pd.DataFrame
    checked: pd.DataFrame
    pictures: Mapping[str, Picture] = field(default_factory=lambda: MappingProxyType({}))

    def scale(self, code: str = "") -> Scale:
        """Give the scale of its effects; it has one measure."""
        del code
        return self.written

    @property
    def direction(self) -> str:
        """Which way its effects point; nothing without an estimate."""
        return self.answered.effects.direction if self.answered.fits else ""

    @property
    def turned(self) -> bool:
        """Whether its ratios are those of the other way round: fewer events are above 1."""
        return bool(self.answered.fits) and is_turned(self.answered.effects)

    @property
    def title(self) -> str:
        """Its outcome, time and population."""
        return self.answered.cell.name

    @property
    def level(self) -> float:
        """Probability of every interval."""
        return self.review.plan.level

    @property
    def twin_name(self) -> str:
        """The classical analysis that stands beside the primary model."""
        return next(iter(self.answered.pooled), "")

    @property
    def twin(self) -> Pooled:
        """Its result."""
        return self.answered.pooled[self.twin_name]

    @property
    def new(self) -> pd.Series:
        """The true effect of a new trial: the columns of `Fit.summary`."""
        fit = self.answered.fit
        return fit.combine((newcomer(fit, "new"),), level=self.level).iloc[0]

    @property
    def judged_shares(self) -> pd.DataFrame:
        """How much of its evidence stands under each judgement of the risk of bias.

        As of `risk_of_bias.shares`, by weight in the classical twin; no rows where nothing was
        judged or pooled.
        """
        assessment = self.review.assessment
        if assessment.empty or not self.answered.pooled:
            return pd.DataFrame()
        return shares(assessment, self.twin.weights())

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the ledger that the cell uses."""
        ledger = self.review.ledger
        return ledger[ledger["row"].isin(self.answered.cell.rows)]


def cells_of(grid: Grid, joined: tuple[Joined, ...]) -> tuple[CellAnalysis, ...]:
    """Gather what the page of each analysed cell shows.

    Parameters
    ----------
    grid : Grid
    joined : tuple of Joined
    """
    own = grid.of_variant()
    slugs = _slugs([one.cell.name for one in own])
    tables = {name: grid.table(name) for name in grid.variants}
    scales = scales_of(grid.review.measured)
    found = checked(grid.review)
    return tuple(
        CellAnalysis(
            review=grid.review,
            answered=one,
            slug=slug,
            outcome=next(x for x in grid.review.cells.outcomes if x.name == one.cell.outcome),
            written=scales.get(one.cell.measure, Scale(get_measure(one.cell.measure), 2)),
            compared=one.compared,
            explained=_explained(one, grid.review.plan.level),
            variants=_variants(grid, tables, place),
            joint=_joint(joined, one),
            checked=found[found["row"].isin(one.cell.rows)],
        )
        for place, (one, slug) in enumerate(zip(own, slugs, strict=True))
    )


def _explained(one: Answered, level: float) -> tuple[str, ...]:
    """Give what sets the fit and its twin apart, less what the page already says."""
    if not one.fits or not one.pooled:
        return ()
    name, twin = next(iter(one.pooled.items()))
    told = explain({"The primary model": one.fit, name: twin}, level)
    # What the page says above is not said again; no page of a cell has a section on priors.
    kept = (text for text in told if text not in one.fit.diagnosis.cautions)
    return tuple(text.replace(": see the sensitivity to it", "") for text in kept)


def _variants(grid: Grid, tables: Mapping[str, pd.DataFrame], place: int) -> pd.DataFrame:
    """Put the answers of a cell under each variant side by side, with who was left out."""
    reasons = {one.name: one.reason for one in grid.review.grid.variants}
    rows = {}
    for name, table in tables.items():
        gone = grid.of_variant(name)[place].left_out
        rows[name] = table.iloc[place].to_dict() | {"reason": reasons[name], "left_out": gone}
    return pd.DataFrame.from_dict(rows, orient="index")


def _joint(joined: tuple[Joined, ...], one: Answered) -> pd.DataFrame:
    """Give the row of one cell under each joint model that reads it."""
    axes = ["outcome", "time", "population"]
    tables = {each.title: each.joint.table for each in joined if each.joint is not None}
    rows = {
        title: table[(table[axes] == list(one.cell.key)).all(axis=1)]
        for title, table in tables.items()
    }
    return pd.DataFrame({title: held.iloc[0] for title, held in rows.items() if len(held)}).T


def _slugs(names: list[str]) -> list[str]:
    """Name pages so that no two are alike, also where names differ in signs alone."""
    found: list[str] = []
    for name in names:
        slug = file_part(name) or "cell"
        while slug in found:
            slug += "_"
        found.append(slug)
    return found
