"""What the models have in common in which each trial has one likelihood of its effect."""

from dataclasses import dataclass

import numpy as np

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.ascent import Ascent
from consilience.classical.glmm.base import Glmm, Start, Task, residual_squares
from consilience.classical.glmm.quadrature import over_one
from consilience.classical.wls import Floats


@dataclass(frozen=True, slots=True)
class OneLikelihood(Glmm):
    """``L_i(beta, tau) = ∫ exp f_i(x'beta + tau z) φ(z) dz``: nothing else is to be estimated."""

    def task(self, arms: tuple[Arm, ...], start: Start, *, nodes: int, scatters: bool) -> Task:
        """See `Glmm.task`."""
        (arm,), (k, p) = arms, start.X.shape
        scale = 1 / np.sqrt(arm.information + 0.25)

        def height(at: Floats) -> Floats:
            return over_one(arm.at, at[0], at[1], nodes=nodes) if scatters else arm.at(at[0])[0]

        d = 1 + scatters
        columns = np.zeros((d, k, p + scatters))
        columns[0, :, :p] = start.X
        columns[1:, :, p:] = 1.0
        ascent = Ascent(height, columns, np.broadcast_to(scale, (d, k)), free=False)
        parameters = np.append(start.beta, np.zeros(int(scatters)))
        return Task(ascent, parameters, np.zeros(k), slice(0, p))

    def constant(self, arms: tuple[Arm, ...]) -> float:
        """See `Glmm.constant`."""
        return float(arms[0].constant.sum())

    def saturated(
        self,
        arms: tuple[Arm, ...],
        start: Start,
        *,
        nodes: int,  # noqa: ARG002
    ) -> tuple[float, float]:
        """Take each trial's best effect, whose height is zero by construction."""
        return 0.0, residual_squares(arms[0].best, arms[0].information, start.X)
