"""Henmi and Copas's interval: robust to publication bias that spares the precise trials."""

import math

import numpy as np
import pandas as pd
from scipy.special import gammainc

from consilience.classical.dl import DerSimonianLaird
from consilience.classical.given import refuse_level
from consilience.classical.independent import refuse_shared
from consilience.classical.magnitude import refuse_unreachable
from consilience.classical.roots import falling_root
from consilience.classical.wls import Floats, Weighted, standard_form
from consilience.effects import Effects
from consilience.errors import ModelError

_ORDER, _REACH = 200, 9.0


def henmi_copas(effects: Effects, *, level: float = 0.95) -> pd.Series:
    """Pool by common-effect weights, with an interval that allows for between-trial variance.

    The estimate weights by ``1 / v``, so small trials count for little. The interval refers it to
    its law beside DerSimonian and Laird's tau², Q being taken as gamma given the estimate.

    Parameters
    ----------
    effects : Effects
        Two or more.
    level : float
        Of the interval.

    Returns
    -------
    Series
        ``estimate, se, lower, upper, level, interval, tau2``.

    Raises
    ------
    ModelError
        For fewer than two estimates, or a level outside (0, 1).
    ConvergenceError
        If the critical value is not found.
    RefusalError
        If estimates share participants.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Henmi M, Copas JB (2010). Statistics in Medicine 29:2969–2983. doi:10.1002/sim.4029
    """
    refuse_level(level)
    refuse_shared(effects, "Henmi and Copas's interval")
    refuse_unreachable(effects)
    if effects.k < 2:
        raise ModelError("henmi_copas() needs two estimates at least; one says nothing of scatter.")
    problem = standard_form(effects.y, effects.v, np.ones((effects.k, 1)))
    tau2 = DerSimonianLaird().tau2(*problem.data)
    fit = Weighted(*problem.data)
    estimate = float(problem.offset[0] + problem.back[0, 0] * fit.beta[0])
    moments = _moments(fit.weights)
    se = math.sqrt((1 + tau2 * moments[1]) / moments[0])
    half = se * _critical(moments, tau2, k=effects.k, tail=(1 - level) / 2)
    values = {
        "estimate": estimate, "se": se, "lower": estimate - half, "upper": estimate + half,
        "level": level, "interval": "confidence", "tau2": tau2,
    }  # fmt: skip
    series = pd.Series(values, dtype=object)
    series.attrs = {
        "direction": effects.direction, "measure": effects.measure.code,
        "estimator": "Henmi–Copas", "k": effects.k,
    }  # fmt: skip
    return series


def _moments(w: Floats) -> tuple[float, float, float, float]:
    """``Σw``, and ``Σw², Σw³, Σw⁴`` over it."""
    total = float(w.sum())
    second, third, fourth = (float((w**power).sum()) / total for power in (2, 3, 4))
    return total, second, third, fourth


def conditional_law(
    r: Floats, moments: tuple[float, float, float, float], *, tau2: float, k: int
) -> tuple[Floats, Floats]:
    """Find the mean and the variance of Q where ``R = √Σw (estimate - mu)`` is r.

    Given R, the deviations are normal, and Q is a quadratic form in them.

    Parameters
    ----------
    r : ndarray
    moments : tuple of float
        ``W1 = Σw`` and ``W2, W3, W4 = Σw², Σw³, Σw⁴`` over it.
    tau2 : float
    k : int

    Returns
    -------
    mean, variance : ndarray
        Of the shape of ``r``.
    """
    total, w2, w3, w4 = moments
    spread = 1 + tau2 * w2
    second, third = w3 - w2**2, w4 - 2 * w2 * w3 + w2**3
    excess = (r / spread) ** 2 - 1 / spread
    mean = k - 1 + tau2 * (total - w2) + tau2**2 * second * excess
    plain = 2 * (k - 1) + 4 * tau2 * (total - w2) + 2 * tau2**2 * (total * w2 - 2 * w3 + w2**2)
    shifted = 4 * tau2**2 * excess * (second + tau2 * third)
    squared = 2 * tau2**4 * second**2 * (1 / spread**2 - 2 * r**2 / spread**3)
    return mean, plain + shifted + squared


def _critical(
    moments: tuple[float, float, float, float], tau2: float, *, k: int, tail: float
) -> float:
    """Find t with ``P(estimate - mu > t se) = tail``, se computed from the same Q."""
    total, w2, *_ = moments
    spread = math.sqrt(1 + tau2 * w2)
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)

    def excess(x: float) -> tuple[float, float]:
        """Give how much more than the level lies beyond x; no slope is asked for."""
        half = (_REACH - x) / 2
        r = x + half * (nodes + 1)
        mean, variance = conditional_law(spread * r, moments, tau2=tau2, k=k)
        most = (total / w2 - 1) * ((r / x) ** 2 - 1) + k - 1
        below = gammainc(mean**2 / variance, most * mean / variance)
        density = np.exp(-(r**2) / 2) / math.sqrt(2 * math.pi)
        return float(half * weights @ (below * density)) - tail, 0.0

    return spread * falling_root(excess, 1e-3, _REACH, start=1.0)
