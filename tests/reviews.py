"""The shipped reviews, read once in each worker for all who only look at them."""

from functools import cache
from pathlib import Path

from consilience.review import Review, read_review

DATA = Path(__file__).parents[1] / "data"


@cache
def functioning() -> Review:
    """One outcome."""
    return read_review(DATA / "smi_functioning")


@cache
def outcomes() -> Review:
    """A grid of outcomes."""
    return read_review(DATA / "smi_outcomes")
