"""What heterogeneity is: how true effects scatter about their expectation."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Scatter

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class Spread(NamedTuple):
    """The PyMC form of the true effects."""

    location: "TensorVariable"
    """Expectation of the estimates, shape (k,)."""
    variance: "TensorVariable"
    """Variance to be added to the sampling variances: what was marginalised."""


class Heterogeneity(ABC):
    """How true effects scatter about the linear predictor."""

    def scatter(self, effects: Effects) -> Scatter:
        """Give the Gaussian form, for engines that integrate the true effects out.

        Raises
        ------
        RefusalError
            In the base version: the component has no Gaussian form.
        """
        raise RefusalError(
            f"{type(self).__name__} heterogeneity has no Gaussian form for these "
            f"{effects.k} estimates; use engines.Nuts()."
        )

    @abstractmethod
    def pymc(self, predictor: "TensorVariable") -> Spread:
        """Add the scatter to the PyMC model in context.

        Parameters
        ----------
        predictor : TensorVariable (k,)
            The linear predictor.
        """
