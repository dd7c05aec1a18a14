"""The designs on which models of the arms' own data are calibrated."""

import pandas as pd
from ten_trials import ten_trials

import consilience as cs
from consilience.effects import Effects
from consilience.model import Model

_N1 = [24, 31, 18, 60, 45, 120, 38, 27, 80, 52]
_N2 = [22, 33, 17, 58, 49, 60, 40, 27, 82, 25]
_X1 = [5, 9, 1, 20, 7, 31, 0, 4, 12, 10]
_X2 = [8, 12, 3, 25, 15, 20, 2, 9, 20, 8]


def arms() -> pd.DataFrame:
    """Give ten trials with both arms' events, participants, person-time, means and SDs."""
    return pd.DataFrame({
        "study": [f"Trial {number}" for number in range(1, 11)],
        "n1": _N1, "n2": _N2, "events1": _X1, "events2": _X2,
        "person_time1": [1.5 * n for n in _N1], "person_time2": [1.5 * n for n in _N2],
        "mean1": 50.0, "mean2": 50.0,
        "sd1": [9.0, 11, 8, 10, 12, 10, 9, 7, 10, 11],
        "sd2": [10.0, 10, 9, 12, 10, 9, 11, 8, 9, 10],
    })  # fmt: skip


def design_of(model: Model) -> Effects:
    """Give the trials on which a model is calibrated: their arms, or their variances alone."""
    if not model.likelihood.by_curves:
        return ten_trials()
    return cs.effect_sizes(arms(), model.likelihood.codes[0])  # type: ignore[attr-defined]
