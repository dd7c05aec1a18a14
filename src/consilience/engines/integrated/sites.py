"""What each trial says of its expectation, as a normal observation near where the posterior lies.

At expectations η and scatter h a trial's log Lᵢ has slope gᵢ and curvature −pᵢ, by differences
over one posterior standard deviation. With vᵢ(ω) the squared width of its curve it is taken for an
observation of precision λᵢ/(vᵢ + h), λᵢ = pᵢ(vᵢ + h): λ = 1 where the curve is normal, less where
it falls off on one side only, 0 where the trial says nothing. Newton's steps in β and new
differences take turns.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.laying import Affine
from consilience.gaussian import Array

_QUARTILES = np.array([0.25, 0.5, 0.75])
_WIDTH = 1.3489795003921634  # of the interquartile range of a normal, in SDs
_LEVELS = np.array([0.05, 0.2, 0.4, 0.6, 0.8])
_ROUNDS, _LONGEST = 8, 2.0


class Sites(NamedTuple):
    """Observations of each trial's expectation: λ, and λ times what was observed."""

    share: Array
    """λ, (k,) or (a, k)."""
    height: Array


@dataclass(frozen=True, eq=False)
class Normalised:
    """A model whose trials are taken for normal observations; of its coefficients everything.

    P = B⁻¹ + W'ΛW/(v(ω) + h(φ)), β = c + Sz with c = P⁻¹(B⁻¹b + W'Λy/(v + h)), SS' = P⁻¹.

    Parameters
    ----------
    whole : Whole
        The model.
    sites : Sites
        The observations.
    """

    whole: Whole
    sites: Sites

    def affine(self, noise: Array) -> Affine:
        """Give c and S where trials show their expectations with variances v + h (n, k)."""
        W, (middle, sharp) = self.whole.W, beliefs(self.whole)
        per = 1.0 / noise
        squares = (W[:, :, None] * W[:, None, :]).reshape(len(W), -1)
        known = ((self.sites.share * per) @ squares).reshape(-1, *W.shape[1:] * 2)
        inverse = np.linalg.inv(np.linalg.cholesky(known + np.diag(sharp)))
        right = (self.sites.height * per) @ W + middle * sharp
        root = np.swapaxes(inverse, 1, 2)
        return Affine((root @ (inverse @ right[:, :, None]))[:, :, 0], root)


def beliefs(whole: Whole) -> tuple[Array, Array]:
    """Give prior medians, and one over the squares of their spreads, (m,) each."""
    priors = [part.prior for part in whole.parts for _ in part.labels]
    low, middle, high = np.array([prior.ppf(_QUARTILES) for prior in priors]).T
    return middle, (_WIDTH / (high - low)) ** 2


def sites(whole: Whole) -> Sites:
    """Find the observations at the most credible of a few values of the hyperparameters."""
    m, hypers = whole.W.shape[1], whole.layout.hypers
    psi = np.zeros((len(_LEVELS), m + len(hypers)))
    psi[:, m:] = np.stack([hyper.prior.ppf(_LEVELS) for hyper in hypers], axis=1)
    noise = whole.noise(psi)
    first = np.where(whole.kept & ~whole.curves.silent, 1.0, 0.0) * np.ones(noise.shape)
    found = Sites(first, first * (whole.curves.centre - whole.known))
    at = Normalised(whole, found).affine(noise)
    beta = at.c
    for _ in range(_ROUNDS):
        found = _differences(whole, beta, at=at, psi=psi)
        at = Normalised(whole, found).affine(noise)
        move = np.linalg.solve(at.S, (at.c - beta)[:, :, None])
        far = np.maximum(np.max(np.abs(move), axis=(1, 2)) / _LONGEST, 1.0)[:, None]
        beta = beta + (at.c - beta) / far
    psi[:, :m] = beta
    best = int(np.argmax(whole.log_likelihood(psi) + _log_prior(whole, beta) + at.log_determinant))
    return Sites(*(each[best] for each in found))


def _differences(whole: Whole, beta: Array, *, at: Affine, psi: Array) -> Sites:
    eta = whole.known + beta @ whole.W.T
    step = np.sqrt(np.sum((whole.W @ at.S) ** 2, axis=2))
    beside = np.concatenate([eta - step, eta, eta + step])
    below, here, above = np.split(whole.read(beside, np.tile(psi, (3, 1))).log_mass, 3)
    slope = 0.5 * (above - below) / step
    bend = np.maximum(2.0 * here - above - below, 0.0) / step**2
    wide = np.where(whole.kept, whole.noise(psi), 0.0)
    share = _finite(bend * wide)
    return Sites(share, share * (eta - whole.known) + _finite(slope * wide))


def _finite(values: Array) -> Array:
    """Let what is no number say nothing."""
    return np.where(np.isfinite(values), values, 0.0)


def _log_prior(whole: Whole, beta: Array) -> Array:
    middle, sharp = beliefs(whole)
    return -0.5 * ((beta - middle) ** 2 @ sharp)
