"""Models that only one review has, which are calibrated on that review's own estimates."""

from functools import cache
from pathlib import Path

import consilience as cs
from consilience.effects import Effects
from consilience.grid.parts import WHOLE, Part, effects_of
from consilience.model import Model
from consilience.review import Review

DATA = Path(__file__).resolve().parents[2] / "data"


def names() -> list[str]:
    """List them as REVIEW/NAME, whose file is data/REVIEW/models/NAME.toml."""
    files = sorted(DATA.glob("*/models/*.toml"))
    return [f"{file.parents[1].name}/{file.stem}" for file in files]


def file_of(name: str) -> Path:
    """Give the file of the model REVIEW/NAME."""
    folder, own = name.split("/")
    return DATA / folder / "models" / f"{own}.toml"


def design_of(name: str, model: Model) -> Effects:
    """Give the estimates to which its review fits a model, as it fits them.

    Those of the part of the grid for which the model is declared, with the covariance that the
    model takes as known; without a grid those of the primary analysis.
    """
    folder, own = name.split("/")
    review = _review(folder)
    return effects_of(review, _part(review, own), model) if review.grid.outcomes else review.effects


@cache
def _review(folder: str) -> Review:
    return cs.read_review(DATA / folder)


def _part(review: Review, own: str) -> Part:
    """Give the part of the first joint analysis that asks for a model; all of it by default."""
    parts = (Part(one.time, one.population) for one in review.grid.joint if one.model == own)
    return next(parts, WHOLE)
