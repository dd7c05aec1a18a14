"""Medians of skewed samples become means and SDs by fitting distributions to the quantiles."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from scipy.special import betaincinv, gamma, gammaincinv, ndtri

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.luo2018 import luo_mean
from consilience.trials.conversions.quantiles import Quantiles, wan_sd
from consilience.trials.conversions.skewed import Skewed, printed


@final
@dataclass(frozen=True, slots=True)
class Family:
    """A distribution of two parameters, the second or both on a log scale.

    Parameters
    ----------
    fits : callable
        Whether it can hold these values.
    start : callable
        First parameters, from mean and SD.
    quantile : callable
        From parameters and probabilities to values.
    moments : callable
        From parameters to mean and SD.
    """

    fits: Callable[[Floats], bool]
    start: Callable[[float, float], tuple[float, float]]
    quantile: Callable[[Floats, Floats], Floats]
    moments: Callable[[Floats], tuple[float, float]]


def _log_normal(p: Floats) -> tuple[float, float]:
    square = np.exp(2 * p[1])
    mean = np.exp(p[0] + square / 2)
    return float(mean), float(mean * np.sqrt(np.expm1(square)))


def _weibull(p: Floats) -> tuple[float, float]:
    first, second = gamma(1 + np.exp(-p[0])), gamma(1 + 2 * np.exp(-p[0]))
    return float(np.exp(p[1]) * first), float(np.exp(p[1]) * np.sqrt(second - first**2))


def _beta(p: Floats) -> tuple[float, float]:
    a, b = np.exp(p)
    return float(a / (a + b)), float(np.sqrt(a * b / (a + b + 1)) / (a + b))


def _beta_start(mean: float, sd: float) -> tuple[float, float]:
    size = max(mean * (1 - mean) / sd**2 - 1, 0.1)
    return float(np.log(max(mean * size, 0.05))), float(np.log(max((1 - mean) * size, 0.05)))


def _positive(values: Floats) -> bool:
    return bool(values.min() > 0)


FAMILIES = (
    Family(
        lambda values: bool(np.isfinite(values).all()),
        lambda mean, sd: (mean, np.log(sd)),
        lambda p, q: p[0] + np.exp(p[1]) * ndtri(q),
        lambda p: (float(p[0]), float(np.exp(p[1]))),
    ),
    Family(
        _positive,
        lambda mean, sd: (np.log(mean), np.log(np.log1p((sd / mean) ** 2)) / 2),
        lambda p, q: np.exp(p[0] + np.exp(p[1]) * ndtri(q)),
        _log_normal,
    ),
    Family(
        _positive,
        lambda mean, sd: (2 * np.log(mean / sd), np.log(sd**2 / mean)),
        lambda p, q: np.exp(p[1]) * gammaincinv(np.exp(p[0]), q),
        lambda p: (float(np.exp(p[0] + p[1])), float(np.exp(p[0] / 2 + p[1]))),
    ),
    Family(
        _positive,
        lambda mean, sd: (1.086 * np.log(mean / sd), np.log(mean)),
        lambda p, q: np.exp(p[1]) * (-np.log1p(-q)) ** np.exp(-p[0]),
        _weibull,
    ),
    Family(
        lambda values: bool(values.min() > 0 and values.max() < 1),
        _beta_start,
        lambda p, q: betaincinv(np.exp(p[0]), np.exp(p[1]), q),
        _beta,
    ),
)
"""Normal, log-normal, gamma, Weibull, and beta for values between 0 and 1."""


@final
@dataclass(frozen=True, slots=True)
class QuantileEstimation(Skewed):
    r"""The mean and SD of the distribution that comes nearest to an arm's quantiles.

    Normal, log-normal, gamma, Weibull and, for values between 0 and 1, beta distributions are
    fitted by least squares :math:`\sum_p (F^{-1}(p) - q_p)^2`; the one with the least sum
    counts. Extremes are taken for the quantiles at 1/n and 1 − 1/n, as published; they weigh much
    in the sum, so that `BoxCox` comes nearer where extremes are printed.
    """

    title: ClassVar[str] = "Median to mean and SD (quantile estimation, McGrath 2020)"
    equation: ClassVar[str] = "mean and sd of the distribution with the least Σ (F⁻¹(p) − q_p)²"

    @override
    def moments(self, given: Quantiles) -> tuple[float, float]:
        """Give mean and SD of the family that misses the quantiles least."""
        shares, values = printed(given)
        mean, sd = float(luo_mean(given)[0]), float(wan_sd(given)[0])
        if np.any(np.diff(values) <= 0):
            return np.nan, np.nan
        fits = [_fit(each, (mean, sd), shares=shares, values=values) for each in _able(values)]
        return min(fits)[1]


def _able(values: Floats) -> tuple[Family, ...]:
    return tuple(family for family in FAMILIES if family.fits(values))


def _fit(
    family: Family, first: tuple[float, float], *, shares: Floats, values: Floats
) -> tuple[float, tuple[float, float]]:
    """Fit a family to quantiles: half the sum of squared misses, and its mean and SD."""
    from scipy.optimize import least_squares

    def misses(p: Floats) -> Floats:
        gaps = (family.quantile(p, shares) - values) / first[1]
        return np.nan_to_num(gaps, nan=1e6, posinf=1e6, neginf=-1e6)

    found = least_squares(misses, np.array(family.start(*first)), xtol=1e-12, ftol=1e-12)
    return float(found.cost), family.moments(found.x)
