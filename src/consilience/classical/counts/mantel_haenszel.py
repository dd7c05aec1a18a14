"""Mantel and Haenszel's pooled ratios and differences."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from consilience.classical.counts.answer import heterogeneity, row, series
from consilience.classical.counts.tables import columns, two_by_two
from consilience.classical.wls import Floats
from consilience.errors import ModelError

type Cells = tuple[Floats, Floats, Floats, Floats]
type Pair = tuple[float, float]
type Single = tuple[Floats, Floats]


class Tests(Protocol):
    """Further tests of a pooled estimate."""

    def __call__(self, cells: Cells, estimate: float, *, correct: bool) -> dict[str, object]:
        """Give them by name, those against no effect with or without a correction."""


def _none(cells: Cells, estimate: float, *, correct: bool) -> dict[str, object]:  # noqa: ARG001
    """Give no tests: those of a common odds ratio are of odds ratios alone."""
    return {}


@dataclass(frozen=True, slots=True)
class Method:
    """One measure pooled after Mantel and Haenszel.

    Parameters
    ----------
    read : callable
        The four columns from a trial table.
    pooled : callable
        Estimate and standard error from them.
    single : callable
        Estimate and variance of each trial, for Q.
    label : str
    tests : Tests
        None as a rule.
    """

    read: Callable[[pd.DataFrame], Cells]
    pooled: Callable[[Cells], Pair]
    single: Callable[[Cells], Single]
    label: str
    tests: Tests = _none


def mantel_haenszel(
    table: pd.DataFrame, measure: str = "OR", *, level: float = 0.95, correct: bool = True
) -> pd.Series:
    """Pool two by two tables, or rates, without computing an estimate for each trial first.

    Parameters
    ----------
    table : DataFrame, k rows
        With `events1, n1, events2, n2` for ``"OR"``, ``"RR"`` and ``"RD"``; with `events1,
        person_time1, events2, person_time2` for ``"IRR"`` and ``"IRD"``.
    measure : str
        Ratios are answered as logarithms.
    level : float
        Of the interval.
    correct : bool
        Whether Cochran, Mantel and Haenszel's test is corrected for continuity.

    Returns
    -------
    Series
        ``estimate`` (intervention against comparator as it stands), ``se, statistic, p_value,
        lower, upper, level, interval, Q, Q_df, Q_p, I2, H2, k``; for ``"OR"`` also ``CMH, CMH_p``
        and Breslow and Day's test with Tarone's correction, ``BD, BD_p, TA, TA_p``.

    Raises
    ------
    ModelError
        For an unknown measure, without the columns, or if the counts leave nothing to pool.
    DataError
        For counts that cannot be.

    References
    ----------
    Mantel N, Haenszel W (1959). Journal of the National Cancer Institute 22:719–748.
    Robins J, Breslow N, Greenland S (1986). Biometrics 42:311–323 (OR). doi:10.2307/2531052
    Greenland S, Robins JM (1985). Biometrics 41:55–68 (RR, IRR, IRD). doi:10.2307/2530643
    Sato T, Greenland S, Robins JM (1989). Biometrics 45:1323–1324 (RD).
    """
    if measure not in METHODS:
        raise ModelError(f"Unknown measure {measure!r}. Known: {', '.join(sorted(METHODS))}.")
    method = METHODS[measure]
    cells = method.read(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, se = method.pooled(cells)
        y, v = method.single(cells)
    if not (math.isfinite(estimate) and math.isfinite(se) and se > 0):
        message = (
            f"There is no Mantel–Haenszel {method.label}: an arm has no events (or nothing "
            "else) in all trials together."
        )
        raise ModelError(message)
    told = np.isfinite(y) & np.isfinite(v)
    values = row(estimate, se, level=level)
    values |= heterogeneity(y[told], v[told], estimate=estimate) | {"k": len(cells[0])}
    values |= method.tests(cells, estimate, correct=correct)
    return series(values, method="Mantel–Haenszel", measure=measure)


def _odds_ratio(cells: Cells) -> Pair:
    """Give the log odds ratio and its standard error by Robins, Breslow and Greenland."""
    a, b, c, d = cells
    total = a + b + c + d
    alike, unlike, up, down = (a + d) / total, (b + c) / total, a * d / total, b * c / total
    above, below = up.sum(), down.sum()
    mixed = (alike @ down + unlike @ up) / (above * below)
    variance = ((alike @ up) / above**2 + mixed + (unlike @ down) / below**2) / 2
    return float(np.log(above / below)), float(np.sqrt(variance))


def _risk_ratio(cells: Cells) -> Pair:
    """Give the log risk ratio and its standard error by Greenland and Robins."""
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    total = n1 + n2
    above, below = (a * n2 / total).sum(), (c * n1 / total).sum()
    variance = ((n1 * n2 * (a + c) - a * c * total) / total**2).sum() / (above * below)
    return float(np.log(above / below)), float(np.sqrt(variance))


def _risk_difference(cells: Cells) -> Pair:
    """Give the risk difference and its standard error by Sato, Greenland and Robins."""
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    total = n1 + n2
    weight = (n1 * n2 / total).sum()
    estimate = float((a * n2 / total - c * n1 / total).sum() / weight)
    shared = c * (n1 / total) ** 2 - a * (n2 / total) ** 2 + n1 / total * n2 / total * (n2 - n1) / 2
    own = (a * d / total + c * b / total).sum() / 2
    return estimate, float(np.sqrt(estimate * shared.sum() + own) / weight)


def _rate_ratio(cells: Cells) -> Pair:
    x1, t1, x2, t2 = cells
    total = t1 + t2
    above, below = (x1 * t2 / total).sum(), (x2 * t1 / total).sum()
    variance = (t1 * t2 / total**2 * (x1 + x2)).sum() / (above * below)
    return float(np.log(above / below)), float(np.sqrt(variance))


def _rate_difference(cells: Cells) -> Pair:
    """Give the rate difference and its standard error by Greenland and Robins."""
    x1, t1, x2, t2 = cells
    total = t1 + t2
    weights = t1 * t2 / total
    estimate = float((x1 * t2 / total - x2 * t1 / total).sum() / weights.sum())
    variance = (weights**2 * (x1 / t1**2 + x2 / t2**2)).sum()
    return estimate, float(np.sqrt(variance) / weights.sum())


def _half(cells: Cells) -> Cells:
    """Add one half to every cell of tables with an empty one."""
    empty = np.logical_or.reduce([cell == 0 for cell in cells])
    a, b, c, d = (cell + 0.5 * empty for cell in cells)
    return a, b, c, d


def _without_double_zeros(cells: Cells, y: Floats) -> Floats:
    a, b, c, d = cells
    return np.where(((a == 0) & (c == 0)) | ((b == 0) & (d == 0)), np.nan, y)


def _single_odds_ratio(cells: Cells) -> Single:
    a, b, c, d = _half(cells)
    return _without_double_zeros(cells, np.log(a * d / (b * c))), 1 / a + 1 / b + 1 / c + 1 / d


def _single_risk_ratio(cells: Cells) -> Single:
    a, b, c, d = _half(cells)
    y = np.log(a / (a + b)) - np.log(c / (c + d))
    return _without_double_zeros(cells, y), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def _single_risk_difference(cells: Cells) -> Single:
    plain, (a, b, c, d) = cells, _half(cells)
    y = a / (a + b) - c / (c + d)
    return _without_double_zeros(plain, y), a * b / (a + b) ** 3 + c * d / (c + d) ** 3


def _half_events(cells: Cells) -> Cells:
    x1, t1, x2, t2 = cells
    empty = 0.5 * ((x1 == 0) | (x2 == 0))
    return x1 + empty, t1, x2 + empty, t2


def _single_rate_ratio(cells: Cells) -> Single:
    x1, t1, x2, t2 = _half_events(cells)
    y = np.where(cells[0] + cells[2] == 0, np.nan, np.log(x1 / t1) - np.log(x2 / t2))
    return y, 1 / x1 + 1 / x2


def _single_rate_difference(cells: Cells) -> Single:
    x1, t1, x2, t2 = _half_events(cells)
    y = np.where(cells[0] + cells[2] == 0, np.nan, x1 / t1 - x2 / t2)
    return y, x1 / t1**2 + x2 / t2**2


def _rates(table: pd.DataFrame) -> Cells:
    x1, t1, x2, t2 = columns(table, "events1", "person_time1", "events2", "person_time2")
    if not (np.all(t1 > 0) and np.all(t2 > 0)):
        raise ModelError("Person-time must be above zero in every arm; look it up.")
    return x1, t1, x2, t2


def _tests(cells: Cells, estimate: float, *, correct: bool) -> dict[str, object]:
    """Cochran, Mantel and Haenszel's test of no effect, Breslow and Day's of one odds ratio."""
    told = [cell[(cells[0] + cells[2] > 0) & (cells[1] + cells[3] > 0)] for cell in cells]
    a, b, c, d = told
    n1, n2, events, total = a + b, c + d, a + c, a + b + c + d
    excess = abs(float((a - events * n1 / total).sum()))
    V = float((n1 * n2 * events * (b + d) / (total**2 * (total - 1))).sum())
    chi2 = max(0.0, excess - 0.5 * correct) ** 2 / V
    expected = _expected(n1, n2, events=events, odds_ratio=math.exp(estimate))
    cells_expected = (expected, n1 - expected, events - expected, n2 - events + expected)
    spread = 1 / np.sum([1 / cell for cell in cells_expected], axis=0)
    breslow = float(((a - expected) ** 2 / spread).sum())
    tarone = breslow - float((a - expected).sum()) ** 2 / float(spread.sum())
    df = len(a) - 1
    return {
        "CMH": chi2, "CMH_p": float(chdtrc(1, chi2)),
        "BD": breslow, "BD_p": float(chdtrc(df, breslow)),
        "TA": tarone, "TA_p": float(chdtrc(df, tarone)),
    }  # fmt: skip


def _expected(n1: Floats, n2: Floats, *, events: Floats, odds_ratio: float) -> Floats:
    """Expect events of the first arm under a common odds ratio, margins fixed."""
    if abs(odds_ratio - 1) < 1e-8:
        return events * n1 / (n1 + n2)
    A = 1 - odds_ratio
    B = n2 - events + odds_ratio * (n1 + events)
    constant = -odds_ratio * n1 * events
    # The root between the margins, written so that nothing cancels.
    root = np.sqrt(B**2 - 4 * A * constant)
    return np.asarray(-2 * constant / (B + root))


METHODS: dict[str, Method] = {
    "IRD": Method(_rates, _rate_difference, _single_rate_difference, "incidence rate difference"),
    "IRR": Method(_rates, _rate_ratio, _single_rate_ratio, "log incidence rate ratio"),
    "OR": Method(two_by_two, _odds_ratio, _single_odds_ratio, "log odds ratio", _tests),
    "RD": Method(two_by_two, _risk_difference, _single_risk_difference, "risk difference"),
    "RR": Method(two_by_two, _risk_ratio, _single_risk_ratio, "log risk ratio"),
}
"""The measures by code."""
