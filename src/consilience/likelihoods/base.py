"""What a likelihood is: how the estimates arise from the true effects."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from consilience.covariance import INDEPENDENT, Covariance
from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Array

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class Observed(NamedTuple):
    """Estimates with known normal sampling error."""

    y: Array
    """The estimates, shape (k,)."""
    v: Array
    """Their sampling variances, shape (k,)."""
    shared: Covariance = INDEPENDENT
    """Blocks of those that share participants, as they were reported."""


class Likelihood(ABC):
    """How the estimates arise from the true effects."""

    def observed(self, effects: Effects) -> Observed:
        """Give the Gaussian form: estimates and their sampling variances.

        Raises
        ------
        RefusalError
            In the base version: the likelihood has no Gaussian form.
        """
        raise RefusalError(
            f"The {type(self).__name__} likelihood has no Gaussian form for these "
            f"{effects.k} estimates; use engines.Nuts()."
        )

    @abstractmethod
    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """Add the observed data to the PyMC model in context.

        Parameters
        ----------
        location : TensorVariable (k,)
            Expectation of the true effects, or the true effects themselves.
        variance : TensorVariable
            Variance of the true effects about `location`, where they were marginalised.
        effects : Effects
            The trials; estimates with an infinite variance do not count.
        """

    def pymc_mixture(
        self,
        location: "TensorVariable",
        variances: "TensorVariable",
        *,
        shares: "TensorVariable",
        effects: Effects,
    ) -> None:
        """Add the observed data, with true effects from a mixture of normals integrated out.

        Parameters
        ----------
        location : TensorVariable (k,)
            Expectation of the true effects.
        variances : TensorVariable (1, c) or (k, c)
            Variance of the true effects about it in each component.
        shares : TensorVariable (c,)
            Probabilities of the components.
        effects : Effects
            The trials; estimates with an infinite variance do not count.

        Raises
        ------
        RefusalError
            In the base version: the likelihood cannot integrate true effects out.
        """
        del location, variances, shares
        raise RefusalError(
            f"The {type(self).__name__} likelihood of these {effects.k} estimates cannot integrate "
            "a mixture of true effects out. Use heterogeneity.Normal."
        )
