"""Error degrees of freedom become participants in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.errors import ModelError
from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class TotalFromDF(Filling):
    """Participants in all from the error degrees of freedom of an F or t test.

    Parameters
    ----------
    parameters : int
        Means and slopes that the test estimated: 2 for two groups, one more for each covariate.

    Raises
    ------
    ModelError
        If parameters is no whole number of at least 2.
    """

    parameters: int = 2

    title: ClassVar[str] = "Degrees of freedom to total"
    needs: ClassVar[tuple[str, ...]] = ("f_df",)
    gives: ClassVar[tuple[str, ...]] = ("n_total",)
    equation: ClassVar[str] = "n_total = df + parameters"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.5.2.3, doi:10.1002/9781119536604.ch6"

    def __post_init__(self) -> None:
        """Refuse fewer parameters than two groups have."""
        if type(self.parameters) is not int or self.parameters < 2:
            raise ModelError(
                f"TotalFromDF: parameters must be a whole number of at least 2, got "
                f"{self.parameters!r}. Two groups without covariates have 2."
            )

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        df = sheet.numbers("f_df")
        unknown = sheet.empty("n1") | sheet.empty("n2")
        return [{"n_total": np.where((df >= 1) & unknown, np.round(df) + self.parameters, np.nan)}]
