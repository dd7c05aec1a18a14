"""New trials: what is expected of each, from its mean to the estimate that it will print."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from consilience import measures
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.measures import Measure
from consilience.plots.chart import ROW, Chart, Line
from consilience.plots.marks import Nested
from consilience.plots.page import Entry, Notes, sheet_of
from consilience.plots.scale import spanning
from consilience.plots.style import BAYES, style
from consilience.plots.text import clean, mass, number

_LEVEL, _INNER = 0.95, 0.5
_WORDS = {"mu": "expected effect, μ", "theta": "its true effect, θ", "yi": "its estimate, y"}
_PALER = {"mu": 0.0, "theta": 0.3, "yi": 0.55}


@style()
def new_trials(tree: xr.DataTree) -> Figure:
    """Draw what is expected of new trials.

    Parameters
    ----------
    tree : DataTree
        What `predict` gives: its group ``predictions`` holds ``mu``, ``theta`` and perhaps ``yi``
        over chain, draw and trial.

    Returns
    -------
    Figure
        For each trial and each of these the median on the equal-tailed intervals of 50 % and 95 %.

    Raises
    ------
    ModelError
        If the tree has no predictions.
    """
    if "predictions" not in tree.children:
        raise ModelError(
            "This tree has no group 'predictions'. new_trials() takes what predict() gives."
        )
    predictions = tree["predictions"].to_dataset()
    lines, measure = tuple(_lines(predictions)), _measure(predictions)
    null = float(np.asarray(measure.display(np.zeros(1)))[0])
    chart = Chart(
        headings=("New trial", f"Median [{mass(_LEVEL)} interval]", f"P(> {null:g})"),
        lines=lines,
        scale=spanning([mark for line in lines for mark in line.marks], 0.0, measure.display),
        label=measure.label,
    )
    sign = Nested((0.0, -0.12, 0.12), inner=(-0.07, 0.07), ink=BAYES)
    key = Entry(sign, f"median, {mass(_INNER)} and {mass(_LEVEL)} intervals of the predictions")
    direction = str(predictions.attrs.get("direction", ""))
    words = (
        f"{direction} μ: expectation of such trials; θ: true effect of this one; y: what it will "
        "print, with its sampling error."
    )
    return sheet_of(chart, Notes((key,), (words,)), str(predictions.attrs.get("watermark", "")))


def _measure(predictions: xr.Dataset) -> Measure:
    """Give the measure of the predicted effects; one without a scale where the tree names none."""
    return measures.get(str(predictions.attrs.get("measure", "GEN")))


def _lines(predictions: xr.Dataset) -> Iterator[Line]:
    names = [name for name in _WORDS if name in predictions]
    for place, trial in enumerate(predictions["trial"].to_numpy()):
        yield Line(label=clean(trial), bold=True, height=1.2 * ROW, ruled=place > 0)
        for name in names:
            yield _line(name, predictions[name].isel(trial=place).to_numpy().ravel())


def _line(name: str, draws: Array) -> Line:
    """Draw one distribution by its median and two intervals, with P(above zero) beside it."""
    tails = [(1.0 - _LEVEL) / 2.0, (1.0 - _INNER) / 2.0]
    wanted = [0.5, tails[0], 1.0 - tails[0], tails[1], 1.0 - tails[1]]
    at, lower, upper, *inner = (float(each) for each in np.quantile(draws, wanted))
    return Line(
        label=_WORDS[name],
        marks=(Nested((at, lower, upper), inner=(inner[0], inner[1]), ink=_paler(_PALER[name])),),
        value=(at, lower, upper),
        cells=(number(float(np.mean(draws > 0.0)), 2),),
        level=1,
    )


def _paler(share: float) -> str:
    red, green, blue = (share + (1.0 - share) * part for part in to_rgb(BAYES))
    return to_hex((red, green, blue))
