"""The normal approximation."""

import math
from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.freedom.base import Floats, Freedom
from consilience.classical.multilevel.term import Term


@final
class Normal(Freedom):
    """``beta / se ~ N(0, 1)``; takes the variance components as known."""

    code: ClassVar[str] = "z"
    label: ClassVar[str] = "normal"

    def df(self, X: Floats, terms: Sequence[Term]) -> Floats:  # noqa: ARG002
        """Infinite."""
        return np.full(X.shape[1], np.inf)

    def of_effects(self, X: Floats, term: Term) -> float:  # noqa: ARG002
        """Infinite."""
        return math.inf
