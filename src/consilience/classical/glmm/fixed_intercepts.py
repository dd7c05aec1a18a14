"""What the unconditional models with a fixed intercept for each trial have in common."""

from dataclasses import dataclass

import numpy as np

from consilience.classical.glmm.arms import Arm, Curve
from consilience.classical.glmm.ascent import Ascent
from consilience.classical.glmm.base import Glmm, Start, Task, residual_squares
from consilience.classical.glmm.quadrature import over_one
from consilience.classical.wls import Floats


@dataclass(frozen=True, slots=True)
class FixedIntercepts(Glmm):
    """``eta_1 = a_i + theta_i / 2``, ``eta_2 = a_i - theta_i / 2``, ``a_i`` free in every trial.

    The intercepts are profiled out, each within its own trial. Written about the middle of the two
    arms, the random effect moves both alike, and swapping the arms turns the sign of every answer.
    """

    def task(self, arms: tuple[Arm, ...], start: Start, *, nodes: int, scatters: bool) -> Task:
        """See `Glmm.task`."""
        one, two = arms
        k, p = start.X.shape

        def curve(middle: Floats, theta: Floats) -> Curve:
            f, s, c = one.at(middle + theta / 2)
            g, t, d = two.at(middle - theta / 2)
            return f + g, (s - t) / 2, (c + d) / 4

        def height(at: Floats) -> Floats:
            middle = at[-1]
            if not scatters:
                return curve(middle, at[0])[0]
            return over_one(lambda theta: curve(middle, theta), at[0], at[1], nodes=nodes)

        d = 1 + scatters
        columns = np.zeros((d, k, p + scatters))
        columns[0, :, :p] = start.X
        columns[1:, :, p:] = 1.0
        scale = 1 / np.sqrt(one.information + two.information + 0.25)
        ascent = Ascent(height, columns, np.broadcast_to(scale, (d + 1, k)), free=True)
        parameters = np.append(start.beta, np.zeros(int(scatters)))
        return Task(ascent, parameters, _middle(one, two), slice(0, p))

    def constant(self, arms: tuple[Arm, ...]) -> float:
        """See `Glmm.constant`."""
        return float(sum(arm.constant.sum() for arm in arms))

    def saturated(
        self,
        arms: tuple[Arm, ...],
        start: Start,
        *,
        nodes: int,  # noqa: ARG002
    ) -> tuple[float, float]:
        """Take each arm's best predictor; the difference of two has the sum of their variances."""
        one, two = arms
        with np.errstate(divide="ignore", invalid="ignore"):
            theta = one.best - two.best
            weights = 1 / (1 / one.information + 1 / two.information)
        return 0.0, residual_squares(theta, weights, start.X)

    def extra(self, k: int) -> int:
        """Count the intercepts."""
        return k

    def observations(self, k: int) -> int:
        """Count the arms."""
        return 2 * k


def _middle(one: Arm, two: Arm) -> Floats:
    """Middle of the arms' best predictors, each pulled inside where it is infinite."""
    weights = np.stack([one.information, two.information]) + 0.25
    best = np.clip(np.stack([one.best, two.best]), -8.0, 8.0)
    return np.asarray((weights * best).sum(axis=0) / weights.sum(axis=0))
