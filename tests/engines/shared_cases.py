"""Correlated estimates, and what is true of them by one dense normal on a fine grid.

Nothing is rotated here, no block is looked at by itself and no coefficient is solved for:
everything is read off the joint normal of estimates, coefficients and true effects.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import consilience as cs
from consilience import heterogeneity, priors
from consilience.covariance import Covariance
from consilience.effects import Effects

Y = np.array([0.10, 0.42, 0.31, -0.22, 0.55, 0.61, 0.12, 0.80])
SV = np.array([0.04, 0.05, 0.02, 0.10, 0.08, 0.09, 0.03, 0.06])
PAIR = np.array([[0.04, 0.02], [0.02, 0.05]])
CORRELATED = np.array([[1.0, 0.6, 0.3], [0.6, 1.0, -0.2], [0.3, -0.2, 1.0]])
TRIPLE = CORRELATED * np.sqrt(np.outer(SV[3:6], SV[3:6]))
BLOCKS = Covariance((np.array([0, 1]), np.array([3, 4, 5])), (PAIR, TRIPLE))
MU, TAU = priors.Normal(0.1, 0.8), priors.HalfNormal(0.4)
NORMAL = heterogeneity.Normal(TAU)


def shared_effects(blocks: Covariance = BLOCKS) -> Effects:
    """Eight estimates of five studies; two studies have several that share participants."""
    table = pd.DataFrame(
        {
            "study": list("AABCCCDE"),
            "estimate": [f"e{place}" for place in range(8)],
            "yi": Y,
            "vi": SV,
            "kind": ["x", "x", "y", "y", "y", "y", "x", "y"],
            "arm": ["p", "q", "p", "q", "r", "p", "r", "q"],
            "risk_of_bias": ["low", "high", "low", "low", "high", "high", "low", "high"],
            "year": [2001, 2001, 2003, 1999, 1999, 1999, 2010, 2008],
        }
    )
    return replace(cs.effect_sizes(table, "GEN"), shared=blocks)


@dataclass(frozen=True)
class Dense:
    """y = W b + t + e; b ~ N(m, diag(s(φ)²)), t ~ N(0, diag(h(φ))), e ~ N(0, V)."""

    y: np.ndarray
    V: np.ndarray
    W: np.ndarray
    truth: np.ndarray
    mean: np.ndarray
    sd: Callable[[np.ndarray], np.ndarray]
    scatter: Callable[[np.ndarray], np.ndarray]
    log_prior: Callable[[np.ndarray], float]
    dimensions: int
    reach: float = 3.2
    nodes: int = 70

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Gauss–Legendre nodes of φ = reach·x² and log weights, a product rule."""
        x, w = np.polynomial.legendre.leggauss(self.nodes)
        x, w = (x + 1) / 2, w / 2
        grids = np.meshgrid(*[self.reach * x**2] * self.dimensions, indexing="ij")
        logs = np.meshgrid(*[np.log(2 * self.reach * x * w)] * self.dimensions, indexing="ij")
        return np.stack([g.ravel() for g in grids], 1), sum(g.ravel() for g in logs)

    def log_density(self, phi: np.ndarray, some: np.ndarray) -> float:
        """Log density of some of the estimates, by one Cholesky factor."""
        mean, cov = self.estimates(phi)
        root = np.linalg.cholesky(cov[np.ix_(some, some)])
        z = np.linalg.solve(root, (self.y - mean)[some])
        return float(-0.5 * (len(some) * np.log(2 * np.pi) + z @ z) - np.log(np.diag(root)).sum())

    def estimates(self, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance of the estimates."""
        cov = (self.W * self.sd(phi) ** 2) @ self.W.T + np.diag(self.scatter(phi)) + self.V
        return self.W @ self.mean, cov

    def masses(self, some: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Nodes, their posterior masses given some of the estimates, and the log evidence."""
        phi, logs = self.points()
        joint = np.array([self.log_density(p, some) + self.log_prior(p) for p in phi]) + logs
        evidence = float(np.logaddexp.reduce(joint))
        return phi, np.exp(joint - evidence), evidence

    def moments(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Posterior means and SDs of the coefficients, then the true effects; the evidence."""
        whole = np.arange(len(self.y))
        phi, mass, evidence = self.masses(whole)
        pairs = [self._conditional(p) for p in phi]
        means = np.stack([m for m, _ in pairs])
        squares = np.stack([v for _, v in pairs]) + means**2
        mean = mass @ means
        return mean, np.sqrt(mass @ squares - mean**2), evidence

    def foreseen(self, place: int) -> tuple[float, float]:
        """log p(yᵢ | the others) and P(new yᵢ < yᵢ | the others)."""
        from scipy.special import ndtr

        whole, others = np.arange(len(self.y)), np.delete(np.arange(len(self.y)), place)
        phi, mass, without = self.masses(others)
        below = []
        for p in phi:
            mean, cov = self.estimates(p)
            back = np.linalg.solve(cov[np.ix_(others, others)], cov[others, place])
            centre = mean[place] + back @ (self.y - mean)[others]
            spread = cov[place, place] - back @ cov[others, place]
            below.append(ndtr((self.y[place] - centre) / np.sqrt(spread)))
        return self.masses(whole)[2] - without, float(mass @ np.array(below))

    def _conditional(self, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Moments of (b, θ) given y, from their joint normal."""
        mean, cov = self.estimates(phi)
        own = np.diag(self.sd(phi) ** 2)
        h = np.diag(self.scatter(phi))
        sources = np.vstack([np.eye(len(own)), self.truth])
        prior = sources @ own @ sources.T
        prior[len(own) :, len(own) :] += h
        across = sources @ own @ self.W.T
        across[len(own) :] += h
        back = np.linalg.solve(cov, across.T).T
        centre = sources @ self.mean + back @ (self.y - mean)
        return centre, np.diag(prior - back @ across.T)


def half_normal(scale: float, x: float) -> float:
    """Log density of HalfNormal(scale)."""
    return float(0.5 * np.log(2 / np.pi) - np.log(scale) - 0.5 * (x / scale) ** 2)
