"""A review as one object: a folder of `data/`, read, selected and checked."""

from consilience.review.declared import Plan, Question, Threshold
from consilience.review.read import read_review
from consilience.review.types import Review, Sensitivity

__all__ = ["Plan", "Question", "Review", "Sensitivity", "Threshold", "read_review"]
