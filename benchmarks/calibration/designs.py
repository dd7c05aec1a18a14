"""Which file each model has, and which design it is calibrated on."""

from pathlib import Path

import counted_trials
import ten_trials

import reviews
from consilience.effects import Effects
from consilience.model import Model

MODELS = Path(__file__).resolve().parents[2] / "models"


def names() -> list[str]:
    """List the models of models/ by name, and those of reviews as REVIEW/NAME."""
    return [*sorted(path.stem for path in MODELS.glob("*.toml")), *reviews.names()]


def file_of(name: str) -> Path:
    """Give the file of a model."""
    return reviews.file_of(name) if "/" in name else MODELS / f"{name}.toml"


def design_of(name: str, model: Model) -> Effects:
    """Give the trials of a model: its review's, with arms if it reads those, or by its name."""
    if "/" in name:
        return reviews.design_of(name, model)
    if model.likelihood.by_curves:
        return counted_trials.design_of(model)
    return ten_trials.design_of(name)
