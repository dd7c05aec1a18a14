"""What a review holds once it has been read."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from consilience.effects import Effects
from consilience.errors import DataError
from consilience.review.cells import NO_CELLS, Cell, Cells
from consilience.review.conversions import ROW, Converted
from consilience.review.declared import Conversion, Plan, Question
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.declared_grid import NO_GRID, DeclaredDependence, DeclaredGrid
from consilience.risk_of_bias import NO_ASSESSMENT, Assessment
from consilience.trials import Trials


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """A sensitivity analysis: the effects that it runs on.

    Parameters
    ----------
    name, reason : str
    effects : Effects
        Its estimates, computed like those of the primary analysis.
    """

    name: str
    reason: str
    effects: Effects


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """A review: its question, its trials, what was selected and why, and the plan of analysis.

    Parameters
    ----------
    folder : Path
        Where it was read.
    title : str
    question : Question
    direction : str
        Which way is better, in words.
    rules : tuple of str
        How one estimate per trial was selected, in words.
    trials : Trials
        The whole table as received.
    conversions : tuple of Conversion
        The declared conversions in their order.
    converted : Converted
        The whole table after them, and every step from the one to the other.
    ledger : DataFrame
        One row per row of the table, in its order: `row, trial, label, outcome, scale, timepoint,
        population, status, reason, converted, doubt, source`; `row` counts from 1, `status` is
        "used" or "left out", `converted` names the rules that worked on the row. Empty text where
        there is nothing to say.
    effects : Effects
        The primary analysis, one estimate per trial; of a grid every estimate that answers for one
        of its cells, each once. Where outcomes have several measures, those of the first of them.
    sensitivity : tuple of Sensitivity
    risk_of_bias : DataFrame
        `risk_of_bias.csv` as text with the columns `trial` and `label`, judgements in the words of
        `read_risk_of_bias`; no rows where there is no such file.
    flow : DataFrame
        The PRISMA 2020 flow, as of `read_prisma`; no rows where `prisma.csv` says nothing.
    published : DataFrame
        `published.csv` as text; no rows where there is no such file.
    plan : Plan
    assessment : Assessment
        The judgements of the risk of bias by the labels of the effects; `NO_ASSESSMENT` where no
        tool is declared.
    cells : Cells
        Of the grid; none where the review asks one question.
    grid : DeclaredGrid
        What is declared of the grid beside its cells.
    dependence : tuple of DeclaredDependence
        The rules from which the sampling covariance of the effects follows.
    findings : tuple of DeclaredFinding
        The rows of the summary of findings.
    others : tuple of Effects
        Of the outcomes of a grid that have another measure than `effects`, one for each measure.
    """

    folder: Path
    title: str
    question: Question
    direction: str
    rules: tuple[str, ...]
    trials: Trials
    conversions: tuple[Conversion, ...]
    converted: Converted
    ledger: pd.DataFrame
    effects: Effects
    sensitivity: tuple[Sensitivity, ...]
    risk_of_bias: pd.DataFrame
    flow: pd.DataFrame
    published: pd.DataFrame
    plan: Plan
    assessment: Assessment = NO_ASSESSMENT
    cells: Cells = NO_CELLS
    grid: DeclaredGrid = NO_GRID
    dependence: tuple[DeclaredDependence, ...] = ()
    findings: tuple[DeclaredFinding, ...] = ()
    others: tuple[Effects, ...] = ()

    def __repr__(self) -> str:
        """Say the title and how many rows of the table are used."""
        return f"<Review: {self.title}; {self.rows_used} of {len(self.trials)} rows used>"

    @property
    def measured(self) -> tuple[Effects, ...]:
        """The effects of every measure."""
        return (self.effects, *self.others)

    @property
    def k(self) -> int:
        """How many estimates there are, of any measure."""
        return sum(one.k for one in self.measured)

    @property
    def rows_used(self) -> int:
        """How many rows of `trials.csv` are used; one may give estimates of several measures."""
        return int((self.ledger["status"] == "used").sum())

    @property
    def n_studies(self) -> int:
        """How many studies they are from."""
        return int(self.estimates["study"].nunique())

    @property
    def estimates(self) -> pd.DataFrame:
        """The estimates of every measure, one row each, as of `Effects.frame`."""
        frames = [one.frame.assign(measure=one.measure.code) for one in self.measured]
        return pd.concat(frames) if self.others else self.effects.frame

    @property
    def lost(self) -> pd.DataFrame:
        """The rows of the ledger that were measured, and give no effect for want of numbers."""
        reasons = self.ledger["reason"]
        silent = reasons.str.contains("^Not printed|no conversion makes an effect")
        return self.ledger[silent | reasons.str.contains("needs a conversion")]

    @property
    def judged_once(self) -> Assessment:
        """The judgements, with comparisons of one study of which the same was judged told once."""
        named = self.estimates.drop_duplicates("label").set_index("label")["study"]
        table = self.assessment.table
        repeated = table.assign(study=named.reindex(table.index)).duplicated()
        return self.assessment.keep(table.index[~repeated].tolist())

    @property
    def trial_labels(self) -> tuple[str, ...]:
        """The label of each trial that is used, once."""
        if not self.cells:
            return self.effects.labels
        return tuple(dict.fromkeys(self.estimates["label"]))

    def of(self, cell: Cell) -> Effects:
        """Return the effects of one cell, labelled by their trials.

        Parameters
        ----------
        cell : Cell

        Raises
        ------
        DataError
            If it has no estimate.
        """
        if not cell.rows:
            raise DataError(f"The cell {cell.name} has no estimate: {cell.reason}")
        own = self.of_measure(cell.measure)
        kept = own.keep(own.table[ROW].isin(cell.rows).to_numpy(dtype=bool))
        index = pd.Index(kept.table["label"].astype(object), name="estimate")
        return replace(kept, table=kept.table.set_index(index))

    def of_measure(self, code: str = "") -> Effects:
        """Return the effects of one measure.

        Parameters
        ----------
        code : str
            Of the measure; without it the review must have only one.

        Raises
        ------
        DataError
            If the review has several measures and none is named, and for one that it has not.
        """
        known = {one.measure.code: one for one in self.measured}
        if not code and not self.others:
            return self.effects
        if code in known:
            return known[code]
        told = f"no estimate of {code}" if code else "outcomes of several measures"
        raise DataError(f"The review {self.folder} has {told}. Ask for one of: {', '.join(known)}.")
