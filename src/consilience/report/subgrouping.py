"""Subgroups both ways; what cannot be done is said, not raised."""

from collections.abc import Callable

import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.errors import DataError, ModelError
from consilience.fit import Fit
from consilience.report.results import Subgroup
from consilience.subgroups import subgroups


def subgroup(found: Fit, twin: Pooled, by: str) -> Subgroup:
    """Compare the levels of a factor under the primary model and under its classical twin.

    Parameters
    ----------
    found : Fit
        The primary fit.
    twin : Pooled
        The classical analysis.
    by : str
        A column of the trial table.
    """
    level = twin.level
    asked = {
        "bayes": lambda: subgroups(found, by, level=level),
        "separate": lambda: subgroups(twin, by),
        "common": lambda: subgroups(twin, by, common_tau2=True),
    }
    answers = {name: _attempt(question) for name, question in asked.items()}
    tables = {name: table for name, (table, _) in answers.items()}
    notes = tuple(dict.fromkeys(note for _, note in answers.values() if note))
    return Subgroup(by, **tables, notes=notes)


def _attempt(question: Callable[[], pd.DataFrame]) -> tuple[pd.DataFrame, str]:
    try:
        return question(), ""
    except (DataError, ModelError) as refusal:
        return pd.DataFrame(), str(refusal)
