"""Informative-missingness differences of means."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Informative
from consilience.likelihoods.missing.means import adjusted_means


@final
@dataclass(frozen=True, slots=True)
class IMDoM(Informative):
    """The mean of the missing is the mean of the seen plus a difference.

    The mean of everyone in arm j is μⱼ = mⱼ + αⱼ δⱼ, mⱼ the mean of those who were seen, αⱼ the
    share missing, with differences (δ₁, δ₂) normal and independent between trials. They are in the
    unit of the outcome (MD), or in standard deviations of those who were seen (SMD), where trials
    have no unit in common. `n1` and `n2` count those who were seen, `missing1` and `missing2` those
    who were not.

    Parameters
    ----------
    mean1, mean2 : float
        Expectation of the differences in the arms of intervention and comparator, in the unit of
        the outcome as it was measured, or in standard deviations; 0: missing at random on average.
    sd1, sd2 : float
        Their standard deviations between trials, in the same unit.
    correlation : float
        Between the arms of one trial; 1: the same in both.

    Raises
    ------
    ModelError
        For no finite number, a standard deviation below 0, a correlation beyond ±1.

    References
    ----------
    Mavridis, White, Higgins, Cipriani & Salanti (2015), Allowing for uncertainty due to missing
    continuous outcome data in pairwise and network meta-analysis, doi:10.1002/sim.6365.
    """

    within: ClassVar[tuple[str, ...]] = ("means",)

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`, and `means.adjusted_means`.

        Of mean differences y + α₁ E δ₁ − α₂ E δ₂, and v + a'Σa + Σⱼ E δⱼ² αⱼ(1 − αⱼ)/Nⱼ with
        a = (α₁, −α₂).

        Raises
        ------
        ModelError
            If the measure is neither MD nor SMD.
        DataError
            For counts that cannot be.
        """
        y, v = adjusted_means(effects, self, _shifted, codes=("MD", "SMD"))
        words = (
            f"Missing participants by informative-missingness differences of means: {self.words} "
            "(Mavridis et al. 2015)"
        )
        return recorded(effects, Adjusted(y, v, words))


def _shifted(mean: Array, delta: Array) -> tuple[Array, Array]:
    return mean + delta, np.ones_like(delta)
