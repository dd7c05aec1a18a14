"""Whether a posterior is a distribution at all, proved before anything is integrated.

With improper priors f(φ) ~ φ^a far out, and a likelihood that falls as φ^(−e) when a set S of
hyperparameters grows together, the posterior is proper if and only if every such set satisfies
Σ_S (a + 1) < e, and no prior is too steep at zero (f ~ φ^b needs b > −1; the likelihood is finite
and positive there).

The exponent e counts directions. With flat coefficients integrated out the likelihood is the
density of the k − p contrasts of the estimates that are free of them; e is how many of these
contrasts have a variance that grows with S. Those are the trials whose scatter grows (R of them),
and what the scaled columns U add among the other trials:

    e = R + rank[W_flat, U](other trials) − rank W_flat;  for one tau: e = k − p.
"""

from functools import lru_cache
from itertools import combinations

import numpy as np

from consilience.engines.exact.form import Form
from consilience.errors import ModelError
from consilience.gaussian import Hyper
from consilience.priors import Prior

_LEAST = 1e-300
_UNSEEN = 1e-9
_FAR, _FELT = 1e9, 1e-6


def proper_posterior(prior: Prior, k: int, flat: int = 1) -> None:
    """Say nothing if the posterior of tau is proper in a random-effects model.

    Parameters
    ----------
    prior : Prior
        The prior of tau.
    k : int
        Number of estimates.
    flat : int
        Number of coefficients with a flat prior: 1 for a flat mu.

    Raises
    ------
    ModelError
        If the posterior is improper; the message says why and what makes it proper.

    References
    ----------
    Gelman (2006), Prior distributions for variance parameters in hierarchical models,
    doi:10.1214/06-BA117A, for the uniform prior; Bodnar, Link & Elster (2016),
    doi:10.1214/14-BA933, for Jeffreys'.
    """
    _judge((Hyper("tau", prior),), max(k - flat, 0), _counted(k, flat))


def prove(form: Form) -> None:
    """Say nothing if the posterior of every hyperparameter is proper and can be integrated.

    Raises
    ------
    ModelError
        If it is not; the message names the prior and the remedy.
    """
    for hyper in form.hypers:
        _refuse_out_of_sight(hyper)
    improper = tuple(hyper for hyper in form.hypers if not hyper.prior.proper)
    if not improper:
        return
    given = _counted(int(np.isfinite(form.v).sum()), int(form.flat.sum()))
    for size in range(1, len(improper) + 1):
        for some in combinations(improper, size):
            _judge(some, _exponent(form, tuple(hyper.name for hyper in some)), given)


def _exponent(form: Form, names: tuple[str, ...]) -> int:
    """Count the contrasts whose variance grows with these hyperparameters."""
    seen = np.isfinite(form.v)  # an infinite sampling variance is no observation
    scaled = np.array([scale in names for scale in form.scales], dtype=bool)
    own = form.W[:, form.flat | scaled]
    if not form.bonds.ties.none:
        together = np.hstack([own, _directions(form, names)])[seen]
        return _rank(together) - _rank(form.W[seen][:, form.flat])
    grows = _growing(form, names) & seen
    return int(grows.sum()) + _rank(own[seen & ~grows]) - _rank(form.W[seen][:, form.flat])


def _directions(form: Form, names: tuple[str, ...]) -> np.ndarray:
    """Give directions (k, r) in which tied true effects scatter more as hyperparameters grow."""
    far = np.where([hyper.name in names for hyper in form.hypers], _FAR, 0.5)[None]
    h = np.broadcast_to(form.variance(far), (1, len(form.y)))
    loose = np.flatnonzero((h[0] > _FAR) & ~form.bonds.blocked)
    found = [np.eye(len(form.y))[:, loose]]
    for at, _, true in form.bonds.at(h, form.point(far)):
        for members, covariance in zip(at, true[0], strict=True):
            values, vectors = np.linalg.eigh(covariance / _FAR**2)
            columns = np.zeros((len(form.y), int((values > _FELT).sum())))
            columns[members] = vectors[:, values > _FELT]
            found.append(columns)
    return np.hstack(found)


def _growing(form: Form, names: tuple[str, ...]) -> np.ndarray:
    """Which trials' true effects scatter more when these hyperparameters grow, (k,)."""
    near = np.full((1, len(form.hypers)), 0.5)
    far = np.where([hyper.name in names for hyper in form.hypers], 1e3, near)
    return np.broadcast_to(form.variance(far) > form.variance(near), (1, len(form.y)))[0]


def _rank(columns: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(columns)) if columns.size else 0


def _counted(k: int, flat: int) -> str:
    trials = f"{k} estimate{'s' * (k != 1)}"
    return f"{trials} and {flat} flat coefficient{'s' * (flat != 1)}" if flat else trials


def _judge(hypers: tuple[Hyper, ...], exponent: int, given: str) -> None:
    """Refuse priors whose product with the likelihood diverges at zero or for large values."""
    names = " and ".join(hyper.name for hyper in hypers)
    priors = " and ".join(hyper.prior.label for hyper in hypers)
    remedy = (
        f"Give {names} a proper prior, such as HalfNormal(0.5), or add trials"
        f"{', or give the flat coefficients proper priors' if 'flat' in given else ''}."
    )
    if any(hyper.prior.zero_power <= -1.0 for hyper in hypers):
        raise ModelError(
            f"The posterior of {names} is improper: {priors} is not integrable at zero, where the "
            f"likelihood is positive. {remedy}"
        )
    power = sum(hyper.prior.tail_power for hyper in hypers)
    if power + len(hypers) >= exponent:
        raise ModelError(
            f"The posterior of {names} is improper: for large values the likelihood of {given} "
            f"falls as the power {-exponent} and {priors} as the power {power:g}, but together "
            f"they must fall faster than the power {-len(hypers)}. {remedy}"
        )


@lru_cache(maxsize=256)
def _out_of_sight(prior: Prior) -> float:
    return float(prior.cdf(_LEAST))


def _refuse_out_of_sight(hyper: Hyper) -> None:
    """Refuse a prior with mass so near zero that no floating number is there."""
    prior = hyper.prior
    if not prior.proper or prior.support[0] < 0.0:
        return
    share = _out_of_sight(prior)
    if share > _UNSEEN:
        raise ModelError(
            f"{share:.1e} of the prior {prior.label} of {hyper.name} lies below {_LEAST:g}, where "
            "numbers end. Give it a lighter tail: a larger nu, a smaller sigma, or Truncated."
        )
