"""What the unconditional models with random intercepts have in common."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from consilience.classical.glmm.arms import Arm, Curve
from consilience.classical.glmm.ascent import Ascent, Summit, climb
from consilience.classical.glmm.base import Glmm, Start, Task, residual_squares
from consilience.classical.glmm.quadrature import over_one, over_two
from consilience.classical.wls import Floats

_SIGMA = 0.7


@dataclass(frozen=True, slots=True)
class RandomIntercepts(Glmm):
    """``eta_1 = mu + s_i + x'beta + u_i / 2``, ``eta_2 = mu + s_i - u_i / 2``.

    ``s_i ~ N(0, sigma²)`` and ``u_i ~ N(0, tau²)`` independent. Moderators shift the first arm, as
    in metafor; without them swapping the arms turns the sign of the answer.
    """

    nuisance: ClassVar[tuple[str, ...]] = ("level", "sigma2")

    def task(self, arms: tuple[Arm, ...], start: Start, *, nodes: int, scatters: bool) -> Task:
        """See `Glmm.task`."""
        one, two = arms
        k, p = start.X.shape

        def both(at: Floats) -> Floats:
            mu, theta, sigma, tau = at
            mean = np.stack([mu + theta, mu])
            spread = np.stack([np.stack([sigma, tau / 2]), np.stack([sigma, -tau / 2])])
            return over_two((one, two), mean, spread, nodes=nodes)

        def single(at: Floats) -> Floats:
            return _intercepts_only(arms, at, nodes=nodes)

        d = 3 + scatters
        columns = np.zeros((d, k, p + 2 + scatters))
        columns[0, :, 0], columns[2, :, p + 1] = 1.0, 1.0
        columns[1, :, 1 : p + 1] = start.X
        columns[3:, :, p + 2 :] = 1.0
        scale = np.broadcast_to(_scale(one, two), (d, k))
        ascent = Ascent(both if scatters else single, columns, scale, free=False)
        parameters = np.concatenate([[_level(two)], start.beta, [_SIGMA], np.zeros(int(scatters))])
        return Task(ascent, parameters, np.zeros(k), slice(1, p + 1))

    def constant(self, arms: tuple[Arm, ...]) -> float:
        """See `Glmm.constant`."""
        return float(sum(arm.constant.sum() for arm in arms))

    def saturated(self, arms: tuple[Arm, ...], start: Start, *, nodes: int) -> tuple[float, float]:
        """Climb with one free effect for each trial; its own arm then tells all of the first arm.

        Where the first arm has no events, or nothing else, its effect is infinite.
        """
        one, two = arms
        told = np.isfinite(one.best)
        k = len(told)

        def height(at: Floats) -> Floats:
            return _intercepts_only(arms, at[[0, 2, 1]], nodes=nodes, told=told)

        columns = np.zeros((2, k, 2))
        columns[0, :, 0], columns[1, :, 1] = 1.0, 1.0
        scale = np.broadcast_to(_scale(one, two), (3, k))
        own = np.where(told, start.y, 0.0)
        first = np.array([_level(two), _SIGMA])
        found = climb(Ascent(height, columns, scale, free=True), first, own)
        return found.height, _wald(found, start.X, told)

    def nuisances(self, parameters: Floats, beta: slice) -> tuple[float, ...]:
        """Give the mean and the variance of the intercepts."""
        return float(parameters[0]), float(parameters[beta.stop] ** 2)

    def observations(self, k: int) -> int:
        """Count the arms."""
        return 2 * k


def _intercepts_only(
    arms: tuple[Arm, ...], at: Floats, *, nodes: int, told: NDArray[np.bool_] | bool = True
) -> Floats:
    """Integrate over the intercepts alone; the first arm counts where it is told to.

    Arguments come as mu, theta, sigma.
    """
    one, two = arms

    def curve(eta: Floats) -> Curve:
        (f, s, c), (g, t, d) = one.at(eta + at[1]), two.at(eta)
        return f * told + g, s * told + t, c * told + d

    return over_one(curve, at[0], at[2], nodes=nodes)


def _wald(found: Summit, X: Floats, told: NDArray[np.bool_]) -> float:
    """Test that the free effects are ``X beta``, by their covariance with the intercepts' own."""
    own = found.own_information[told]
    pull = found.mixed[:, told] / own
    cov = np.diag(1 / own) + pull.T @ np.linalg.solve(found.information, pull)
    root = np.linalg.inv(np.linalg.cholesky(cov))
    return residual_squares(root @ found.own[told], np.ones(len(own)), root @ X[told])


def _scale(one: Arm, two: Arm) -> Floats:
    return np.asarray(1 / np.sqrt(one.information + two.information + 0.25))


def _level(two: Arm) -> float:
    """Weighted mean of the second arm's best predictors."""
    known = np.isfinite(two.best)
    if not known.any():
        return 0.0
    return float(np.average(two.best[known], weights=two.information[known]))
