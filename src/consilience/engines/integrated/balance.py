"""What trials say of expectations and of baselines, as normal observations near the posterior.

As in `sites`: at a coefficient β and a mean m of the baselines, log Lᵢ has slopes and curvatures
along η and along m, by differences over one posterior standard deviation. The trial is taken for
two observations, of η with variance (vᵢ + h)/λᵢ and of m with variance (uᵢ + s²)/κᵢ, where uᵢ is
that of the comparator's own log odds or log rate, and vᵢ that of both arms'.
"""

from typing import NamedTuple

import numpy as np

from consilience.engines.integrated.laying import Affine
from consilience.engines.integrated.populated import Nodes, Populated
from consilience.engines.integrated.sites import Normalised, Sites, beliefs
from consilience.gaussian import Array
from consilience.priors import Prior

_LEVELS = np.array([0.05, 0.2, 0.4, 0.6, 0.8])
_ROUNDS, _LONGEST = 8, 2.0
_QUARTILES = np.array([0.25, 0.5, 0.75])
_WIDTH = 1.3489795003921634  # of the interquartile range of a normal, in SDs


class _Place(NamedTuple):
    """Some values of the parameters, (a, …) each."""

    beta: Array
    """(a, m)."""
    mean: Array
    """(a,)."""
    phi: Array
    """(a, f)."""
    sd: Array
    """(a,)."""


def of_effects(whole: Populated, sites: Sites, h: Array) -> Affine:
    """Give β = c + Sz where true effects scatter by h (n, k)."""
    one, two = unknown(whole)
    return Normalised(whole, sites).affine(one + two + h)


def of_baselines(whole: Populated, sites: Sites, sd: Array) -> Affine:
    """Give m = e + rw where baselines scatter by s (n,)."""
    middle, sharp = _belief(whole.curves.hypers[0].prior)
    per = 1.0 / (unknown(whole)[1] + sd[:, None] ** 2)
    total = np.sum(sites.share * per, axis=1) + sharp
    centre = (np.sum(sites.height * per, axis=1) + middle * sharp) / total
    return Affine(centre[:, None], (1.0 / np.sqrt(total))[:, None, None])


def unknown(whole: Populated) -> tuple[Array, Array]:
    """Give the variances with which each arm shows its own log odds or log rate, (k,) each."""
    return 1.0 / whole.arms.one.information({}), 1.0 / whole.arms.two.information({})


def both_sites(whole: Populated) -> tuple[Sites, Sites]:
    """Find the observations of η and of m at the most credible of a few values of φ and s."""
    hypers = (*whole.scatter.hypers, whole.curves.hypers[1])
    levels = np.stack([hyper.prior.ppf(_LEVELS) for hyper in hypers], axis=1)
    share = np.where(whole.kept & ~whole.curves.silent, 1.0, 0.0) * np.ones((len(levels), 1))
    effects = Sites(share, share * (whole.curves.centre - whole.known))
    baselines = Sites(share, share * whole.arms.two.peak)
    place = _Place(np.zeros((len(levels), whole.W.shape[1])), np.zeros(len(levels)),
                   levels[:, :-1], levels[:, -1])  # fmt: skip
    along, across = _affines(whole, (effects, baselines), place)
    place = place._replace(beta=along.c, mean=across.c[:, 0])
    for _ in range(_ROUNDS):
        effects, baselines = _differences(whole, place, (along, across))
        along, across = _affines(whole, (effects, baselines), place)
        place = _moved(place, along, across)
    best = int(np.argmax(_heights(whole, place) + along.log_determinant + across.log_determinant))
    return Sites(*(each[best] for each in effects)), Sites(*(each[best] for each in baselines))


def _affines(whole: Populated, sites: tuple[Sites, Sites], place: _Place) -> tuple[Affine, Affine]:
    """Give both maps at places."""
    h = whole.variance(_psi(place))
    return of_effects(whole, sites[0], h), of_baselines(whole, sites[1], place.sd)


def _moved(place: _Place, along: Affine, across: Affine) -> _Place:
    """Take a step of Newton's, of two standard deviations at most."""
    step = np.linalg.solve(along.S, (along.c - place.beta)[:, :, None])
    far = np.maximum(np.max(np.abs(step), axis=(1, 2)) / _LONGEST, 1.0)
    move = across.c[:, 0] - place.mean
    long = np.maximum(np.abs(move / across.S[:, 0, 0]) / _LONGEST, 1.0)
    beta = place.beta + (along.c - place.beta) / far[:, None]
    return place._replace(beta=beta, mean=place.mean + move / long)


def _differences(
    whole: Populated, place: _Place, affines: tuple[Affine, Affine]
) -> tuple[Sites, Sites]:
    """Find slopes and curvatures along η and m."""
    psi, (along, across), every = _psi(place), affines, np.arange(len(place.mean))
    eta, h, population = whole.expectation(psi), whole.variance(psi), psi[:, -2:]
    step = np.sqrt(np.sum((whole.W @ along.S) ** 2, axis=2))
    width = across.S[:, 0]
    three = np.arange(3 * len(every))
    etas = np.concatenate([eta - step, eta, eta + step])
    beside = Nodes(etas, np.tile(h, (3, 1)), population, three, np.tile(every, 3))
    moved = [population + sign * width * [1.0, 0.0] for sign in (-1.0, 0.0, 1.0)]
    shifted = Nodes(eta, h, np.concatenate(moved), np.tile(every, 3), three)
    one, two = unknown(whole)
    known = eta - whole.known, place.mean[:, None] * np.ones(eta.shape)
    wide = one + two + h, two + place.sd[:, None] ** 2
    return (
        _differenced(_logs(whole, beside), step, at=known[0], wide=wide[0]),
        _differenced(_logs(whole, shifted), width, at=known[1], wide=wide[1]),
    )


def _differenced(logs: Array, step: Array, *, at: Array, wide: Array) -> Sites:
    """Turn log L at one step below, here, and one above into observations."""
    below, here, above = np.split(logs, 3)
    bend = np.maximum(2.0 * here - above - below, 0.0) / step**2
    share, slope = _finite(bend * wide), 0.5 * (above - below) / step
    return Sites(share, share * at + _finite(slope * wide))


def _logs(whole: Populated, nodes: Nodes) -> Array:
    """Give what the trials that are kept say at nodes, (n, k)."""
    found = [whole.heard(nodes, place) for place in range(len(whole.labels))]
    return np.where(whole.kept, np.stack(found, axis=1), 0.0)


def _heights(whole: Populated, place: _Place) -> Array:
    """Give log p(data | ψ) and what is believed of β and m, as if that were normal."""
    middle, sharp = beliefs(whole)
    centre, per = _belief(whole.curves.hypers[0].prior)
    believed = (place.beta - middle) ** 2 @ sharp + (place.mean - centre) ** 2 * per
    return whole.log_likelihood(_psi(place)) - 0.5 * believed


def _psi(place: _Place) -> Array:
    return np.column_stack([place.beta, place.phi, place.mean, place.sd])


def _finite(values: Array) -> Array:
    """Let what is no number say nothing."""
    return np.where(np.isfinite(values), values, 0.0)


def _belief(prior: Prior) -> tuple[float, float]:
    """Give the middle of a prior, and one over the square of its spread."""
    low, middle, high = prior.ppf(_QUARTILES).tolist()
    return middle, (_WIDTH / (high - low)) ** 2
