"""The tetrachoric correlation."""

from dataclasses import dataclass
from math import pi
from typing import ClassVar, final, override

import numpy as np
from scipy.special import ndtr, ndtri, owens_t

from consilience.measures.base import Floats
from consilience.measures.two_by_two import Cells, TwoByTwo

_HALVINGS = 60


@final
@dataclass(frozen=True, slots=True)
class RTET(TwoByTwo):
    r"""The tetrachoric correlation: the one a bivariate normal must have to give this table.

    It solves :math:`\Phi_2(h, k; \rho) = a / n` with the thresholds :math:`h = \Phi^{-1}(n_1 / n)`
    and :math:`k = \Phi^{-1}((a + c) / n)`: the maximum-likelihood estimate, found to the last
    digits. Its variance is that of the three estimates together, by the delta method on the
    multinomial counts:
    :math:`\frac{1}{n \varphi_2^2} (\sum_j \pi_j g_j^2 - (\sum_j \pi_j g_j)^2)`, with
    :math:`g = (1 - A - B, -A, -B, 0)` over the cells a, b, c, d,
    :math:`A = \Phi\frac{k - \rho h}{\sqrt{1 - \rho^2}}` and
    :math:`B = \Phi\frac{h - \rho k}{\sqrt{1 - \rho^2}}`. The same as metafor's
    ``escalc(measure="RTET")``, whose optimiser stops some 1e-5 short of the solution. A zero cell
    leads to −1 or 1 without a variance; give `add` a value then.

    References
    ----------
    Pearson (1900), Philos. Trans. R. Soc. A 195, 1-47. doi:10.1098/rsta.1900.0022 Owen (1956), Ann.
    Math. Stat. 27, 1075-1090, for the bivariate normal. doi:10.1214/aoms/1177728074
    """

    add: float = 0.0

    code: ClassVar[str] = "RTET"
    label: ClassVar[str] = "Tetrachoric correlation"
    scale: ClassVar[str] = "correlation"
    unit: ClassVar[float] = pi / 2

    @override
    def estimate(self, cells: Cells) -> tuple[Floats, Floats]:
        n = cells.n1 + cells.n2
        h, k = ndtri(cells.n1 / n), ndtri((cells.a + cells.c) / n)
        rho = _solved(h, k, cells.a / n)
        possible = np.minimum.reduce(cells) > 0
        return np.where(possible, rho, np.nan), _variance(cells, (h, k), rho)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)


def both_below(h: Floats, k: Floats, rho: Floats) -> Floats:
    r"""Return the bivariate normal probability :math:`\Phi_2(h, k; \rho)`.

    Parameters
    ----------
    h, k, rho : ndarray
        Thresholds, and a correlation strictly between −1 and 1.

    Returns
    -------
    ndarray

    References
    ----------
    Owen (1956), Ann. Math. Stat. 27, 1075-1090, equation 2.1. doi:10.1214/aoms/1177728074
    """
    root = np.sqrt((1 - rho) * (1 + rho))
    # A negative zero would send the slope the wrong way.
    h, k = h + 0.0, k + 0.0
    # At h = 0 the slope is ±inf, which T takes; both at 0 leave 0/0, whose limit is −ρ / root.
    at_zero = (h == 0) & (k == 0)
    with np.errstate(all="ignore"):
        one = np.where(at_zero, (1 - rho) / root, (k - rho * h) / (h * root))
        two = np.where(at_zero, (1 - rho) / root, (h - rho * k) / (k * root))
    signs = np.sign(h) * np.sign(k)
    apart = (signs < 0) | ((signs == 0) & (h + k < 0))
    return (ndtr(h) + ndtr(k)) / 2 - owens_t(h, one) - owens_t(k, two) - 0.5 * apart


def _solved(h: Floats, k: Floats, p: Floats) -> Floats:
    """Halve the range of the correlation until it is one number; the probability grows with it."""
    low, high = np.full(h.shape, -1.0), np.ones(h.shape)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = both_below(h, k, middle) < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _variance(cells: Cells, cuts: tuple[Floats, Floats], rho: Floats) -> Floats:
    """Give the variance of rho, cuts and rho being estimated together."""
    h, k = cuts
    n = cells.n1 + cells.n2
    left = (1 - rho) * (1 + rho)
    density = np.exp(-(h**2 - 2 * rho * h * k + k**2) / (2 * left)) / (2 * pi * np.sqrt(left))
    first, second = ndtr((k - rho * h) / np.sqrt(left)), ndtr((h - rho * k) / np.sqrt(left))
    slopes = (1 - first - second, -first, -second)
    shares = (cells.a / n, cells.b / n, cells.c / n)
    pairs = tuple(zip(shares, slopes, strict=True))
    square = sum(share * slope**2 for share, slope in pairs)
    mean = sum(share * slope for share, slope in pairs)
    return (square - mean**2) / (n * density**2)
