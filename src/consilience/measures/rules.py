"""What the numbers of a measure's columns must be."""

import numpy as np

from consilience.trials.checks import COUNT, RULES, Rule

__all__ = [
    "ABOVE_ZERO",
    "ALPHA",
    "CORRELATION",
    "COUNT",
    "GROUP",
    "ITEMS",
    "PAIRED_CORRELATION",
    "PERSON_TIME",
    "PREDICTORS",
    "RATIO_MEAN",
    "SIZE",
    "sample",
]

SIZE = RULES["n1"]
"""Participants of an arm whose spread is measured: whole, at least 2."""

ABOVE_ZERO = RULES["sd1"]
"""Standard deviations, variances, means on a ratio scale."""

GROUP = Rule(
    lambda x: (x >= 1) & (x == np.floor(x)),
    "This is no number of participants: it must be whole and at least 1",
    "Give the participants analysed in this arm, or leave the row out.",
)
PERSON_TIME = Rule(
    lambda x: (x > 0) & np.isfinite(x),
    "This is no person-time: it must be above zero",
    "Give the total time at risk (participants × mean follow-up), or leave the row out.",
)
CORRELATION = Rule(
    lambda x: np.abs(x) < 1,
    "This is no correlation: it must lie between −1 and 1",
    "Look it up in the source; a percentage is divided by 100.",
)
PAIRED_CORRELATION = Rule(
    lambda x: np.abs(x) <= 1,
    "This is no correlation: it must lie between −1 and 1",
    "Look it up in the source; a percentage is divided by 100.",
)
ALPHA = Rule(
    lambda x: x < 1,
    "This is no reliability: Cronbach's alpha lies below 1",
    "Look it up in the source; a percentage is divided by 100.",
)
ITEMS = Rule(
    lambda x: (x >= 2) & (x == np.floor(x)),
    "This is no number of items: it must be whole and at least 2",
    "Give the items that the reliability was computed from.",
)
PREDICTORS = Rule(
    lambda x: (x >= 1) & (x == np.floor(x)),
    "This is no number of predictors: it must be whole and at least 1",
    "Count the predictors of the regression, the one in question included.",
)
RATIO_MEAN = Rule(
    lambda x: x > 0,
    "The logarithm of a mean needs a mean above zero",
    "Use this measure only for instruments with a true zero; otherwise use MD or SMD.",
)


def sample(least: int) -> Rule:
    """Ask for a whole number of participants of at least `least`."""
    return Rule(
        lambda x: (x >= least) & (x == np.floor(x)),
        f"This is no sample size that will do: it must be whole and at least {least}",
        "Give the participants analysed, or leave the row out.",
    )
