"""Student's t with the degrees of freedom of the residuals."""

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.freedom.base import Floats, Freedom
from consilience.classical.multilevel.term import Term


@final
class Residual(Freedom):
    """``beta / se ~ t(k - p)``."""

    code: ClassVar[str] = "t"
    label: ClassVar[str] = "t with k − p df"

    def df(self, X: Floats, terms: Sequence[Term]) -> Floats:  # noqa: ARG002
        """``k - p``."""
        return np.full(X.shape[1], float(X.shape[0] - X.shape[1]))

    def of_effects(self, X: Floats, term: Term) -> float:  # noqa: ARG002
        """``k - p``."""
        return float(X.shape[0] - X.shape[1])
