"""A random intercept."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.codes import Grouping, everything, path
from consilience.classical.multilevel.components.base import Component
from consilience.classical.multilevel.correlations import Fixed
from consilience.classical.multilevel.shape import Shape
from consilience.classical.multilevel.term import Term
from consilience.effects import Effects
from consilience.errors import ModelError


@final
@dataclass(frozen=True, slots=True)
class Intercept(Component):
    """One effect for each level, ``u ~ N(0, variance)``.

    Several of them may be nested in each other or crossed.

    Parameters
    ----------
    level : str
        A column, or a path of columns such as ``"study/estimate"``, whose combinations are the
        levels. ``estimate`` stands for the rows themselves.
    variance : float
        Held at this value; estimated where it is nan.
    """

    code: ClassVar[str] = "Intercept"
    level: str
    variance: float = math.nan

    def lay(self, effects: Effects) -> tuple[Term, ...]:
        """Read the levels; see the class."""
        columns = tuple(part.strip() for part in self.level.split("/"))
        return (intercept(path(effects, columns), self.level, variance=self.variance),)


def intercept(levels: Grouping, label: str, *, variance: float = math.nan) -> Term:
    """Make the term of a random intercept.

    Raises
    ------
    ModelError
        If there is but one level, or the held variance is none.
    """
    if len(levels.levels) < 2:
        raise ModelError(
            f"The random effect {label!r} has one level only, {levels.levels[0]}; its variance "
            "cannot be told from the mean. Choose a column with more levels, or leave it out."
        )
    if variance < 0 or math.isinf(variance):
        raise ModelError(
            f"The variance of {label!r} is held at {variance!r}; give a number of zero or more."
        )
    held = {} if math.isnan(variance) else {0: variance}
    shape = Shape(1, Fixed(np.ones((1, 1))))
    return Term(label, levels, everything(len(levels.codes)), shape, held)
