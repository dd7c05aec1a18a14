"""Adaptive Gauss–Hermite integrals over one or two normal random effects, all trials at once.

Effects are standardised, ``theta = mean + spread z``, so that a spread of zero is no special case.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp, roots_hermitenorm

from consilience.classical.glmm.arms import Arm, Curve
from consilience.classical.wls import Floats

_STEPS = 100
_SETTLED = 1e-12
_LONGEST = 1.0


def over_one(
    curve: Callable[[Floats], Curve], mean: Floats, spread: Floats, *, nodes: int
) -> Floats:
    """``log ∫ exp(f(mean + spread z)) φ(z) dz`` of concave f.

    Nodes are laid about the mode by the curvature there; one node is Laplace's approximation.

    Parameters
    ----------
    curve : callable
        f with its slope and curvature, for predictors of shape (…, k).
    mean, spread : ndarray, shape (n, k)
    nodes : int

    Returns
    -------
    ndarray, shape (n, k)

    References
    ----------
    Pinheiro JC, Bates DM (1995). Journal of Computational and Graphical Statistics 4:12–35.
    doi:10.1080/10618600.1995.10474663
    """
    z = np.zeros_like(mean)
    bend = np.ones_like(mean)
    for _ in range(_STEPS):
        _, slope, curvature = curve(mean + spread * z)
        bend = 1 - spread**2 * curvature
        step = (spread * slope - z) / bend
        # A step of one on the scale of the predictor never overshoots these likelihoods for long.
        step /= np.maximum(1.0, np.abs(step * spread) / _LONGEST)
        z = z + step
        if np.abs(step).max(initial=0.0) < _SETTLED:
            break
    x, logs = _rule(nodes)
    width = bend**-0.5
    at = z + width * x[:, None, None]
    height = curve(mean + spread * at)[0] - at**2 / 2
    return logsumexp(height + logs[:, None, None], axis=0) + np.log(width)


def over_two(arms: tuple[Arm, Arm], mean: Floats, spread: Floats, *, nodes: int) -> Floats:
    """``log ∫∫ exp(f_1 + f_2) φ(z) dz`` over two standard normals, ``eta_j = mean_j + spread_j'z``.

    Parameters
    ----------
    arms : tuple of Arm
    mean : ndarray, shape (2, n, k)
        Of the two predictors.
    spread : ndarray, shape (2, 2, n, k)
        By predictor and random effect.
    nodes : int
        In each direction.

    Returns
    -------
    ndarray, shape (n, k)
    """
    z = np.zeros_like(mean)
    bend = np.ones((2, 2, *mean.shape[1:]))
    for _ in range(_STEPS):
        slope, bend = _bent(arms, mean, spread, z=z)
        determinant = bend[0, 0] * bend[1, 1] - bend[0, 1] ** 2
        step = (
            np.stack([bend[1, 1] * slope[0] - bend[0, 1] * slope[1],
                      bend[0, 0] * slope[1] - bend[0, 1] * slope[0]])
            / determinant
        )  # fmt: skip
        moved = np.abs(np.einsum("je...,e...->j...", spread, step)).max(axis=0)
        step /= np.maximum(1.0, moved / _LONGEST)
        z = z + step
        if np.abs(step).max(initial=0.0) < _SETTLED:
            break
    return _product_rule(arms, mean, spread, mode=(z, bend), nodes=nodes)


def _bent(
    arms: tuple[Arm, Arm], mean: Floats, spread: Floats, *, z: Floats
) -> tuple[Floats, Floats]:
    """Slope of the exponent at z, and minus its matrix of curvatures."""
    eta = mean + np.einsum("je...,e...->j...", spread, z)
    found = [arm.at(each) for arm, each in zip(arms, eta, strict=True)]
    slope = sum(s * b for (_, s, _), b in zip(found, spread, strict=True)) - z
    bend = sum(-c * b[:, None] * b[None] for (_, _, c), b in zip(found, spread, strict=True))
    return slope, bend + np.eye(2)[:, :, None, None]


def _product_rule(
    arms: tuple[Arm, Arm],
    mean: Floats,
    spread: Floats,
    *,
    mode: tuple[Floats, Floats],
    nodes: int,
) -> Floats:
    """Integrate over two random effects, nodes laid along the factor of the inverse curvature."""
    z, bend = mode
    x, logs = _rule(nodes)
    # Lower Cholesky factor of the inverse of the curvatures.
    first = np.sqrt(bend[1, 1] / (bend[0, 0] * bend[1, 1] - bend[0, 1] ** 2))
    mixed = -bend[0, 1] / bend[1, 1] * first
    second = bend[1, 1] ** -0.5
    u, w = (each.ravel()[:, None, None] for each in np.meshgrid(x, x))
    at = np.stack([z[0] + first * u, z[1] + mixed * u + second * w])
    eta = mean[:, None] + np.einsum("jenk,eqnk->jqnk", spread, at)
    height = sum(arm.at(each)[0] for arm, each in zip(arms, eta, strict=True))
    height = height - (at**2).sum(axis=0) / 2
    weights = (logs[:, None] + logs).ravel()[:, None, None]
    return logsumexp(height + weights, axis=0) + np.log(first * second)


def _rule(nodes: int) -> tuple[Floats, Floats]:
    """Nodes x, and the logarithms of ``w exp(x²/2) / √(2π)``."""
    x, w = roots_hermitenorm(nodes)
    return x, np.log(w) + x**2 / 2 - 0.5 * np.log(2 * np.pi)
