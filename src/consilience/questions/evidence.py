"""How much more likely one model makes the data than another."""

from dataclasses import dataclass

import numpy as np

from consilience.engines.exact.posterior import ExactPosterior
from consilience.errors import ModelError, RefusalError
from consilience.fit import Fit
from consilience.gaussian import Array, Block
from consilience.questions.asking import answering, coefficients, exact_of, finite
from consilience.questions.bridged import evidence_of

_KASS_RAFTERY = (
    (3.0, "not worth more than a bare mention"),
    (20.0, "positive"),
    (150.0, "strong"),
    (np.inf, "very strong"),
)
_JEFFREYS = (
    (10.0**0.5, "not worth more than a bare mention"),
    (10.0, "substantial"),
    (100.0, "strong"),
    (np.inf, "decisive"),
)
_ROUNDING = 8.0 * float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class BayesFactor:
    """How many times as likely the data are under one model as under another.

    Parameters
    ----------
    a, b : str
        What is compared: a against b.
    log : float
        Natural logarithm of p(y | a)/p(y | b).
    error : float
        Bound on the relative error of the factor, of both integrations together; twice the Monte
        Carlo standard error where a fit was sampled.
    """

    a: str
    b: str
    log: float
    error: float

    @property
    def value(self) -> float:
        """The factor itself; infinite beyond what numbers hold."""
        with np.errstate(over="ignore"):
            return float(np.exp(np.float64(self.log)))

    @property
    def log10(self) -> float:
        """Its decimal logarithm."""
        return self.log / float(np.log(10.0))

    @property
    def lower(self) -> float:
        """The least that the error bound allows."""
        return self.value * (1.0 - self.error)

    @property
    def upper(self) -> float:
        """The most that the error bound allows."""
        return self.value * (1.0 + self.error)

    @property
    def kass_raftery(self) -> str:
        """Word for the strength on the scale of Kass & Raftery (1995), p. 777."""
        return _word(self.log, _KASS_RAFTERY)

    @property
    def jeffreys(self) -> str:
        """Word for the strength on Jeffreys' scale, as in Kass & Raftery (1995), p. 777."""
        return _word(self.log, _JEFFREYS)

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        if self.log == 0.0:
            return f"The data are as likely under {self.a} as under {self.b}."
        first, second = (self.a, self.b) if self.log > 0 else (self.b, self.a)
        size = np.exp(abs(self.log)) if abs(self.log) < 700.0 else np.inf
        times = f"{size:.3g} times" if np.isfinite(size) else "more than 10³⁰⁰ times"
        return (
            f"The data are {times} as likely under {first} as under {second}: evidence that Kass "
            f"and Raftery (1995) call {self.kass_raftery} and Jeffreys {self.jeffreys}. It depends "
            "on the priors of both models."
        )


def bayes_factor(fit_a: Fit, fit_b: Fit, *, names: tuple[str, str] = ("a", "b")) -> BayesFactor:
    """Compare two models of the same estimates by their evidence.

    BF = p(y | a)/p(y | b); its relative error is at most the sum of both fits' error bounds. The
    evidence of a sampled fit is estimated by bridge sampling, in some ten seconds; its bound is
    twice the Monte Carlo standard error.

    Parameters
    ----------
    fit_a, fit_b : Fit
        With proper priors, of the same estimates with the same weights.
    names : tuple of str
        What the models are called.

    Raises
    ------
    RefusalError
        If a fit has no evidence because a prior is improper.
    ModelError
        If the fits rest on different estimates or weights.
    ConvergenceError
        If bridge sampling does not settle.

    References
    ----------
    Kass & Raftery (1995), doi:10.1080/01621459.1995.10476572. Jeffreys (1961), *Theory of
    Probability*, appendix B. Gronau et al. (2017), doi:10.1016/j.jmp.2017.09.005, for the bridge.
    """
    if isinstance(names, str) or len(names) != 2:
        raise ModelError(f"bayes_factor() takes the names of two fits, not {names!r}.")
    for fit in (fit_a, fit_b):
        answering(fit, "bayes_factor")
    same_data(fit_a, fit_b)
    first, second = (
        evidence_of(fit, name) for fit, name in zip((fit_a, fit_b), names, strict=True)
    )
    rounding = _ROUNDING * (1.0 + abs(first.log) + abs(second.log))
    error = first.error + second.error + rounding
    return BayesFactor(names[0], names[1], first.log - second.log, error)


