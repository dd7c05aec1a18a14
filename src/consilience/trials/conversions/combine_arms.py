"""Several arms of one trial become one arm."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import DataError, ModelError, Problem
from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.sheet import NAMING, Mask, Sheet
from consilience.trials.conversions.units import arm_columns
from consilience.trials.rows import row_names

_PAIRS = (("mean", "sd"), ("baseline_mean", "baseline_sd"), ("change_mean", "change_sd"))
_CONTRASTS = (
    *("md", "md_se", "md_lower", "md_upper", "d", "g", "t_stat", "f_stat", "f_df", "p_value"),
    *("odds_ratio", "odds_ratio_lower", "odds_ratio_upper", "yi", "vi", "sei", "n_total", "r"),
)


@final
@dataclass(frozen=True, slots=True)
class CombineArms(Rule):
    r"""Rows of one trial that share an arm become one row, in which their other arms are one.

    Participants and events are added; mean and SD are those of all participants together,
    :math:`s^2 = [\sum (n_j - 1) s_j^2 + \sum n_j (\bar x_j - \bar x)^2]/(N - 1)`: exact. What the
    source prints only for the single comparisons (differences, d, tests, standard errors, medians)
    is emptied, so standard errors must be converted before. Labels are joined by " + ".

    Parameters
    ----------
    rows : tuple of str
        Estimates, trials or studies.
    arm : int
        The arm that differs and is combined: 1, the interventions against one control; 2, the
        comparators of one intervention.

    Raises
    ------
    ModelError
        If arm is neither 1 nor 2.
    """

    rows: tuple[str, ...]
    arm: int = 1

    title: ClassVar[str] = "Arms combined"
    needs: ClassVar[tuple[str, ...]] = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    uses: ClassVar[tuple[str, ...]] = ("events1", "events2")
    gives: ClassVar[tuple[str, ...]] = (*needs, *uses)
    equation: ClassVar[str] = "n = Σ n, mean = Σ n mean / n, sd of all participants together"
    source: ClassVar[str] = "Cochrane Handbook 6.5, table 6.5.a, doi:10.1002/9781119536604.ch6"

    def __post_init__(self) -> None:
        """Refuse an arm that is none."""
        if self.arm not in (1, 2):
            raise ModelError(f"CombineArms: arm must be 1 or 2, got {self.arm!r}.")

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Put one row with the joined arm in the place of the rows named.

        Raises
        ------
        DataError
            For a name that no row has, for a single row, and for rows that differ in what they
            should share.
        """
        sheet = Sheet(table)
        chosen = sheet.named(self.rows, rule=type(self).__name__)
        shared = "2" if self.arm == 1 else "1"
        _refuse_different(sheet, chosen, shared)
        places = np.flatnonzero(chosen)
        one = _joined(table.iloc[places], str(self.arm))
        result = table.copy()
        for name, value in one.items():
            result[name] = result[name].where(~_at(len(table), places[0]), value)
        return result.drop(index=result.index[places[1:]]).reset_index(drop=True)


def _at(length: int, place: int) -> Mask:
    return np.arange(length) == place


def _joined(rows: pd.DataFrame, arm: str) -> dict[str, object]:
    """Give the cells of several arms taken as one; contrasts must be computed anew."""
    sheet = Sheet(rows)
    n = sheet.numbers(f"n{arm}")
    found: dict[str, object] = dict.fromkeys((*arm_columns(arm), *_CONTRASTS), np.nan)
    found[f"n{arm}"] = n.sum()
    found[f"events{arm}"] = sheet.numbers(f"events{arm}").sum()
    for mean, sd in _PAIRS:
        pair = _together(n, *sheet.columns(f"{mean}{arm}", f"{sd}{arm}"))
        found |= dict(zip((f"{mean}{arm}", f"{sd}{arm}"), pair, strict=True))
    side = {"1": "intervention", "2": "comparator"}[arm]
    for label in (*NAMING[:2], side):
        joined = " + ".join(dict.fromkeys(str(text) for text in sheet.texts(label) if text))
        found[label] = joined or None
    return {name: value for name, value in found.items() if name in rows}


def _together(n: Floats, mean: Floats, sd: Floats) -> tuple[float, float]:
    total = n.sum()
    centre = float((n * mean).sum() / total)
    square = ((n - 1) * sd**2 + n * (mean - centre) ** 2).sum() / (total - 1)
    return centre, float(np.sqrt(square))


def _refuse_different(sheet: Sheet, chosen: Mask, shared: str) -> None:
    """Refuse rows that differ in their other arm, outcome, scale or time."""
    names = row_names(sheet.table["study"])[chosen]
    if chosen.sum() < 2:
        remedy = "Name at least two rows of one trial."
        raise DataError(
            [Problem("CombineArms: there is nothing to combine", remedy, names.iloc[0])]
        )
    remedy = f"Name rows that share arm {shared} (one outcome, one time), or correct the cells."
    problems = []
    for name in (f"n{shared}", f"mean{shared}", f"sd{shared}", f"events{shared}", "outcome",
                 "scale", "timepoint", "population"):  # fmt: skip
        cells = sheet.texts(name)[chosen]
        if len(set(cells)) > 1:
            problems += [
                Problem("CombineArms: the rows differ here", remedy, str(study), name, str(cell))
                for study, cell in zip(names, cells, strict=True)
            ]
    if problems:
        raise DataError(problems)
