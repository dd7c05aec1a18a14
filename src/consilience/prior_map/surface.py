"""The answer under every combination of a prior location and a prior scale of mu."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.summary import tails
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.prior_map.likelihood import likelihood_of
from consilience.prior_map.normals import finite, number, positive, product
from consilience.prior_map.posteriors import posteriors
from consilience.prior_map.reweighted import reweighted
from consilience.prior_map.tipping import held_prior

_COUNT = 25
_QUARTILES, _WIDTH = np.array([0.25, 0.5, 0.75]), 1.3489795003921634


def prior_map(
    fit: Fit,
    locations: Sequence[float] | Array = (),
    scales: Sequence[float] | Array = (),
    *,
    threshold: float = 0.0,
    level: float = 0.95,
) -> xr.Dataset:
    """Map the pooled effect and P(μ > threshold) over normal priors of μ.

    Parameters
    ----------
    fit : Fit
        Of a model that is Gaussian given at most three hyperparameters, by any engine and whatever
        its own prior of μ: answered exactly. Of another model the draws are reweighted, and what
        they cannot tell (Pareto k above 0.7) is nan.
    locations, scales : sequences of float
        Means m and standard deviations s of the priors, on the effect's scale. Without them 25
        locations within one scale of the prior held, and 25 scales from a tenth to twice its own;
        of a prior that is not normal, about its median and on the scale of its quartiles.
    threshold : float
        What μ must exceed.
    level : float
        Mass of the equal-tailed credible intervals.

    Returns
    -------
    Dataset
        ``mean, sd, median, lower, upper, p_gt`` over ``location`` and ``scale``, and
        ``log_evidence`` up to a constant; the accuracy reached in `attrs` (nan from draws, which
        have ``pareto_k`` besides).

    Raises
    ------
    ModelError
        If the model has no such form, a location is not finite, or a scale is not positive.
    ConvergenceError
        If two rules differ by more than 1e-6 for any prior.
    """
    limit = number(threshold, "threshold")
    tails(level)
    if not isinstance(fit, Fit):
        raise ModelError(f"prior_map() asks about what fit() gives, not {type(fit).__name__}.")
    m = finite(locations, "locations") if np.size(locations) else _about(fit)[0]
    s = positive(scales, "scales") if np.size(scales) else _about(fit)[1]
    asked = {"threshold": limit, "level": level}
    answers, accuracy = _answers(fit, m, s, **asked)
    dims, shape = ("location", "scale"), (len(m), len(s))
    return xr.Dataset(
        {name: (dims, values.reshape(shape)) for name, values in answers.items()},
        {"location": m, "scale": s},
        {**asked, "accuracy": accuracy},
    )


def _answers(
    fit: Fit, m: Array, s: Array, *, threshold: float, level: float
) -> tuple[dict[str, Array], float]:
    """Work the answers out exactly; from draws where that cannot be done and there are some."""
    try:
        likelihood = likelihood_of(fit, m, s)
    except ModelError:
        if not isinstance(fit.posterior, SampledPosterior):
            raise
        priors = product(m, s)
        return reweighted(fit.posterior, priors, threshold=threshold, level=level), np.nan
    found, (lower, upper) = posteriors(likelihood, product(m, s)), tails(level)
    answers = {
        "mean": found.mean(),
        "sd": found.sd(),
        "median": found.quantile(0.5),
        "lower": found.quantile(lower),
        "upper": found.quantile(upper),
        "p_gt": found.above(threshold),
        "log_evidence": found.log_evidence(),
    }
    return answers, likelihood.accuracy


def _about(fit: Fit) -> tuple[Array, Array]:
    """Choose locations and scales about the prior held."""
    location, scale = _held(fit)
    return (
        np.linspace(location - scale, location + scale, _COUNT),
        np.geomspace(0.1 * scale, 2.0 * scale, _COUNT),
    )


def _held(fit: Fit) -> tuple[float, float]:
    prior = fit.posterior.layout.parts[0].prior
    if not prior.proper:
        return held_prior(fit)  # which refuses
    lower, middle, upper = prior.ppf(_QUARTILES).tolist()
    return middle, (upper - lower) / _WIDTH
