"""A control arm that several rows share is divided among them."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.conversions.units import put
from consilience.trials.rows import row_names


@final
@dataclass(frozen=True, slots=True)
class SplitControl(Rule):
    """Each row gets its share of the comparator's participants, in whole people.

    Means and standard deviations stay; events are divided in proportion; standard errors, interval
    widths, t and F of the comparator or the difference are made those of the smaller arm, and a p
    value is emptied. Nobody counts twice then, yet the rows still are not independent of how the
    shared arm fared: combining the interventions (`CombineArms`) leaves no such doubt.

    Parameters
    ----------
    rows : tuple of str
        The estimates, trials or studies that share one control arm, one row each.
    """

    rows: tuple[str, ...]

    title: ClassVar[str] = "Shared control divided"
    needs: ClassVar[tuple[str, ...]] = ("n2",)
    gives: ClassVar[tuple[str, ...]] = (
        *("n2", "events2", "se2", "mean2_lower", "mean2_upper"),
        *("md_se", "md_lower", "md_upper", "t_stat", "f_stat", "p_value"),
    )
    equation: ClassVar[str] = "n2 = n2 / rows that share it"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 23.3.4, doi:10.1002/9781119536604.ch23"

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Divide the control arm among the rows named, as evenly as people can be.

        Raises
        ------
        DataError
            For a name that no row has, and for rows that print different n2, or less than two
            people for each row.
        """
        sheet = Sheet(table)
        chosen = sheet.named(self.rows, rule=type(self).__name__)
        n2 = sheet.numbers("n2")
        _refuse_unequal(sheet, chosen, n2)
        small = np.full(len(sheet), np.nan)
        small[chosen] = _parts(float(n2[chosen][0]), int(chosen.sum()))
        return put(table, _divided(sheet, small, chosen), where=chosen)


def _parts(total: float, parts: int) -> Floats:
    edges = np.round(np.linspace(0.0, total, parts + 1))
    return np.sort(np.diff(edges))[::-1]


def _divided(sheet: Sheet, small: Floats, chosen: Mask) -> dict[str, Floats]:
    """Give the cells that change with n2: errors and intervals widen, events are shared out."""
    n1, n2, mean2, md = sheet.columns("n1", "n2", "mean2", "md")
    own = np.sqrt(n2 / small)
    both = np.sqrt((1 / n1 + 1 / small) / (1 / n1 + 1 / n2))
    cells = {"n2": small, "se2": sheet.numbers("se2") * own, "md_se": sheet.numbers("md_se") * both}
    for end in ("lower", "upper"):
        cells[f"mean2_{end}"] = mean2 + own * (sheet.numbers(f"mean2_{end}") - mean2)
        cells[f"md_{end}"] = md + both * (sheet.numbers(f"md_{end}") - md)
    events = sheet.numbers("events2")
    shared = np.cumsum(np.where(chosen, small, 0.0)) / n2
    upto = np.round(events * shared)
    before = np.round(events * (shared - np.where(chosen, small, 0.0) / n2))
    cells |= {"events2": upto - before, "t_stat": sheet.numbers("t_stat") / both}
    return cells | {
        "f_stat": sheet.numbers("f_stat") / both**2,
        "p_value": np.full(len(n2), np.nan),
    }


def _refuse_unequal(sheet: Sheet, chosen: Mask, n2: Floats) -> None:
    """Refuse rows that do not print one n2, or too small a one."""
    same = {float(n) for n in n2[chosen]}
    if len(same) == 1 and np.isfinite(n2[chosen]).all() and min(same) >= 2 * chosen.sum():
        return
    remedy = "Name rows that print the same n2, with at least two people for each row."
    raise DataError(
        [
            Problem("SplitControl: the rows do not share a control arm that can be divided",
                    remedy, str(study), "n2", f"{n:g}")
            for study, n in zip(row_names(sheet.table["study"])[chosen], n2[chosen], strict=True)
        ]
    )  # fmt: skip
