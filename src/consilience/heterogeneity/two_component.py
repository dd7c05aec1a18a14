"""Most trials scatter a little, some far more: a mixture of two normals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import UNIT, Array, Components, Hyper, Point, Population
from consilience.heterogeneity.base import Heterogeneity, Mixed, settle
from consilience.priors import HalfWeaklyInformative, Prior, Uniform

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class TwoComponent(Heterogeneity):
    """Each trial is ordinary or an outlier: θᵢ ~ (1 − w) N(ηᵢ, τ²) + w N(ηᵢ, (m·τ)²).

    θ and the class are integrated out: p(yᵢ) is a mixture of two normals with variances vᵢ + τ²
    and vᵢ + m²τ². There is no Gaussian form: `engines.Nuts`. Each trial's ``outlier`` is the
    posterior probability that it belongs to the second class; each draw holds that probability
    given its parameters, and their mean is the answer. ``tau_outlier`` is m·τ.

    Parameters
    ----------
    tau : Prior
        Prior of τ, the SD of ordinary trials, on the effect's scale. The default is a HalfNormal
        of a quarter of a unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.
    multiple : float
        m ≥ 1, how many times as far outliers scatter; taken as known.
    weight : Prior
        Prior of w, the share of outliers, within [0, 1]. The default Uniform(0, 0.5) says that
        they are the minority.

    Raises
    ------
    ModelError
        If the multiple is not a finite number of at least 1, tau no prior on [0, ∞) or the weight
        no prior on [0, 1].

    References
    ----------
    Box & Tiao (1968), A Bayesian approach to some outlier problems, doi:10.1093/biomet/55.1.119,
    with m = 5. Beath (2014), doi:10.1002/jrsm.1114, for outliers in meta-analysis.
    """

    tau: Prior = field(default_factory=HalfWeaklyInformative)
    multiple: float = 5.0
    weight: Prior = field(default_factory=lambda: Uniform(0.0, 0.5))

    def __post_init__(self) -> None:
        """Check the multiple and the priors."""
        settle(self, "tau")
        settle(self, "weight", UNIT)
        number = isinstance(self.multiple, Real) and not isinstance(self.multiple, bool)
        if not (number and isfinite(self.multiple) and self.multiple >= 1.0):
            raise ModelError(
                f"TwoComponent: multiple must be a finite number of at least 1, got "
                f"{self.multiple!r}. Give TwoComponent a multiple such as 5."
            )
        object.__setattr__(self, "multiple", float(self.multiple))

    def population(self, effects: Effects) -> Population:  # noqa: ARG002 - the same for all trials
        """See `Heterogeneity.population`."""
        return _Two(
            Hyper("tau", self.tau), Hyper("outlier_weight", self.weight, UNIT), self.multiple
        )

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Mixed:  # noqa: ARG002
        """See `Heterogeneity.pymc`; θ and the class are integrated out."""
        import pytensor.tensor as pt

        tau, weight = self.tau.pymc("tau"), self.weight.pymc("outlier_weight")
        multiples = np.array([[1.0, self.multiple]])
        return Mixed(predictor, (tau * multiples) ** 2, pt.stack([1.0 - weight, weight]))


@dataclass(frozen=True, slots=True)
class _Two(Population):
    """Two normals: ordinary trials, and outliers m times as far."""

    tau: Hyper
    weight: Hyper
    multiple: float

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: τ of the ordinary ones and the share of outliers."""
        return (self.tau, self.weight)

    def components(self, point: Point) -> Components:
        """See `Population.components`: ordinary, outlying."""
        w = point["outlier_weight"]
        scales = point["tau"][:, None, None] * np.array([1.0, self.multiple])
        return Components(np.stack([1.0 - w, w], axis=1), scales**2)

    def at(self, new: "pd.DataFrame") -> Population:  # noqa: ARG002 - the same for all trials
        """See `Population.at`: the same."""
        return self

    def anywhere(self) -> Population:
        """See `Population.anywhere`: the same."""
        return self

    def derived(self, point: Point) -> Mapping[str, Array]:
        """See `Population.derived`: the SD of outliers."""
        return {"tau_outlier": self.multiple * point["tau"]}

    def verdicts(self, residual: Array, v: Array, *, point: Point) -> Mapping[str, Array]:
        """See `Population.verdicts`: P(outlier | data)."""
        parts = self.components(point)
        columns = [
            self.responsibility(residual[:, row], float(v[row]), parts=parts, row=row)[:, 1]
            for row in range(len(v))
        ]
        return {"outlier": np.stack(columns, axis=1)}
