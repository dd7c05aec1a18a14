"""Trials in doubt count for less: leaving them out becomes one end of a dial."""

from dataclasses import dataclass
from math import isfinite
from numbers import Real

import numpy as np

from consilience.bias.base import Bias
from consilience.bias.columns import marked
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array, Block


@dataclass(frozen=True, slots=True)
class PowerWeight(Bias):
    """Trials with certain judgements count with a weight w: their variance becomes vᵢ/w.

    The likelihood of a normal estimate raised to the power w is that of one with variance vᵢ/w. At
    w = 1 the trials stand as they are; at w = 0 they are left out, though their true effects are
    still foreseen and their rows still stand in the means of moderators. In between is the dial
    from "take them at their word" to "leave them out": a trial counts as if it had w times as many
    participants.

    The log evidence compares models at the same weight: a trial at w = 0 adds nothing to it.

    Parameters
    ----------
    column : str
        The column of the trial table that holds the judgement.
    levels : str or sequence of str
        The judgements of the trials to be weighted. Upper and lower case are the same.
    weight : float
        w, from 0 to 1.

    Raises
    ------
    ModelError
        If the weight is not between 0 and 1, or no level is given.

    References
    ----------
    Ibrahim & Chen (2000), Power prior distributions for regression models,
    doi:10.1214/ss/1009212673.
    """

    column: str = "risk_of_bias"
    levels: str | tuple[str, ...] = ("high",)
    weight: float = 0.5

    def __post_init__(self) -> None:
        """Check the weight, and read a single level as a sequence of one."""
        several = (self.levels,) if isinstance(self.levels, str) else tuple(self.levels)
        number = isinstance(self.weight, Real) and not isinstance(self.weight, bool)
        if not (number and isfinite(self.weight) and 0.0 <= self.weight <= 1.0):
            raise ModelError(
                f"PowerWeight: weight must be a number from 0 (left out) to 1 (as it stands), got "
                f"{self.weight!r}. Give PowerWeight a weight such as 0.5."
            )
        if not several or not all(isinstance(level, str) and level for level in several):
            raise ModelError(
                f"PowerWeight: levels names one or several judgements, got {self.levels!r}. Give "
                "PowerWeight levels such as 'high'."
            )
        object.__setattr__(self, "levels", several)
        object.__setattr__(self, "weight", float(self.weight))

    def shift(self, effects: Effects) -> tuple[Block, ...]:  # noqa: ARG002 - it shifts nothing
        """See `Bias.shift`."""
        return ()

    def variance(self, effects: Effects) -> Array:
        """See `Bias.variance`.

        Raises
        ------
        ModelError
            If the column is missing, no trial has one of the levels, or all would be left out.
        """
        doubtful = marked(effects.table, self.column, tuple(self.levels))
        if not doubtful.any():
            raise ModelError(
                f"None of the {effects.k} estimates holds {', '.join(self.levels)} in the column "
                f"{self.column!r}, so there is nothing to weight. Name other levels, or take "
                "bias.Nothing()."
            )
        if doubtful.all() and self.weight == 0.0:
            raise ModelError(
                f"All {effects.k} estimates hold {', '.join(self.levels)} in the column "
                f"{self.column!r}; with a weight of 0 none is left. Give a weight above 0."
            )
        with np.errstate(divide="ignore", over="ignore"):
            return np.where(doubtful, effects.v / np.float64(self.weight), effects.v)
