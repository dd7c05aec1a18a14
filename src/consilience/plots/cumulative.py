"""How the answer grew as trials came in."""

import pandas as pd
from matplotlib.figure import Figure

from consilience.design.columns import as_labels
from consilience.plots.page import Notes, sheet_of
from consilience.plots.steps import Steps
from consilience.plots.style import style
from consilience.plots.tables import table_of
from consilience.plots.text import shortened

_NAME = 2.0


@style()
def cumulative(table: pd.DataFrame) -> Figure:
    """Draw the mean effect after each trial.

    Parameters
    ----------
    table : DataFrame
        What `consilience.cumulative` gives, or `classical.diagnostics.cumulative`.

    Returns
    -------
    Figure
        From top to bottom the trials as they came in, each with the mean effect of all trials so
        far on its interval; a dotted line marks the last mean.

    Raises
    ------
    ModelError
        If this is no table, or no row holds an estimate.
    DataError
        For an empty cell in the column that ordered the trials.

    References
    ----------
    Lau J, Antman EM, Jimenez-Silva J, et al (1992). New England Journal of Medicine 327:248–254.
    doi:10.1056/NEJM199207233270406
    """
    table = table_of(table, "cumulative", made_by="diagnostics.cumulative(pooled)")
    steps = Steps(table)
    steps.check()
    by = str(table.attrs.get("by", ""))
    first = f"Added in the order of {by}" if by else "Added"
    last = float(table[steps.middle].iloc[-1])
    lines = steps.lines(_labels(table, by))
    chart = steps.chart(first, lines=lines, label="Mean effect of all trials so far", guide=last)
    words = (str(table.attrs.get("direction", "")),)
    watermark = str(table.attrs.get("watermark", ""))
    alt = _alt(steps, chart.scale.shown(last)[0])
    return sheet_of(chart, Notes((steps.sign,), words), watermark, alt=alt)


def _labels(table: pd.DataFrame, by: str) -> list[str]:
    """Name each step by its trial and, unless the name holds it, the value that ordered it."""
    names = [str(name) for name in table.index]
    if by not in table:
        return names
    times = as_labels(table.assign(study=table.index), by)
    pairs = zip(names, times, strict=True)
    return [name if time in name else f"{name} ({time})" for name, time in pairs]


def _alt(steps: Steps, last: str) -> str:
    """Say how many steps there are, between which trials, and where they end."""
    names = steps.table.index
    first, final = (shortened(str(names[place]), _NAME) for place in (0, -1))
    return (
        f"Cumulative meta-analysis of {len(names)} steps from {first} to {final}. "
        f"The last mean is {last}."
    )
