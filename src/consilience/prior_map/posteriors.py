"""The posterior of mu under many priors at once, each a one-dimensional integral."""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import OWED
from consilience.errors import ConvergenceError
from consilience.gaussian import Array
from consilience.prior_map.likelihood import Likelihood, to_series
from consilience.prior_map.normals import Normals

_POINTS, _ROUNDS = 25, 60
_DROP = 29.0  # e^-29 = 3e-13: the mass beyond is not missed
_ORDER, _FIRST, _MOST = 24, 10, 80
_WANTED = 1e-6
_STEPS, _SETTLED, _TINY = 60, 1e-11, 1e-300


@dataclass(frozen=True, slots=True)
class Posteriors:
    """p(μ | y) ∝ L(μ) N(μ; m, s²) for each of q priors, on the scale x of the likelihood.

    Parameters
    ----------
    likelihood : Likelihood
        L.
    priors : Normals
        The priors.
    lower, upper : array (q,)
        Ends of the ranges of x outside of which there is no mass.
    rule : Panels
        The rule on the unit interval to which each range is mapped.
    mu : array (q, nodes)
        μ at the nodes of the rule.
    peak : array (q,)
        Largest log density of x, not normalised.
    density : array (q, nodes)
        Of x at the nodes, its peak about 1.
    """

    likelihood: Likelihood
    priors: Normals
    lower: Array
    upper: Array
    rule: Panels
    mu: Array
    peak: Array
    density: Array

    def mean(self) -> Array:
        """Posterior means, (q,)."""
        return self._average(self.mu)

    def sd(self) -> Array:
        """Posterior standard deviations, (q,)."""
        return np.sqrt(self._average((self.mu - self.mean()[:, None]) ** 2))

    def log_evidence(self) -> Array:
        """Log marginal likelihoods, (q,); comparable between priors."""
        return self.peak + np.log((self.upper - self.lower) * self._mass)

    def quantile(self, share: float) -> Array:
        """Posterior quantiles, (q,)."""
        values = self.density.reshape(len(self.peak), self.rule.count, self.rule.order)
        reached = np.cumsum(values @ self.rule.weights[: self.rule.order], axis=1)
        wanted = share * reached[:, -1]
        panel = np.minimum((reached < wanted[:, None]).sum(axis=1), self.rule.count - 1)
        every = np.arange(len(panel))
        before = np.where(panel > 0, reached[every, panel - 1], 0.0)
        series = values[every, panel] @ to_series(self.rule.order).T
        rest = 2.0 * self.rule.count * (wanted - before)
        place = (panel + 0.5 * (1.0 + _reaching(series, rest))) / self.rule.count
        return self.likelihood.mu(self.lower + (self.upper - self.lower) * place)[0]

    def above(self, threshold: float) -> Array:
        """P(μ > threshold), (q,)."""
        return self.tail(threshold)[0]

    def tail(self, threshold: float) -> tuple[Array, Array]:
        """P(μ > threshold) and its derivative with respect to m, (q,) each.

        The derivative is Cov(1[μ > threshold], μ)/s²: positive, so that the probability rises with
        the prior's location.
        """
        start = np.clip(self.likelihood.x(threshold), self.lower, self.upper)
        rule = Panels(0.0, 1.0, max(1, self.rule.count // 2), self.rule.order)
        x = start[:, None] + (self.upper - start)[:, None] * rule.nodes
        mu, logs = _log_density(self.likelihood, self.priors, x)
        values = np.exp(logs - self.peak[:, None])
        size = (self.upper - start) / ((self.upper - self.lower) * self._mass)
        excess = size * ((values * (mu - self.mean()[:, None])) @ rule.weights)
        share = np.minimum(size * (values @ rule.weights), 1.0)
        return share, excess / self.priors.scale**2

    @property
    def left_out(self) -> float:
        """What the rule leaves out: the last coefficients of the densities, per unit of mass."""
        last = self.density.reshape(-1, self.rule.order) @ to_series(self.rule.order)[-2:].T
        by_prior = np.abs(last).reshape(len(self.peak), -1).max(axis=1)
        return float(np.max(by_prior / self._mass))

    @property
    def _mass(self) -> Array:
        return self.density @ self.rule.weights

    def _average(self, values: Array) -> Array:
        return np.asarray((self.density * values) @ self.rule.weights / self._mass)


def posteriors(likelihood: Likelihood, priors: Normals) -> Posteriors:
    """Find every posterior's range and integrate it, with panels doubled until they resolve it.

    Raises
    ------
    ConvergenceError
        If they leave out more than 1e-6.
    """
    ends = _ranges(likelihood, priors)
    count = _FIRST
    while True:
        found = _integrated(likelihood, priors, ends=ends, rule=Panels(0.0, 1.0, count, _ORDER))
        count *= 2
        if found.left_out <= _WANTED or count > _MOST:
            break
    if found.left_out > OWED:
        raise ConvergenceError(
            f"The posteriors of mu under these priors are known to {found.left_out:.1e} only, not "
            f"to {OWED:.0e}: some prior is so narrow, and so far from the trials, that its "
            "posterior falls in pieces. Ask for wider priors."
        )
    return found


def _integrated(
    likelihood: Likelihood, priors: Normals, *, ends: tuple[Array, Array], rule: Panels
) -> Posteriors:
    """Evaluate each prior's posterior at the rule's nodes between its ends."""
    lower, upper = ends
    x = lower[:, None] + (upper - lower)[:, None] * rule.nodes
    mu, logs = _log_density(likelihood, priors, x)
    peak = logs.max(axis=1)
    density = np.exp(logs - peak[:, None])
    return Posteriors(likelihood, priors, lower, upper, rule, mu, peak, density)


def _ranges(likelihood: Likelihood, priors: Normals) -> tuple[Array, Array]:
    """Zoom in on where each posterior density is within e⁻²⁹ of its peak."""
    every, places = np.arange(len(priors)), np.linspace(0.0, 1.0, _POINTS)
    lower = np.full(len(priors), likelihood.lower)
    upper = np.full(len(priors), likelihood.upper)
    for _ in range(_ROUNDS):
        x = lower[:, None] + (upper - lower)[:, None] * places
        _, logs = _log_density(likelihood, priors, x)
        near = logs > logs.max(axis=1, keepdims=True) - _DROP
        first = np.maximum(near.argmax(axis=1) - 1, 0)
        last = np.minimum(_POINTS - near[:, ::-1].argmax(axis=1), _POINTS - 1)
        lower, upper = x[every, first], x[every, last]
        if np.all(last - first > 0.5 * _POINTS):
            break
    return lower, upper


def _log_density(likelihood: Likelihood, priors: Normals, x: Array) -> tuple[Array, Array]:
    """Give μ at points x (q, n), and the log density of x there."""
    mu, log_slope = likelihood.mu(x)
    return mu, likelihood.log_at(x) + priors.log_density(mu) + log_slope


def _reaching(series: Array, wanted: Array) -> Array:
    """Find t in [−1, 1] up to which densities (q, order) integrate to what is wanted (q,).

    Newton's method, kept inside a shrinking bracket.
    """
    whole = np.asarray(legendre.legint(series, lbnd=-1, axis=1))
    lower, upper = -np.ones(len(wanted)), np.ones(len(wanted))
    t = np.zeros(len(wanted))
    for _ in range(_STEPS):
        powers = legendre.legvander(t, whole.shape[1] - 1)
        excess = np.sum(powers * whole, axis=1) - wanted
        slope = np.sum(powers[:, :-1] * series, axis=1)
        lower, upper = np.where(excess < 0.0, t, lower), np.where(excess > 0.0, t, upper)
        step = t - excess / np.maximum(slope, _TINY)
        following = np.where((step >= lower) & (step <= upper), step, (lower + upper) / 2.0)
        settled, t = np.all(np.abs(following - t) <= _SETTLED), following
        if settled:
            break
    return t
