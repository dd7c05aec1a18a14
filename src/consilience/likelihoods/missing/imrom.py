"""Informative-missingness ratios of means."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import Demand
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Informative
from consilience.likelihoods.missing.means import adjusted_means

_ABOVE_ZERO = Demand(
    lambda x: x > 0,
    "Ratios are of means above zero",
    "Use missing.IMDoM(...), differences of means, on a scale without a true zero.",
)


@final
@dataclass(frozen=True, slots=True)
class IMRoM(Informative):
    """The mean of the missing is the mean of the seen times a ratio.

    The mean of everyone in arm j is μⱼ = mⱼ + αⱼ mⱼ (exp δⱼ − 1), mⱼ the mean of those who were
    seen, αⱼ the share missing, with log ratios (δ₁, δ₂) normal and independent between trials. For
    outcomes with a true zero, whose means are above it. `n1` and `n2` count those who were seen,
    `missing1` and `missing2` those who were not.

    Parameters
    ----------
    mean1, mean2 : float
        Expectation of the log ratios in the arms of intervention and comparator; 0: missing at
        random in the median.
    sd1, sd2 : float
        Their standard deviations between trials.
    correlation : float
        Between the arms of one trial; 1: the same in both.

    Raises
    ------
    ModelError
        For no finite number, a standard deviation below 0, a correlation beyond ±1.

    References
    ----------
    Mavridis, White, Higgins, Cipriani & Salanti (2015), doi:10.1002/sim.6365.
    """

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`, and `means.adjusted_means`.

        Raises
        ------
        ModelError
            If the measure is not MD, SMD or ROM.
        DataError
            For counts that cannot be, or means that are not above zero.
        """
        codes = ("MD", "SMD", "ROM")
        y, v = adjusted_means(effects, self, _scaled, codes=codes, mean=_ABOVE_ZERO)
        words = (
            "Missing participants by informative-missingness ratios of means: log IMRoM of "
            f"{self.words} (Mavridis et al. 2015)"
        )
        return recorded(effects, Adjusted(y, v, words))


def _scaled(mean: Array, delta: Array) -> tuple[Array, Array]:
    ratio = np.exp(delta)
    return mean * ratio, ratio
