"""The likelihood of estimates that had to pass a selection, and its highest point."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from consilience.classical.small_study.climb import climb, polish
from consilience.classical.small_study.favoured import Favoured
from consilience.classical.small_study.quadrature import Line, standard_nodes
from consilience.classical.small_study.weights import Results, Weights
from consilience.classical.wls import Floats

type Nodes = tuple[Floats, Floats, Results]
"""Standardised nodes, logs of their weights, and what the selection sees there."""

_LOG_2PI = math.log(2 * math.pi)
_TAIL, _SEEN, _OUTER = 1e-6, 1e-15, 6
_LOWEST, HIGHEST = -30.0, 16.0
_SMALL, _EQUAL = -3.0, 1e-10
FLAT = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """``y ~ N(X beta, sei² + tau²)``, seen with a probability proportional to the weight.

    Its parameters in ``values`` are beta, tau² (unless common) and the weights' own.

    Parameters
    ----------
    y, sei : ndarray, shape (k,)
        Turned estimates and standard errors, in units of a typical standard error.
    X : ndarray, shape (k, p)
    weights : Weights
        In the same units.
    favoured : Favoured
    common : bool
        Whether tau² is zero by assumption.
    line : Line
        Nodes that all trials share, broken where the weights are.
    """

    y: Floats
    sei: Floats
    X: Floats
    weights: Weights
    favoured: Favoured
    common: bool
    line: Line

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return self.X.shape[1]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.p + int(not self.common) + len(self.weights.names)

    def results(self, z: Floats, sei: Floats) -> Results:
        """See z values as the selection does."""
        return Results(z, sei, *self.favoured.logs(z))

    def height(self, values: Floats) -> tuple[float, Floats]:
        """Log likelihood, and its slopes by the parameters; -inf where no law is defined."""
        p, tau2 = self.p, 0.0 if self.common else float(values[self.p])
        delta = values[p + int(not self.common) :]
        mean, sd = self.X @ values[:p], np.sqrt(self.sei**2 + tau2)
        t = (self.y - mean) / sd
        seen = self.results(self.y / self.sei, self.sei)
        with np.errstate(all="ignore"):
            log_share, moments, expected = self._expected(mean, sd, delta)
            own = self.weights.log_weight(seen, delta)
            total = own - t**2 / 2 - np.log(sd) - _LOG_2PI / 2 - log_share
            slopes = (
                np.array(self.weights.slopes(seen, delta)).reshape(len(delta), len(t)) - expected
            )
        first = (self.X / sd[:, None]).T @ (t - moments[0])
        second = np.array([np.sum((t**2 - moments[1]) / (2 * sd**2))])
        parts = [first, second[: int(not self.common)], slopes.sum(axis=1)]
        return float(np.sum(total)), np.concatenate(parts)

    def natural(self, x: Floats) -> Floats:
        """Turn beta and the logarithms of the positive parameters into the parameters."""
        return np.concatenate([x[: self.p], np.exp(x[self.p :])])

    def logarithmic(self, x: Floats) -> tuple[float, Floats]:
        """Log likelihood, and its slopes by beta and the logarithms of the positive parameters."""
        values = self.natural(x)
        height, slopes = self.height(values)
        slopes[self.p :] *= values[self.p :]
        return height, slopes

    def _expected(self, mean: Floats, sd: Floats, delta: Floats) -> tuple[Floats, Floats, Floats]:
        """Log share published, and means under selection: of t, of t², of the slopes."""
        mean, sd = mean / self.sei, sd / self.sei
        growth = self.weights.growth(delta, ends=self.favoured.ends)
        among = self.line.around(mean, sd, growth)
        found, edge = self._means(self._shared_nodes(mean, sd, among), delta)
        if not edge < _SEEN:
            found, edge = self._means(self._own_nodes(mean, sd), delta)
        # A weight that grows faster than the density falls leaves nothing to normalise by.
        endless = (edge > _TAIL) | (growth * sd**2 >= 1)
        return np.where(endless, np.inf, found[0]), found[1:3], found[3:]

    def _means(self, nodes: Nodes, delta: Floats) -> tuple[Floats, float]:
        """Log share, means of t, t² and the slopes; and the largest share of an outermost node."""
        t, logs, could = nodes
        if not t.size:
            return np.empty(0), math.inf
        logs = logs + self.weights.log_weight(could, delta)
        top = logs.max(axis=1, keepdims=True)
        shares = np.exp(logs - top)
        total = shares.sum(axis=1)
        outer = np.maximum(shares[:, :_OUTER].max(axis=1), shares[:, -_OUTER:].max(axis=1))
        edge = float((outer / total).max())
        slopes = [np.einsum("ij,ij->i", shares, np.broadcast_to(each, t.shape)) / total
                  for each in (t, t**2, *self.weights.slopes(could, delta))]  # fmt: skip
        return np.array([top[:, 0] + np.log(total), *slopes]), edge

    def _shared_nodes(self, mean: Floats, sd: Floats, among: slice) -> Nodes:
        line = self.line
        t = (line.z[among] - mean[:, None]) / sd[:, None]
        logs = line.log_weights[among] - t**2 / 2 - np.log(sd)[:, None] - _LOG_2PI / 2
        could = Results(line.z[among], self.sei[:, None], line.log_p[among], line.log_q[among])
        return t, logs, could

    def _own_nodes(self, mean: Floats, sd: Floats) -> Nodes:
        edges = kinks(self.weights, self.favoured)
        repeated = np.broadcast_to(edges, (len(self.sei), len(edges)))
        breaks = np.concatenate([repeated, self.weights.points(self.sei)], axis=1)
        t, logs = standard_nodes(mean, sd, breaks)
        return t, logs, self.results(mean[:, None] + sd[:, None] * t, self.sei[:, None])


def kinks(weights: Weights, favoured: Favoured) -> Floats:
    """Find the z values, ascending, at which the weight of all trials is not smooth."""
    return favoured.edges(-ndtri(np.array(weights.cuts())))


def maximum(problem: Selected, starts: list[Floats]) -> tuple[Floats, float, Floats]:
    """Climb from several places, see whether a small parameter is zero, and polish by Newton.

    Parameters
    ----------
    problem : Selected
    starts : list of ndarray
        beta, and logarithms of the positive parameters.

    Returns
    -------
    x : ndarray
        Where the likelihood is highest; ``-inf`` for a parameter that is zero there.
    height : float
        Log likelihood there; -inf where no place with a likelihood was found.
    slopes : ndarray
        By the parameters that are not at a bound, zeros for the others.
    """
    runs = [_climbed(problem, x) for x in [*starts, *_without_scatter(problem, starts)]]
    # A run that ends at the edge of where a law is defined is no maximum; the next best may be.
    best = (starts[0], -math.inf, np.full(len(starts[0]), math.nan))
    for x, height in sorted(runs, key=lambda run: -run[1]):
        if not math.isfinite(height):
            break
        found = _settled(problem, x, height)
        if np.abs(found[2]).max() < FLAT:
            return found
        best = max(best, found, key=lambda each: each[1])
    return best


def _without_scatter(problem: Selected, starts: list[Floats]) -> list[Floats]:
    """Start from tau² = 0, too, where the likelihood may have a maximum of its own."""
    if problem.common or not problem.weights.names:
        return []
    held = starts[len(starts) // 4].copy()
    held[problem.p] = -math.inf
    return [held]


def _climbed(problem: Selected, x: Floats) -> tuple[Floats, float]:
    bounds = [(-math.inf, math.inf)] * problem.p + [(_LOWEST, HIGHEST)] * (len(x) - problem.p)
    return climb(problem.logarithmic, x, bounds=bounds, free=np.isfinite(x))


def _settled(problem: Selected, x: Floats, height: float) -> tuple[Floats, float, Floats]:
    """Set to zero what is no less likely there; then Newton's steps."""
    for place in range(problem.p, len(x)):
        if -math.inf < x[place] < _SMALL:
            held = x.copy()
            held[place] = -math.inf
            found, level = _climbed(problem, held)
            x, height = (found, level) if level >= height - _EQUAL else (x, height)
    free = np.isfinite(x) & (x < HIGHEST)
    x, height, slopes = polish(problem.logarithmic, x, free=free)
    rising = ~np.isfinite(x[problem.p : problem.p + 1]) & (not problem.common)
    if rising.any() and problem.height(problem.natural(x))[1][problem.p] > FLAT:
        slopes[problem.p] = math.inf
    return x, height, np.where(free | (slopes == math.inf), slopes, 0.0)
