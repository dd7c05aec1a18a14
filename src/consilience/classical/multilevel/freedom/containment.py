"""Student's t with degrees of freedom by the clusters within which a column does not vary."""

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.codes import Codes
from consilience.classical.multilevel.freedom.base import Floats, Freedom
from consilience.classical.multilevel.term import Term


@final
class Containment(Freedom):
    """``beta / se ~ t(n - p)``, n the fewest clusters whose members all have the same value.

    A column that varies within the clusters of every random effect has ``k - p``; none has less
    than one. As metafor's ``dfs="contain"``.
    """

    code: ClassVar[str] = "contain"
    label: ClassVar[str] = "t with containment df"

    def df(self, X: Floats, terms: Sequence[Term]) -> Floats:
        """Count the clusters of each term within which a column is constant."""
        k, p = X.shape
        found = np.full(p, float(k - p))
        for term in terms:
            n = len(term.outer.levels)
            for at in range(p):
                if _constant(X[:, at], term.outer.codes, n):
                    found[at] = min(found[at], n - p)
        return np.maximum(found, 1.0)

    def of_effects(self, X: Floats, term: Term) -> float:
        """Count the clusters of the term, less p."""
        return max(float(len(term.outer.levels) - X.shape[1]), 1.0)


def _constant(column: Floats, codes: Codes, n: int) -> bool:
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(lowest, codes, column)
    np.maximum.at(highest, codes, column)
    return bool((lowest == highest).all())
