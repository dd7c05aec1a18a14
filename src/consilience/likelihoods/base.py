"""What a likelihood is: how the estimates arise from the true effects."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from consilience.covariance import INDEPENDENT, Covariance
from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Array, Correlation, Hyper, Tie
from consilience.likelihoods.curves import Curves
from consilience.likelihoods.falling import Told

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

    @property
    def by_curves(self) -> bool:
        """Whether each trial speaks by a curve of its own in place of a normal estimate."""
        return False

    @property
    def speaks_of(self) -> str:
        """What the data are whose density it gives: densities of other data are no rivals."""
        return "estimates"

    def hypers(self, effects: Effects) -> tuple[Hyper, ...]:  # noqa: ARG002 - none here
        """Give the hyperparameters of the likelihood itself."""
        return ()

    def curves(self, effects: Effects) -> Curves:
        """Give what each trial says about its own true effect, for engines that integrate.

        Raises
        ------
        RefusalError
            In the base version: the estimates are normal, and no curve is needed.
        """
        raise RefusalError(
            f"The {type(self).__name__} likelihood of these {effects.k} estimates has no curves of "
            "single trials; it has a Gaussian form."
        )

    def refuse_weights(self, effects: Effects, v: Array) -> None:  # noqa: B027 - most can
        """Say nothing if the likelihood can trust estimates less by other variances v (k,).

        Raises
        ------
        RefusalError
            If it cannot; the base version can.
        """

    def drawn(
        self, theta: Array, point: Mapping[str, float], *, effects: Effects,
        rng: np.random.Generator,
    ) -> Effects:  # fmt: skip
        """Draw data for true effects (k,), on the design of some trials.

        Parameters
        ----------
        theta : array (k,)
            True effects as the estimates see them.
        point : mapping of str to float
            The likelihood's hyperparameters.
        effects : Effects
            The trials, whose sizes are kept.
        rng : Generator
            The source of randomness.

        Raises
        ------
        RefusalError
            In the base version, which draws from no data but normal estimates.
        """
        del theta, point, rng
        raise RefusalError(
            f"The {type(self).__name__} likelihood draws no data of arms for {effects.k} trials."
        )

    def replicated(
        self, theta: tuple[Array, Array], point: Mapping[str, Array], *, effects: Effects,
        rng: np.random.Generator,
    ) -> Array:  # fmt: skip
        """Draw estimates (n, k) of the same trials done again, from draws of the posterior.

        Parameters
        ----------
        theta : tuple of array (n, k)
            True effects as they were found, and those of the trials done again.
        point : mapping of str to array (n,)
            The likelihood's hyperparameters.
        effects : Effects
            The trials.
        rng : Generator
            The source of randomness.

        Raises
        ------
        RefusalError
            In the base version, which draws from no data but normal estimates.
        """
        del theta, point, rng
        raise RefusalError(
            f"The {type(self).__name__} likelihood draws no data of arms for {effects.k} trials."
        )

    def told(
        self, effects: Effects, place: int, *, theta: Array, point: Mapping[str, Array]
    ) -> Told:
        """Say how probable data are that speak for a smaller effect than those of a trial.

        What is held of the data is what says next to nothing about the effect, so that they are not
        held against a prior of the baseline: of events their total, of means the standard
        deviations.

        Parameters
        ----------
        effects : Effects
            The trials.
        place : int
            Which of them.
        theta : array (g,)
            True effects as the estimates see them.
        point : mapping of str to array (1,)
            The likelihood's hyperparameters.

        Raises
        ------
        RefusalError
            In the base version: of normal estimates nothing needs to be held.
        """
        del place, theta, point
        raise RefusalError(
            f"The {type(self).__name__} likelihood of these {effects.k} estimates has no data of "
            "arms; what it foresees is normal."
        )

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

    def ties(self, effects: Effects) -> tuple[Correlation, ...]:  # noqa: ARG002 - none here
        """Give what of the errors' covariance depends on hyperparameters; here nothing.

        Parameters
        ----------
        effects : Effects
            The trials, with the variances that the bias lets them have.
        """
        return ()

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

    def pymc_tied(
        self,
        location: "TensorVariable",
        variance: "TensorVariable",
        *,
        ties: "tuple[tuple[Tie, TensorVariable], ...]",
        effects: Effects,
    ) -> None:
        """Add the observed data, with normal true effects that are tied together integrated out.

        Parameters
        ----------
        location : TensorVariable (k,)
            Expectation of the true effects.
        variance : TensorVariable
            Variance of each true effect about it.
        ties : tuple of (Tie, TensorVariable)
            What they have in common, and the values (q,) of each tie.
        effects : Effects
            The trials; estimates with an infinite variance do not count.

        Raises
        ------
        RefusalError
            In the base version: the likelihood cannot integrate tied true effects out.
        """
        del location, variance, ties
        raise RefusalError(
            f"The {type(self).__name__} likelihood of these {effects.k} estimates cannot integrate "
            "true effects out that are tied to one another. Use likelihoods.Normal."
        )
