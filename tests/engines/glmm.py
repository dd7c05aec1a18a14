"""Likelihoods of generalised linear mixed models from the library's own arms, by another way.

Adaptive Gauss–Hermite at each trial's mode, as the reference's fitting program does it, in place of
the library's rules; baselines maximised (fixed) or integrated as random effects.
"""

from collections.abc import Callable
from itertools import product

import numpy as np

STEP = 1e-4

type Array = np.ndarray
type Logs = Callable[[Array], Array]


def slopes(log_f: Logs, z: Array, step: float = STEP) -> tuple[Array, Array]:
    """Gradient (d, k) and Hessian (k, d, d) of k functions of d variables, z (d, k)."""
    d, middle = len(z), log_f(z)
    gradient, hessian = np.empty_like(z), np.empty((z.shape[1], d, d))
    unit = step * np.eye(d)[:, :, None]
    for i in range(d):
        up, down = log_f(z + unit[i]), log_f(z - unit[i])
        gradient[i] = (up - down) / (2.0 * step)
        hessian[:, i, i] = (up - 2.0 * middle + down) / step**2
        for j in range(i):
            corners = [log_f(z + a * unit[i] + b * unit[j]) for a, b in product((1, -1), repeat=2)]
            mixed = (corners[0] - corners[1] - corners[2] + corners[3]) / (4.0 * step**2)
            hessian[:, i, j] = hessian[:, j, i] = mixed
    return gradient, hessian


def newton(log_f: Logs, z: Array, *, steps: int, farthest: float = 1.5) -> Array:
    """Go uphill; the functions are log-concave."""
    for _ in range(steps):
        gradient, hessian = slopes(log_f, z)
        step = np.linalg.solve(hessian, gradient.T[..., None])[..., 0].T
        z = z - np.clip(step, -farthest, farthest)
    return z


def integral(log_f: Logs, z: Array, *, nodes: int) -> Array:
    """log ∫ exp f dz / (2π)^{d/2} of each trial, (k,); one node is Laplace's approximation."""
    z = newton(log_f, z, steps=8)
    covariance = np.linalg.inv(-slopes(log_f, z)[1])
    root = np.linalg.cholesky(covariance)
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    log_w = np.log(w / w.sum())
    terms = [
        log_f(z + (root @ np.array(at)).T) + 0.5 * np.dot(at, at) + sum(mass)
        for at, mass in zip(
            product(x, repeat=len(z)), product(log_w, repeat=len(z)), strict=True
        )
    ]  # fmt: skip
    return np.logaddexp.reduce(terms) + 0.5 * np.linalg.slogdet(covariance)[1]


class Arms:
    """log p(both arms | the comparator's b − d/2, effect d), without trials that had no events.

    The reference gives either arm half of the effect (coding 1/2): of no account where baselines
    are integrated over a flat prior, and of some where they are maximised or random.
    """

    def __init__(self, whole, events, people):
        self.whole, self.some = whole, events > 0
        self.start = np.log((events + 0.5) / np.maximum(people - events, 0.5))

    def log(self, b: Array, d: Array) -> Array:
        """Give (k,) at b and d (k,) of the trials with events."""
        where = np.zeros(self.some.shape)
        base, effect = where.copy(), where.copy()
        base[self.some], effect[self.some] = b - 0.5 * d, d
        return self.whole.log(base[None, None], effect[None], {}, order=0)[0, 0][self.some]

    @property
    def b(self) -> Array:
        """Where to begin."""
        return self.start[self.some]

    def given(self, b: Array, at: Array, *, nodes: int) -> Array:
        """∫ p(arms | b, μ + τz) N(z) dz at `at` = (μ, τ); without τ there is no integral."""
        mu, tau = at
        if tau == 0.0:
            return self.log(b, np.full(len(b), mu))
        none = np.zeros((1, len(b)))
        return integral(lambda z: self.log(b, mu + tau * z[0]) - 0.5 * z[0] ** 2, none, nodes=nodes)

    def profile(self, at: Array, *, nodes: int) -> tuple[Array, Array]:
        """Maximise over fixed baselines: Σ is the likelihood of UM.FS; and the curvatures there."""
        log_f = lambda b: self.given(b[0], at, nodes=nodes)  # noqa: E731
        best = newton(log_f, self.b[None], steps=6)
        return log_f(best), -slopes(log_f, best, 1e-3)[1][:, 0, 0]

    def random(self, at: Array, *, nodes: int) -> Array:
        """Integrate over baselines N(m, s²) and effects: UM.RS at (μ, m, s, τ)."""
        mu, mean, sd, tau = at

        def log_f(z: Array) -> Array:
            d = mu + (tau * z[1] if tau else np.zeros(z.shape[1]))
            return self.log(mean + sd * z[0], d) - 0.5 * (z**2).sum(axis=0)

        begin = (self.b - mean) / sd
        none = np.stack([begin, np.zeros(len(begin))][: 2 if tau else 1])
        return integral(log_f, none, nodes=nodes)


def ascent(log_f: Callable[[Array], Array], at: Array, step: float = 3e-3) -> Array:
    """Give how far the maximum is from a point close to it, by one step of Newton's.

    `log_f` takes many points (n, d) at once.
    """
    middle, d = np.asarray(at, dtype=float), len(at)
    unit = step * np.eye(d)
    ends = [sign * unit[i] for i in range(d) for sign in (1, -1)]
    pairs = [(i, j) for i in range(d) for j in range(i)]
    corners = [a * unit[i] + b * unit[j] for i, j in pairs for a, b in product((1, -1), repeat=2)]
    values = np.asarray(log_f(middle + np.array([np.zeros(d), *ends, *corners])))
    up, down = values[1 : 2 * d + 1 : 2], values[2 : 2 * d + 1 : 2]
    hessian = np.diag((up - 2.0 * values[0] + down) / step**2)
    for (i, j), found in zip(pairs, values[2 * d + 1 :].reshape(-1, 4), strict=True):
        hessian[i, j] = hessian[j, i] = found @ [1, -1, -1, 1] / (4.0 * step**2)
    return -np.linalg.solve(hessian, (up - down) / (2.0 * step))


def each(log_f: Callable[[Array], float]) -> Callable[[Array], Array]:
    """Let a function of one point take many."""
    return lambda points: np.array([log_f(at) for at in points])
