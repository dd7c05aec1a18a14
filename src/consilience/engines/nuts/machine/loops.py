"""The machine: a compiled loop over the instructions of a program."""

import numpy as np

from consilience.engines.compiled import exact
from consilience.engines.nuts.machine import codes as c
from consilience.engines.nuts.machine.elements import (
    bent,
    chosen,
    compared,
    joined,
    rare,
    stepped,
    usual,
)
from consilience.engines.nuts.machine.linear import cholesky, dot, reduce, solve
from consilience.engines.nuts.machine.program import Whole
from consilience.gaussian import Array


@exact
def run(rows: Whole, table: Whole, w: Array) -> None:
    """Run a program once."""
    for step in range(len(rows)):
        row = rows[step]
        if row[0] >= c.COMPARED:
            several(w, row)
        elif row[0] >= c.USUAL:
            single(w, row)
        elif row[0] >= c.MUL:
            multiplied(w, row)
        elif row[0] >= c.ADD:
            added(w, row)
        elif row[0] >= c.REDUCE:
            whole(w, row)
        else:
            carry(w, row, table)


@exact
def carry(w: Array, row: Whole, table: Whole) -> None:
    """Move elements from or to places that are no progression."""
    if row[0] == c.GATHER:
        for i in range(row[1]):
            w[row[2] + i] = w[table[row[3] + i]]
    else:
        for i in range(row[1]):
            w[table[row[2] + i]] += w[row[3] + i * row[4]]


@exact
def whole(w: Array, row: Whole) -> None:
    """Compute what takes many elements at once."""
    if row[0] == c.REDUCE:
        reduce(w, row)
    elif row[0] == c.DOT:
        dot(w, row)
    elif row[0] == c.CHOLESKY:
        cholesky(w, row)
    else:
        solve(w, row)


@exact
def added(w: Array, row: Whole) -> None:
    """Add, subtract or copy: with products, most of what a model does."""
    n, o = np.uint64(row[1]), np.uint64(row[2])  # without a sign: no index counts from the end
    a, p, b, q = np.uint64(row[3]), np.uint64(row[4]), np.uint64(row[5]), np.uint64(row[6])
    if row[0] == c.ADD:
        for i in range(n):
            w[o + i] = w[a + i * p] + w[b + i * q]
    elif row[0] == c.SUB:
        for i in range(n):
            w[o + i] = w[a + i * p] - w[b + i * q]
    else:
        for i in range(n):
            w[o + i] = w[a + i * p]


@exact
def multiplied(w: Array, row: Whole) -> None:
    """Multiply or divide."""
    n, o = np.uint64(row[1]), np.uint64(row[2])
    a, p, b, q = np.uint64(row[3]), np.uint64(row[4]), np.uint64(row[5]), np.uint64(row[6])
    if row[0] == c.MUL:
        for i in range(n):
            w[o + i] = w[a + i * p] * w[b + i * q]
    else:
        for i in range(n):
            w[o + i] = w[a + i * p] / w[b + i * q]


@exact
def single(w: Array, row: Whole) -> None:
    """Compute a function of one element, for each."""
    code, n, o = row[0], np.uint64(row[1]), np.uint64(row[2])
    a, p = np.uint64(row[3]), np.uint64(row[4])
    if code >= c.STEPPED:
        for i in range(n):
            w[o + i] = stepped(code, w[a + i * p])
    elif code >= c.RARE:
        for i in range(n):
            w[o + i] = rare(code, w[a + i * p])
    elif code >= c.BENT:
        for i in range(n):
            w[o + i] = bent(code, w[a + i * p])
    else:
        for i in range(n):
            w[o + i] = usual(code, w[a + i * p])


@exact
def several(w: Array, row: Whole) -> None:
    """Compute a function of two or three elements, for each."""
    code, n, o = row[0], np.uint64(row[1]), np.uint64(row[2])
    a, p, b, q = np.uint64(row[3]), np.uint64(row[4]), np.uint64(row[5]), np.uint64(row[6])
    d, r = np.uint64(row[7]), np.uint64(row[8])
    if code >= c.CHOSEN:
        for i in range(n):
            w[o + i] = chosen(code, w[a + i * p], (w[b + i * q], w[d + i * r]))
    elif code >= c.JOINED:
        for i in range(n):
            w[o + i] = joined(code, w[a + i * p], w[b + i * q])
    else:
        for i in range(n):
            w[o + i] = compared(code, w[a + i * p], w[b + i * q])
