"""The design on which every model is calibrated."""

from pathlib import Path

import pandas as pd

from consilience import measures
from consilience.effects import Effects
from consilience.trials.labels import labelled


def ten_trials() -> Effects:
    """Read the variances and moderators of ten trials; the estimates are zeros."""
    table = pd.read_csv(Path(__file__).with_name("design.csv"), keep_default_na=False)
    v = table.pop("vi").to_numpy(float)
    return Effects(0.0 * v, v, labelled(table), measures.get("SMD"), directed=True)
