"""Estimates that have something in common, whatever it is."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.dependence.base import Dependence, Rows, Spoken, columns, correlation
from consilience.dependence.pairs import within


@final
@dataclass(frozen=True, slots=True)
class Clusters(Dependence):
    r"""Rows with the same cell in a column correlate with `rho`, :math:`\rho \sqrt{v_i v_j}`.

    For what no other rule knows: all estimates of one study where nothing says what they share,
    or studies of one laboratory, register or cohort. It speaks last: only of the pairs of which no
    other rule speaks. A row whose cell is empty belongs to no cluster.

    Parameters
    ----------
    column : str or tuple of str
    rho : float
        Between −1 and 1; in large clusters it cannot be far below 0.

    Raises
    ------
    ModelError
        For a rho that is none, and for what names no column.
    """

    column: str | tuple[str, ...]
    rho: float

    title: ClassVar[str] = "Clusters"
    source: ClassVar[str] = (
        "Hedges, Tipton & Johnson (2010), Res. Synth. Methods 1, 39-65, doi:10.1002/jrsm.5"
    )
    rank: ClassVar[int] = 2

    def __post_init__(self) -> None:
        """Refuse what is no correlation; take one name or several."""
        object.__setattr__(self, "rho", correlation(self.rho, "Clusters: rho"))
        object.__setattr__(self, "column", columns(self.column, "Clusters: column"))

    @property
    @override
    def label(self) -> str:
        return f"rows of one `{', '.join(self.column)}` correlate {self.rho:.6g}"

    @override
    def speak(self, rows: Rows) -> Spoken:
        pairs = within(rows.codes(tuple(self.column)), what=self.title)
        return Spoken(pairs, np.full(len(pairs.first), self.rho))
