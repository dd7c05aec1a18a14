"""Which results are the ones that get published: the p value on which selection looks."""

from abc import ABC, abstractmethod
from typing import ClassVar, final

import numpy as np
from scipy.special import erf, log_ndtr, ndtr, ndtri

from consilience.classical.wls import Floats

type Logs = tuple[Floats, Floats]

_LOG_2 = float(np.log(2.0))


def tails(z: Floats) -> Logs:
    """Give ``log Φ(-z)`` and ``log Φ(z)``: the smaller one, and the larger as what it leaves."""
    smaller = log_ndtr(-np.abs(z))
    larger = np.log1p(-np.exp(smaller))
    above = z > 0
    return np.where(above, smaller, larger), np.where(above, larger, smaller)


class Favoured(ABC):
    """A p value as a function of ``z = y / √v``."""

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""
    sign: ClassVar[float] = 1.0
    """What turns the estimates so that large ones are favoured."""
    ends: ClassVar[int] = 2
    """2 if far estimates have p near 0 or near 1, 1 if only near 0."""

    @abstractmethod
    def logs(self, z: Floats) -> Logs:
        """Give ``log p`` and ``log (1 - p)`` of turned z values, any shape."""

    @abstractmethod
    def edges(self, upper: Floats) -> Floats:
        """Find the turned z values, ascending, at which p passes ``Φ(-upper)``, and kinks of p."""


@final
class Greater(Favoured):
    """Large estimates: p is the one-sided probability of a larger one under no effect."""

    code: ClassVar[str] = "greater"
    label: ClassVar[str] = "large estimates are favoured (one-sided p)"

    def logs(self, z: Floats) -> Logs:
        """``log Φ(-z)`` and ``log Φ(z)``."""
        return tails(z)

    def edges(self, upper: Floats) -> Floats:
        """Where z is ``upper``."""
        return np.sort(upper)


@final
class Less(Favoured):
    """Small estimates: p is the one-sided probability of a smaller one under no effect."""

    code: ClassVar[str] = "less"
    label: ClassVar[str] = "small estimates are favoured (one-sided p)"
    sign: ClassVar[float] = -1.0

    def logs(self, z: Floats) -> Logs:
        """As of `Greater`, after the turn."""
        return tails(z)

    def edges(self, upper: Floats) -> Floats:
        """Where z is ``upper``."""
        return np.sort(upper)


@final
class TwoSided(Favoured):
    """Estimates far from zero in either direction: p is two-sided."""

    code: ClassVar[str] = "two-sided"
    label: ClassVar[str] = "estimates far from zero are favoured (two-sided p)"
    ends: ClassVar[int] = 1

    def logs(self, z: Floats) -> Logs:
        """``log 2 Φ(-|z|)`` and ``log erf(|z| / √2)``."""
        far = np.abs(z)
        with np.errstate(divide="ignore"):
            return _LOG_2 + log_ndtr(-far), np.log(erf(far / np.sqrt(2.0)))

    def edges(self, upper: Floats) -> Floats:
        """Where ``2 Φ(-|z|) = Φ(-upper)``, on both sides, and zero."""
        far = -ndtri(ndtr(-upper) / 2)
        return np.sort(np.concatenate([-far, [0.0], far]))


REGISTRY: dict[str, type[Favoured]] = {
    "greater": Greater,
    "less": Less,
    "two-sided": TwoSided,
}
"""The directions by name."""
