"""Baselines drawn from a population."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np

from consilience.gaussian import REAL, Array, Hyper, normal_log_density
from consilience.likelihoods.baselines.base import Baseline
from consilience.priors import HalfNormal, Normal, Prior, standing

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_LEAST = 1e-150  # its square is still a number


@final
@dataclass(frozen=True, slots=True)
class Exchangeable(Baseline):
    """The trials' baselines are draws from a population: bᵢ ~ N(m, s²).

    Two hyperparameters more, ``baseline_mean`` and ``baseline_sd``: with a mean and a heterogeneity
    these are four, over which `engines.Exact` integrates where the effect shifts one arm against
    the other: log odds of events, log rates. For other links use `engines.Nuts`.

    Parameters
    ----------
    mean : Prior
        Of m, on the log odds (log rates).
    sd : Prior
        Of s, on [0, ∞).

    Raises
    ------
    ModelError
        If one is no prior, improper (m), or gives mass to negative values (s).
    """

    mean: Prior = field(default_factory=lambda: Normal(0.0, 10.0))
    sd: Prior = field(default_factory=lambda: HalfNormal(2.0))

    def __post_init__(self) -> None:
        """Look names up, and refuse what cannot stand there."""
        object.__setattr__(self, "mean", standing(self.mean, "mean"))
        object.__setattr__(self, "sd", standing(self.sd, "sd"))
        self.hypers  # noqa: B018 - they refuse what does not fit

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Baseline.hypers`."""
        return Hyper("baseline_mean", self.mean, REAL), Hyper("baseline_sd", self.sd)

    @property
    def support(self) -> tuple[float, float]:
        """See `Baseline.support`."""
        return REAL

    @property
    def normal(self) -> bool:
        """See `Baseline.normal`."""
        return True

    def log_density(self, b: Array, point: Mapping[str, Array]) -> Array:
        """See `Baseline.log_density`."""
        sd = np.maximum(point["baseline_sd"], _LEAST)
        return normal_log_density((b - point["baseline_mean"]) / sd, np.ones(1)) - np.log(sd)

    def draw(self, k: int, point: Mapping[str, float], rng: np.random.Generator) -> Array:
        """See `Baseline.draw`."""
        return point["baseline_mean"] + point["baseline_sd"] * rng.standard_normal(k)

    def pymc(self) -> "TensorVariable":
        """See `Baseline.pymc`; non-centred."""
        import pymc as pm

        mean, sd = self.mean.pymc("baseline_mean"), self.sd.pymc("baseline_sd")
        unit = pm.Normal("baseline_unit", 0.0, 1.0, dims="estimate")
        return pm.Deterministic("baseline", mean + sd * unit, dims="estimate")
