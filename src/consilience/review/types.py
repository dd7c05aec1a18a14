"""What a review holds once it has been read."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from consilience.effects import Effects
from consilience.review.conversions import Converted
from consilience.review.declared import Conversion, Plan, Question
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
        The primary analysis, one estimate per trial.
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

    def __repr__(self) -> str:
        """Say the title and how many rows of the table are used."""
        return f"<Review: {self.title}; {self.effects.k} of {len(self.trials)} rows used>"
