"""The answer against the weight of doubtful trials, beside the answer that estimates their bias."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final, override

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.plots.chart import Look, put
from consilience.plots.marks import Dot, Mark, Swatch
from consilience.plots.page import ROOM, Entry, Notes
from consilience.plots.scale import round_ticks
from consilience.plots.style import BAND, BAYES, FAINT, MARGIN, PALE, WIDTH, Sheet, paper, style
from consilience.plots.text import mass, shortened

_LEFT, _HEIGHT, _FOOT, _PAD = 0.62, 2.7, 0.55, 0.06
_BESIDE = 1.25
_PLACE = 0.5 * (1.0 + _BESIDE) + 0.02
_AREAS = (
    ("prediction_lower", "prediction_upper", PALE, 0.2),
    ("lower", "upper", BAND, 0.5),
)
_SMALL = (0.0, -0.12, 0.12)


@style()
@paper(WIDTH)
def bias_dial(table: pd.DataFrame, effects: Effects) -> Figure:
    """Draw the mean effect against the weight of the doubtful trials.

    Parameters
    ----------
    table : DataFrame
        What `bias_dial` gives.
    effects : Effects
        The trials: their measure says how effects are shown.

    Returns
    -------
    Figure
        The posterior mean at each weight, its credible interval as a band and the prediction
        interval of a new trial as a paler one; beside the dial the model that estimates the bias.
    """
    dial, beside = table[table["weight"].notna()], table[table["weight"].isna()]
    beside = beside[beside["mean"].notna()]
    notes = Notes(tuple(_key(table)), tuple(_texts(table)))
    below = MARGIN + _PAD + _HEIGHT
    sheet = Sheet(below + _FOOT + notes.height + MARGIN, str(table.attrs.get("watermark", "")))
    page = sheet.inches()
    plot = sheet.window(_LEFT, MARGIN + _PAD, width=MARGIN + ROOM - _LEFT, height=_HEIGHT)
    _frame(plot, table, effects=effects, wide=_BESIDE if len(beside) else 1.0)
    _bands(plot, dial)
    for _, row in beside.iterrows():
        _alternative(plot, row)
    _foot(page, plot, beside=len(beside) > 0, y=below)
    notes.paint(sheet, page, below + _FOOT)
    return sheet


def _frame(plot: Axes, table: pd.DataFrame, *, effects: Effects, wide: float) -> None:
    """Span the axes over every interval and the null, with round ticks on the display scale."""
    columns = ["lower", "upper", "prediction_lower", "prediction_upper"]
    ends = table[columns].to_numpy(dtype=float)
    null = effects.measure.null
    low, high = (
        float(edge) for edge in (np.nanmin([*ends.flat, null]), np.nanmax([*ends.flat, null]))
    )
    pad = 0.04 * (high - low)
    plot.set(xlim=(-0.03, wide + 0.03), ylim=(low - pad, high + pad))
    plot.set_xticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    plot.set_yticks(*round_ticks(low, high, display=effects.measure.display))
    plot.set_ylabel(shortened(effects.measure.label, _HEIGHT))
    plot.axhline(null, color=FAINT, lw=0.9, zorder=1, label="null")


def _bands(plot: Axes, dial: pd.DataFrame) -> None:
    """Draw the answer along the weight: mean, credible interval, and new true effects behind it."""
    x = _values(dial, "weight")
    for lower, upper, ink, order in _AREAS:
        ends = _values(dial, lower), _values(dial, upper)
        plot.fill_between(x, *ends, color=ink, lw=0.0, zorder=order, label=lower)
    look: dict[str, Any] = {"color": BAYES, "lw": 1.2, "marker": "o", "ms": 4.6, "zorder": 4}
    plot.plot(x, _values(dial, "mean"), label="dial", **look)


def _alternative(plot: Axes, row: pd.Series) -> None:
    """Draw the model that estimates the bias, apart from the dial because it has no weight."""
    plot.axvline(1.0 + 0.25 * (_BESIDE - 1.0), color=FAINT, lw=0.6, ls=(0, (1, 2)), label="apart")
    for lower, upper, ink, order in _AREAS:
        start, end = float(row[lower]), float(row[upper])
        look: dict[str, Any] = {"fc": ink, "lw": 0.0, "zorder": order, "label": f"beside {lower}"}
        plot.add_patch(Rectangle((_PLACE - 0.03, start), 0.06, end - start, **look))
    Hollow((_PLACE, np.nan, np.nan), ink=BAYES).paint(plot, float(row["mean"]))


def _foot(page: Axes, plot: Axes, *, beside: bool, y: float) -> None:
    """Say under the axis what its two ends mean, and what stands beside the dial."""
    width = MARGIN + ROOM - _LEFT
    first, last = plot.get_xlim()

    def place(weight: float) -> float:
        return _LEFT + width * (weight - first) / (last - first)

    put(page, (place(0.0), y + 0.33), "left out", look=Look(ink=FAINT))
    put(page, (place(0.5), y + 0.33), "Weight of the doubtful trials", look=Look(side="center"))
    put(page, (place(1.0), y + 0.33), "as they stand", look=Look(side="right", ink=FAINT))
    if beside:
        middle = place(_PLACE)
        put(page, (middle, y + 0.15), "bias estimated", look=Look(side="center"))


def _key(table: pd.DataFrame) -> Iterator[Entry]:
    """Explain only the signs that are drawn: the model with a bias need not be there."""
    level = mass(float(table["level"].dropna().iloc[0]))
    yield Entry(Dot((0.0, np.nan, np.nan), ink=BAYES), "posterior mean")
    if table.loc[table["weight"].isna(), "mean"].notna().any():
        yield Entry(Hollow((0.0, np.nan, np.nan), ink=BAYES), "with their bias estimated")
    yield Entry(Swatch(_SMALL, ink=BAND), f"{level} credible interval")
    yield Entry(Swatch(_SMALL, ink=PALE), f"true effect of a new trial, {level}")


def _texts(table: pd.DataFrame) -> Iterator[str]:
    doubtful = ", ".join(table.attrs.get("doubtful", []))
    yield f"Doubtful here: {doubtful}. {table.attrs.get('direction', '')}"


@final
@dataclass(frozen=True, slots=True)
class Hollow(Mark):
    """An estimate of another model: a hollow square."""

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a hollow square, without an interval."""
        look: dict[str, Any] = {"marker": "s", "ms": 5.5, "mfc": "white", "mew": 1.2, "zorder": 4}
        axes.plot([self.value[0]], [y], ls="none", c=self.ink, label="alternative", **look)


def _values(table: pd.DataFrame, column: str) -> Array:
    return table[column].to_numpy(dtype=float)
