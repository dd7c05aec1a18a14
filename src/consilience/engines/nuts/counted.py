"""What the draws say of each trial's data, where true effects were sampled."""

import numpy as np
from numpy.polynomial import hermite_e
from scipy.special import logsumexp

from consilience.gaussian import Array, Point, Population
from consilience.likelihoods.curves import Curves

_KAPPA = 0.7
_NODES = 16
_WIDER = 1.3


def log_masses(curves: Curves, population: Population, *, eta: Array, point: Point) -> Array:
    """Give log p(data of trial i | β, φ, ω), (draws, k), true effects and baselines integrated out.

    Parameters
    ----------
    curves : Curves
        The trials.
    population : Population
        How true effects scatter.
    eta : array (draws, k)
        Their expectations as the data see them.
    point : mapping of str to array (draws,)
        All hyperparameters.
    """
    shares, variances = population.components(point)
    omega = {hyper.name: point[hyper.name] for hyper in curves.hypers}
    with np.errstate(divide="ignore"):
        log_shares = np.broadcast_to(np.log(shares), (len(eta), shares.shape[1]))
    parts = [
        log_shares[:, [c]]
        + _normal(curves, omega, eta=eta, h=np.broadcast_to(variances[:, :, c], eta.shape))
        for c in range(shares.shape[1])
    ]
    return np.asarray(logsumexp(parts, axis=0))


def _normal(curves: Curves, omega: Point, *, eta: Array, h: Array) -> Array:
    """Integrate normal true effects out."""
    if omega:
        return _sampled(curves, omega, eta=eta, h=h)
    from consilience.engines.integrated.kernel import Found
    from consilience.engines.integrated.loops import asked, filled
    from consilience.engines.integrated.table import tabulate

    table = tabulate(
        lambda theta, order: curves.log(theta, {}, order=order), curves.centre, curves.width
    ).table
    found = Found(*(np.empty(eta.shape) for _ in range(3)))
    filled()(table, asked(np.array(eta), np.array(h), _KAPPA), found)
    return found.log_mass


def _sampled(curves: Curves, omega: Point, *, eta: Array, h: Array) -> Array:
    """Integrate by Gauss–Hermite about where each integrand is expected, without a table."""
    z, w = hermite_e.hermegauss(_NODES)
    v = curves.width**2
    sd = _WIDER * np.sqrt(h * v / (h + v))
    centre = (eta * v + curves.centre * h) / (h + v)
    if not h.any():
        return curves.log(eta, omega)
    spread = np.maximum(h, 1e-300)
    terms = []
    for node, weight in zip(z, w, strict=True):
        theta = centre + sd * node
        own = curves.log(theta, omega, order=24)
        normal = -0.5 * ((theta - eta) ** 2 / spread + np.log(spread))
        terms.append(own + normal + np.log(weight * np.maximum(sd, 1e-300)) + 0.5 * node**2)
    return np.asarray(logsumexp(terms, axis=0) - 0.5 * np.log(2.0 * np.pi))
