"""Effects of levels with a known correlation, such as that of a phylogeny."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import pandas as pd

from consilience.classical.multilevel.codes import everything, read
from consilience.classical.multilevel.components.base import Component
from consilience.classical.multilevel.components.intercept import intercept
from consilience.classical.multilevel.components.matrices import square
from consilience.classical.multilevel.correlations import Fixed
from consilience.classical.multilevel.shape import Shape
from consilience.classical.multilevel.term import Term
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem

_NEGATIVE = -1e-8


@final
@dataclass(frozen=True, slots=True, eq=False)
class Known(Component):
    """One effect for each level, ``u ~ N(0, variance R)`` with a known correlation matrix R.

    A covariance is made a correlation first. Often ``Intercept`` of the same column goes with it,
    for what does not follow the phylogeny.

    Parameters
    ----------
    level : str
        Column of the levels.
    matrix : DataFrame
        R, its rows and columns labelled by the levels; more of them than needed may be there.
    variance : float
        Held at this value; estimated where it is nan.

    References
    ----------
    Nakagawa S, Santos ESA (2012). Evolutionary Ecology 26:1253–1274.
    doi:10.1007/s10682-012-9555-5
    """

    code: ClassVar[str] = "Known"
    level: str
    matrix: pd.DataFrame
    variance: float = math.nan

    def lay(self, effects: Effects) -> tuple[Term, ...]:
        """Read the levels and their rows of the matrix; see the class.

        Raises
        ------
        DataError
            If a level is not in the matrix, or the diagonal is not positive.
        ModelError
            If the matrix has a negative eigenvalue, or the column too few levels.
        """
        levels = read(effects, self.level)
        # Refuses what an intercept refuses.
        held = intercept(levels, self.level, variance=self.variance).held
        values = square(self.matrix, levels.levels, column=self.level)
        sd = np.sqrt(np.maximum(np.diag(values), 0.0))
        if not (sd > 0).all():
            bad = levels.levels[int(np.argmin(sd))]
            remedy = "Give a correlation matrix, with ones on its diagonal."
            raise DataError([Problem("The diagonal is not positive", remedy, "", self.level, bad)])
        known = values / np.outer(sd, sd)
        if np.linalg.eigvalsh(known)[0] < _NEGATIVE * len(known):
            raise ModelError(
                f"The matrix over {self.level!r} is no correlation matrix: it has a negative "
                "eigenvalue. Check its entries."
            )
        shape = Shape(len(known), Fixed(known))
        return (Term(f"{self.level} (known)", everything(effects.k), levels, shape, held),)
