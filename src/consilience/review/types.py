"""What a review holds once it has been read."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from consilience.effects import Effects
from consilience.review.declared import Plan, Question
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
    ledger : DataFrame
        One row per row of the table, in its order: `trial, label, outcome, scale, timepoint,
        population, status, reason, doubt, source`; `status` is "used" or "left out". Empty text
        where the source says nothing.
    effects : Effects
        The primary analysis, one estimate per trial.
    sensitivity : tuple of Sensitivity
    risk_of_bias : DataFrame
        `risk_of_bias.csv` as text with a column `label`; no rows where there is no such file.
    published : DataFrame
        `published.csv` as text; no rows where there is no such file.
    plan : Plan
    """

    folder: Path
    title: str
    question: Question
    direction: str
    rules: tuple[str, ...]
    trials: Trials
    ledger: pd.DataFrame
    effects: Effects
    sensitivity: tuple[Sensitivity, ...]
    risk_of_bias: pd.DataFrame
    published: pd.DataFrame
    plan: Plan

    def __repr__(self) -> str:
        """Say the title and how many rows of the table are used."""
        return f"<Review: {self.title}; {self.effects.k} of {len(self.trials)} rows used>"
