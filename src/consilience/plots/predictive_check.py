"""The predictive check: observed trials against replicated ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from consilience.check import STATISTICS, Check
from consilience.gaussian import Array
from consilience.plots.chart import ROW, Chart, Line, Look, put
from consilience.plots.marks import Bar, Square
from consilience.plots.page import ROOM, Entry, Notes
from consilience.plots.scale import round_ticks, spanning
from consilience.plots.style import BAYES, CLASSICAL, INK, MARGIN, WIDTH, Sheet, paper, style
from consilience.plots.text import clean, mass, number

_CHART, _APART, _EDGE = 5.55, 0.35, 0.08
_TITLE, _HISTOGRAM, _STEP = 0.26, 0.72, 1.22
_TALLEST, _SPREAD = 0.32, 2.85
_BINS, _SHOWN, _SURPRISING, _TALL = 40, 0.998, 0.05, 0.1


@style()
@paper(WIDTH)
def predictive_check(check: Check) -> Figure:
    """Draw how well a model foresees its trials.

    Parameters
    ----------
    check : Check
        What `check` gives.

    Returns
    -------
    Figure
        On the left each trial's estimate on the interval of its replicates, with the two-sided
        probability of an estimate as far out given the other trials; on the right the largest, the
        smallest and the spread of replicated sets of trials, with the observed value as a line.
    """
    chart = _chart(check)
    level = mass(float(check.trials["level"].iloc[0]))
    signs = (0.0, -0.12, 0.12)
    key = (
        Entry(Square((0.0, np.nan, np.nan)), "observed"),
        Entry(Square((0.0, np.nan, np.nan), ink=CLASSICAL), f"observed, p < {_SURPRISING:g}"),
        Entry(Bar(signs, ink=BAYES, tall=_TALL), f"replicated by the model, {level} interval"),
    )
    texts = (
        "p: two-sided probability, foreseen from the other trials, of an estimate as far out as "
        "the observed one; on the right, of a statistic as far out in replicated sets of trials.",
        *check.words,
    )
    notes = Notes(key, texts)
    high = max(chart.height, _STEP * len(_replicated(check)))
    sheet = Sheet(high + notes.height + 2.0 * MARGIN, str(check.trials.attrs.get("watermark", "")))
    page = sheet.inches()
    chart.paint(sheet, page, left=MARGIN, top=MARGIN, room=_CHART)
    _paint_statistics(sheet, page, check)
    notes.paint(sheet, page, MARGIN + high)
    return sheet


def _chart(check: Check) -> Chart:
    """Put each trial's estimate on the interval that the model foresees for it."""
    lines = tuple(_lines(check.trials))
    return Chart(
        headings=("Trial", "Observed [replicated]", "p"),
        lines=lines,
        scale=spanning([mark for line in lines for mark in line.marks], 0.0),
        label="Estimates, observed and replicated",
    )


def _lines(trials: pd.DataFrame) -> Iterator[Line]:
    """Give each trial its replicated interval and its p when left out; small ones stand out."""
    for label, row in trials.iterrows():
        at, lower, upper = (float(row[name]) for name in ("observed", "lower", "upper"))
        p = float(row["p_value_loo"])
        surprising = p < _SURPRISING
        replicated = Bar((np.nan, lower, upper), ink=BAYES, tall=_TALL)
        observed = Square((at, np.nan, np.nan), ink=CLASSICAL if surprising else INK)
        yield Line(
            label=clean(label),
            marks=(replicated, observed),
            value=(at, lower, upper),
            cells=(_probability(p),),
            bold=surprising,
            height=min(_TALLEST, max(ROW, _SPREAD / len(trials))),
        )


def _probability(p: float, sign: str = "") -> str:
    return "< 0.001" if p < 0.001 else sign + number(p, 3 if p < 0.01 else 2)


def _paint_statistics(sheet: Sheet, page: Axes, check: Check) -> None:
    """Draw each statistic's replicated values with the observed one and its p."""
    left, width = MARGIN + _CHART + _APART, ROOM - _CHART - _APART - _EDGE
    for place, (name, values) in enumerate(_replicated(check).items()):
        top = MARGIN + place * _STEP
        p = _probability(float(check.statistics["p_value"][name]), "= ")
        put(page, (left, top + 0.135), _sentence(name), look=Look(bold=True))
        put(page, (left + width, top + 0.135), f"p {p}", look=Look(side="right"))
        axes = sheet.window(left, top + _TITLE, width=width, height=_HISTOGRAM)
        _histogram(axes, values, float(check.statistics["observed"][name]))


def _replicated(check: Check) -> dict[str, Array]:
    """Give the statistics of all replicates, without those that one trial cannot have."""
    draws = check.replicates["posterior_predictive"]["yi"].to_numpy()
    flat = draws.reshape(-1, draws.shape[-1])
    found = {name: take(flat) for name, take in STATISTICS.items()}
    return {name: values for name, values in found.items() if np.ptp(values) > 0.0}


def _histogram(axes: Axes, values: Array, observed: float) -> None:
    """Draw the middle of the replicated values, wide enough that the observed one shows."""
    tail = (1.0 - _SHOWN) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    pad = 0.05 * (high - low) or 0.5
    low, high = min(low, observed) - pad, max(high, observed) + pad
    look: dict[str, Any] = {"histtype": "stepfilled", "fc": BAYES, "alpha": 0.35}
    axes.hist(values, bins=_BINS, range=(low, high), **look)
    axes.axvline(observed, color=INK, lw=1.6, label="observed")
    axes.set(xlim=(low, high), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(*round_ticks(low, high, count=4))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
