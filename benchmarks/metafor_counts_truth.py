"""Brute force for models of counts: complex steps through plain likelihoods, none of our own code.

Each trial's likelihood is an analytic function of a few arguments, so that a step along the
imaginary axis gives its slope to the last digit.
"""

import math
from collections.abc import Callable

import numpy as np
from metafor_models_truth import Truth, at_tau2, tested
from scipy import optimize, special

type Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
type Trial = Callable[[np.ndarray], np.ndarray]

_TINY, _STEP, _MODES = 1e-30, 1e-3, 80


def counts(pooled: object) -> Truth:
    """Maximise the likelihood with the nodes of the analysis, and all that follows from it."""
    data = _Data(pooled)
    one, own = data.marginal()
    X, scatters = pooled.design.full, not pooled.model.common and pooled.tau2 > 0
    columns, start, place = data.columns(X, scatters=scatters)
    found, information = climb(one, columns, start, own=own)
    cov = np.linalg.inv(information)[place, place]
    beta = found[place]
    tau2 = float(found[place.stop] ** 2) if scatters else 0.0
    answer = tested(beta, cov, df=math.inf, first=int(len(beta) > 1))
    effects = pooled.effects
    ratio = at_tau2(effects.y, effects.v, X, tau2=tau2, knha=False)
    sigma2 = float(found[place.start - 1] ** 2) if data.code.endswith("UM.RS") else math.nan
    return answer | {
        "tau2": tau2, "I2": ratio["I2"], "H2": ratio["H2"], "sigma2": sigma2,
        "QE.Wld": data.wald(X),
    }  # fmt: skip


