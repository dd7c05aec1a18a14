"""The shapes that the compiled functions share."""

from typing import NamedTuple

from consilience.gaussian import Array


class Table(NamedTuple):
    """The logarithm of a prior density of τ, a polynomial on each of many pieces.

    Parameters
    ----------
    coefficients : array (pieces, degree + 1)
        Of the powers of t ∈ [−1, 1] on each piece, highest first.
    bits : int
        Each octave of (τ − lower)/width is cut into 2^bits pieces.
    width : float
        Width of the support, 1 where it is infinite.
    limit : float
        The largest number that the table knows.
    """

    coefficients: Array
    bits: int
    width: float
    limit: float


class Assumed(NamedTuple):
    """What is the same for all data sets.

    Parameters
    ----------
    centre, sd : float
        Moments of the normal prior of μ; sd is infinite where it is flat.
    lower, upper : float
        Support of the prior of τ.
    width : float
        How far its median lies above `lower`.
    table : Table
        Its log density.
    """

    centre: float
    sd: float
    lower: float
    upper: float
    width: float
    table: Table


class Asked(NamedTuple):
    """What is to be computed of each posterior beyond its moments.

    Parameters
    ----------
    probabilities : array (q,)
        Of the quantiles, increasing.
    deviates : array (q,)
        The standard normal distribution's quantiles.
    thresholds : array (t,)
        The values whose probability to be exceeded is asked for.
    """

    probabilities: Array
    deviates: Array
    thresholds: Array


class Case(NamedTuple):
    """One data set in units s, about an origin c.

    The unit is the typical standard error, or the width of the prior of τ where that is smaller;
    the origin is the posterior mean of μ without heterogeneity.

    Parameters
    ----------
    estimates : array (k, 2)
        (yᵢ − c)/s and vᵢ/s².
    origin, unit : float
        c and s.
    centre, precision : float
        Of the prior of μ in these units; precision 0 where it is flat.
    spread, proper : float
        The prior variance of μ and 1, or 1 and 0 where it is flat.
    lower, upper, farthest : float
        The support of τ in these units, and the end of the search for it on the x scale.
    smallest, largest : float
        Of the vᵢ/s².
    table : Table
        Log density of τ.
    """

    estimates: Array
    origin: float
    unit: float
    centre: float
    precision: float
    spread: float
    proper: float
    lower: float
    upper: float
    farthest: float
    smallest: float
    largest: float
    table: Table


class Moments(NamedTuple):
    """What one rule finds, in units of s about the origin.

    Parameters
    ----------
    evidence : float
        Log of the integral.
    mu, mu_sd, tau, tau_sd : float
        Means and standard deviations of μ and τ.
    share, share_sd : float
        Those of τ/(1 + τ), which exist even where those of τ do not.
    """

    evidence: float
    mu: float
    mu_sd: float
    tau: float
    tau_sd: float
    share: float
    share_sd: float
