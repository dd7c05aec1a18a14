"""How far printed numbers may lie from what they stand for: half a unit of their last digit."""

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

_TOUCHING = 1 - 1e-6
"""Ranges that only touch do not overlap; floats may miss that by a little."""


def decimals(values: Floats) -> NDArray[np.int64]:
    """Return how many decimals numbers were typed with, at least (final zeros are lost), (k,).

    At most 8 are told; NaN has none.
    """
    found = np.full(np.shape(values), 8)
    for places in range(7, -1, -1):
        scaled = np.asarray(values) * 10.0**places
        with np.errstate(invalid="ignore"):
            fits = np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1, np.abs(scaled))
        found = np.where(fits | np.isnan(scaled), places, found)
    return found


def half_units(values: Floats) -> Floats:
    """Return half a unit in the last typed decimal: how far rounding may have moved numbers, (k,).

    Of numbers below 0.1 as many digits are told as of others, so that a small one is not lost in
    the eighth decimal.
    """
    size = np.abs(np.asarray(values, dtype=np.float64))
    known = np.where((size > 0) & (size < 0.1), size, 1.0)
    shift = np.clip(-np.floor(np.log10(known)) - 1, 0, 300)
    return 0.5 * 10.0 ** -(decimals(size * 10.0**shift) + shift)


def ends(values: Floats) -> tuple[Floats, Floats]:
    """Return the least and the greatest size of what printed sizes stand for, (k,).

    Parameters
    ----------
    values : ndarray (k,)
        Not negative: standard errors, variances, absolute values.
    """
    half = half_units(values)
    return np.maximum(values - half, 0.0), values + half


def beside(*values: Floats) -> Floats:
    """Return half units of numbers that stand side by side in a row, (numbers, k).

    A whole number shows no digits of its own: it has those of the finest beside it, so that 2 with
    an interval from 2.5 to 3.1 is 2.0.
    """
    half = np.stack([half_units(each) for each in values])
    whole = np.stack([each == np.round(each) for each in values])
    return np.where(whole, np.where(np.isnan(values), 0.5, half).min(axis=0), half)


def outside(value: Floats, lower: Floats, upper: Floats) -> Mask:
    """Say where a number lies outside its interval, whatever was lost by rounding, (k,).

    Parameters
    ----------
    value, lower, upper : ndarray (k,)
        As printed; nothing is said of an end that is missing.
    """
    found = (value < lower) | (value > upper)
    rows = np.flatnonzero(found)
    x, low, high = beside(value[rows], lower[rows], upper[rows])
    below, above = lower[rows] - value[rows], value[rows] - upper[rows]
    found[rows] = (below >= (x + low) * _TOUCHING) | (above >= (x + high) * _TOUCHING)
    return found
