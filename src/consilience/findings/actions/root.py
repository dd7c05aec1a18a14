"""Differences of transformed risks and rates."""

from typing import ClassVar, final, override

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from consilience.findings.actions.base import Action, Floats


@final
class Arcsine(Action):
    r"""Arcsines are added: :math:`p_1 = \sin^2(\arcsin\sqrt{p_0} + x)`, within [0, 1].

    References
    ----------
    Rücker, Schwarzer, Carpenter & Olkin (2009), Stat. Med. 28, 721-738, doi:10.1002/sim.3511
    """

    __slots__ = ()

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        angle = np.arcsin(np.sqrt(baseline)) + np.asarray(x, dtype=float)
        return np.sin(np.clip(angle, 0.0, np.pi / 2)) ** 2

    @override
    def needed(self, baseline: float, target: float) -> float:
        return float(np.arcsin(np.sqrt(target)) - np.arcsin(np.sqrt(baseline)))

    @override
    def beyond(self, baseline: float, x: float) -> bool:
        return not 0.0 <= np.arcsin(np.sqrt(baseline)) + x <= np.pi / 2


@final
class SquareRoot(Action):
    r"""Square roots of rates are added: :math:`r_1 = (\sqrt{r_0} + x)^2`, from 0 on."""

    __slots__ = ()

    most: ClassVar[float] = np.inf

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        return np.maximum(np.sqrt(baseline) + np.asarray(x, dtype=float), 0.0) ** 2

    @override
    def needed(self, baseline: float, target: float) -> float:
        return float(np.sqrt(target) - np.sqrt(baseline))

    @override
    def beyond(self, baseline: float, x: float) -> bool:
        return bool(np.sqrt(baseline) + x < 0.0)


@final
class Probit(Action):
    r"""A standardised difference shifts a normal curve: :math:`p_1 = \Phi(\Phi^{-1}(p_0) + x)`.

    p is the proportion beyond a threshold where both arms are normal with one standard deviation.

    References
    ----------
    Furukawa & Leucht (2011), PLoS ONE 6, e19070, doi:10.1371/journal.pone.0019070
    """

    __slots__ = ()

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:

        return np.asarray(ndtr(ndtri(baseline) + np.asarray(x, dtype=float)))

    @override
    def needed(self, baseline: float, target: float) -> float:

        return float(ndtri(target) - ndtri(baseline))
