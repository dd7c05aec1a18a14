"""The profile likelihood interval of the total variance of true effects."""

import math
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.solve import Solution
from consilience.errors import ConvergenceError, ModelError

type Mask = NDArray[np.bool_]

_ACCURACY = 1e-10
_SLOPE = 1e-7
_MOST_DOUBLINGS = 60
_LIGHT = 0.1
_LEAST = 1e-12


def total_interval(
    solution: Solution, among: Mask | slice, *, level: float
) -> tuple[float, float, float]:
    """Find all totals ``Σ tau²`` that the profile likelihood does not reject.

    Given the total, its shares and all other parameters are estimated anew; twice the distance from
    the highest log likelihood is within the quantile of chi-square(1).

    Parameters
    ----------
    solution : Solution
    among : ndarray of bool, shape (k,), or slice
        Estimates whose true effects have the same variances.
    level : float

    Returns
    -------
    tuple of float
        The total, and the ends of its interval, on the squared scale of the estimates.

    Raises
    ------
    ModelError
        Without random effects, for estimates of different variances, if all variances are held.
    ConvergenceError
        If no upper end is found.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """
    from scipy.optimize import brentq

    line = _Total(solution, among)
    cut = 0.5 * float(chdtri(1, 1 - level))
    unit = solution.objective.unit

    def above(root: float) -> float:
        return cut - line.drop(root**2)

    best, floor = math.sqrt(line.best), math.sqrt(line.held)
    lower = floor
    if best > floor and above(floor) < 0:
        lower = float(brentq(above, floor, best, rtol=_ACCURACY))
    inside, step = best, max(0.25 * best, 0.05)
    for _ in range(_MOST_DOUBLINGS):
        if above(inside + step) < 0:
            upper = float(brentq(above, inside, inside + step, rtol=_ACCURACY))
            return line.best * unit, lower**2 * unit, upper**2 * unit
        inside, step = inside + step, 2 * step
    raise ConvergenceError(
        "The profile likelihood of the total variance does not fall off; it was followed to "
        f"{inside**2 * unit!r}. These estimates do not bound it."
    )


@final
class _Total:
    """The likelihood given the sum of some variances, in units of the objective."""

    def __init__(self, solution: Solution, among: Mask | slice) -> None:
        self.objective, self.top = solution.objective, solution.point
        parameters = self.objective.parameters
        first = np.cumsum([0, *parameters.sizes])
        places = [
            int(first[at]) + _place(term.inner.codes[among], bool(term.shape.levels))
            for at, term in enumerate(parameters.terms)
        ]
        if not places:
            raise ModelError("Without random effects there is no variance; give some.")
        roots = np.concatenate([
            np.full(len(t.shape.names), 2 if t.shape.coordinate(0, 16.0) == 2.0 else 1)
            for t in parameters.terms
        ])  # fmt: skip
        free = [at for at in places if parameters.free[at]]
        self.held = float(sum(
            parameters.fixed[at] ** (2 * roots[at]) for at in places if at not in free
        ))  # fmt: skip
        if not free:
            raise ModelError("All variances are held; there is nothing to profile.")
        rank = np.cumsum(parameters.free) - 1
        self.at, self.roots = rank[free], roots[free]
        self.rest = np.setdiff1d(np.arange(len(self.top.u)), self.at)
        self.best = self.held + float(np.sum(np.abs(self.top.u[self.at]) ** (2 * self.roots)))
        self.drops: dict[float, float] = {}
        self.last = self._sphere(self.top.u)

    def drop(self, total: float) -> float:
        """Say how far the log likelihood lies below its maximum at a total."""
        if total not in self.drops:
            self.drops[total] = self.top.value - self._highest(max(total - self.held, 0.0))
        return self.drops[total]

    def _highest(self, total: float) -> float:
        """Find the highest likelihood among components with this total variance."""
        from scipy.optimize import minimize

        def fallen(z: Floats) -> tuple[float, Floats]:
            """Give the fall from the top, and its slopes."""
            u, pull = self._coordinates(z, total)
            try:
                point = self.objective.at(u)
            except np.linalg.LinAlgError:
                return 1e300, np.zeros_like(z)
            return -point.value, -pull.T @ point.slope

        ends = [
            minimize(fallen, start, jac=True, method="BFGS", options={"gtol": _SLOPE})
            for start in self._starts()
        ]
        best = min(ends, key=lambda end: float(end.fun))
        self.last = np.asarray(best.x)
        return -float(best.fun)

    def _starts(self) -> list[Floats]:
        """Begin from where the last total ended, and from each variance in turn having most."""
        found = [self.last]
        if len(self.at) > 1:
            for at in range(len(self.at)):
                z = self.last.copy()
                z[: len(self.at)] = np.where(np.arange(len(self.at)) == at, 1.0, _LIGHT)
                found.append(z)
        return found

    def _sphere(self, u: Floats) -> Floats:
        """Write coordinates as directions of standard deviations, then all others."""
        sd = np.abs(u[self.at]) ** self.roots
        length = float(np.linalg.norm(sd))
        ways = sd / length if length > 0 else np.ones_like(sd)
        return np.concatenate([np.maximum(ways, _LIGHT**2), u[self.rest]])

    def _coordinates(self, z: Floats, total: float) -> tuple[Floats, Floats]:
        """Give the coordinates at a direction and a total, and their derivatives by z."""
        m, root = len(self.at), math.sqrt(total)
        w = z[:m]
        length = float(np.linalg.norm(w)) or 1.0
        sd = root * w / length
        turn = root * (np.eye(m) / length - np.outer(w, w) / length**3)
        u, pull = np.empty_like(self.top.u), np.zeros((len(self.top.u), len(z)))
        size = np.maximum(np.abs(sd), _LEAST)
        rooted = self.roots == 2
        u[self.at] = np.where(rooted, np.sqrt(size), sd)
        slope = np.where(rooted, np.sign(sd) / (2 * np.sqrt(size)), 1.0)
        pull[np.ix_(self.at, np.arange(m))] = slope[:, None] * turn
        u[self.rest] = z[m:]
        pull[self.rest, np.arange(m, len(z))] = 1.0
        return u, pull


def _place(codes: NDArray[np.intp], several: bool) -> int:  # noqa: FBT001
    """Say which variance of a term the true effects of these estimates have."""
    if not several:
        return 0
    if np.ptp(codes) > 0:
        raise ModelError(
            "Levels have variances of their own, so that there is no one total; name a level by "
            'level_of, such as fit.confint(level_of="depression").'
        )
    return int(codes[0])
