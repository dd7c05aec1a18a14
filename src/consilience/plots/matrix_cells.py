"""What the cells of a matrix of outcomes say, and the words beneath it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.plots.text import decimals, number
from consilience.plots.tints import Tint, tint_of


@dataclass(frozen=True, slots=True)
class View:
    """The cells, and how their numbers are written.

    Parameters
    ----------
    table : DataFrame
        As of `Grid.table`.
    measured : mapping of str to Effects
        By the code of their measure.
    """

    table: pd.DataFrame
    measured: Mapping[str, Effects]

    @property
    def cells(self) -> Mapping[tuple[str, str, str], Mapping[str, Any]]:
        """The rows of the table by outcome, time and population."""
        rows: list[dict[str, Any]] = self.table.to_dict(orient="records")  # type: ignore[assignment]
        return {(row["outcome"], row["time"], row["population"]): row for row in rows}

    @property
    def tint(self) -> Tint:
        """How cells are coloured."""
        return tint_of(self.table)

    def of(self, row: Mapping[str, Any]) -> Effects:
        """Give the effects whose measure a cell has."""
        return self.measured[row.get("measure", next(iter(self.measured)))]

    def digits(self, code: str) -> int:
        """Give the decimals of the effects of a measure: two at most."""
        own = self.table
        if len(self.measured) > 1:
            own = own[own["measure"] == code]
        spread = (own["upper"] - own["lower"]) / 4.0
        return max(1, min(2, decimals(float(spread.median())))) if spread.notna().any() else 2

    def shown(self, row: Mapping[str, Any], name: str) -> str:
        """Write a number of a cell as its measure shows it."""
        measure = self.of(row).measure
        display = measure.display(np.array([row[name]], dtype=float))
        return number(float(np.asarray(display)[0]), self.digits(measure.code))

    def lines(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Write a cell."""
        if not row["k"]:
            return ("k = 0",)
        if not np.isfinite(row["estimate"]):
            return ("no fit", f"k = {row['k']:.0f}")
        ends = f"{self.shown(row, 'lower')} to {self.shown(row, 'upper')}"
        return (self.estimate(row), ends, f"k {row['k']:.0f}, P {chance(row['p_gt_0'])}")

    def estimate(self, row: Mapping[str, Any]) -> str:
        """Write the mean effect, with its measure where there are several."""
        told = f"{row['measure']} " if len(self.measured) > 1 else ""
        return f"{told}{self.shown(row, 'estimate')}"


def chance(p: float) -> str:
    """Write a probability with two decimals, and what is near 0 or 1 as beyond the last of them.

    Parameters
    ----------
    p : float
    """
    if 0.005 < p < 0.995:
        return number(p, 2)
    return ">\N{NO-BREAK SPACE}0.99" if p > 0.5 else "<\N{NO-BREAK SPACE}0.01"


def by_code(table: pd.DataFrame, measured: Sequence[Effects]) -> Mapping[str, Effects]:
    """Give effects by the code of their measure.

    Parameters
    ----------
    table : DataFrame
        As of `Grid.table`.
    measured : sequence of Effects

    Raises
    ------
    ModelError
        If a cell has a measure of which no effects were given.
    """
    known = {one.measure.code: one for one in measured}
    named = table["measure"][table["estimate"].notna()] if "measure" in table else ()
    lost = [code for code in dict.fromkeys(named) if code not in known]
    if not known or lost:
        raise ModelError(
            f"Cells have the measure {', '.join(lost) or 'of no effects'}, and no effects of it "
            "were given. Give those of every measure: review.measured."
        )
    return known


def texts(view: View) -> Iterator[str]:
    """Say beneath a matrix what stands in its cells.

    Parameters
    ----------
    view : View
    """
    measured = view.measured.values()
    nulls = {one.measure.label: _null(one) for one in measured}
    same = len(set(nulls.values())) == 1
    labels = "; ".join(each if same else f"{each}, no effect is {nulls[each]}" for each in nulls)
    above = next(iter(nulls.values())) if same else "no effect"
    directions = " ".join(dict.fromkeys(one.direction for one in measured))
    yield (
        f"In each cell: mean effect ({labels}), its interval, the number of estimates k, and P, "
        f"the probability that the mean effect is above {above}. {directions}"
    )
    yield (
        f"Blue: above no effect; orange: below it; {view.tint.deeper}. Bold: P above 0.975 or "
        "below 0.025. Dashed: one estimate, so that the interval rests on the prior of τ."
    )


def _null(effects: Effects) -> str:
    return f"{float(np.asarray(effects.measure.display(np.zeros(1)))[0]):g}"


def in_words(view: View) -> str:
    """Say what a matrix shows to those who cannot see it.

    Parameters
    ----------
    view : View
    """
    told = (f"{', '.join(key)}: {'; '.join(view.lines(row))}" for key, row in view.cells.items())
    return f"Matrix of mean effects. {'. '.join(told)}."
