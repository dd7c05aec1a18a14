"""Events that vary more than independent participants would."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array
from consilience.likelihoods.arms.base import Shifting, Side
from consilience.likelihoods.arms.binomial import BinomialArms, BinomialSide
from consilience.likelihoods.counting import log_choose, log_rising, overdispersed

_ENDS = 34.0  # e^-34 = 2e-15, times a harmonic number


@final
@dataclass(frozen=True, eq=False)
class BetaBinomialSide(Side):
    """x ~ BetaBinomial(n, p(1 − ρ)/ρ, (1 − p)(1 − ρ)/ρ).

    Parameters
    ----------
    x, n : array (k,)
        Events and participants.
    peak : array (k,)
        As in `Side`.
    """

    x: Array
    n: Array
    peak: Array

    @classmethod
    def of(cls, x: Array, n: Array) -> "BetaBinomialSide":
        """Look at arms with these data, which are highest about where independent ones are."""
        return cls(x, n, BinomialSide.of(x, n).peak)

    def top(self, point: Mapping[str, Array]) -> Array:
        """See `Side.top`: what does not depend on the risk; of large arms nothing."""
        from consilience.likelihoods.kernels.deviance import LARGE

        known = log_choose(self.n, self.x) - log_rising(_size(point), self.n)
        return np.where(self.n > LARGE, 0.0, known)

    def log(self, place: Array, point: Mapping[str, Array]) -> Array:
        """See `Side.log`."""
        from consilience.likelihoods.kernels.deviance import Overdispersed
        from consilience.likelihoods.kernels.loops import varied

        size = np.broadcast_to(_size(point), self.x.shape)
        given = Overdispersed(self.x, self.n - self.x, np.ascontiguousarray(size))
        found = np.empty(place.shape)
        varied()(given, np.ascontiguousarray(place), found)
        return found

    def straight(self, point: Mapping[str, Array]) -> tuple[Array, Array]:
        """See `Side.straight`: where one of the two numbers of events is as good as zero."""
        end = _ENDS + np.log(_size(point) + self.n)
        return -end, end

    def slopes(self) -> tuple[Array, Array]:
        """See `Side.slopes`: 1 on a side where somebody is."""
        return np.minimum(self.x, 1.0), np.maximum(self.x - self.n, -1.0)

    def information(self, point: Mapping[str, Array]) -> Array:
        """See `Side.information`: as of fewer independent participants."""
        inflation = 1.0 + (self.n - 1.0) * point["rho"]
        return BinomialSide(self.x, self.n, self.peak).information(point) / inflation


@final
@dataclass(frozen=True, eq=False)
class BetaBinomialArms(Shifting):
    """x ~ BetaBinomial(n, p(1 − ρ)/ρ, (1 − p)(1 − ρ)/ρ) in both arms.

    Parameters
    ----------
    whole : BinomialArms
        The counts and their link.
    """

    whole: BinomialArms

    def log(self, b: Array, d: Array, point: Mapping[str, Array], *, order: int) -> Array:  # noqa: ARG002
        """See `Arms.log`."""
        x1, n1, x2, n2 = self.whole.counts
        size = _size(point)
        first, second = self.whole.chances(b, d)
        return overdispersed(x1, n1, size=size, chances=first) + overdispersed(
            x2, n2, size=size, chances=second
        )

    @property
    def grains(self) -> Mapping[str, float]:
        """See `Curves.grains`: one over the participants of the largest arm."""
        counts = self.whole.counts
        return {"rho": 1.0 / max(float(np.max(counts.n1)), float(np.max(counts.n2)), 1.0)}

    def edge(self, d: Array) -> Array:
        """See `Arms.edge`."""
        return self.whole.edge(d)

    @property
    def shifts(self) -> bool:
        """See `Shifting.shifts`: on the log odds."""
        return self.whole.shifts

    @property
    def sides(self) -> tuple[Side, Side]:
        """See `Shifting.sides`."""
        x1, n1, x2, n2 = self.whole.counts
        return BetaBinomialSide.of(x1, n1), BetaBinomialSide.of(x2, n2)

    def some(self, at: NDArray[np.intp]) -> "BetaBinomialArms":
        """See `Shifting.some`."""
        return BetaBinomialArms(self.whole.some(at))


def _size(point: Mapping[str, Array]) -> Array:
    return np.clip((1.0 - point["rho"]) / np.maximum(point["rho"], 1e-300), 1e-12, 1e15)
