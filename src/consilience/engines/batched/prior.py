"""The prior density of τ as a table, so that any prior costs the same and none is compiled."""

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from consilience.engines.batched.shapes import Table
from consilience.engines.batched.sheet import BEYOND, EXPONENT, HEIGHT, A
from consilience.engines.compiled import exact
from consilience.errors import RefusalError
from consilience.gaussian import Array
from consilience.priors import Prior

_DEGREE = 9
_BITS = (3, 4, 5, 6)
_FIRST, _LAST = -1000, 900
_TOLERANCE = 1e-12
_IMPOSSIBLE = -1e200
_NEGLIGIBLE = -1e4
_BETWEEN = np.array([-0.99, -0.83, -0.4, 0.0, 0.27, 0.7, 0.93, 1.0 - 1e-15])
_BELOW_ONE = 1.0 - 2.0**-53
_MANTISSA = (1 << 52) - 1
_BIAS = 1023
_ONE = _BIAS << 52


@lru_cache(maxsize=16)
def tabulate(prior: Prior) -> Table:
    """Tabulate the log density of a proper prior on [lower, upper].

    Each octave of (τ − lower)/width is cut into equal pieces, and on each of them a polynomial of
    degree 9 reproduces the log density to 1e-12, relative or absolute, whichever is the larger.
    There are more pieces where that takes them.

    Raises
    ------
    RefusalError
        If no number of pieces is enough: the density jumps or has a kink.
    """
    place = np.nan
    for bits in _BITS:
        table, place = _fitted(prior, bits)
        if np.isnan(place):
            return table
    raise RefusalError(
        f"fit_many needs a prior of tau with a smooth density; that of {prior.label} jumps or "
        f"bends near tau = {place:.3g}. Use a smooth one, or fit each data set by itself."
    )


@exact
def look_up(table: Table, sheet: Array, place: tuple[int, float]) -> None:
    """Put the log density at the first n nodes into HEIGHT; place is (n, s)."""
    n, factor = place[0], place[1] / table.width
    bits = sheet.view(np.int64)
    down, up, first = 52 - table.bits, table.bits, (_FIRST + _BIAS) << table.bits
    for i in range(n):
        sheet[A + i] = min(sheet[BEYOND + i] * factor, table.limit)
    for i in range(n):
        bits[EXPONENT + i] = max((bits[A + i] >> down) - first, 0)
        bits[A + i] = ((bits[A + i] << up) & _MANTISSA) | _ONE
    for i in range(n):
        t, piece = 2.0 * sheet[A + i] - 3.0, bits[EXPONENT + i]
        height = table.coefficients[piece, 0]
        for power in range(1, _DEGREE + 1):
            height = height * t + table.coefficients[piece, power]
        sheet[HEIGHT + i] = height


def _fitted(prior: Prior, bits: int) -> tuple[Table, float]:
    """Make a table; give it with a place where it is wrong, nan for none."""
    t = chebyshev.chebpts1(_DEGREE + 1)
    fine = np.concatenate([t, _BETWEEN])
    lower, upper = prior.support
    width, last = (upper - lower, -1) if np.isfinite(upper) else (1.0, _LAST)
    tau = lower + width * _pieces(fine, bits, last)
    values, jumps = _settled(prior.logpdf(tau))
    coefficients = values[:, : len(t)] @ np.linalg.inv(np.vander(t)).T
    error = np.abs(_horner(coefficients, fine) - values) / np.maximum(1.0, np.abs(values))
    wrong = (error > _TOLERANCE) | jumps[:, None]
    limit = _BELOW_ONE * 2.0 ** (last + 1)
    table = Table(np.ascontiguousarray(coefficients), bits, width, limit)
    return table, float(tau[wrong][0]) if wrong.any() else np.nan


def _pieces(t: Array, bits: int, last: int) -> Array:
    """Give the points t of every piece of the octaves up to the last, (pieces, len(t))."""
    parts = 1 << bits
    octaves, part = np.divmod(np.arange((last + 1 - _FIRST) * parts), parts)
    mantissa = 1.0 + (part[:, None] + 0.5 * (t + 1.0)) / parts
    return np.ldexp(mantissa, octaves[:, None] + _FIRST)


def _settled(values: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Make impossible pieces finite; say which are impossible only in part."""
    impossible = ~(np.abs(values) < -_IMPOSSIBLE).all(axis=1)
    jumps = impossible & (np.nan_to_num(values, nan=_IMPOSSIBLE) > _NEGLIGIBLE).any(axis=1)
    return np.where(impossible[:, None], _IMPOSSIBLE, values), jumps


def _horner(coefficients: Array, t: Array) -> Array:
    """Evaluate all pieces at the points t, (pieces, len(t))."""
    total = np.zeros((len(coefficients), len(t)))
    for column in coefficients.T:
        total = total * t + column[:, None]
    return total
