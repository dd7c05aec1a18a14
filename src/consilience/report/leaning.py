"""How trials lean on one another, and which of them the conclusion leans on."""

import pandas as pd

from consilience.errors import ConsilienceError
from consilience.fit import Fit
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
        grown, note = cumulative(found, _BY, level=level), ""
    except ConsilienceError as refusal:
        grown, note = pd.DataFrame(), str(refusal)
    return Leaning(borrowed, influenced, grown, note)
