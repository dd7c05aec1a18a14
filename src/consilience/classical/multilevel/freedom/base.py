"""What a reference distribution is: degrees of freedom for each coefficient."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.term import Term

type Floats = NDArray[np.float64]


class Freedom(ABC):
    """Student's t with some degrees of freedom; the normal is its limit."""

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""

    @abstractmethod
    def df(self, X: Floats, terms: Sequence[Term]) -> Floats:
        """Degrees of freedom of each coefficient, shape (p,)."""

    @abstractmethod
    def of_effects(self, X: Floats, term: Term) -> float:
        """Degrees of freedom of the intervals of the random effects of a term."""
