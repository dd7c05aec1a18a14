"""Several outcomes or times of the same participants, one correlation for all."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.dependence.base import Dependence, Rows, Spoken, columns, correlation, named
from consilience.dependence.pairs import within


@final
@dataclass(frozen=True, slots=True)
class Correlated(Dependence):
    r"""Rows of a study that differ in a column correlate with `rho`.

    :math:`\operatorname{Cov}(y_i, y_j) = \rho \sqrt{v_i v_j}`. For mean differences ρ is the
    correlation of the participants' values within an arm; for standardised ones the truth lies a
    little below it, because their units correlate with its square only. Rows that do not differ in
    the column are left to the other rules.

    Parameters
    ----------
    rho : float
        Between −1 and 1, of effects as they are analysed.
    over : str or tuple of str
        The columns that tell the estimates of the same participants apart.
    within : str or tuple of str
        The columns that tell groups of participants apart; ``("study", "population")`` where a
        study reports separate people.

    Raises
    ------
    ModelError
        For a rho that is none, and for what names no column.
    """

    rho: float
    over: str | tuple[str, ...] = "outcome"
    within: str | tuple[str, ...] = "study"

    title: ClassVar[str] = "Same participants"
    source: ClassVar[str] = (
        "Gleser & Olkin (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd "
        "ed., 357-376; Wei & Higgins (2013), Stat. Med. 32, 1191-1205, doi:10.1002/sim.5679"
    )

    def __post_init__(self) -> None:
        """Refuse what is no correlation; take one name or several."""
        object.__setattr__(self, "rho", correlation(self.rho, "Correlated: rho"))
        for name in ("over", "within"):
            held = columns(getattr(self, name), f"Correlated: {name}")
            object.__setattr__(self, name, held)

    @property
    @override
    def label(self) -> str:
        what = f"`{', '.join(self.over)}`"
        return (
            f"rows of one {', '.join(self.within)} that differ in {what} correlate {self.rho:.6g}"
        )

    @override
    def speak(self, rows: Rows) -> Spoken:
        pairs = within(rows.codes(tuple(self.within)), what=self.title)
        codes = rows.codes(tuple(self.over))
        named(rows, codes, pairs, column=", ".join(self.over))
        told = pairs.where(codes[pairs.first] != codes[pairs.second])
        return Spoken(told, np.full(len(told.first), self.rho))
