"""Without trials that decide the answer."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from numpy.typing import NDArray

from consilience import classical
from consilience.classical.diagnostics import influence
from consilience.classical.pool import pool
from consilience.effects import Effects
from consilience.review.variants.base import Variant

_FEWEST = 3


@final
@dataclass(frozen=True, slots=True)
class WithoutInfluential(Variant):
    """Leave out, cell by cell, the estimates that a classical analysis marks as influential.

    By any of |DFFITS| > 3 √(1 / (k − 1)), Cook's distance above the median of χ² with one degree of
    freedom, a hat value above 3 / k, |DFBETAS| > 1; estimates that share participants are marked as
    if they were independent. A cell with fewer than three estimates, or of which all would go,
    stays as it is.

    Parameters
    ----------
    estimator : str
        Of the classical analysis, such as ``"REML"``.

    References
    ----------
    Viechtbauer & Cheung (2010), Res. Synth. Methods 1, 112-125, doi:10.1002/jrsm.11
    """

    estimator: str = "REML"

    title: ClassVar[str] = "Without influential trials"

    def __post_init__(self) -> None:
        """Look the estimator up."""
        classical.get(self.estimator)

    @override
    def keeps(self, effects: Effects) -> NDArray[np.bool_]:
        """See `Variant.keeps`: all where the estimates are too few, or each is influential."""
        everything = np.ones(effects.k, dtype=bool)
        if effects.k < _FEWEST:
            return everything
        alone = pool(effects.sharing(), self.estimator)
        marks = influence(alone)["influential"].to_numpy(dtype=bool)
        return everything if marks.all() else ~marks
