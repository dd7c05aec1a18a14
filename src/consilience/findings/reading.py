"""Which way an outcome's effects point, and what a fit says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.engines import Combination
from consilience.errors import DataError, ModelError, Problem
from consilience.fit import Fit
from consilience.rows import combinations, newcomer, typical
from consilience.trials.directions import COLUMN, signs


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """Effects as they stand (intervention minus comparator), and which way is better.

    Parameters
    ----------
    effects : Effects
        Those of the outcome.
    turn : float
        +1 or −1, by which the analysed effects are multiplied to stand as they were measured.
        Standardised differences stay turned so that positive is better.
    good : float
        +1 where more is better, −1 where less is.
    mixed : bool
        Whether trials differ in which way is better, so that no single event or unit is counted.
    """

    effects: Effects
    turn: float
    good: float
    mixed: bool = False

    def refuse_mixed(self, what: str) -> None:
        """Let through effects that all count the same thing.

        Raises
        ------
        DataError
            Naming the trials for which the other way is better.
        """
        if not self.mixed:
            return
        sign = signs(self.effects.table)
        rarer = -1.0 if np.mean(sign) > 0 else 1.0
        studies = self.effects.table["study"].astype(str)[sign == rarer]
        raise DataError(
            [
                Problem(
                    f"{what} is that of one event, and here the other way is better than elsewhere",
                    "Count the same event in every trial, or leave this one out.",
                    study,
                    COLUMN,
                )
                for study in dict.fromkeys(studies)
            ]
        )


def turned(effects: Effects, better: str) -> Turned:
    """Find out which way is better.

    Parameters
    ----------
    effects : Effects
    better : str
        ``"higher"`` or ``"lower"`` where the effects do not say it; empty where they do.

    Raises
    ------
    ModelError
        If nobody says which way is better, both do, or the measure describes one group.
    """
    if np.isnan(effects.measure.null):
        raise ModelError(
            f"{effects.measure.label} describes one group: nothing is compared, so there is no "
            "effect to summarise."
        )
    if not effects.directed:
        return Turned(effects, 1.0, _told(effects, better))
    if better:
        raise ModelError(
            f"The column {COLUMN} already says which way is better; leave better={better!r} out."
        )
    sign = signs(effects.table)
    if effects.measure.scale == "standardised":
        return Turned(effects, 1.0, 1.0, mixed=False)
    if len(set(sign.tolist())) > 1:
        return Turned(effects, 1.0, 1.0, mixed=True)
    return Turned(effects, float(sign[0]), float(sign[0]))


def _told(effects: Effects, better: str) -> float:
    known = {"higher": 1.0, "lower": -1.0}
    if better not in known:
        raise ModelError(
            f"{effects.direction} Say which way is better: better='higher' or better='lower', or "
            f"give the trial table a column {COLUMN}."
        )
    return known[better]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a fit says of an outcome: its mean effect, and the true effect of a new trial.

    Parameters
    ----------
    fit : Fit
    turned : Turned
        Of the outcome's own estimates.
    mean, new : Combination
    level : float
    """

    fit: Fit
    turned: Turned
    mean: Combination
    new: Combination
    level: float

    def interval(self, which: Combination) -> tuple[float, float, float]:
        """Return estimate (posterior mean), lower and upper end as the effects stand."""
        row = self.fit.combine((which,), level=self.level).iloc[0]
        found = [self.turned.turn * float(row[name]) for name in ("mean", "lower", "upper")]
        return found[0], min(found[1:]), max(found[1:])

    def chance(self, which: Combination, threshold: float) -> float:
        """Return P(effect > threshold) where positive is better."""
        sign = self.turned.turn * self.turned.good
        if np.isinf(threshold):
            return 1.0 if threshold < 0 else 0.0
        above = self._above(which, sign * threshold)
        return above if sign > 0 else 1.0 - above

    @property
    def scatters(self) -> bool:
        """Whether the model lets true effects differ from trial to trial."""
        return bool(self.new.fresh or self.new.scatter.hypers)

    def _above(self, which: Combination, value: float) -> float:
        moved = replace(which, known=which.known - value)
        return float(self.fit.combine((moved,), level=self.level)["p_gt_0"].iloc[0])


def rows_at(fit: Fit, at: Mapping[str, str | float]) -> NDArray[np.bool_]:
    """Return which estimates stand at these values, (k,); all of them if nothing is asked.

    Raises
    ------
    ModelError
        For a column that the trials do not have.
    """
    table = fit.effects.table
    if unknown := [name for name in at if name not in table]:
        raise ModelError(
            f"The trials have no column {', '.join(map(repr, unknown))}. Choose from: "
            f"{', '.join(map(str, table.columns))}."
        )
    here = np.ones(len(table), dtype=bool)
    for name, value in at.items():
        here &= (table[name] == value).to_numpy(dtype=bool)
    return here


def asked(fit: Fit, at: Mapping[str, str | float]) -> tuple[Combination, Combination]:
    """Return the mean effect and a new trial's true effect, there or where nothing is known.

    Raises
    ------
    ModelError
        If the model needs a moderator that is not given.
    """
    if not at:
        return typical(fit, "mean"), newcomer(fit, "new")
    row = pd.DataFrame([dict(at)], index=["mean"])
    (mean,) = combinations(fit, row)
    return mean, replace(mean, name="new", scatter=fit.posterior.scatter.at(row))
