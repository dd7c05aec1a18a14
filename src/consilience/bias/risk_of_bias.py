"""Trials at high risk of bias shift by an amount that is estimated."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from consilience.bias.base import Bias
from consilience.bias.columns import marked
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Block, Hyper
from consilience.priors import HalfUnitInformation, Normal, Prior, UnitInformation, standing


@dataclass(frozen=True, slots=True)
class RiskOfBias(Bias):
    """Trials at high risk carry an additive, exchangeable bias whose mean and spread are estimated.

    yᵢ ~ N(θᵢ + βᵢ, vᵢ), βᵢ ~ N(b, κ²) for trials at high risk and βᵢ = 0 for the others, b ~ mean,
    κ ~ spread. θᵢ and μ are the unbiased effects. The trials at low risk say where μ is, those at
    high risk how far they lie from it and how much that varies; so they still contribute, the less
    the more their biases differ. With several columns each domain has a bias of its own and they
    add up.

    In summaries ``bias[column]`` is b, ``bias_scale[column]`` κ and
    ``bias_deviation[column:trial]`` βᵢ − b.

    Parameters
    ----------
    column : str or sequence of str
        The column of the trial table that holds the judgement, or one for each domain.
    high : str or sequence of str
        The judgements that count as high risk; ``("high", "some concerns")`` counts those too.
        Upper and lower case are the same.
    mean : Prior
        Prior of b, on the effect's scale; above 0 the bias favours whatever positive effects
        favour, so a prior whose median is not 0 needs effects that point one way. The default is a
        Normal of a quarter of a unit-information SD (0.5 for standardised mean differences).
    spread : Prior
        Prior of κ, on the effect's scale. The default is a HalfNormal of an eighth of a
        unit-information SD (0.25 for standardised mean differences).

    Raises
    ------
    ModelError
        If no column or no judgement is given, or something else than a prior.

    References
    ----------
    Welton et al. (2009), Models for potentially biased evidence in meta-analysis using empirically
    based priors, doi:10.1111/j.1467-985X.2008.00548.x.
    """

    column: str | tuple[str, ...] = ("risk_of_bias",)
    high: str | tuple[str, ...] = ("high",)
    mean: Prior = field(default_factory=lambda: UnitInformation(0.25))
    spread: Prior = field(default_factory=lambda: HalfUnitInformation(0.125))

    def __post_init__(self) -> None:
        """Read single names as sequences of one."""
        for name in ("column", "high"):
            given = getattr(self, name)
            several = (given,) if isinstance(given, str) else tuple(given)
            if not several or not all(isinstance(each, str) and each for each in several):
                raise ModelError(
                    f"RiskOfBias: {name} is one text or several, got {given!r}. Give RiskOfBias "
                    "column='risk_of_bias' and high=('high',), say."
                )
            object.__setattr__(self, name, several)
        for name in ("mean", "spread"):
            object.__setattr__(self, name, standing(getattr(self, name), f"RiskOfBias: {name}"))
        Hyper("RiskOfBias: spread", self.spread)

    def shift(self, effects: Effects) -> tuple[Block, ...]:
        """See `Bias.shift`.

        Raises
        ------
        ModelError
            If a column is missing, or no trial is at high risk, so that no bias can be estimated;
            or if the prior of b leans to one side and the effects have no direction.
        DataError
            If a judgement is missing.
        """
        self._refuse_leaning(effects)
        flags = np.stack([self._flagged(effects, column) for column in self.column], axis=1)
        labels = tuple(f"bias[{column}]" for column in self.column)
        common = Block("bias", labels, flags.astype(float), self.mean)
        own = (self._own(effects, place, flags[:, place]) for place in range(len(self.column)))
        return (common, *own)

    def _refuse_leaning(self, effects: Effects) -> None:
        """Refuse a prior that leans to one side of effects without a direction."""
        leaning = self.mean.proper and abs(float(self.mean.ppf(0.5))) > 0.0
        if leaning and not effects.directed:
            raise ModelError(
                f"RiskOfBias: the prior {self.mean.label} of the mean bias leans to one side, but "
                "these effects have no direction: nothing says which side favours the "
                "intervention. Add a column higher_is_better to the trials, or centre the prior "
                "at 0."
            )

    def _flagged(self, effects: Effects, column: str) -> NDArray[np.bool_]:
        """Say which trials are at high risk, of which there must be one."""
        flagged = marked(effects.table, column, tuple(self.high))
        if not flagged.any():
            known = ", ".join(sorted(set(effects.table[column].astype(str))))
            raise ModelError(
                f"None of the {effects.k} estimates is at high risk in the column {column!r} "
                f"({', '.join(self.high)}); it holds {known}. Name the judgements that count as "
                "high, or take bias.Nothing()."
            )
        return flagged

    def _own(self, effects: Effects, place: int, flagged: NDArray[np.bool_]) -> Block:
        """Give the deviations of a domain's trials from its mean bias."""
        column, rows = self.column[place], np.flatnonzero(flagged)
        labels = tuple(f"bias_deviation[{column}:{effects.labels[row]}]" for row in rows)
        hyper = Hyper(f"bias_scale[{column}]", self.spread)
        matrix = np.eye(effects.k)[:, rows]
        return Block("bias_deviation", labels, matrix, Normal(0.0, 1.0), (hyper,))
