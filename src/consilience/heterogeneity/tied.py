"""The PyMC form of normal true effects that have something in common, integrated out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consilience.effects import Effects
from consilience.gaussian import Tie
from consilience.heterogeneity.base import Observer, Spread

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Tied(Spread):
    """The PyMC form of normal true effects that have something in common, integrated out.

    Parameters
    ----------
    location, variance
        As in `Spread`; the variance is the diagonal.
    ties : tuple of (Tie, TensorVariable)
        What ties them, and the values c(φ), (q,), of each tie.
    """

    ties: "tuple[tuple[Tie, TensorVariable], ...]"

    def observe(self, likelihood: Observer, effects: Effects) -> None:
        """See `Spread.observe`."""
        likelihood.pymc_tied(self.location, self.variance, ties=self.ties, effects=effects)
