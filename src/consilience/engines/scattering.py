"""How much the estimates scatter, held against what the priors foresee."""

import numpy as np

from consilience.effects import Effects
from consilience.engines.base import Posterior
from consilience.gaussian import Array, Bonds, Errors

_MOST, _FEWEST, _CELLS = 4_000, 500, 1_000_000


def loose(posterior: Posterior) -> tuple[str, ...]:
    """Name the improper priors that keep the scatter from being foreseen; a flat mu does not."""
    parts = (
        part.variable
        for part in posterior.layout.parts
        if not part.prior.proper and part.variable != "mu" and part.labels
    )
    hypers = (hyper.name for hyper in posterior.layout.hypers if not hyper.prior.proper)
    return (*parts, *hypers)


def cochran_q(y: Array, effects: Effects) -> Array:
    """Cochran's Q = (y − ȳ)'V⁻¹(y − ȳ) of each row of y (rows, k), about the generalised mean."""
    v, ones, turned = effects.shared.rotated(effects.v, np.ones(effects.k), y.T)
    mean = ((ones / v) @ turned) / np.sum(ones**2 / v)
    return np.asarray((1.0 / v) @ (turned - ones[:, None] * mean) ** 2)


def foreseen_q(
    posterior: Posterior, effects: Effects, *, count: int, rng: np.random.Generator
) -> Array:
    """Draw Cochran's Q (count,) from the prior predictive distribution.

    A flat mu is left out: Q is about the mean of the estimates, and does not change with it. Other
    improper priors, which `loose` names, must be refused before.

    References
    ----------
    Box (1980), doi:10.2307/2982063.
    """
    k, layout = effects.k, posterior.layout
    point = {hyper.name: hyper.prior.ppf(rng.random(count)) for hyper in layout.hypers}
    total = np.zeros((count, k))
    for part in layout.parts:
        total = total + part.known
        if not part.labels or not part.prior.proper:
            continue
        unit = part.prior.ppf(rng.random((count, len(part.labels))))
        scale = point[part.scales[0].name][:, None] if part.scales else 1.0
        total = total + part.seen(unit * scale, point)
    ties = posterior.bonds.ties.sized(np.sqrt(effects.v))
    bonds = Bonds(Errors.of(effects.v, effects.shared), ties)
    drawn = bonds.replicate(posterior.scatter.draw(point, (count, k), rng), point, rng)
    return cochran_q(total + drawn, effects)


def scatter_tail(posterior: Posterior, effects: Effects) -> tuple[float, float]:
    """Give P(replicated Q ≥ observed Q) under the priors, and the observed Q.

    Returns
    -------
    tail : float
        From replicates with a fixed seed; nan where a prior is improper, for one estimate, and for
        so many estimates that few replicates could be drawn in no time.
    observed : float
        Cochran's Q.
    """
    observed = float(cochran_q(effects.y[None, :], effects)[0])
    count = min(_MOST, _CELLS // effects.k)
    if effects.k == 1 or count < _FEWEST or loose(posterior):
        return np.nan, observed
    replicated = foreseen_q(posterior, effects, count=count, rng=np.random.default_rng(17))
    return float(np.mean(replicated >= observed)), observed
