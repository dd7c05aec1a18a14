"""A review as one object: a folder of `data/`, read, selected and checked."""

from consilience.review.declared import NO_DIAL, BiasDial, Plan, PriorMap, Question, Threshold
from consilience.review.read import read_planned, read_review
from consilience.review.types import Review, Sensitivity

__all__ = [
    "NO_DIAL",
    "BiasDial",
    "Plan",
    "PriorMap",
    "Question",
    "Review",
    "Sensitivity",
    "Threshold",
    "read_planned",
    "read_review",
]
