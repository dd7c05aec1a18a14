"""Informative-missingness differences of means."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import EVENTS, PEOPLE, native, read, refuse_measure
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Informative


@final
@dataclass(frozen=True, slots=True)
class IMDoM(Informative):
    """The mean of the missing is the mean of the seen plus a difference.

    The mean of everyone in arm j is μⱼ = mⱼ + αⱼ δⱼ, mⱼ the mean of those who were seen, αⱼ the
    share missing, with differences (δ₁, δ₂) normal and independent between trials, in the unit of
    the outcome. `n1` and `n2` count those who were seen, `missing1` and `missing2` those who were
    not.

    Parameters
    ----------
    mean1, mean2 : float
        Expectation of the differences in the arms of intervention and comparator, in the unit of
        the outcome as it was measured; 0: missing at random on average.
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

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`.

        y + α₁ E δ₁ − α₂ E δ₂, and v + a'Σa + Σⱼ E δⱼ² αⱼ(1 − αⱼ)/Nⱼ with a = (α₁, −α₂).

        Raises
        ------
        ModelError
            If the measure is not MD.
        DataError
            For counts that cannot be.
        """
        refuse_measure(effects, ("MD",), reader="IMDoM")
        shares, everyone = missing_shares(effects, reader="IMDoM")
        mean, covariance = self.departure
        contrast = shares * np.array([1.0, -1.0])
        square = mean**2 + np.diagonal(covariance)
        of_share = (square * shares * (1.0 - shares) / everyone).sum(axis=1)
        of_difference = np.einsum("ki,ij,kj->k", contrast, covariance, contrast)
        y = native(effects) * effects.y + contrast @ mean
        words = (
            f"Missing participants by informative-missingness differences of means: {self.words} "
            "(Mavridis et al. 2015)"
        )
        return recorded(effects, Adjusted(y, effects.v + of_difference + of_share, words))


def missing_shares(effects: Effects, *, reader: str) -> tuple[Array, Array]:
    """Give the shares missing and the numbers randomised of both arms, (k, 2) each.

    Raises
    ------
    DataError
        For counts that cannot be.
    """
    names = {"n1": PEOPLE, "n2": PEOPLE, "missing1": EVENTS, "missing2": EVENTS}
    found = read(effects, names, reader=reader)
    absent = np.stack([found["missing1"], found["missing2"]], axis=1)
    everyone = np.stack([found["n1"], found["n2"]], axis=1) + absent
    return absent / everyone, everyone
