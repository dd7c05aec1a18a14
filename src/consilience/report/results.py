"""The pieces of an analysis: what came of each model, each comparison and each second look."""

from dataclasses import dataclass

import pandas as pd
import xarray as xr

from consilience.fit import Fit
from consilience.review import Threshold
from consilience.spec import Declared


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A declared model and its fit, which passed its gate; the label is its name in tables."""

    label: str
    declared: Declared
    fit: Fit


@dataclass(frozen=True, slots=True)
class Failed:
    """A declared model that did not converge; no estimate of it is shown."""

    label: str
    declared: Declared
    fault: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability that the mean effect exceeds a threshold of the plan."""

    threshold: Threshold
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The headline of the primary model.

    Parameters
    ----------
    mean : Series
        Of the mean effect: the columns of `Fit.summary`.
    new : Series
        Of the true effect of a new trial of which nothing is known, in the same columns.
    spread : DataFrame
        Of every standard deviation that the model has (tau, scales of terms); no rows without.
    chances : tuple of Chance
        For each threshold of the plan.
    """

    mean: pd.Series
    new: pd.Series
    spread: pd.DataFrame
    chances: tuple[Chance, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Subgroup:
    """The effect at each level of one factor, Bayesian and classical.

    Parameters
    ----------
    by : str
        Column of the trial table.
    bayes : DataFrame
        Levels under the primary model; no rows where it does not read the factor.
    separate, common : DataFrame
        Classical, with tau² separate in each level or common; no rows where it cannot be done.
    notes : tuple of str
        Why something is missing.
    """

    by: str
    bayes: pd.DataFrame
    separate: pd.DataFrame
    common: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """The primary model again with something else; rows that could not be fitted say why.

    Parameters
    ----------
    declared : DataFrame
        By analysis of the plan: columns of `compare`, ``p_gt_0``, ``reason``, ``note``.
    left_out : DataFrame
        By trial left out: columns of `compare`, ``p_gt_0``, ``note``.
    tau : DataFrame
        By prior of tau: the same; no rows where the model has no tau.
    """

    declared: pd.DataFrame
    left_out: pd.DataFrame
    tau: pd.DataFrame

    @property
    def everything(self) -> pd.DataFrame:
        """All refits that gave an answer, in one table."""
        whole = pd.concat([self.declared, self.left_out, self.tau])
        return whole[whole["estimate"].notna()]


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """The new trials of the plan.

    Parameters
    ----------
    table : DataFrame
        By ``mu[…]``, ``theta[…]``, ``yi[…]``: as of `summarise`.
    chances : DataFrame
        By trial: for each threshold the probability that its true effect exceeds it.
    tree : DataTree
        The draws.
    """

    table: pd.DataFrame
    chances: pd.DataFrame
    tree: xr.DataTree


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure in its three forms.

    Parameters
    ----------
    name : str
        Its file's name.
    svg, png : bytes
        As files.
    inline : str
        As a part of the page: an ``<svg>`` element with ids of its own.
    """

    name: str
    svg: bytes
    png: bytes
    inline: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long it took, in seconds."""

    fits: float
    figures: float
