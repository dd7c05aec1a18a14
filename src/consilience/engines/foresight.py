"""The data of a trial against what the other trials foresee."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr

from consilience.effects import Effects
from consilience.gaussian import POSITIVE, REAL, UNIT, Array, Hyper
from consilience.likelihoods import Likelihood
from consilience.likelihoods.falling import between

_KNOTS, _CELLS = 97, 400
_FAR = 8.0
_LIGHT, _MOST = 1e-9, 6000
_LEVELS = {0: 1, 1: 9, 2: 5, 3: 4}
_TAIL = 1e-3
_SAME = 1e-9
_TINY = 1e-12
_HALF = float(np.log(2.0))


type Move = Callable[[Array], Array]


class Others(NamedTuple):
    """What is known without a trial: points of the posterior with their weights."""

    eta: Array
    """Expectation of its true effect as its data see it, (n,)."""
    h: Array
    """Variance of its true effect about it, (n,)."""
    omega: Mapping[str, Array]
    """The likelihood's hyperparameters, (n,) each."""
    weights: Array
    """Shares (n,)."""


class _Lattice(NamedTuple):
    """True effects θ = centre + scale·sinh(u) in cells of equal du."""

    centre: float
    scale: float
    edges: Array
    """u, (cells + 1,)."""

    @property
    def middles(self) -> Array:
        """Give u in the middle of each cell."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    @property
    def knots(self) -> Array:
        """Give u where the trial is asked."""
        return np.linspace(self.edges[0], self.edges[-1], _KNOTS)

    def theta(self, u: Array) -> Array:
        """Give the true effects."""
        return self.centre + self.scale * np.sinh(u)

    def masses(self, others: Others) -> Array:
        """Give the weighted probability of each cell at each point, (n, cells).

        A normal that is narrower than a cell is taken to be as wide as one.
        """
        cell = self.scale * np.hypot(1.0, (others.eta - self.centre) / self.scale)
        sd = np.sqrt(others.h + (cell * (self.edges[1] - self.edges[0])) ** 2)[:, None]
        reached = ndtr((self.theta(self.edges) - others.eta[:, None]) / sd)
        return others.weights[:, None] * np.diff(reached, axis=1)


def foreseen(likelihood: Likelihood, effects: Effects, place: int, *, others: Others) -> float:
    """Give the probability that new data of a trial would speak for less than its own did.

    pᵢ = P(x < x₁ | m, others) + ½ P(x = x₁ | m, others) for events, m = x₁ + x₂ being the total of
    both arms, and P(y < yᵢ | others) for means: where the trial's own data lie in their predictive
    distribution given all other trials and what is held of them (`Likelihood.told`),

        P(x | m, others) ∝ ∫ P(x, m − x | θ, ω) p(θ, ω | others) d(θ, ω).

    Being a conditional distribution of the model, x₁ is a draw from it if the model holds: with
    P(x = x₁) split at random in place of one half, pᵢ is uniform. The total is held because it says
    next to nothing about the effect: without it a sparse arm is held against the prior of its
    baseline, which is vague and not in question; with it both arms count alike, an arm without
    events needs no exception, and the conditional (hypergeometric) likelihood says the same as the
    others. It is nan where one way to fall was open to the events.

    Parameters
    ----------
    likelihood : Likelihood
        The likelihood, its priors concrete.
    effects : Effects
        The trials.
    place : int
        The trial in question.
    others : Others
        What is known without it.

    References
    ----------
    Marshall & Spiegelhalter (2003), doi:10.1002/sim.1403, for cross-validated mid-p values. Fisher
    (1935), doi:10.2307/2342435, for the total. Dawid (1984), doi:10.2307/2981683.
    """
    curves = likelihood.curves(effects)
    if curves.silent[place] or effects.k == 1:
        return np.nan
    kept = _heaviest(others)
    lattice = _laid(kept, float(curves.centre[place]), float(curves.width[place]))
    points, shares = _levels(curves.hypers, kept)
    told = [
        likelihood.told(effects, place, theta=lattice.theta(lattice.knots), point=point)
        for point in points
    ]
    if all(np.allclose(each.log_all - each.log_below, _HALF, atol=_SAME) for each in told):
        return np.nan
    below, every = (
        shares @ between(lattice.knots, np.stack(rows), lattice.middles)
        for rows in zip(*told, strict=True)
    )
    top, mass = every.max(), lattice.masses(kept)
    return float(np.sum(mass * np.exp(below - top)) / np.sum(mass * np.exp(every - top)))


def _heaviest(others: Others) -> Others:
    """Keep the points that matter."""
    order = np.argsort(-others.weights, kind="stable")[:_MOST]
    kept = order[others.weights[order] > _LIGHT * others.weights.max()]
    omega = {name: values[kept] for name, values in others.omega.items()}
    weights = others.weights[kept] / others.weights[kept].sum()
    return Others(others.eta[kept], others.h[kept], omega, weights)


def _laid(others: Others, centre: float, width: float) -> _Lattice:
    """Lay cells over all true effects that the points may have."""
    far = _FAR * np.sqrt(others.h) + 0.5 * width
    low, high = float(np.min(others.eta - far)), float(np.max(others.eta + far))
    first, last = (float(np.arcsinh((end - centre) / width)) for end in (low, high))
    return _Lattice(centre, width, np.linspace(first, last, _CELLS + 1))


def _levels(hypers: tuple[Hyper, ...], others: Others) -> tuple[list[dict[str, Array]], Array]:
    """Give few points ω that span those known, and the weights (n, c) of each among them.

    Chebyshev's points along each axis on the scale of the whole line, and Lagrange's polynomials.
    """
    count = _LEVELS[len(hypers)]
    shares, axes = np.ones((len(others.eta), 1)), []
    for hyper in hypers:
        free, back = _SCALES[hyper.support]
        x = free(others.omega[hyper.name])
        low, high = _ends(x, others.weights)
        nodes = 0.5 * (low + high) + 0.5 * (high - low) * np.cos(
            np.pi * (np.arange(count) + 0.5) / count
        )
        own = _lagrange(np.clip(x, low, high), nodes)
        shares = (shares[:, :, None] * own[:, None, :]).reshape(len(x), -1)
        axes.append([np.array([value]) for value in back(nodes)])
    names = [hyper.name for hyper in hypers]
    return [dict(zip(names, point, strict=True)) for point in product(*axes)], shares


_SCALES: Mapping[tuple[float, float], tuple[Move, Move]] = {
    POSITIVE: (lambda x: np.log(np.maximum(x, _TINY)), np.exp),
    REAL: (np.asarray, np.asarray),
    UNIT: (lambda x: logit(np.clip(x, _TINY, 1.0 - _TINY)), expit),
}


def _ends(x: Array, weights: Array) -> tuple[float, float]:
    """Give the ends between which nearly all of the weight lies."""
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(weights[order])
    ends = np.searchsorted(reached, [_TAIL, 1.0 - _TAIL])
    low, high = x[order][np.minimum(ends, len(x) - 1)]
    return float(low), float(high)


def _lagrange(x: Array, nodes: Array) -> Array:
    """Give the weights (n, c) of nodes in the polynomial through them; one node where all agree."""
    if np.ptp(nodes) < _SAME:
        return np.eye(1, len(nodes)).repeat(len(x), axis=0)
    away = x[:, None] - nodes
    gaps = nodes[:, None] - nodes + np.eye(len(nodes))
    columns = [
        np.prod(np.delete(away, c, axis=1) / np.delete(gaps[c], c), axis=1)
        for c in range(len(nodes))
    ]
    return np.stack(columns, axis=1)
