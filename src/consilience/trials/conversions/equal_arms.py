"""Participants in all become participants of each arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class EqualArms(Filling):
    """Participants of two arms of which only the sum is printed.

    The intervention gets the assumed share, in whole people; where one arm is printed, the other
    is the rest and nothing is assumed.

    Parameters
    ----------
    share : float or distribution
        Of the participants that were allocated to the intervention, between 0 and 1.
    """

    share: Assumption = 0.5

    title: ClassVar[str] = "Total to arms"
    needs: ClassVar[tuple[str, ...]] = ("n_total",)
    uses: ClassVar[tuple[str, ...]] = ("n1", "n2")
    gives: ClassVar[tuple[str, ...]] = ("n1", "n2")
    equation: ClassVar[str] = "n1 = share × n_total, n2 = n_total − n1"
    source: ClassVar[str] = "an assumption about the allocation, not a formula"
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"share": (0.0, 1.0)}

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        """Divide a total by the share assumed, or by the arm that is known."""
        total, n1, n2 = sheet.columns("n_total", "n1", "n2")
        assumed = np.ceil(expectation(self.share) * total - 0.5)
        first = np.where(np.isnan(n2), assumed, total - n2)
        first = np.where(np.isnan(n1), first, n1)
        good = (first >= 1) & (total - first >= 1)
        return [{"n1": np.where(good, first, np.nan), "n2": np.where(good, total - first, np.nan)}]

    @override
    def origins(self, column: str) -> tuple[str, ...]:
        """Return the total and the other arm."""
        return ("n_total", "n2" if column == "n1" else "n1")
