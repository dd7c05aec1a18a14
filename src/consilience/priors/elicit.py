"""From what somebody is sure of to a prior: statements about effects, not about parameters.

A statement about heterogeneity is about two trials drawn from the field: how far apart their true
effects are, θ₁ − θ₂ ~ N(0, 2 tau²). It is taken as it is meant, with tau unknown, so that the
probability is over both the prior of tau and the two trials.
"""

from math import exp, log, sqrt
from numbers import Real

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.errors import ModelError
from consilience.priors.half_normal import HalfNormal
from consilience.priors.inverse import invert
from consilience.priors.log_normal import LogNormal
from consilience.priors.normal import Normal

type Array = NDArray[np.float64]

_STEP, _FARTHEST = 0.01, 12.0
_POSITIVE = (1e-12, 1e12)
_WIDEST = 20.0  # a tau known to nobody within nine orders of magnitude


def half_normal_factor(factor: float = 2.0, mass: float = 0.95) -> HalfNormal:
    """Prior of tau from "I am 95 % sure that true effects differ by less than a factor of 2".

    For effects that are analysed as logarithms (odds ratios, risk ratios, ratios of means): the
    prior of `half_normal_difference` for a difference of ln(factor).

    Parameters
    ----------
    factor : float
        Ratio of two trials' true effects, without unit; > 1.
    mass : float
        How sure, between 0 and 1.

    Raises
    ------
    ModelError
        For a factor or a mass that is none.
    """
    return half_normal_difference(log(_above("factor", factor, 1.0)), mass)


def half_normal_difference(difference: float, mass: float = 0.95) -> HalfNormal:
    """Prior of tau from "I am 95 % sure that true effects differ by less than d".

    With tau = sigma |Z₁| the difference of two true effects is √2 sigma |Z₁| Z₂, a product of two
    standard normals, so that P(|θ₁ − θ₂| < d) = (2/π) ∫₀ᶜ K₀(x) dx with c = d / (√2 sigma); sigma
    is solved for.

    Parameters
    ----------
    difference : float
        Distance d of two trials' true effects, on the analysis scale of the effect; > 0.
    mass : float
        How sure, between 0 and 1.

    Raises
    ------
    ModelError
        For a difference or a mass that is none.

    References
    ----------
    Craig (1936). On the frequency function of xy. Annals of Mathematical Statistics 7:1-15.
    doi:10.1214/aoms/1177732541
    """
    size, sure = _above("difference", difference, 0.0), np.array(_share(mass))
    quantile = float(invert(lambda c: 1.0 - _product_beyond(c), sure, _POSITIVE))
    return HalfNormal(size / (sqrt(2.0) * quantile))


def log_normal_factor(typical: float, factor: float, *, mass: float = 0.95) -> LogNormal:
    """Prior of tau from two statements on ratios: what they typically are, and at most.

    "As likely as not true effects differ by less than a factor of `typical`, and I am 95 % sure
    that they differ by less than `factor`": `log_normal_difference` of their logarithms.

    Parameters
    ----------
    typical, factor : float
        Ratios of two trials' true effects, without unit; 1 < typical < factor.
    mass : float
        How sure of the second, above 0.5.

    Raises
    ------
    ModelError
        If no log-normal prior says so.
    """
    near, far = _above("typical", typical, 1.0), _above("factor", factor, 1.0)
    return log_normal_difference(log(near), log(far), mass=mass)


