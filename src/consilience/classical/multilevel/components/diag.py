"""Uncorrelated levels with a variance for each."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.components.structure import Layout, Structure
from consilience.classical.multilevel.correlations import Correlation, Fixed


@final
@dataclass(frozen=True, slots=True)
class Diagonal(Structure):
    """A variance tau² for each level; levels of one cluster are not correlated.

    Parameters
    ----------
    inner : str
        Column of the levels.
    outer : str
        Column of the clusters, or a path of columns such as ``"lab/study"``.
    """

    code: ClassVar[str] = "DIAG"

    def correlation(self, layout: Layout) -> Correlation:
        """None."""
        return Fixed(np.eye(len(layout.levels)))

    def own(self, layout: Layout) -> tuple[str, ...]:
        """All of them."""
        layout.needs_repeats()
        return layout.levels
