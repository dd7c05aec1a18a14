"""How trials lean on one another, and which of them the conclusion leans on."""

import pandas as pd

from consilience.errors import ConsilienceError
from consilience.fit import Fit, fit
from consilience.questions import borrowing, cumulative, influence
from consilience.report.results import Leaning

_BY = "year"


def leaning(found: Fit, level: float) -> Leaning:
    """Ask the primary fit what trials borrow, what each decides, and how its answer grew.

    Parameters
    ----------
    found : Fit
        The primary fit.
    level : float
        Mass of the intervals.
    """
    borrowed, influenced = borrowing(found, level=level), influence(found, level=level)
    try:
        dated, note = _dated(found)
        grown = cumulative(dated, _BY, level=level)
    except ConsilienceError as refusal:
        grown, note = pd.DataFrame(), str(refusal)
    return Leaning(borrowed, influenced, grown, note)


def _dated(found: Fit) -> tuple[Fit, str]:
    """Fit again without the trials of which no year is known, and name them."""
    effects = found.effects
    if _BY not in effects.table:
        return found, ""
    known = effects.table[_BY].notna().to_numpy(dtype=bool)
    if known.all() or not known.any():
        return found, ""
    names = ", ".join(name for name, year in zip(effects.labels, known, strict=True) if not year)
    note = f"Without trials of which no year is known: {names}."
    return fit(found.model, effects.keep(known)), note
