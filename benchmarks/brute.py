"""Random-effects posteriors by brute force, written apart from the library: no code is shared.

y ~ N(theta, v), theta ~ N(mu, tau²), mu normal or flat. Given tau everything is in closed form; tau
is integrated by the trapezoid rule on thousands of nodes, equally spaced on a scale on which the
integrand falls off doubly exponentially towards zero and exponentially far out, where the trapezoid
rule converges faster than any power of the step. Distribution functions of tau are integrated by
the tanh–sinh rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln, ndtr

type Array = np.ndarray
type LogDensity = Callable[[Array, Array], Array]
"""Log prior density of tau at tau (n,), given the standard errors (k,)."""

LOWEST, HIGHEST, NODES = -4.6, 33.0, 6001
BOUNDED = 1201


def log_prior(given: Mapping[str, object]) -> LogDensity:
    """Give a prior of the reference, as its manual states it, from its name and numbers."""
    numbers = {key: float(x) for key, x in given.items() if isinstance(x, int | float)}
    numbers |= dict(given.get("param", {}))  # type: ignore[call-overload]
    return lambda tau, s: FAMILIES[str(given["family"])](tau, s, numbers)


def _harmonic(s: Array) -> float:
    return len(s) / np.sum(s**-2.0)


def _typical(s: Array) -> float:
    w = s**-2.0
    return (len(s) - 1) * w.sum() / (w.sum() ** 2 - np.sum(w**2))


def _variance_shape(x: Array, s2: float) -> Array:
    return np.log(2.0 * s2) + np.log(x) - 2.0 * np.log(s2 + x**2)


def _shares(x: Array, s: Array) -> Array:
    return np.log(x)[:, None] - np.log(s**2 + x[:, None] ** 2)


def _student(x: Array, df: float, scale: float) -> Array:
    constant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(df * np.pi) - np.log(scale)
    return np.log(2.0) + constant - (df + 1) / 2 * np.log1p((x / scale) ** 2 / df)


def _log_normal(x: Array, mu: float, sigma: float) -> Array:
    z = (np.log(x) - mu) / sigma
    return -0.5 * z**2 - np.log(x * sigma) - 0.5 * np.log(2.0 * np.pi)


def _inverse_gamma_of_square(x: Array, shape: float, scale: float) -> Array:
    constant = shape * np.log(scale) - gammaln(shape) + np.log(2.0)
    return constant - (2.0 * shape + 1.0) * np.log(x) - scale / x**2


def _within(x: Array, lower: float, upper: float) -> Array:
    return np.where((x >= lower) & (x <= upper), -np.log(upper - lower), -np.inf)


FAMILIES: Mapping[str, Callable[[Array, Array, Mapping[str, float]], Array]] = {
    "halfnormal": lambda x, _, p: (
        0.5 * np.log(2.0 / np.pi) - np.log(p["scale"]) - 0.5 * (x / p["scale"]) ** 2
    ),
    "halfcauchy": lambda x, _, p: _student(x, 1.0, p["scale"]),
    "halft": lambda x, _, p: _student(x, p["df"], p["scale"]),
    "exponential": lambda x, _, p: np.log(p["rate"]) - p["rate"] * x,
    "lomax": lambda x, _, p: (
        np.log(p["shape"] / p["scale"]) - (p["shape"] + 1.0) * np.log1p(x / p["scale"])
    ),
    "lognormal": lambda x, _, p: _log_normal(
        x, p.get("meanlog", p.get("mu", np.nan)), p.get("sdlog", p.get("sigma", np.nan))
    ),
    "inverse-gamma on tau^2": lambda x, _, p: _inverse_gamma_of_square(x, p["shape"], p["scale"]),
    "uniform": lambda x, _, p: _within(x, p["min"], p["max"]),
    "improper uniform": lambda x, _, __: np.zeros_like(x),
    "sqrt": lambda x, _, __: -0.5 * np.log(x),
    "Jeffreys": lambda x, s, _: 0.5 * np.log(np.sum(np.exp(2.0 * _shares(x, s)), axis=1)),
    "BergerDeely": lambda x, s, _: _shares(x, s).mean(axis=1),
    "conventional": lambda x, s, _: (
        np.log(x) - 1.5 * np.log(s**2 + x[:, None] ** 2).mean(axis=1) + _conventional(s)
    ),
    "DuMouchel": lambda x, s, _: (
        0.5 * np.log(_harmonic(s)) - 2.0 * np.log(np.sqrt(_harmonic(s)) + x)
    ),
    "shrinkage": lambda x, s, _: _variance_shape(x, _harmonic(s)),
    "I2": lambda x, s, _: _variance_shape(x, _typical(s)),
}
"""Densities of tau by their names in the reference."""


def _conventional(s: Array) -> float:
    """Log constant that makes the conventional prior a density."""
    tau, log_weights = axis(float(np.median(s)), float("inf"))
    logs = np.log(tau) - 1.5 * np.log(s**2 + tau[:, None] ** 2).mean(axis=1)
    return -float(np.log(np.sum(np.exp(logs + log_weights))))


def axis(unit: float, upper: float) -> tuple[Array, Array]:
    """Give nodes of tau and the logs of their weights; below `upper` alone where it is finite."""
    t, step = np.linspace(LOWEST, HIGHEST, NODES, retstep=True)
    if np.isinf(upper):
        tau = unit * np.exp(t - np.exp(-t))
        return tau, np.log(tau * (1.0 + np.exp(-t)) * step)
    return tanh_sinh(upper)


def tanh_sinh(upper: float) -> tuple[Array, Array]:
    """Give nodes and log weights on [0, upper]."""
    t, step = np.linspace(-4.4, 4.4, BOUNDED, retstep=True)
    inner = np.pi * np.sinh(t)
    share = 1.0 / (1.0 + np.exp(-inner))
    logs = -np.logaddexp(0.0, -inner) - np.logaddexp(0.0, inner) + np.log(np.pi * np.cosh(t))
    return upper * share, np.log(upper * step) + logs


@dataclass(frozen=True)
class Brute:
    """One posterior.

    Parameters
    ----------
    y, v : array (k,)
        Estimates and their sampling variances.
    mu : tuple of float
        Mean and standard deviation of mu's prior; infinite where it is flat.
    prior : LogDensity
        That of tau.
    upper : float
        End of the prior's support.
    """

    y: Array
    v: Array
    mu: tuple[float, float]
    prior: LogDensity
    upper: float = float("inf")

    def log_joint(self, tau: Array) -> Array:
        """Give log p(y | tau) + log p(tau)."""
        noise = self.v + tau[:, None] ** 2
        precision, mean, variance = self._conditional(tau)
        own, spread = self.mu
        rest = self.y - mean[:, None]
        logs = -0.5 * np.sum(np.log(2.0 * np.pi * noise) + rest**2 * precision, axis=1)
        if np.isinf(spread):
            logs = logs + 0.5 * np.log(2.0 * np.pi * variance)
        else:
            logs = logs + 0.5 * np.log(variance) - np.log(spread)
            logs = logs - 0.5 * ((mean - own) / spread) ** 2
        return logs + self.prior(tau, np.sqrt(self.v))

    def _conditional(self, tau: Array) -> tuple[Array, Array, Array]:
        precision = 1.0 / (self.v + tau[:, None] ** 2)
        own, spread = self.mu
        total = precision.sum(axis=1) + spread**-2.0
        mean = (precision @ self.y + own * spread**-2.0) / total
        return precision, mean, 1.0 / total

    @cached_property
    def nodes(self) -> tuple[Array, Array, float]:
        """Give tau at the nodes, their posterior masses, and the log evidence."""
        tau, log_weights = axis(float(np.median(np.sqrt(self.v))), self.upper)
        logs = self.log_joint(tau) + log_weights
        peak = logs.max()
        scaled = np.exp(logs - peak)
        keep = scaled > 0.0
        evidence = float(peak + np.log(scaled.sum()))
        return tau[keep], scaled[keep] / scaled.sum(), evidence

    def tau_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of tau."""
        tau, mass, _ = self.nodes
        mean = float(mass @ tau)
        return mean, float(np.sqrt(mass @ (tau - mean) ** 2))

    def tau_at(self, value: float) -> tuple[float, float]:
        """Distribution function and density of tau at a value."""
        tau, log_weights = tanh_sinh(value)
        evidence = self.nodes[2]
        below = float(np.sum(np.exp(self.log_joint(tau) + log_weights - evidence)))
        return below, float(np.exp(self.log_joint(np.array([value]))[0] - evidence))

    def mixture(self, place: int) -> tuple[Array, Array]:
        """Conditional means and variances of a true effect; of mu at −1, of a new one at −2."""
        tau = self.nodes[0]
        _, mean, variance = self._conditional(tau)
        if place == -1:
            return mean, variance
        if place == -2:
            return mean, variance + tau**2
        share = tau**2 / (tau**2 + self.v[place])
        centre = share * self.y[place] + (1.0 - share) * mean
        return centre, share * self.v[place] + (1.0 - share) ** 2 * variance

    def moments(self, place: int) -> tuple[float, float]:
        """Mean and standard deviation of what `mixture` names."""
        mass, (means, variances) = self.nodes[1], self.mixture(place)
        mean = float(mass @ means)
        return mean, float(np.sqrt(mass @ (variances + (means - mean) ** 2)))

    def at(self, place: int, value: float) -> tuple[float, float]:
        """Distribution function and density of what `mixture` names, at a value."""
        mass, (means, variances) = self.nodes[1], self.mixture(place)
        sd = np.sqrt(variances)
        z = (value - means) / sd
        density = mass @ (np.exp(-0.5 * z**2) / (np.sqrt(2.0 * np.pi) * sd))
        return float(mass @ ndtr(z)), float(density)
