"""Ratios acting on a risk, a rate or a mean."""

from typing import ClassVar, final, override

import numpy as np
from numpy.typing import ArrayLike

from consilience.findings.actions.base import Action, Floats


@final
class RiskRatio(Action):
    r"""The risk is multiplied, :math:`p_1 = p_0 e^x`, and cannot pass 1.

    References
    ----------
    Guyatt, Oxman, Santesso, et al. (2013), J. Clin. Epidemiol. 66, 158-172,
    doi:10.1016/j.jclinepi.2012.01.012
    """

    __slots__ = ()

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        return np.minimum(baseline * _exp(x), 1.0)

    @override
    def needed(self, baseline: float, target: float) -> float:
        return float(np.log(target / baseline))

    @override
    def beyond(self, baseline: float, x: float) -> bool:
        return bool(baseline * _exp(x) > 1.0)


@final
class RateRatio(Action):
    r"""The rate is multiplied: :math:`r_1 = r_0 e^x`."""

    __slots__ = ()

    most: ClassVar[float] = np.inf

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        return np.asarray(baseline * _exp(x))

    @override
    def needed(self, baseline: float, target: float) -> float:
        return float(np.log(target / baseline))


@final
class Hazard(Action):
    r"""The hazard is multiplied: the risk by the same time is :math:`1 - (1 - p_0)^{\exp x}`.

    References
    ----------
    Tierney, Stewart, Ghersi, et al. (2007), Trials 8, 16, doi:10.1186/1745-6215-8-16
    """

    __slots__ = ()

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        return -np.expm1(_exp(x) * np.log1p(-baseline))

    @override
    def needed(self, baseline: float, target: float) -> float:
        return float(np.log(np.log1p(-target) / np.log1p(-baseline)))


def _exp(x: ArrayLike) -> Floats:
    """Return the ratio; an effect without bound is an infinite one."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(np.asarray(x, dtype=float)))
