"""The designs on which models are calibrated."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from consilience import measures
from consilience.effects import Effects
from consilience.trials.labels import labelled

DEPENDENT = ("multivariate", "three_level", "two_views")
"""Models of trials with several estimates."""
EXPOSED = ("emax", "hinge", "threshold")
"""Models that read how much was attended."""
EXPOSURES = (35.0, 42.0, 50.0, 55.0, 60.0, 66.0, 72.0, 80.0, 88.0, 95.0)
"""Percent attended, for those."""


def ten_trials() -> Effects:
    """Read the variances and moderators of ten trials; the estimates are of no account."""
    return _read("design.csv")


def design_of(name: str) -> Effects:
    """Give the design of a model of models/: seven trials, five with two estimates, or ten."""
    if name in DEPENDENT:
        return _read("dependent.csv")
    trials = ten_trials()
    return _exposed(trials) if name in EXPOSED else trials


def _exposed(trials: Effects) -> Effects:
    return replace(trials, table=trials.table.assign(exposure=EXPOSURES))


def _read(name: str) -> Effects:
    table = pd.read_csv(Path(__file__).with_name(name), keep_default_na=False)
    v = table.pop("vi").to_numpy(float)
    y = np.cos(np.arange(len(v)) ** 2) * np.sqrt(v)  # of no account, but not all alike
    return Effects(y, v, labelled(table), measures.get("SMD"), directed=True)
