"""The test of excess significance."""

import math

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from consilience.classical.given import refuse_alpha
from consilience.classical.pooled import Pooled
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Floats


def excess_significance(pooled: Pooled, *, alpha: float = 0.05) -> pd.Series:
    """Compare how many trials are significant with how many should be, given the pooled effect.

    The power of each trial is that of a two-sided z test where its true effect is the fitted one
    (with between-trial variance as estimated, so under CE that effect itself).

    Parameters
    ----------
    pooled : Pooled
        What `pool` gives, of independent estimates.
    alpha : float
        Level of the two-sided test of each trial.

    Returns
    -------
    Series
        ``observed, expected, ratio, p_exact`` (probability of as many or more, Poisson binomial),
        ``chi2, p_chi2`` (Ioannidis and Trikalinos's) and ``k``.

    Raises
    ------
    ModelError
        For an alpha outside (0, 1).
    RefusalError
        If estimates share participants.

    References
    ----------
    Ioannidis JPA, Trikalinos TA (2007). Clinical Trials 4:245–253. doi:10.1177/1740774507079441
    """
    refuse_alpha(alpha, usual=0.05)
    refuse_dependent(pooled, "The test of excess significance")
    effects = pooled.effects
    sei, fitted = np.sqrt(effects.v), pooled.fitted().to_numpy()
    cut = -float(ndtri(alpha / 2)) * sei
    spread = np.sqrt(effects.v + pooled.tau2)
    power = ndtr((-cut - fitted) / spread) + ndtr((fitted - cut) / spread)
    observed, expected = int(np.sum(np.abs(effects.y) >= cut)), float(power.sum())
    missing = effects.k - expected
    chi2 = (observed - expected) ** 2 * (1 / expected + 1 / missing) if missing > 0 else math.nan
    values = {
        "observed": observed, "expected": expected, "ratio": observed / expected,
        "p_exact": _at_least(power, observed), "chi2": chi2, "p_chi2": float(chdtrc(1, chi2)),
        "k": effects.k,
    }  # fmt: skip
    series = pd.Series(values, dtype=float)
    series.attrs = pooled.attrs | {"alpha": alpha}
    return series


def _at_least(power: Floats, observed: int) -> float:
    """Upper tail of a sum of unlike coin throws, one throw after the other."""
    law = np.zeros(len(power) + 1)
    law[0] = 1.0
    for p in power:
        law[1:] = law[1:] * (1 - p) + law[:-1] * p
        law[0] *= 1 - p
    return float(law[observed:].sum())
