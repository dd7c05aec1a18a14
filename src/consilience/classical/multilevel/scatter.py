"""How much true effects scatter in all, and what that says of a new one."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, stdtrit

from consilience.classical.multilevel.components_table import total_error
from consilience.classical.multilevel.solve import Solution
from consilience.classical.multilevel.term import Term
from consilience.classical.multilevel.typical import Typical
from consilience.errors import ModelError


def heterogeneity(solution: Solution, typical: Typical, *, tau2: float) -> dict[str, float]:
    """Measure the scatter of true effects, all components together.

    Parameters
    ----------
    solution : Solution
    typical : Typical
        Of the sampling variances.
    tau2 : float
        Sum of the variances; nan where that differs between estimates.

    Returns
    -------
    dict
        ``tau2, tau2_se, tau, tau2_lower, tau2_upper, I2, H2, Q, Q_df, Q_p``.
    """
    objective, typical_variance = solution.objective, typical.variance()
    Q, df = objective.Q(objective.without_scatter()), float(objective.k - objective.p)
    return {
        "tau2": tau2,
        "tau2_se": total_error(solution),
        "tau": math.sqrt(tau2),
        **dict.fromkeys(("tau2_lower", "tau2_upper"), math.nan),
        "I2": 100 * tau2 / (tau2 + typical_variance),
        "H2": 1 + tau2 / typical_variance,
        "Q": Q,
        "Q_df": df,
        "Q_p": float(chdtrc(df, Q)),
    }


def ends_foreseen(
    mean: pd.Series, tau2: float, *, level: float, scatters: bool
) -> tuple[tuple[float, float], str]:
    """Give the ends of a prediction interval, and its convention in words.

    ``estimate ± q √(Σtau² + se²)``; nan where true effects do not scatter, or not all alike.

    Parameters
    ----------
    mean : Series
        Expected effect with ``se`` and ``df``.
    tau2 : float
        Sum of the variances; nan where that differs between estimates.
    level : float
        Of the interval.
    scatters : bool
        Whether there are random effects at all.
    """
    known = scatters and not math.isnan(tau2)
    half = float(stdtrit(mean["df"], 0.5 + level / 2)) * math.sqrt(tau2 + mean["se"] ** 2)
    ends = (mean["estimate"] - half, mean["estimate"] + half) if known else (math.nan, math.nan)
    if not scatters:
        return ends, "none: without random effects all share one true effect"
    if not known:
        return ends, "none: levels vary differently; name one by level_of"
    return ends, "estimate ± quantile × √(Σtau² + se²), quantile: {}"


def members(terms: Sequence[Term], level: str) -> NDArray[np.bool_]:
    """Mark the estimates of an inner level of one of the terms.

    Raises
    ------
    ModelError
        For an unknown level; the known ones are listed.
    """
    structured = [term for term in terms if not term.intercept]
    for term in structured:
        if level in term.inner.levels:
            return term.inner.codes == term.inner.levels.index(level)
    known = ", ".join(name for term in structured for name in term.inner.levels)
    raise ModelError(f"No random effect has a level {level!r}. Known: {known or 'none'}.")
