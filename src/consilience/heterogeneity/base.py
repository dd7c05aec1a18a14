"""What heterogeneity is: how true effects scatter about their expectation."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import POSITIVE, Hyper, Population, Scatter, Tie
from consilience.priors import standing

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


def settle(component: object, slot: str, support: tuple[float, float] = POSITIVE) -> None:
    """Look up the name of a component's prior, and refuse what cannot stand in its slot.

    Parameters
    ----------
    component : object
        A frozen component under construction.
    slot : str
        The field that holds the prior.
    support : tuple of float
        Where the parameter may lie.

    Raises
    ------
    ModelError
        If it is no prior, or one that reaches beyond the support.
    """
    prior = standing(getattr(component, slot), slot)
    object.__setattr__(component, slot, prior)
    Hyper(slot, prior, support)


class Observer(Protocol):
    """What a likelihood offers to true effects that were integrated out."""

    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """Add the data, with normal true effects integrated out."""

    def pymc_mixture(
        self,
        location: "TensorVariable",
        variances: "TensorVariable",
        *,
        shares: "TensorVariable",
        effects: Effects,
    ) -> None:
        """Add the data, with true effects from a mixture of normals integrated out."""

    def pymc_tied(
        self,
        location: "TensorVariable",
        variance: "TensorVariable",
        *,
        ties: "tuple[tuple[Tie, TensorVariable], ...]",
        effects: Effects,
    ) -> None:
        """Add the data, with normal true effects that are tied to one another integrated out."""


class Selector(Protocol):
    """What a bias offers to estimates of which not all come to light."""

    @property
    def selects(self) -> bool:
        """Whether it says which estimates come to light."""

    def pymc_selection(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> "TensorVariable":
        """Give what selection adds to the log density of each estimate."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The PyMC form of normal true effects, integrated out.

    Parameters
    ----------
    location : TensorVariable (k,)
        Expectation of the estimates.
    variance : TensorVariable
        Variance to be added to the sampling variances: what was marginalised.
    """

    location: "TensorVariable"
    variance: "TensorVariable"

    def about(self, location: "TensorVariable") -> Self:
        """Give the same scatter about another expectation."""
        return replace(self, location=location)

    def observe(self, likelihood: Observer, effects: Effects) -> None:
        """Let the likelihood add the data."""
        likelihood.pymc(self.location, self.variance, effects=effects)

    def select(self, bias: Selector, effects: Effects) -> None:
        """Let the bias say which estimates come to light; nothing where it does not."""
        if bias.selects:
            import pymc as pm

            pm.Potential("selection", self.selection(bias, effects).sum())

    def selection(self, bias: Selector, effects: Effects) -> "TensorVariable":
        """Give what selection adds to the log density of each estimate, (k,)."""
        return bias.pymc_selection(self.location, self.variance, effects=effects)


@dataclass(frozen=True, slots=True)
class Mixed(Spread):
    """The PyMC form of true effects from a mixture of normals, integrated out.

    Parameters
    ----------
    location, variance
        As in `Spread`, with the variances of the c components along a last axis: (1, c) or (k, c).
    shares : TensorVariable (c,)
        Probabilities of the components.
    """

    shares: "TensorVariable"

    def observe(self, likelihood: Observer, effects: Effects) -> None:
        """See `Spread.observe`."""
        likelihood.pymc_mixture(self.location, self.variance, shares=self.shares, effects=effects)

    def selection(self, bias: Selector, effects: Effects) -> "TensorVariable":
        """See `Spread.selection`: log w(yᵢ) − log Σ shareᶜ Eᶜ w(Y), from each component's own."""
        import pytensor.tensor as pt

        own = bias.pymc_selection(self.location[:, None], self.variance, effects=effects)
        return -pt.logsumexp(pt.log(self.shares) - own, axis=-1)


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

    def population(self, effects: Effects) -> Population:
        """Give the scatter as a mixture of normals; in the base version the Gaussian form.

        Its `marginal_sd` is the standard deviation of the true effects, whatever their shape.
        """
        return self.scatter(effects)

    def random(self) -> str:
        """Write the scatter as `pool_multilevel` takes it.

        Raises
        ------
        RefusalError
            In the base version: it is no structure of random effects.
        """
        raise RefusalError(
            f"{type(self).__name__} heterogeneity has no twin among the multilevel models. Use "
            "heterogeneity.Nested or Multivariate, or call pool_multilevel yourself."
        )

    def needs(self, column: str) -> bool:
        """Say whether a new trial must state this column, for its scatter to be foreseen."""
        return self.reads(column)

    def reads(self, column: str) -> bool:  # noqa: ARG002 - the same for all trials
        """Say whether the scatter depends on this column of the trial table."""
        return False

    @abstractmethod
    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:
        """Add the scatter to the PyMC model in context.

        Parameters
        ----------
        predictor : TensorVariable (k,)
            The linear predictor.
        effects : Effects
            The trials.
        """
