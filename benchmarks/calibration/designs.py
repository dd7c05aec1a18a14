"""Which design each model of models/ is calibrated on."""

import counted_trials
import ten_trials

from consilience.effects import Effects
from consilience.model import Model


def design_of(name: str, model: Model) -> Effects:
    """Give the trials of a model: with their arms if it reads those, else by its name."""
    if model.likelihood.by_curves:
        return counted_trials.design_of(model)
    return ten_trials.design_of(name)
