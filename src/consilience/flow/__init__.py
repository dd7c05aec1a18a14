"""The PRISMA 2020 flow: its boxes, their arithmetic, and what stands in each of them."""

from consilience.flow.boxes import BOXES, NOT_STATED, TEXTS, Box, Part
from consilience.flow.counts import Counts
from consilience.flow.diagram import Filled, filled, in_words
from consilience.flow.sums import flow_problems, losses
from consilience.trials.readers import read_prisma

__all__ = [
    "BOXES",
    "NOT_STATED",
    "TEXTS",
    "Box",
    "Counts",
    "Filled",
    "Part",
    "filled",
    "flow_problems",
    "in_words",
    "losses",
    "read_prisma",
]
