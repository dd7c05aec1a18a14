"""Figures of one answer after another: the rows of a table, each with its mean and interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience import measures
from consilience.errors import ModelError
from consilience.measures import Measure
from consilience.plots.chart import Chart, Line
from consilience.plots.grid import ROW
from consilience.plots.marks import Dot, Mark
from consilience.plots.page import Entry
from consilience.plots.scale import Scale, spanning
from consilience.plots.style import BAYES, CLASSICAL
from consilience.plots.text import clean, mass, number, probability

type Cells = dict[str, tuple[str, Callable[[float], str]]]

BAYESIAN: Cells = {
    "k": ("k", lambda k: number(k, 0)),
    "p_gt_0": ("P(> 0)", lambda p: number(p, 3)),
    "tau": ("τ", lambda tau: number(tau, 2)),
}
CONFIDENCE: Cells = {
    "k": ("k", lambda k: number(k, 0)),
    "p_value": ("p", probability),
    "tau2": ("τ", lambda tau2: number(float(np.sqrt(tau2)), 2)),
    "I2": ("I², %", lambda share: number(share, 0)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The rows of a table of answers, Bayesian or classical.

    Parameters
    ----------
    table : DataFrame
        With ``lower, upper, level`` and ``mean`` (Bayesian) or ``estimate`` (classical).
    """

    table: pd.DataFrame

    @property
    def bayesian(self) -> bool:
        """Whether the answers are Bayesian."""
        return "mean" in self.table

    @property
    def middle(self) -> str:
        """Name of the column of means."""
        return "mean" if self.bayesian else "estimate"

    @property
    def cells(self) -> Cells:
        """Further columns that the table has."""
        wanted = BAYESIAN if self.bayesian else CONFIDENCE
        return {name: each for name, each in wanted.items() if name in self.table}

    @property
    def measure(self) -> Measure:
        """The effect measure, which says how values are shown; a bare number if none is named."""
        return measure_of(self.table)

    def check(self) -> None:
        """Refuse a table without answers.

        Raises
        ------
        ModelError
            If a column is missing, or no row holds an estimate.
        """
        needed = (self.middle, "lower", "upper", "level")
        absent = [name for name in needed if name not in self.table]
        if absent:
            raise ModelError(f"This table has no column {', '.join(absent)}. Give what "
                             "cumulative() or leave_one_out() gives.")  # fmt: skip
        if not self.table[self.middle].notna().any():
            raise ModelError("No row of this table holds an estimate, so there is nothing to draw.")

    def lines(self, labels: list[str]) -> tuple[Line, ...]:
        """Put each row on a line of a chart."""
        pairs = zip(labels, self.table.iterrows(), strict=True)
        return tuple(self._line(label, row) for label, (_, row) in pairs)

    def headings(self, first: str) -> tuple[str, ...]:
        """Give the headings of the chart."""
        level = mass(float(self.table["level"].iloc[0]))
        return (
            clean(first),
            f"Mean [{level} interval]",
            *(said for said, _ in self.cells.values()),
        )

    def chart(self, first: str, *, lines: tuple[Line, ...], label: str, guide: float) -> Chart:
        """Lay the lines on a common scale."""
        marks: list[Mark] = [mark for line in lines for mark in line.marks]
        return Chart(
            headings=self.headings(first),
            lines=lines,
            scale=self.scale(marks),
            label=f"{label} ({self.measure.label})" if self.named else label,
            guide=guide,
        )

    def scale(self, marks: list[Mark]) -> Scale:
        """Find the axis."""
        null = self.measure.null if self.named else 0.0
        return spanning(marks, null, self.measure.display)

    @property
    def named(self) -> bool:
        """Whether the table names its measure."""
        return "measure" in self.table.attrs

    @property
    def sign(self) -> Entry:
        """The entry of the key."""
        small = (0.0, -0.12, 0.12)
        if self.bayesian:
            return Entry(Dot(small, ink=BAYES), "posterior mean, credible interval")
        return Entry(Dot(small, ink=CLASSICAL, filled=False), "estimate, confidence interval")

    def _line(self, label: str, row: pd.Series) -> Line:
        """Put one row of the table on its line; without an estimate it has no mark."""
        value = (float(row[self.middle]), float(row["lower"]), float(row["upper"]))
        # One estimate says nothing of the scatter: where there is no I², there is no τ.
        if "I2" in row and np.isnan(row["I2"]):
            row = row.copy()
            row["tau2"] = np.nan
        cells = tuple(write(float(row[name])) for name, (_, write) in self.cells.items())
        dot = Dot(value, ink=BAYES if self.bayesian else CLASSICAL, filled=self.bayesian)
        marks = (dot,) if np.isfinite(value[0]) else ()
        return Line(label=clean(label), marks=marks, value=value, cells=cells, height=1.2 * ROW)


def measure_of(table: pd.DataFrame) -> Measure:
    """Build the measure that a table names in its `attrs`; a bare number if it names none."""
    return measures.get(str(table.attrs.get("measure", measures.GEN.code)))