def savage_dickey(fit: Fit, parameter: str, value: float = 0.0) -> BayesFactor:
    """Compare a point null with the model, by the Savage–Dickey density ratio.

    p(y | β = β₀)/p(y) = p(β₀ | y)/p(β₀): the model in which the coefficient is β₀, everything else
    with the same priors, against the model as it stands.

    Parameters
    ----------
    fit : Fit
        By the exact engine.
    parameter : str
        Row name of a coefficient: ``mu``, or one of a linear term.
    value : float
        β₀, on the effect's scale.

    Raises
    ------
    RefusalError
        If the fit is by another engine, or the prior is improper or depends on a standard
        deviation.
    ModelError
        If there is no such coefficient.

    References
    ----------
    Dickey (1971), doi:10.1214/aoms/1177693507.
    """
    answering(fit, "savage_dickey")
    at = finite("value", value)
    remedy = "Use loo(fit) of both models, or a model that the exact engine can do."
    posterior = exact_of(fit, "savage_dickey", instead=remedy)
    block, place = _block(posterior, parameter)
    prior = float(block.prior.logpdf(np.array([at]))[0])
    after = _log_density(posterior, place, at)
    names = (f"{parameter} = {at:g}", f"{parameter} ~ {block.prior.label}")
    return BayesFactor(*names, after - prior, posterior.accuracy + _ROUNDING)


def same_data(fit_a: Fit, fit_b: Fit) -> None:
    """Say nothing if two fits rest on the same estimates.

    Raises
    ------
    ModelError
        If they do not, or if their models give the estimates different weights.
    """
    a, b = fit_a.effects, fit_b.effects
    if fit_a.model.likelihood.speaks_of != fit_b.model.likelihood.speaks_of:
        raise ModelError(
            f"Fits by the likelihoods {type(fit_a.model.likelihood).__name__} and "
            f"{type(fit_b.model.likelihood).__name__} explain different data (estimates, counts, "
            "or counts given their totals), so that their densities cannot be compared. Compare "
            "models with one likelihood."
        )
    alike = a.labels == b.labels and np.array_equal(a.y, b.y) and np.array_equal(a.v, b.v)
    if not alike:
        raise ModelError(
            f"Models are compared on the same estimates, but these fits rest on different ones "
            f"({a.k} and {b.k}). Fit both models to the same effects."
        )
    if not np.array_equal(_trusted(fit_a), _trusted(fit_b)):
        raise ModelError(
            "These models give the estimates different weights (PowerWeight), so that their "
            "likelihoods are of different data. Use the same weight in both."
        )


def _trusted(fit: Fit) -> Array:
    return fit.model.bias.variance(fit.effects)


def _word(log: float, scale: tuple[tuple[float, str], ...]) -> str:
    return next(word for limit, word in scale if abs(log) <= np.log(limit))


def _block(posterior: ExactPosterior, parameter: str) -> tuple[Block, int]:
    """Find a coefficient whose prior is proper and fixed, as the Savage–Dickey ratio needs."""
    names = posterior.coefficients
    if parameter not in names:
        raise ModelError(
            f"There is no coefficient {parameter!r}. The model has: {', '.join(names)}."
        )
    block = next(part for part in posterior.form.parts if parameter in part.labels)
    if block.scales or not block.prior.proper:
        why = "depends on a standard deviation" if block.scales else "is improper"
        raise RefusalError(
            f"The prior of {parameter} {why}, so that its density at a point is no yardstick. Fit "
            "the model without that term and use bayes_factor()."
        )
    return block, names.index(parameter)


def _log_density(posterior: ExactPosterior, place: int, at: float) -> float:
    mixture = coefficients(posterior)
    return float(mixture.log_density(np.full(len(posterior.coefficients), at))[place])
