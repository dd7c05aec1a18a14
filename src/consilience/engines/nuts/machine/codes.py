"""The instructions of the machine: what each number in a program means.

An instruction is a row of `WIDTH` integers: its code, its length, where its result begins, then
where each operand begins and how far its elements lie apart. Codes stand in groups; `loops` finds
the group, `elements` the function.
"""

from typing import Final

WIDTH: Final = 12

GATHER: Final = 1
"""n, out, first: w[out + i] = w[table[first + i]]."""
SCATTER_ADD: Final = 2
"""n, first, a, step: w[table[first + i]] += a[i]."""
REDUCE: Final = 3
"""n, out, a, step, r, inner, how: the sum, product, … of r elements, for each of n."""
DOT: Final = 4
"""n, out, a, step, b, step, r, steps of a and b along r, columns: a matrix product."""
CHOLESKY: Final = 5
"""n, out, a: the lower root of a matrix of order n; NaN where there is none."""
SOLVE: Final = 6
"""n, out, a, step along rows, step along columns, columns of b, lower, unit: in place, b in out."""

SUM: Final = 0
PRODUCT: Final = 1
LARGEST: Final = 2
LEAST: Final = 3

ADD: Final = 10
SUB: Final = 11
COPY: Final = 12

MUL: Final = 15
DIV: Final = 16

USUAL: Final = 20
NEG: Final = 20
EXP: Final = 21
LOG: Final = 22
LOG1P: Final = 23
EXPM1: Final = 24
SQRT: Final = 25
ABS: Final = 26
RECIPROCAL: Final = 27

BENT: Final = 30
SIGMOID: Final = 30
SOFTPLUS: Final = 31
LOG1MEXP: Final = 32
TANH: Final = 33
SIN: Final = 34
COS: Final = 35
ARCTAN: Final = 36

RARE: Final = 40
ERF: Final = 40
ERFC: Final = 41
ERFCX: Final = 42
GAMMALN: Final = 43
PSI: Final = 44
TRIGAMMA: Final = 45

STEPPED: Final = 50
ISNAN: Final = 50
ISINF: Final = 51
INVERT: Final = 52
TRUTH: Final = 53
SIGN: Final = 54

COMPARED: Final = 60
LT: Final = 60
GT: Final = 61
LE: Final = 62
GE: Final = 63
EQ: Final = 64
NEQ: Final = 65

JOINED: Final = 70
MAXIMUM: Final = 70
MINIMUM: Final = 71
AND: Final = 72
OR: Final = 73
POW: Final = 74

CHOSEN: Final = 80
SWITCH: Final = 80
CLIP: Final = 81
