"""Baselines of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np

from consilience.errors import ModelError
from consilience.gaussian import Array, Hyper
from consilience.likelihoods.baselines.base import Baseline
from consilience.priors import Normal, Prior, standing

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Fixed(Baseline):
    """Every trial has a baseline of its own, about which the others say nothing: bᵢ ~ prior.

    Parameters
    ----------
    prior : Prior
        Of each trial's log odds (log rate), independently. The default Normal(0, 10) is flat for
        all that trials show; a trial without events needs it to be proper.

    Raises
    ------
    ModelError
        If it is no prior, or improper.
    """

    prior: Prior = field(default_factory=lambda: Normal(0.0, 10.0))

    def __post_init__(self) -> None:
        """Look a name up, and refuse an improper prior."""
        prior = standing(self.prior, "prior")
        object.__setattr__(self, "prior", prior)
        if not prior.proper:
            raise ModelError(
                f"The prior of the trials' baselines, {prior.label}, is improper, and a trial "
                "without events would say that its baseline is minus infinity. Give a proper one, "
                "such as Normal(0, 10)."
            )

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Baseline.hypers`: none."""
        return ()

    @property
    def support(self) -> tuple[float, float]:
        """See `Baseline.support`."""
        return self.prior.support

    def log_density(self, b: Array, point: Mapping[str, Array]) -> Array:  # noqa: ARG002
        """See `Baseline.log_density`."""
        return self.prior.logpdf(b)

    def draw(self, k: int, point: Mapping[str, float], rng: np.random.Generator) -> Array:  # noqa: ARG002
        """See `Baseline.draw`."""
        return self.prior.ppf(rng.random(k))

    def pymc(self) -> "TensorVariable":
        """See `Baseline.pymc`."""
        return self.prior.pymc("baseline", dims="estimate")
