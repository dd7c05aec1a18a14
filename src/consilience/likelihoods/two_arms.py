"""Curves of trials with two arms, their baselines integrated out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array
from consilience.likelihoods.arms import Arms
from consilience.likelihoods.baselines import Baseline
from consilience.likelihoods.curves import ORDER, Curves, columns
from consilience.likelihoods.inner import FARTHEST, Log, drawn_from, log_integral

_CELLS = 60_000


@dataclass(frozen=True, eq=False)
class TwoArms(Curves):
    """ℓᵢ(θ) = ∫ p(data | b, dᵢ) π(b) db with dᵢ = θ or, where effects were turned, −θ.

    Parameters
    ----------
    centre, width, hypers, silent
        As in `Curves`.
    arms : Arms
        The data of both arms given b and d.
    baseline : Baseline
        π(b).
    sign : array (k,)
        What turns effects into intervention minus comparator.
    """

    arms: Arms
    baseline: Baseline
    sign: Array

    @property
    def ceiling(self) -> float:
        """See `Curves.ceiling`: no probability of counts is above one."""
        return 0.0

    @property
    def grains(self) -> Mapping[str, float]:
        """See `Curves.grains`: as the arms say."""
        return self.arms.grains

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:
        """See `Curves.log`."""
        upright, n = columns(point), len(theta)
        whole = {name: np.broadcast_to(values, (n, 1)) for name, values in upright.items()}
        pieces = np.array_split(np.arange(n), max(1, theta.size // _CELLS))
        return np.concatenate([
            self._some(theta[at], {name: values[at] for name, values in whole.items()}, order)
            for at in pieces
        ])  # fmt: skip

    def baselines(
        self, theta: Array, point: Mapping[str, Array], rng: np.random.Generator
    ) -> Array:
        """See `Curves.baselines`; by inverting a trapezoid rule."""
        upright, n = columns(point), len(theta)
        whole = {name: np.broadcast_to(values, (n, 1)) for name, values in upright.items()}
        uniform, drawn = rng.random(theta.shape), np.empty(theta.shape)
        for at in np.array_split(np.arange(n), max(1, theta.size // _CELLS)):
            log_f, ends = self.integrand(
                self.sign * theta[at], {name: values[at] for name, values in whole.items()}, ORDER
            )
            drawn[at] = drawn_from(log_f, ends, uniform[at])
        return drawn

    def some(self, at: NDArray[np.intp]) -> "TwoArms":
        """Give the curves of some trials, whose arms shift."""
        arms = self.arms.some(at)  # type: ignore[attr-defined]
        return TwoArms(
            self.centre[at], self.width[at], self.hypers, self.silent[at],
            arms, self.baseline, self.sign[at],
        )  # fmt: skip

    def _some(self, theta: Array, point: Mapping[str, Array], order: int) -> Array:
        d = self.sign * theta
        log_f, ends = self.integrand(d, point, order)
        return log_integral(log_f, ends, edge=self.arms.edge(d), order=order)

    def integrand(
        self, d: Array, point: Mapping[str, Array], order: int
    ) -> tuple[Log, tuple[Array, Array]]:
        """Give the integrand over baselines (g, n, k) at d (n, k), and where they may lie."""

        def log_f(b: Array) -> Array:
            return self.arms.log(b, d, point, order=order) + self.baseline.log_density(b, point)

        lower, upper = np.clip(self.baseline.support, -FARTHEST, FARTHEST)
        return log_f, (np.full(d.shape, lower), np.full(d.shape, upper))
