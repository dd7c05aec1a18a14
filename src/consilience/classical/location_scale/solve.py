"""The highest likelihood of the scale coefficients, within their bounds where there are any."""

from dataclasses import dataclass

import numpy as np

from consilience.classical.location_scale.criteria import Criterion
from consilience.classical.location_scale.links import Link
from consilience.classical.wls import Floats, Weighted
from consilience.errors import ConvergenceError

_STEPS = 300
_HALVINGS = 60
_FLAT = 1e-9
_POLISHED = 3
_LONGEST = 3.0
_TOUCHING = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class ScaleProblem:
    """What the scale coefficients are found from.

    Parameters
    ----------
    data : tuple of ndarray
        Residuals y, variances v, both shape (k,), and orthonormal columns X, shape (k, p).
    Z : ndarray, shape (k, q)
        Columns of the scale, of full rank.
    link : Link
    criterion : Criterion
    """

    data: tuple[Floats, Floats, Floats]
    Z: Floats
    link: Link
    criterion: Criterion

    def fit(self, alpha: Floats) -> Weighted:
        """Weighted least squares at these scale coefficients."""
        y, v, X = self.data
        return Weighted(y, v + self.link.tau2(self.Z @ alpha), X)

    def height(self, alpha: Floats) -> float:
        """Log likelihood."""
        return self.criterion.height(self.fit(alpha))

    def derivatives(self, alpha: Floats) -> tuple[Floats, Floats]:
        """First and second derivatives of the log likelihood, (q,) and (q, q)."""
        fit = self.fit(alpha)
        first, second = self.link.slopes(self.Z @ alpha)
        slope = self.criterion.slope(fit)
        curved = (self.Z * (second * slope)[:, None]).T @ self.Z
        bend = self.criterion.bend(fit, self.Z * first[:, None])
        return self.Z.T @ (first * slope), curved + bend


@dataclass(frozen=True, slots=True, eq=False)
class ScaleSolution:
    """Scale coefficients at the highest likelihood.

    Parameters
    ----------
    alpha : ndarray, shape (q,)
    information : ndarray, shape (q, q)
        Minus the second derivatives.
    height : float
    touching : ndarray of int
        Trials whose tau² is held at zero.
    """

    alpha: Floats
    information: Floats
    height: float
    touching: np.ndarray


def climb(problem: ScaleProblem, alpha: Floats) -> ScaleSolution:
    """Climb from a starting point by Newton steps, along the bounds where they hold.

    Raises
    ------
    ConvergenceError
        If the steps run out; the message says how far they came.
    """
    held = _independent(problem, _touched(problem, alpha))
    gain, near = np.inf, 0
    for _ in range(_STEPS):
        slope, bend = problem.derivatives(alpha)
        step, gain = _step(problem.Z[held], slope, bend)
        near = near + 1 if gain < _FLAT else 0
        if near <= _POLISHED:
            alpha = _move(problem, alpha, step, held=held, blindly=near > 0)
            held = _independent(problem, np.union1d(held, _touched(problem, alpha)).astype(int))
            continue
        pull = _pull(problem.Z[held], slope)
        if not (pull < 0).any():
            return ScaleSolution(alpha, -bend, problem.height(alpha), held)
        held, near = np.delete(held, int(np.argmin(pull))), 0
    raise ConvergenceError(
        f"Newton's steps on the scale coefficients ended with {gain:.2g} of log likelihood still "
        'to be gained. Centre and scale the moderators of tau² (scale(x)), or try link="log".'
    )


def _step(bounds: Floats, slope: Floats, bend: Floats) -> tuple[Floats, float]:
    """Give a rising step that leaves the bounds where they are, and what it would gain."""
    free = _null(bounds, len(slope))
    if not free.shape[1]:
        return np.zeros_like(slope), 0.0
    reduced, curved = free.T @ slope, -free.T @ bend @ free
    size = np.sqrt(np.maximum(np.abs(np.diag(curved)), 1e-300))
    values, vectors = np.linalg.eigh(curved / np.outer(size, size))
    along = vectors.T @ (reduced / size) / np.maximum(np.abs(values), _FLAT)
    step = free @ (vectors @ along / size)
    return step, abs(float(slope @ step))


def _move(
    problem: ScaleProblem, alpha: Floats, step: Floats, *, held: np.ndarray, blindly: bool
) -> Floats:
    """Go along the step until the likelihood has risen, or blindly where rounding would hide it."""
    share = min(1.0, _reach(problem, alpha, step, held=held))
    here = problem.height(alpha)
    for _ in range(_HALVINGS):
        there = alpha + share * step
        if blindly or problem.height(there) > here:
            return there
        share /= 2
    return alpha


def _reach(problem: ScaleProblem, alpha: Floats, step: Floats, *, held: np.ndarray) -> float:
    """How much of a step can be taken before a bound, or too far for one step."""
    change = problem.Z @ step
    if not problem.link.bounded:
        return _LONGEST / max(float(np.abs(change).max()), 1e-300)
    change[held] = 0.0
    eta = problem.Z @ alpha
    falling = change < -_TOUCHING * np.abs(change).max(initial=0.0)
    return float((np.maximum(eta[falling], 0.0) / -change[falling]).min(initial=np.inf))


def _touched(problem: ScaleProblem, alpha: Floats) -> np.ndarray:
    if not problem.link.bounded:
        return np.empty(0, dtype=int)
    eta = problem.Z @ alpha
    return np.flatnonzero(eta <= _TOUCHING * float(problem.data[1].max()))


def _independent(problem: ScaleProblem, rows: np.ndarray) -> np.ndarray:
    """Keep the first of the bounds that say the same."""
    kept: list[int] = []
    for row in rows:
        chosen = problem.Z[[*kept, row]]
        if np.linalg.matrix_rank(chosen) == len(chosen):
            kept.append(int(row))
    return np.array(kept, dtype=int)


def _null(bounds: Floats, q: int) -> Floats:
    if not len(bounds):
        return np.eye(q)
    return np.linalg.svd(bounds, full_matrices=True)[2][len(bounds) :].T


def _pull(bounds: Floats, slope: Floats) -> Floats:
    """How hard the likelihood presses against each bound; below zero where it would leave it."""
    if not len(bounds):
        return np.empty(0)
    pull = -np.linalg.lstsq(bounds.T, slope, rcond=None)[0]
    return np.where(np.abs(pull) < _TOUCHING * max(float(np.abs(slope).max()), 1e-300), 0.0, pull)
