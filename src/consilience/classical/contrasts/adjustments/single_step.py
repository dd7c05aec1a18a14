"""The single-step adjustment by the largest of correlated t statistics."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from scipy.special import chdtrc, fdtrc

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.wls import Floats
from consilience.errors import ModelError

_RANK = 1e-9
_TOLERANCE = 1e-12


@final
@dataclass(frozen=True, slots=True)
class SingleStep(Adjustment):
    """``P(max |T| >= |t|)`` under the multivariate t with the correlations of the contrasts.

    Exact for any correlations, where Bonferroni's is an upper bound; Tukey's test is the case of
    all pairs of independent means of equal variance. With ``T = A u R``, u uniform on the sphere of
    the r dimensions that the contrasts span and ``R² / r ~ F(r, df)``,
    ``P(max |T| <= c) = E P(R <= c / max |A u|)``: one average over directions, exact where r is 1,
    by equal angles where it is 2, by scrambled Sobol points otherwise (errors to 1e-4).

    Parameters
    ----------
    points : int
        Of the average over directions, rounded up to a power of two.
    seed : int
        Of the scrambling.

    Raises
    ------
    ModelError
        For fewer than two points.

    References
    ----------
    Hothorn T, Bretz F, Westfall P (2008). Biometrical Journal 50:346–363.
    doi:10.1002/bimj.200810425
    Genz A, Bretz F (2009). Computation of Multivariate Normal and t Probabilities. Springer.
    doi:10.1007/978-3-642-01689-9, for the spherical-radial form.
    """

    code: ClassVar[str] = "single-step"
    label: ClassVar[str] = "single-step, by the largest |t|"
    simultaneous: ClassVar[bool] = True
    points: int = 2**15
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what gives no average."""
        if self.points < 2:
            raise ModelError(f"points = {self.points!r} gives no average; give 32768, say.")

    def p_values(self, family: Family) -> Floats:
        """``P(max |T| >= |t_j|)``."""
        reach = self._reach(family)
        tail = [_beyond(reach, abs(float(t)), df=family.df) for t in family.statistic]
        # The average over directions must not undercut the p value of one test by itself.
        return np.clip(np.maximum(tail, family.p_values), 0.0, 1.0)

    def critical(self, family: Family, *, level: float) -> float:
        """Give the quantile of ``max |T|``."""
        from scipy.optimize import brentq

        reach = self._reach(family)
        low, high = (family.quantile((1 - level) / n) for n in (1, len(family.statistic)))
        if high - low < _TOLERANCE:
            return low
        return float(
            brentq(
                lambda c: 1 - level - _beyond(reach, c, df=family.df),
                0.9 * low, 1.1 * high, xtol=_TOLERANCE,
            )
        )  # fmt: skip

    def _reach(self, family: Family) -> tuple[int, Floats]:
        """Give the rank r, and ``max |A u|`` for each direction."""
        values, vectors = np.linalg.eigh(family.correlation)
        kept = values > _RANK * values[-1]
        spread = vectors[:, kept] * np.sqrt(values[kept])
        r = spread.shape[1]
        return r, np.abs(_directions(r, self.points, seed=self.seed) @ spread.T).max(axis=1)


def _beyond(reach: tuple[int, Floats], c: float, *, df: float) -> float:
    r, largest = reach
    squares = (c / largest) ** 2
    outside = chdtrc(r, squares) if math.isinf(df) else fdtrc(r, df, squares / r)
    return float(np.mean(outside))


def _directions(r: int, points: int, *, seed: int) -> Floats:
    """Lay unit vectors of r dimensions, evenly; shape (n, r)."""
    if r == 1:
        return np.ones((1, 1))
    power = math.ceil(math.log2(points))
    if r == 2:
        angles = np.pi * (np.arange(2**power) + 0.5) / 2**power
        return np.column_stack([np.cos(angles), np.sin(angles)])
    from scipy.special import ndtri
    from scipy.stats import qmc

    normal = ndtri(qmc.Sobol(r, rng=np.random.default_rng(seed)).random_base2(power))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)
