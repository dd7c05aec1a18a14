"""The pieces of an analysis: what came of each model, each comparison and each second look."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from consilience.fit import Fit
from consilience.prior_map import TippingPoint
from consilience.questions import Borrowing, Influence
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
        By analysis of the plan: columns of `compare`, ``p_gt_0``, ``reason``, ``note``, and
        ``remark`` where a term had to go.
    left_out : DataFrame
        By trial left out: columns of `compare`, ``p_gt_0``, ``note``, ``remark``.
    tau : DataFrame
        By prior of tau: the same; no rows where the model has no tau.
    """

    declared: pd.DataFrame
    left_out: pd.DataFrame
    tau: pd.DataFrame

    @property
    def everything(self) -> pd.DataFrame:
        """All refits that gave an answer, each once, and without the primary model itself.

        A declared analysis that leaves out one trial is also one of those without each trial.
        """
        others = self.tau[~self.tau["own"].astype(bool)] if "own" in self.tau else self.tau
        whole = pd.concat([self.declared, self.left_out, others])
        answered = whole[whole["estimate"].notna()]
        same = answered[["estimate", "lower", "upper", "k"]].astype(float).round(9)
        return answered[~same.duplicated().to_numpy()]


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


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """How trials lean on one another, and which of them the conclusion leans on.

    Parameters
    ----------
    borrowing : Borrowing
        What each trial learns from the others.
    influence : Influence
        The primary model without each trial and each pair.
    cumulative : DataFrame
        By trial as they came in; no rows where that cannot be told.
    note : str
        Why not, or which trials are not among them.
    """

    borrowing: Borrowing
    influence: Influence
    cumulative: pd.DataFrame
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class OtherPriors:
    """The primary answer under other priors of the mean effect.

    Parameters
    ----------
    surface : Dataset
        As of `prior_map`; empty where it could not be had.
    tipping : tuple of TippingPoint
        For the threshold of the map, and for each of the plan; none where there is no map.
    note : str
        Why not.
    """

    surface: xr.Dataset
    tipping: tuple[TippingPoint, ...]
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class Dial:
    """The primary answer as the doubtful trials count for less.

    Parameters
    ----------
    table : DataFrame
        As of `bias_dial`; no rows where nothing was asked for, or it could not be had.
    note : str
        Why not.
    """

    table: pd.DataFrame
    note: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure in its three forms.

    Parameters
    ----------
    name : str
        Its file's name.
    svg : bytes
        As a file.
    png : callable
        Gives it as a file of pixels, drawn when it is asked for: no page needs it.
    inline : str
        As a part of the page: an ``<svg>`` element with ids of its own.
    """

    name: str
    svg: bytes
    png: Callable[[], bytes]
    inline: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long it took, in seconds."""

    fits: float
    figures: float
