"""What the machine computes of matrices, and sums."""

import math

from consilience.compiled import exact
from consilience.engines.nuts.machine import codes as c
from consilience.engines.nuts.machine.elements import joined
from consilience.engines.nuts.machine.program import Whole
from consilience.gaussian import Array


@exact
def reduce(w: Array, row: Whole) -> None:
    """Sum, multiply or find the largest or least of r elements, for each of n."""
    n, o, a, p, r, q, how = row[1], row[2], row[3], row[4], row[5], row[6], row[7]
    for i in range(n):
        at = a + i * p
        total = 0.0 if how == c.SUM else (1.0 if how == c.PRODUCT else w[at])
        for j in range(r):
            if how == c.SUM:
                total += w[at + j * q]
            elif how == c.PRODUCT:
                total *= w[at + j * q]
            else:
                total = joined(c.MAXIMUM if how == c.LARGEST else c.MINIMUM, total, w[at + j * q])
        w[o + i] = total


@exact
def dot(w: Array, row: Whole) -> None:
    """Multiply matrices, (n, r) and (r, columns)."""
    n, o, a, p, b, q, r = row[1], row[2], row[3], row[4], row[5], row[6], row[7]
    along, down, columns = row[8], row[9], row[10]
    for i in range(n):
        for j in range(columns):
            total = 0.0
            for t in range(r):
                total += w[a + i * p + t * along] * w[b + t * down + j * q]
            w[o + i * columns + j] = total


@exact
def cholesky(w: Array, row: Whole) -> None:
    """Give the lower root of a matrix, by rows; NaN where it is not positive definite."""
    n, o, a = row[1], row[2], row[3]
    for i in range(n):
        for j in range(n):
            total = w[a + i * n + j] if j <= i else 0.0
            for t in range(j if j <= i else 0):
                total -= w[o + i * n + t] * w[o + j * n + t]
            if j < i:
                total /= w[o + j * n + j]
            elif j == i:
                total = math.sqrt(total) if total > 0.0 else math.nan
            w[o + i * n + j] = total
    if math.isnan(w[o + n * n - 1]):
        for i in range(n * n):
            w[o + i] = math.nan


@exact
def solve(w: Array, row: Whole) -> None:
    """Solve a triangular system; b stands where its solution will, (n, columns)."""
    n, o, a, p, q, columns = row[1], row[2], row[3], row[4], row[5], row[6]
    lower, unit = row[7] != 0, row[8] != 0
    for j in range(columns):
        for place in range(n):
            i = place if lower else n - 1 - place
            total = w[o + i * columns + j]
            for before in range(place):
                t = before if lower else n - 1 - before
                total -= w[a + i * p + t * q] * w[o + t * columns + j]
            w[o + i * columns + j] = total if unit else total / w[a + i * p + i * q]
