"""The answer without each trial in turn."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from consilience.compare import compare
from consilience.fit import Fit
from consilience.plots.chart import Line
from consilience.plots.evidence import values_of
from consilience.plots.grid import ROW
from consilience.plots.marks import Diamond
from consilience.plots.page import Entry, Notes, sheet_of
from consilience.plots.steps import Steps
from consilience.plots.style import BAYES, CLASSICAL, style
from consilience.plots.tables import table_of
from consilience.plots.text import mass
from consilience.plots.words import Drawn, names, refuse_others


@style()
def leave_one_out(table: pd.DataFrame, *whole: Drawn) -> Figure:
    """Draw the mean effect without each trial.

    Parameters
    ----------
    table : DataFrame
        What `classical.diagnostics.leave_one_out` gives.
    *whole : Fit, Analysis or Resting
        Analyses of all trials, drawn as diamonds beneath; the first has a dotted line.

    Returns
    -------
    Figure

    Raises
    ------
    ModelError
        If this is no table, or no row holds an estimate.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1:112–125. doi:10.1002/jrsm.11
    """
    made_by = "diagnostics.leave_one_out(pooled), pooled"
    table = table_of(table, "leave_one_out", made_by=made_by)
    if whole:
        refuse_others(whole, "leave_one_out", call=f"plots.leave_one_out({made_by})")
    steps = Steps(table)
    steps.check()
    answers = tuple(_answers(whole))
    guide = answers[0].marks[0].value[0] if answers else np.nan
    rows = steps.lines([str(name) for name in table.index])
    label = "Mean effect of the other trials"
    chart = steps.chart("Left out", lines=(*rows, *answers), label=label, guide=guide)
    known = table[steps.middle].dropna()
    ends = chart.scale.shown(float(known.min()), float(known.max()))
    alt = f"Leave-one-out analysis of {len(table)}: the mean lies between {ends[0]} and {ends[1]}."
    notes = Notes((steps.sign, *_key(whole)), _words(table, steps.middle))
    return sheet_of(chart, notes, str(table.attrs.get("watermark", "")), alt=alt)


def _answers(whole: tuple[Drawn, ...]) -> Iterator[Line]:
    """Give the answers from all trials as diamonds below the lines that leave one out."""
    for place, (name, result) in enumerate(zip(names(whole), whole, strict=True)):
        value, filled = values_of(compare({name: result}).iloc[0]), isinstance(result, Fit)
        ink = BAYES if filled else CLASSICAL
        yield Line(
            label=f"All trials: {name}",
            marks=(Diamond(value, ink=ink, filled=filled),),
            value=value,
            bold=True,
            height=1.3 * ROW,
            ruled=place == 0,
        )


def _key(whole: tuple[Drawn, ...]) -> Iterator[Entry]:
    for filled in {isinstance(result, Fit) for result in whole}:
        ink = BAYES if filled else CLASSICAL
        yield Entry(Diamond((0.0, -0.12, 0.12), ink=ink, filled=filled), "all trials")


def _words(table: pd.DataFrame, middle: str) -> tuple[str, ...]:
    level = mass(float(table["level"].iloc[0]))
    away = (table["lower"] > 0.0) | (table["upper"] < 0.0)
    count = int(away[table[middle].notna()].sum())
    said = f"In {count} of {len(table)} the {level} interval excludes no effect."
    return said, str(table.attrs.get("direction", ""))
