"""Differences acting on a risk or a rate."""

from typing import ClassVar, final, override

import numpy as np
from numpy.typing import ArrayLike

from consilience.findings.actions.base import Action, Floats


class _Added(Action):
    """The effect is added, within what is possible."""

    __slots__ = ()

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        return np.clip(baseline + np.asarray(x, dtype=float), 0.0, self.most)

    @override
    def needed(self, baseline: float, target: float) -> float:
        return target - baseline

    @override
    def beyond(self, baseline: float, x: float) -> bool:
        return not 0.0 <= baseline + x <= self.most


@final
class RiskDifference(_Added):
    r"""The risk difference is added, :math:`p_1 = p_0 + x`, within [0, 1]."""

    __slots__ = ()


@final
class RateDifference(_Added):
    r"""The rate difference is added, :math:`r_1 = r_0 + x`, from 0 on."""

    __slots__ = ()

    most: ClassVar[float] = np.inf
