"""Heavy-tailed random effects, which let single trials lie far out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import (
    Array,
    Components,
    Hyper,
    Point,
    Population,
    scale_mixture,
    shrinkage,
)
from consilience.heterogeneity.base import Heterogeneity, Mixed, settle
from consilience.priors import HalfWeaklyInformative, Prior

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable

_SURPRISE = 0.05


@dataclass(frozen=True, slots=True)
class StudentT(Heterogeneity):
    """True effects scatter with heavy tails: θᵢ = ηᵢ + τ·tᵢ, tᵢ ~ Student's t with ν degrees.

    A trial that lies far out is believed rather than allowed to pull the mean and to swell τ. As a
    mixture of normals, θᵢ ~ N(ηᵢ, τ²λᵢ) with λᵢ ~ InverseGamma(ν/2, ν/2); both θ and λ are
    integrated out, λ by the trapezoid rule on log λ (equally spaced nodes, which for this density
    is accurate to 1e-8), so that nothing is left to sample but the mean and τ. There is no
    Gaussian form: `engines.Nuts`.

    τ is the scale: the standard deviation of the true effects is τ√(ν/(ν − 2)). Each trial's
    ``outlier`` is the posterior probability that |θᵢ − ηᵢ| > z·τ with z = Φ⁻¹((1 + 0.95^(1/k))/2):
    farther out than normal scatter of this τ would put even the farthest of k trials with 95 %
    (Chaloner & Brant 1988). Each draw holds the probability given that draw's parameters; their
    mean is the answer.

    Parameters
    ----------
    nu : float
        Degrees of freedom ν > 1, taken as known: few trials say nothing about them. 4 is robust
        and keeps the variance finite.
    tau : Prior
        Prior of τ, on the effect's scale. The default is a HalfNormal of a quarter of a
        unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.

    Raises
    ------
    ModelError
        If ν is not a finite number above 1, so that μ would be no expectation, or tau is no prior
        on [0, ∞).

    References
    ----------
    Lee & Thompson (2008), Flexible parametric models for random-effects distributions,
    doi:10.1002/sim.2897. Chaloner & Brant (1988), doi:10.1093/biomet/75.4.651.
    """

    nu: float = 4.0
    tau: Prior = field(default_factory=HalfWeaklyInformative)

    def __post_init__(self) -> None:
        """Check ν and the prior."""
        settle(self, "tau")
        number = isinstance(self.nu, Real) and not isinstance(self.nu, bool)
        if not (number and isfinite(self.nu) and self.nu > 1.0):
            raise ModelError(
                f"StudentT: nu must be a finite number above 1, got {self.nu!r}. Give StudentT a "
                "nu such as 4."
            )
        object.__setattr__(self, "nu", float(self.nu))

    def population(self, effects: Effects) -> Population:
        """See `Heterogeneity.population`."""
        return _Heavy(Hyper("tau", self.tau), self.nu, effects.k)

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Mixed:  # noqa: ARG002
        """See `Heterogeneity.pymc`; θ and λ are integrated out."""
        import pytensor.tensor as pt

        multiples, shares = scale_mixture(self.nu)
        tau = self.tau.pymc("tau")
        return Mixed(predictor, tau**2 * multiples[None, :], pt.as_tensor_variable(shares))


@dataclass(frozen=True, slots=True)
class _Heavy(Population):
    """Student's t as a finite mixture of normals, τ²λ."""

    tau: Hyper
    nu: float
    k: int

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: τ, the scale."""
        return (self.tau,)

    def components(self, point: Point) -> Components:
        """See `Population.components`: the nodes of λ."""
        multiples, shares = scale_mixture(self.nu)
        return Components(shares[None, :], point["tau"][:, None, None] ** 2 * multiples)

    def variance(self, point: Point) -> Array:
        """See `Population.variance`: τ²ν/(ν − 2); infinite for ν ≤ 2."""
        factor = self.nu / (self.nu - 2.0) if self.nu > 2.0 else np.inf
        return factor * point["tau"][:, None] ** 2

    def at(self, new: "pd.DataFrame") -> Population:  # noqa: ARG002 - the same for all trials
        """See `Population.at`: the same."""
        return self

    def anywhere(self) -> Population:
        """See `Population.anywhere`: the same."""
        return self

    def verdicts(self, residual: Array, v: Array, *, point: Point) -> Mapping[str, Array]:
        """See `Population.verdicts`: P(|θᵢ − ηᵢ| > z·τ | data), over λ."""
        parts = self.components(point)
        limit = float(ndtri((1.0 + (1.0 - _SURPRISE) ** (1.0 / self.k)) / 2.0))
        far = limit * point["tau"][:, None]
        columns = []
        for row in range(len(v)):
            shares = self.responsibility(residual[:, row], float(v[row]), parts=parts, row=row)
            s, rest = shrinkage(parts.of(row), v[[row]])
            mean, sd = s * residual[:, [row]], np.sqrt(rest)
            beyond = ndtr((mean - far) / sd) + ndtr((-mean - far) / sd)
            columns.append(np.sum(shares * beyond, axis=1))
        return {"outlier": np.stack(columns, axis=1)}