def log_normal_difference(typical: float, difference: float, *, mass: float = 0.95) -> LogNormal:
    """Prior of tau from two statements on differences: what they typically are, and at most.

    With ln tau = mu + sigma Z₁ the difference of two true effects is √2 exp(mu + sigma Z₁) Z₂. Its
    median is `typical` and its `mass` quantile is `difference`; their ratio gives sigma, the median
    then mu.

    Parameters
    ----------
    typical, difference : float
        Distances of two trials' true effects, on the analysis scale; 0 < typical < difference.
    mass : float
        How sure of the second, above 0.5.

    Raises
    ------
    ModelError
        If the two are so close that they allow for no doubt about tau at all.
    """
    from scipy.optimize import brentq

    near, far = _above("typical", typical, 0.0), _above("difference", difference, typical)
    sure, wanted = _share(mass), log(far / near)
    least, most = _widening(0.0, sure), _widening(_WIDEST, sure)
    if not least < wanted < most:
        raise ModelError(
            f"No log-normal prior of tau has differences of {near:g} at the median and {far:g} at "
            f"{sure:g}: one known tau alone gives {near * exp(least):.6g} there. Give a difference "
            f"between that and {near * exp(most):.6g}, or use half_normal_difference."
        )
    sigma = float(brentq(lambda sigma: _widening(sigma, sure) - wanted, 0.0, _WIDEST, xtol=1e-14))
    return LogNormal(log(near) - 0.5 * log(2.0) - _spread(sigma, 0.5), sigma)


def normal_interval(lower: float, upper: float, *, mass: float = 0.95) -> Normal:
    """Prior of mu from "I am 95 % sure that the mean effect lies between these".

    mu = (lower + upper) / 2 and sigma = (upper − lower) / (2 z), z the normal quantile of
    (1 + mass) / 2.

    Parameters
    ----------
    lower, upper : float
        The interval, on the analysis scale of the effect.
    mass : float
        How sure, between 0 and 1; the rest lies on both sides alike.

    Raises
    ------
    ModelError
        For an interval or a mass that is none.
    """
    lower = _above("lower", lower, -np.inf)
    width = _above("upper", upper, lower) - lower
    return Normal(lower + 0.5 * width, 0.5 * width / float(special.ndtri(0.5 + 0.5 * _share(mass))))


def normal_ratio_interval(lower: float, upper: float, *, mass: float = 0.95) -> Normal:
    """Prior of mu from "I am 95 % sure that the mean odds ratio lies between these".

    Parameters
    ----------
    lower, upper : float
        The interval on the scale of the ratio, > 0; the prior is one of its logarithm.
    mass : float
        How sure, between 0 and 1; the rest lies on both sides alike.

    Raises
    ------
    ModelError
        For an interval or a mass that is none.
    """
    low = _above("lower", lower, 0.0)
    return normal_interval(log(low), log(_above("upper", upper, low)), mass=mass)


def _product_beyond(c: Array) -> Array:
    """P(|Z₁ Z₂| > c) = (2/π) ∫₀^∞ exp(−c cosh t) / cosh t dt, by the trapezoidal rule.

    The integrand is analytic and falls off doubly exponentially: the rule is exact to rounding for
    c > 1e-5 or so, and quantiles of any mass that is worth stating are larger.
    """
    t = np.arange(0.0, 2.0 * _FARTHEST, _STEP)
    weights = np.where(t == 0.0, 0.5, 1.0) * _STEP / np.cosh(t)
    return 2.0 / np.pi * (np.exp(-np.asarray(c)[..., None] * np.cosh(t)) @ weights)


def _spread(sigma: float, share: float) -> float:
    """Quantile of sigma Z₁ + ln |Z₂|."""
    z = np.arange(-_FARTHEST, _FARTHEST, _STEP)
    weights = np.exp(-0.5 * z**2) * _STEP / sqrt(2.0 * np.pi)

    def within(size: Array) -> Array:
        return special.erf(size[..., None] * np.exp(-sigma * z) / sqrt(2.0)) @ weights

    return float(np.log(invert(within, np.array(share), (1e-300, 1e300))))


def _widening(sigma: float, share: float) -> float:
    """How far the quantile lies from the median, on the log scale."""
    return _spread(sigma, share) - _spread(sigma, 0.5)


def _above(name: str, value: float, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not least < value < np.inf:
        raise ModelError(f"{name} must be a finite number above {least:g}, got {value!r}.")
    return float(value)


def _share(mass: float) -> float:
    if isinstance(mass, bool) or not isinstance(mass, Real) or not 0.0 < mass < 1.0:
        raise ModelError(f"mass must be between 0 and 1, such as 0.95, got {mass!r}.")
    return float(mass)