def climb(
    one: Trial, columns: np.ndarray, start: np.ndarray, *, own: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Climb by Newton's method with whole matrices; give the parameters and minus the curvature.

    The arguments (d, k) of the trials are ``columns @ parameters``, then one free in each trial
    where there is a start for it.
    """
    d, k, count = columns.shape
    whole = np.zeros((d + bool(own.size), k, count + own.size))
    whole[:d, :, :count] = columns
    if own.size:
        whole[d, np.arange(k), count + np.arange(k)] = 1.0
    at = np.append(start, own)
    for _ in range(200):
        slope, bend = _derivatives(one, whole @ at)
        total = np.einsum("ak,akp->p", slope, whole)
        information = -np.einsum("akp,abk,bkq->pq", whole, bend, whole)
        values, vectors = np.linalg.eigh((information + information.T) / 2)
        step = vectors @ ((vectors.T @ total) / np.maximum(np.abs(values), 1e-10))
        step *= min(1.0, 0.5 / np.abs(step).max())
        at = at + step
        if np.abs(step).max() < 1e-12:
            break
    return at[:count], _without_own(information, count)


def _without_own(information: np.ndarray, count: int) -> np.ndarray:
    if len(information) == count:
        return information
    inner, mixed = information[count:, count:], information[:count, count:]
    return information[:count, :count] - mixed @ np.linalg.solve(inner, mixed.T)


def _derivatives(one: Trial, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    def slope(x: np.ndarray) -> np.ndarray:
        units = np.eye(len(x))[:, :, None]
        return np.array([one(x + 1j * _TINY * unit).imag / _TINY for unit in units])

    bend = []
    for unit in np.eye(len(at))[:, :, None]:
        near = slope(at + _STEP * unit) - slope(at - _STEP * unit)
        far = slope(at + 2 * _STEP * unit) - slope(at - 2 * _STEP * unit)
        bend.append((8 * near - far) / (12 * _STEP))
    return slope(at), np.array(bend)


class _Data:
    """The counts of an analysis and the likelihood of each trial, in logarithms."""

    def __init__(self, pooled: object) -> None:
        self.code, self.pooled = pooled.model.code, pooled
        self.nodes = pooled.solution.nodes
        table = pooled.effects.table
        self.events = [
            table[c].to_numpy(float) for c in ("events", "events1", "events2") if c in table
        ]
        names = ("n", "n1", "n2") if "OR" in self.code or "PLO" in self.code else (
            "person_time", "person_time1", "person_time2")  # fmt: skip
        self.sizes = [table[c].to_numpy(float) for c in names if c in table]
        self.k = len(table)

    def arm(self, which: int) -> Curve:
        x, n = self.events[which], self.sizes[which]
        if "OR" in self.code or "PLO" in self.code:
            return lambda eta: _binomial(x, n, eta)
        return lambda eta: _poisson(x, n, eta)

    def conditional(self) -> Curve:
        if len(self.events) == 1:
            return self.arm(0)
        (a, c), (n1, n2) = self.events, self.sizes
        if self.code == "OR.CM.EL":
            return lambda eta: _hypergeometric((a, n1, c, n2), eta)
        return lambda eta: _binomial(a, a + c, eta + np.log(n1 / n2))

    def marginal(self) -> tuple[Trial, np.ndarray]:
        """Give each trial's likelihood of its arguments, and starts of those that are its own."""
        none = np.empty(0)
        scatters = not self.pooled.model.common and self.pooled.tau2 > 0
        if ".UM" not in self.code:
            curve = self.conditional()
            if not scatters:
                return lambda at: curve(at[0])[0], none
            return lambda at: _over_one(curve, at[0], at[1], nodes=self.nodes), none
        one, two = self.arm(0), self.arm(1)
        if "UM.FS" in self.code:
            return self._fixed(one, two, scatters=scatters)
        if not scatters:

            def single(at: np.ndarray) -> np.ndarray:
                return _over_one(_shifted(one, two, at[1]), at[0], at[2], nodes=self.nodes)

            return single, none
        return lambda at: _laplace(one, two, at), none

    def _fixed(self, one: Curve, two: Curve, *, scatters: bool) -> tuple[Trial, np.ndarray]:
        def trial(at: np.ndarray) -> np.ndarray:
            middle = at[-1]

            def curve(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
                f, s, c = one(middle + theta / 2)
                g, t, d = two(middle - theta / 2)
                return f + g, (s - t) / 2, (c + d) / 4

            if not scatters:
                return curve(at[0])[0]
            return _over_one(curve, at[0], at[1], nodes=self.nodes)

        events, sizes = sum(self.events), sum(self.sizes)
        share = (events + 0.5) / (sizes + 1)
        own = special.logit(share) if "OR" in self.code else np.log(share)
        return trial, own

    def columns(self, X: np.ndarray, *, scatters: bool) -> tuple[np.ndarray, np.ndarray, slice]:
        """Say how the arguments follow from the parameters; where the search begins."""
        k, p = X.shape
        tau = [math.sqrt(self.pooled.tau2)] if scatters else []
        if not self.code.endswith("UM.RS"):
            columns = np.zeros((1 + scatters, k, p + scatters))
            columns[0, :, :p] = X
            columns[1:, :, p:] = 1.0
            return columns, np.append(self.pooled.beta, tau), slice(0, p)
        level, sigma2 = self.pooled.nuisance()
        columns = np.zeros((3 + scatters, k, p + 2 + scatters))
        columns[0, :, 0], columns[2, :, 1] = 1.0, 1.0
        columns[1, :, 2 : p + 2] = X
        columns[3:, :, p + 2 :] = 1.0
        start = np.concatenate([[level, math.sqrt(sigma2)], self.pooled.beta, tau])
        return columns, start, slice(2, p + 2)

    def wald(self, X: np.ndarray) -> float:
        """Test that the trials' own effects are those of the model; infinite ones tell nothing."""
        if self.code.endswith("UM.RS"):
            return self._wald_of_levels(X)
        if ".UM" in self.code:
            theta, variance = self._two_arms()
        else:
            theta, variance = self._alone()
        told = np.isfinite(theta) & np.isfinite(variance) & (variance > 0)
        return _squares(theta[told], np.diag(variance[told]), X[told])

    def _two_arms(self) -> tuple[np.ndarray, np.ndarray]:
        (a, c), (n, m) = self.events, self.sizes
        with np.errstate(divide="ignore", invalid="ignore"):
            if "OR" in self.code:
                return np.log(a / (n - a) / (c / (m - c))), 1 / a + 1 / (n - a) + 1 / c + 1 / (
                    m - c
                )
            return np.log(a / n / (c / m)), 1 / a + 1 / c

    def _alone(self) -> tuple[np.ndarray, np.ndarray]:
        curve = self.conditional()
        theta, variance = np.full(self.k, np.nan), np.full(self.k, np.nan)
        for i in range(self.k):

            def slope(eta: float, i: int = i) -> float:
                return float(curve(np.full(self.k, eta))[1][i])

            if slope(-40.0) > 1e-9 and slope(40.0) < -1e-9:
                theta[i] = optimize.brentq(slope, -40.0, 40.0, xtol=1e-14)
                variance[i] = -1 / curve(np.full(self.k, theta[i]))[2][i]
        return theta, variance

    def _wald_of_levels(self, X: np.ndarray) -> float:
        one, two = self.arm(0), self.arm(1)
        a, n = self.events[0], self.sizes[0]
        told = (a > 0) & ((a < n) | ("IRR" in self.code))

        def trial(at: np.ndarray) -> np.ndarray:
            mu, sigma, theta = at
            curve = _shifted(lambda eta: tuple(told * each for each in one(eta)), two, theta)
            return _over_one(curve, mu, sigma, nodes=self.nodes) - 0.5 * (~told) * theta**2

        columns = np.zeros((2, self.k, 2))
        columns[0, :, 0], columns[1, :, 1] = 1.0, 1.0
        level, sigma2 = self.pooled.nuisance()
        own = np.where(told, self.pooled.effects.y, 0.0)
        d, k = 3, self.k
        whole = np.zeros((d, k, 2 + k))
        whole[:2, :, :2] = columns
        whole[2, np.arange(k), 2 + np.arange(k)] = 1.0
        start = np.concatenate([[level, math.sqrt(sigma2) or 0.7], own])
        found, information = climb(trial, whole, start, own=np.empty(0))
        cov = np.linalg.inv(information)[2:, 2:]
        return _squares(found[2:][told], cov[np.ix_(told, told)], X[told])


def _squares(theta: np.ndarray, cov: np.ndarray, X: np.ndarray) -> float:
    inverse = np.linalg.inv(cov)
    rest = theta - X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse @ theta)
    return float(rest @ inverse @ rest)


def _binomial(x: np.ndarray, n: np.ndarray, eta: np.ndarray) -> tuple[np.ndarray, ...]:
    p = 1 / (1 + np.exp(-eta))
    return x * eta - n * np.log(1 + np.exp(eta)), x - n * p, -n * p * (1 - p)


def _poisson(x: np.ndarray, t: np.ndarray, eta: np.ndarray) -> tuple[np.ndarray, ...]:
    rate = t * np.exp(eta)
    return x * eta - rate, x - rate, -rate


def _hypergeometric(table: tuple[np.ndarray, ...], eta: np.ndarray) -> tuple[np.ndarray, ...]:
    found = np.empty((3, *eta.shape), dtype=np.result_type(eta, float))
    for i, (a, n1, c, n2) in enumerate(zip(*table, strict=True)):
        j = np.arange(max(0, a + c - n2), min(n1, a + c) + 1)
        logs = _choose(n1, j) + _choose(n2, a + c - j)
        terms = logs + eta[..., i, None] * (j - a)
        p = np.exp(terms - terms.real.max(axis=-1, keepdims=True))
        total = p.sum(axis=-1)
        mean = (p * (j - a)).sum(axis=-1) / total
        found[0, ..., i] = -np.log(total) - terms.real.max(axis=-1)
        found[1, ..., i] = -mean
        found[2, ..., i] = mean**2 - (p * (j - a) ** 2).sum(axis=-1) / total
    return found[0], found[1], found[2]


def _choose(n: float, j: np.ndarray) -> np.ndarray:
    return special.gammaln(n + 1) - special.gammaln(j + 1) - special.gammaln(n - j + 1)


def _shifted(one: Curve, two: Curve, theta: np.ndarray) -> Curve:
    def curve(eta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        (f, s, c), (g, t, d) = one(eta + theta), two(eta)
        return f + g, s + t, c + d

    return curve


def _over_one(curve: Curve, mean: np.ndarray, spread: np.ndarray, *, nodes: int) -> np.ndarray:
    """Integrate over one standard normal by the adaptive rule of so many nodes."""
    z = np.zeros_like(mean)
    for _ in range(_MODES):
        _, slope, bend = curve(mean + spread * z)
        step = (spread * slope - z) / (1 - spread**2 * bend)
        z = z + step / np.maximum(1.0, np.abs(step))
    width = (1 - spread**2 * curve(mean + spread * z)[2]) ** -0.5
    x, w = special.roots_hermitenorm(nodes)
    at = z + width * x[:, None]
    logs = curve(mean + spread * at)[0] - at**2 / 2 + (np.log(w) + x**2 / 2)[:, None]
    top = logs.real.max(axis=0)
    return (
        np.log(np.exp(logs - top).sum(axis=0)) + top + np.log(width) - 0.5 * math.log(2 * math.pi)
    )


def _laplace(one: Curve, two: Curve, at: np.ndarray) -> np.ndarray:
    """Integrate over level and effect by Laplace's approximation."""
    mu, theta, sigma, tau = at
    s, u = np.zeros_like(mu), np.zeros_like(mu)
    for _ in range(_MODES):
        (f, a, b), (g, c, d) = (
            one(mu + theta + sigma * s + tau * u / 2), two(mu + sigma * s - tau * u / 2)
        )  # fmt: skip
        slope = sigma * (a + c) - s, tau / 2 * (a - c) - u
        bends = 1 - sigma**2 * (b + d), 1 - tau**2 / 4 * (b + d), -sigma * tau / 2 * (b - d)
        det = bends[0] * bends[1] - bends[2] ** 2
        step = (
            (bends[1] * slope[0] - bends[2] * slope[1]) / det,
            (bends[0] * slope[1] - bends[2] * slope[0]) / det,
        )
        size = np.maximum(1.0, np.maximum(np.abs(step[0]), np.abs(step[1])))
        s, u = s + step[0] / size, u + step[1] / size
    return f + g - (s**2 + u**2) / 2 - 0.5 * np.log(det)
