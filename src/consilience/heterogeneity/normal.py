"""Normal random effects."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from consilience.effects import Effects
from consilience.gaussian import Array, Hyper, Point, Scatter
from consilience.heterogeneity.base import Heterogeneity, Spread
from consilience.priors import HalfWeaklyInformative, Prior, standing

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Normal(Heterogeneity):
    """True effects scatter normally: θᵢ ~ N(ηᵢ, τ²).

    Parameters
    ----------
    tau : Prior
        Prior of τ, the standard deviation between trials, on the effect's scale. The default is a
        HalfNormal of a quarter of a unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.

    Raises
    ------
    ModelError
        If tau is no prior, or one that gives mass to negative values.

    References
    ----------
    Röver et al. (2021), Weakly informative prior distributions for the heterogeneity parameter in
    Bayesian random-effects meta-analysis, doi:10.1002/jrsm.1475.
    """

    tau: Prior = field(default_factory=HalfWeaklyInformative)

    def __post_init__(self) -> None:
        """Look a name up, and refuse what is no prior on a standard deviation."""
        object.__setattr__(self, "tau", standing(self.tau, "tau"))
        Hyper("tau", self.tau)

    def scatter(self, effects: Effects) -> Scatter:  # noqa: ARG002 - the same for all trials
        """See `Heterogeneity.scatter`."""
        return _Equal(Hyper("tau", self.tau))

    def random(self) -> str:
        """See `Heterogeneity.random`: an intercept for every estimate."""
        return "estimate"

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:  # noqa: ARG002
        """See `Heterogeneity.pymc`; θ is marginalised, so that τ and θ form no funnel."""
        return Spread(predictor, self.tau.pymc("tau") ** 2)


@dataclass(frozen=True, slots=True)
class _Equal(Scatter):
    """One variance for all, τ²."""

    tau: Hyper

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: τ."""
        return (self.tau,)

    def variance(self, point: Point) -> Array:
        """See `Scatter.variance`: τ² whatever the trial, (nodes, 1)."""
        return point["tau"][:, None] ** 2

    def at(self, new: "pd.DataFrame") -> "_Equal":  # noqa: ARG002 - the same for all trials
        """See `Population.at`: the same."""
        return self

    def anywhere(self) -> "_Equal":
        """See `Population.anywhere`: the same."""
        return self

    def without(self, place: int) -> "_Equal":  # noqa: ARG002 - the same for all trials
        """See `Scatter.without`: the same."""
        return self
