"""Location–scale: heterogeneity that depends on moderators."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from consilience.design import Design, encode, mentions, once
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import REAL, Array, Hyper, Point, Scatter
from consilience.heterogeneity.base import Heterogeneity, Spread, settle
from consilience.priors import HalfWeaklyInformative, Normal, Prior

if TYPE_CHECKING:
    import pandas as pd
    from pytensor.tensor import TensorVariable

_FARTHEST = 100.0  # a ratio of e^100 between two SDs is already out of this world


@dataclass(frozen=True, slots=True)
class LogLinear(Heterogeneity):
    """The SD of the true effects follows moderators: τᵢ = τ·exp((xᵢ − x̄)'γ), θᵢ ~ N(ηᵢ, τᵢ²).

    Columns are centred at their mean over the trials, so that τ is the SD at the mean row; e^γ is
    the factor by which the SD grows per unit of a column. Exact for up to two columns, NUTS for
    more.

    Parameters
    ----------
    formula : str
        Moderators in the whitelisted grammar of `consilience.design`; ``"scale(year)"`` puts a
        column in units of its own SD.
    tau : Prior
        Prior of τ, on the effect's scale. The default is a HalfNormal of a quarter of a
        unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.
    coefficients : Prior
        Prior of each γ, per unit of its column. The default Normal(0, 0.5) puts the factor e^γ
        between 0.38 and 2.7 with 95 %.

    Raises
    ------
    ModelError
        If the formula is no text, tau no prior on [0, ∞), or the coefficients' prior improper.

    References
    ----------
    Viechtbauer & López-López (2022), Location-scale models for meta-analysis,
    doi:10.1002/jrsm.1562.
    """

    formula: str
    tau: Prior = field(default_factory=HalfWeaklyInformative)
    coefficients: Prior = field(default_factory=lambda: Normal(0.0, 0.5))

    def __post_init__(self) -> None:
        """Refuse what is no formula, or no prior on such a parameter."""
        if not isinstance(self.formula, str):
            raise ModelError(f"LogLinear: the formula is a text, not {self.formula!r}.")
        settle(self, "tau")
        settle(self, "coefficients", REAL)

    def scatter(self, effects: Effects) -> Scatter:
        """See `Heterogeneity.scatter`."""
        design = self._design(effects)
        names = tuple(f"log_tau[{name}]" for name in design.names)
        gammas = tuple(Hyper(name, self.coefficients, REAL) for name in names)
        return _Scaled(Hyper("tau", self.tau), gammas, design, _centred(design))

    def reads(self, column: str) -> bool:
        """See `Heterogeneity.reads`."""
        return mentions(self.formula, column)

    def pymc(self, predictor: "TensorVariable", effects: Effects) -> Spread:
        """See `Heterogeneity.pymc`."""
        import pytensor.tensor as pt

        tau = self.tau.pymc("tau")
        gamma = self.coefficients.pymc("log_tau", dims="log_tau_level")
        powers = pt.dot(_centred(self._design(effects)), gamma)
        return Spread(predictor, (tau * pt.exp(pt.clip(powers, -_FARTHEST, _FARTHEST))) ** 2)

    def _design(self, effects: Effects) -> Design:
        """Encode the formula, which must keep its intercept."""
        formula = self.formula
        design = once(effects, ("design", formula), lambda: encode(formula, effects.frame))
        if not design.intercept:
            raise ModelError(
                f"The formula {self.formula!r} of LogLinear heterogeneity takes the intercept out, "
                "but tau is the intercept. Leave out 0 or - 1."
            )
        return design


def _centred(design: Design) -> Array:
    """Give the columns less their means over the trials."""
    return design.matrix - design.matrix.mean(axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled(Scatter):
    """A variance for each trial, τ² exp(2γ'z), z centred over the trials."""

    tau: Hyper
    gammas: tuple[Hyper, ...]
    design: Design
    rows: Array

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Population.hypers`: τ at the mean trial, and γ."""
        return (self.tau, *self.gammas)

    def variance(self, point: Point) -> Array:
        """See `Scatter.variance`; the exponent is held within what a double can hold."""
        if not self.gammas:
            return point["tau"][:, None] ** 2
        gamma = np.stack([point[hyper.name] for hyper in self.gammas], axis=1)
        powers = np.clip(gamma @ self.rows.T, -_FARTHEST, _FARTHEST)
        return (point["tau"][:, None] * np.exp(powers)) ** 2

    def at(self, new: "pd.DataFrame") -> Scatter:
        """See `Population.at`; centred as the analysed trials are."""
        centre = self.design.matrix.mean(axis=0)
        return replace(self, rows=self.design.rows(new) - centre)

    def anywhere(self) -> Scatter:
        """See `Population.anywhere`: the mean trial."""
        return replace(self, rows=np.zeros((1, self.rows.shape[1])))

    def without(self, place: int) -> Scatter:
        """See `Scatter.without`; the centre stays."""
        return replace(self, rows=np.delete(self.rows, place, axis=0))
