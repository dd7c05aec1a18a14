"""The answer under every combination of a prior location and a prior scale of mu."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from consilience.engines.summary import tails
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.prior_map.likelihood import likelihood_of
from consilience.prior_map.normals import finite, number, positive, product
from consilience.prior_map.posteriors import posteriors
from consilience.prior_map.tipping import held_prior

_COUNT = 25


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
        A fit of a model that is Gaussian given at most three hyperparameters; its own prior of μ
        does not matter.
    locations, scales : sequences of float
        Means m and standard deviations s of the priors, on the effect's scale. Without them 25
        locations within one scale of the prior held, and 25 scales from a tenth to twice its own.
    threshold : float
        What μ must exceed.
    level : float
        Mass of the equal-tailed credible intervals.

    Returns
    -------
    Dataset
        ``mean, sd, median, lower, upper, p_gt`` over ``location`` and ``scale``, and
        ``log_evidence`` up to a constant; the accuracy reached in `attrs`.

    Raises
    ------
    ModelError
        If the model has no such form, a location is not finite, or a scale is not positive.
    ConvergenceError
        If two rules differ by more than 1e-6 for any prior.
    """
    limit, (lower, upper) = number(threshold, "threshold"), tails(level)
    if not isinstance(fit, Fit):
        raise ModelError(f"prior_map() asks about what fit() gives, not {type(fit).__name__}.")
    m = finite(locations, "locations") if np.size(locations) else _about(fit)[0]
    s = positive(scales, "scales") if np.size(scales) else _about(fit)[1]
    likelihood = likelihood_of(fit, m, s)
    found = posteriors(likelihood, product(m, s))
    answers = {
        "mean": found.mean(),
        "sd": found.sd(),
        "median": found.quantile(0.5),
        "lower": found.quantile(lower),
        "upper": found.quantile(upper),
        "p_gt": found.above(limit),
        "log_evidence": found.log_evidence(),
    }
    dims, shape = ("location", "scale"), (len(m), len(s))
    return xr.Dataset(
        {name: (dims, values.reshape(shape)) for name, values in answers.items()},
        {"location": m, "scale": s},
        {"threshold": limit, "level": level, "accuracy": likelihood.accuracy},
    )


def _about(fit: Fit) -> tuple[Array, Array]:
    """Choose locations and scales about the prior held."""
    location, scale = held_prior(fit)
    return (
        np.linspace(location - scale, location + scale, _COUNT),
        np.geomspace(0.1 * scale, 2.0 * scale, _COUNT),
    )
