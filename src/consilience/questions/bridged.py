"""The evidence of a fit, with its error: exact, or by bridge sampling."""

import numpy as np

from consilience.engines.nuts import Nuts
from consilience.engines.nuts.bridge import Bridged, bridge
from consilience.engines.nuts.sampler import Settings
from consilience.errors import RefusalError
from consilience.fit import Fit
from consilience.model import resolve

_CAREFUL = 0.95


def evidence_of(fit: Fit, name: str) -> Bridged:
    """Give a fit's log evidence and a bound on the relative error of the evidence.

    That of an exact fit is the bound of its integration; of a sampled one, twice the Monte Carlo
    standard error of bridge sampling, for which the model is sampled anew.

    Parameters
    ----------
    fit : Fit
        With proper priors.
    name : str
        What a message calls it.

    Raises
    ------
    RefusalError
        If a prior is improper.
    ConvergenceError
        If bridge sampling does not settle.
    """
    found = fit.log_evidence
    if found is not None:
        return Bridged(found, fit.posterior.accuracy)
    layout = fit.posterior.layout
    priors = [part.prior for part in layout.parts if part.labels]
    if not np.isnan(fit.posterior.accuracy) or not all(prior.proper for prior in priors):
        raise RefusalError(
            f"The fit {name!r} has an improper prior, so that its evidence is known only up to a "
            "constant and a Bayes factor means nothing. Give mu, the coefficients and the standard "
            "deviations proper priors, such as Normal and HalfNormal."
        )
    engine = fit.engine
    if not isinstance(engine, Nuts):
        raise RefusalError(
            f"The fit {name!r} is by {type(engine).__name__}, which gives no evidence. Fit the "
            "model with engines.Exact() or engines.Nuts()."
        )
    careful = max(engine.target_accept, _CAREFUL)
    settings = Settings(engine.draws, engine.tune, engine.chains, careful)
    sampled = bridge(
        resolve(fit.model, fit.effects).pymc(fit.effects), settings=settings, seed=engine.seed
    )
    return Bridged(sampled.log, 2.0 * sampled.error)
