"""Effects under every setting, one row at a time, by plain arithmetic from the published formulas.

Run it to write tests/reference/measure_settings.json: python tests/measures/settings_by_hand.py.
It imports nothing of the library. The bias corrections are written as ratios of gamma functions by
their logarithms, the hypergeometric functions of Olkin and Pratt as integrals.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import asin, cos, exp, isfinite, isnan, lgamma, log, nan, pi, sin, sqrt
from pathlib import Path
from statistics import NormalDist

from scipy.integrate import quad

REFERENCE = Path(__file__).parents[1] / "reference"
DATA = json.loads((REFERENCE / "metafor_measures.json").read_text("utf-8"))["datasets"]
KEPT = REFERENCE / "measure_settings.json"

type Row = Mapping[str, float]
type Pair = tuple[float, float]
type Sheet = list[Row]

SOURCE = (
    "Arithmetic of tests/measures/settings_by_hand.py on data sets of metadat (as in "
    "metafor_measures.json), from the formulas named under each setting; which numbers are "
    "averaged, and to which rows a constant is added, as metafor's documentation of escalc says."
)


def mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(x * w for x, w in zip(values, weights, strict=True)) / sum(weights)


def j(m: float) -> float:
    if m <= 1:  # g has no mean there
        return nan
    return exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2)


def ln(x: float) -> float:
    return log(x) if x > 0 else nan


# Hedges 1981 (J), 1982 eq. 8 (LS), 1983 eq. 9 (UB), Borenstein 2009 eq. 12.17 (LS2); AV: LS at the
# average g, weighted by participants.
def standardised(d: float, m: float, noise: float, n: float) -> dict[str, Callable[..., float]]:
    return {
        "LS": lambda c_, _: noise + (c_ * d) ** 2 / (2 * n),
        "LS2": lambda c_, _: c_**2 * (noise + d**2 / (2 * n)),
        "UB": lambda c_, _: noise + (1 - (m - 2) / (m * c_**2)) * (c_ * d) ** 2,
        "AV": lambda _, average: noise + average**2 / (2 * n),
    }


def smd(rows: Sheet, *, glass: bool, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    found = []
    for r in rows:
        m = r["n2i"] - 1 if glass else r["n1i"] + r["n2i"] - 2
        squares = (r["n1i"] - 1) * r["sd1i"] ** 2 + (r["n2i"] - 1) * r["sd2i"] ** 2
        sd = r["sd2i"] if glass else sqrt(squares / m)
        c = j(m) if correct else 1.0
        found.append(((r["m1i"] - r["m2i"]) / sd, m, c, r["n1i"] + r["n2i"]))
    known = [each for each in found if isfinite(each[2])]
    average = mean([c * d for d, _, c, _ in known], [n for *_, n in known])
    for r, (d, m, c, n) in zip(rows, found, strict=True):
        noise = 1 / r["n1i"] + 1 / r["n2i"]
        forms = standardised(d, m, noise, r["n2i"] if glass else n)
        yield c * d, forms[vtype](c, average)


# Bonett 2008 eq. 8 and 12 (LS); with n in place of n - 1 (LS2).
def smdh(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        lost = 1 if vtype == "LS" else 0
        s2 = (r["sd1i"] ** 2 + r["sd2i"] ** 2) / 2
        c = j(r["n1i"] + r["n2i"] - 2) if correct else 1.0
        g = c * (r["m1i"] - r["m2i"]) / sqrt(s2)
        fourth = r["sd1i"] ** 4 / (r["n1i"] - lost) + r["sd2i"] ** 4 / (r["n2i"] - lost)
        second = r["sd1i"] ** 2 / (r["n1i"] - lost) + r["sd2i"] ** 2 / (r["n2i"] - lost)
        yield g, g * g * fourth / (8 * s2 * s2) + second / s2


def smd1h(rows: Sheet, *, correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        g = (j(r["n2i"] - 1) if correct else 1.0) * (r["m1i"] - r["m2i"]) / r["sd2i"]
        ratio = (r["sd1i"] / r["sd2i"]) ** 2
        yield g, ratio / (r["n1i"] - 1) + 1 / (r["n2i"] - 1) + g * g / (2 * (r["n2i"] - 1))


# Borenstein 2009 eq. 12.5 (LS) and 12.3 (HO).
def md(rows: Sheet, *, vtype: str = "LS") -> Iterator[Pair]:
    for r in rows:
        own = r["sd1i"] ** 2 / r["n1i"] + r["sd2i"] ** 2 / r["n2i"]
        squares = (r["n1i"] - 1) * r["sd1i"] ** 2 + (r["n2i"] - 1) * r["sd2i"] ** 2
        pooled = squares / (r["n1i"] + r["n2i"] - 2) * (1 / r["n1i"] + 1 / r["n2i"])
        yield r["m1i"] - r["m2i"], pooled if vtype == "HO" else own


# Hedges et al. 1999 eq. 1 (LS) and the equation after it (HO); Nakagawa et al. 2023 (AV, AVHO);
# Lajeunesse 2015 eq. 8 and 9, Senior et al. 2020 (bias, LS2).
def rom(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    cv1, cv2 = ([r[f"sd{a}i"] / r[f"m{a}i"] for r in rows] for a in "12")
    n1, n2 = ([r[f"n{a}i"] for r in rows] for a in "12")
    av1, av2, both = mean(cv1, n1), mean(cv2, n2), mean(cv1 + cv2, n1 + n2)
    for r, one, two in zip(rows, cv1, cv2, strict=True):
        q1, q2 = one**2 / r["n1i"], two**2 / r["n2i"]
        squares = (r["n1i"] - 1) * r["sd1i"] ** 2 + (r["n2i"] - 1) * r["sd2i"] ** 2
        pooled = squares / (r["n1i"] + r["n2i"] - 2)
        v = {
            "LS": q1 + q2,
            "LS2": q1 + q2 + q1 * q1 / 2 + q2 * q2 / 2,
            "HO": pooled / (r["n1i"] * r["m1i"] ** 2) + pooled / (r["n2i"] * r["m2i"] ** 2),
            "AV": av1**2 / r["n1i"] + av2**2 / r["n2i"],
            "AVHO": both**2 / r["n1i"] + both**2 / r["n2i"],
        }
        yield ln(r["m1i"] / r["m2i"]) + (q1 - q2) / 2 * correct, v[vtype]


# Senior et al. 2020 eq. 5, 6, 15, 16.
def cvr(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        n1, n2 = r["n1i"], r["n2i"]
        q1, q2 = (r["sd1i"] / r["m1i"]) ** 2 / n1, (r["sd2i"] / r["m2i"]) ** 2 / n2
        bias = 1 / (2 * (n1 - 1)) - 1 / (2 * (n2 - 1)) - q1 / 2 + q2 / 2
        v = {
            "LS": q1 + 1 / (2 * (n1 - 1)) + q2 + 1 / (2 * (n2 - 1)),
            "LS2": q1 + q1**2 / 2 + n1 / (2 * (n1 - 1) ** 2)
            + q2 + q2**2 / 2 + n2 / (2 * (n2 - 1) ** 2),
        }  # fmt: skip
        y = ln(r["sd1i"] / r["m1i"]) - ln(r["sd2i"] / r["m2i"])
        yield y + bias * correct, v[vtype]


def vr(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        one, two = 1 / (2 * (r["n1i"] - 1)), 1 / (2 * (r["n2i"] - 1))
        second = 2 * r["n1i"] * one**2 + 2 * r["n2i"] * two**2
        y = ln(r["sd1i"]) - ln(r["sd2i"]) + (one - two) * correct
        yield y, second if vtype == "LS2" else one + two


# One group; HO: the variances averaged by their degrees of freedom.
def mn(rows: Sheet, *, vtype: str = "LS") -> Iterator[Pair]:
    whole = mean([r["sdi"] ** 2 for r in rows], [r["ni"] - 1 for r in rows])
    for r in rows:
        yield r["mi"], (whole if vtype == "HO" else r["sdi"] ** 2) / r["ni"]


def sdln(rows: Sheet, *, correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        half = 1 / (2 * (r["ni"] - 1))
        yield ln(r["sdi"]) + half * correct, half


def cvln(rows: Sheet, *, correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        q, half = r["sdi"] ** 2 / (r["ni"] * r["mi"] ** 2), 1 / (2 * (r["ni"] - 1))
        yield ln(r["sdi"] / r["mi"]) + half * correct, q + half


# Gibbons et al. 1993 eq. 21, Becker 1988 eq. 13, Bonett 2008 eq. 13; Viechtbauer 2007 eq. 26, 37.
def smcc(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        s2 = r["sd1i"] ** 2 + r["sd2i"] ** 2 - 2 * r["ri"] * r["sd1i"] * r["sd2i"]
        d, c = (r["m1i"] - r["m2i"]) / sqrt(s2), j(r["ni"] - 1) if correct else 1.0
        yield c * d, standardised(d, r["ni"] - 1, 1 / r["ni"], r["ni"])[vtype](c, nan)


def smcr(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        rho = olkin_pratt(r["ri"], r["ni"]) if vtype == "UB" else r["ri"]
        d, c = (r["m1i"] - r["m2i"]) / r["sd1i"], j(r["ni"] - 1) if correct else 1.0
        noise = 2 * (1 - rho) / r["ni"]
        yield c * d, standardised(d, r["ni"] - 1, noise, r["ni"])[vtype](c, nan)


def smcrh(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        n = r["ni"] - (vtype == "LS")
        g = (j(r["ni"] - 1) if correct else 1.0) * (r["m1i"] - r["m2i"]) / r["sd1i"]
        s2 = r["sd1i"] ** 2 + r["sd2i"] ** 2 - 2 * r["ri"] * r["sd1i"] * r["sd2i"]
        yield g, s2 / (r["sd1i"] ** 2 * n) + g * g / (2 * n)


def romc(rows: Sheet, *, vtype: str = "LS", correct: bool = True) -> Iterator[Pair]:
    for r in rows:
        one, two = r["sd1i"] / r["m1i"], r["sd2i"] / r["m2i"]
        q1, q2, q12 = one**2 / r["ni"], two**2 / r["ni"], r["ri"] * one * two / r["ni"]
        v = {"LS": q1 + q2 - 2 * q12, "LS2": q1 + q2 - 2 * q12 + (q1**2 + q2**2) / 2 - q12**2}
        yield ln(r["m1i"]) - ln(r["m2i"]) + (q1 - q2) / 2 * correct, v[vtype]


# Olkin & Pratt 1958 eq. 2.3 and the unbiased square of a correlation, as Euler integrals.
def olkin_pratt(r: float, n: float) -> float:
    c, x = (n - 2) / 2, 1 - r * r
    whole = quad(
        lambda t: 2 * cos(t) ** (2 * c - 2) / sqrt(1 - x * sin(t) ** 2),
        0, pi / 2, epsabs=0, epsrel=1e-13, limit=500,
    )[0]  # fmt: skip
    return r * whole * exp(lgamma(c) - lgamma(0.5) - lgamma(c - 0.5))


def unbiased_square(r: float, n: float) -> float:
    c, x = n / 2, 1 - r * r
    whole = (c - 1) * quad(
        lambda s: s ** (c - 2) / (1 - x + x * s), 0, 1, epsabs=0, epsrel=1e-13, limit=500
    )[0]
    return 1 - (n - 3) / (n - 2) * x * whole


def cor(rows: Sheet, *, vtype: str = "LS") -> Iterator[Pair]:
    whole = mean([r["ri"] for r in rows], [r["ni"] for r in rows])
    for r in rows:
        at = whole if vtype == "AV" else r["ri"]
        yield r["ri"], (1 - at**2) ** 2 / (r["ni"] - 1)


def ucor(rows: Sheet, *, vtype: str = "LS") -> Iterator[Pair]:
    g = [olkin_pratt(r["ri"], r["ni"]) for r in rows]
    whole = mean(g, [r["ni"] for r in rows])
    for r, each in zip(rows, g, strict=True):
        at = whole if vtype == "AV" else each
        ub = each**2 - unbiased_square(r["ri"], r["ni"])
        yield each, ub if vtype == "UB" else (1 - at**2) ** 2 / (r["ni"] - 1)


# Counts: the constant first, as metafor's documentation of add, to and drop00 says.
type Counts = Sequence[tuple[float, ...]]


def raised(
    counts: Counts, empty: Sequence[bool], *, add: float, to: str, drop00: bool = False
) -> list[tuple[float, ...]]:
    zero = [0 in each and not (drop00 and void) for each, void in zip(counts, empty, strict=True)]
    who = {"only0": zero, "all": [True] * len(zero), "if0all": [any(zero)] * len(zero)}
    chosen = who.get(to, [False] * len(zero))
    made = []
    for each, void, more in zip(counts, empty, chosen, strict=True):
        made.append((nan,) * len(each) if drop00 and void else tuple(x + add * more for x in each))
    return made


def tables(rows: Sheet, *, add: float, to: str, drop00: bool) -> list[tuple[float, ...]]:
    cells = [(r["ai"], r["n1i"] - r["ai"], r["ci"], r["n2i"] - r["ci"]) for r in rows]
    empty = [a == c == 0 or b == d == 0 for a, b, c, d in cells]
    return raised(cells, empty, add=add, to=to, drop00=drop00)


def odds(a: float, b: float, c: float, d: float) -> Pair:
    return log(a) - log(b) - log(c) + log(d), 1 / a + 1 / b + 1 / c + 1 / d


def risks(a: float, b: float, c: float, d: float) -> Pair:
    return log(a / (a + b)) - log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def differences(a: float, b: float, c: float, d: float) -> Pair:
    n, m = a + b, c + d
    return a / n - c / m, a * b / n**3 + c * d / m**3


def unbiased_differences(a: float, b: float, c: float, d: float) -> Pair:
    n, m = a + b, c + d
    return a / n - c / m, a * b / (n * n * (n - 1)) + c * d / (m * m * (m - 1))


def angles(a: float, b: float, c: float, d: float) -> Pair:
    n, m = a + b, c + d
    return asin(sqrt(a / n)) - asin(sqrt(c / m)), 1 / (4 * n) + 1 / (4 * m)


def peto(a: float, b: float, c: float, d: float) -> Pair:
    n, m = a + b, c + d
    total, events = n + m, a + c
    v = events * (total - events) * n * m / (total**2 * (total - 1))
    return (a - events * n / total) / v, 1 / v


def probits(a: float, b: float, c: float, d: float) -> Pair:
    n, m = a + b, c + d
    z1, z2 = (NormalDist().inv_cdf(p) for p in (a / n, c / m))
    bent = [2 * pi * exp(z * z) for z in (z1, z2)]
    return z1 - z2, bent[0] * a * b / n**3 + bent[1] * c * d / m**3


# Yule 1900 and 1912.
def yule_q(a: float, b: float, c: float, d: float) -> Pair:
    q = (a * d - b * c) / (a * d + b * c)
    return q, (1 - q * q) ** 2 / 4 * (1 / a + 1 / b + 1 / c + 1 / d)


def yule_y(a: float, b: float, c: float, d: float) -> Pair:
    y = (sqrt(a * d) - sqrt(b * c)) / (sqrt(a * d) + sqrt(b * c))
    return y, (1 - y * y) ** 2 / 16 * (1 / a + 1 / b + 1 / c + 1 / d)


TABLES = {"OR": odds, "RR": risks, "RD": differences, "AS": angles, "PETO": peto, "PBIT": probits,
          "YUQ": yule_q, "YUY": yule_y}  # fmt: skip
OF_CHANCE = {"OR2D": sqrt(3) / pi, "OR2DL": sqrt(3) / pi, "OR2DN": 1 / 1.65, "OR": 1.0}


def two_by_two(
    rows: Sheet, *, code: str, vtype: str = "LS", add: float = 0.5, to: str = "only0",
    drop00: bool = False,
) -> Iterator[Pair]:  # fmt: skip
    cells = tables(rows, add=add, to=to, drop00=drop00)
    scale = OF_CHANCE.get(code, 1.0)
    of = TABLES["OR" if code in OF_CHANCE else code]
    kept = [each for each in cells if not isnan(each[0])]
    p1 = sum(a for a, *_ in kept) / sum(a + b for a, b, *_ in kept)
    p2 = sum(c for _, _, c, _ in kept) / sum(c + d for *_, c, d in kept)
    for a, b, c, d in cells:
        y, v = _tried(of, a, b, c, d)
        if vtype == "AV":
            n, m = a + b, c + d
            v = _tried(of, p1 * n, (1 - p1) * n, p2 * m, (1 - p2) * m)[1]
        if vtype == "UB":
            v = _tried(unbiased_differences, a, b, c, d)[1]
        yield (scale * y, scale**2 * v) if isfinite(y) and isfinite(v) else (nan, nan)


def _tried(of: Callable[..., Pair], *cells: float) -> Pair:
    try:
        return of(*cells)
    except (ValueError, ZeroDivisionError, ArithmeticError):
        return nan, nan


def rates(rows: Sheet, *, code: str, add: float = 0.5, to: str = "only0",
          drop00: bool = False) -> Iterator[Pair]:  # fmt: skip
    counts = [(r["x1i"], r["x2i"]) for r in rows]
    made = raised(counts, [each == (0, 0) for each in counts], add=add, to=to, drop00=drop00)
    for r, (x1, x2) in zip(rows, made, strict=True):
        t1, t2 = r["t1i"], r["t2i"]
        of: Mapping[str, Callable[[float, float], Pair]] = {
            "IRR": lambda x1, x2, t1=t1, t2=t2: (log(x1 / t1) - log(x2 / t2), 1 / x1 + 1 / x2),
            "IRD": lambda x1, x2, t1=t1, t2=t2: (x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2),
            "IRSD": lambda x1, x2, t1=t1, t2=t2: (
                sqrt(x1 / t1) - sqrt(x2 / t2),
                1 / (4 * t1) + 1 / (4 * t2),
            ),
        }
        y, v = _tried(of[code], x1, x2)
        yield (nan, nan) if isnan(x1 + x2) else (y, v)


def proportions(rows: Sheet, *, code: str, vtype: str = "LS", add: float = 0.5,
                to: str = "only0") -> Iterator[Pair]:  # fmt: skip
    counts = [(r["xi"], r["ni"] - r["xi"]) for r in rows]
    made = raised(counts, [False] * len(counts), add=add, to=to)
    whole = sum(x for x, _ in made) / sum(x + z for x, z in made)
    for x, z in made:
        n = x + z
        p = whole if vtype == "AV" else x / n
        of: Mapping[str, Callable[[], Pair]] = {
            "PR": lambda x=x, n=n, p=p: (x / n, p * (1 - p) / (n - (vtype == "UB"))),
            "PLN": lambda x=x, n=n, p=p: (log(x / n), 1 / (p * n) - 1 / n),
            "PLO": lambda x=x, z=z, n=n, p=p: (log(x / z), 1 / (p * n) + 1 / ((1 - p) * n)),
            "PAS": lambda x=x, n=n: (asin(sqrt(x / n)), 1 / (4 * n)),
            "PFT": lambda x=x, n=n: (
                (asin(sqrt(x / (n + 1))) + asin(sqrt((x + 1) / (n + 1)))) / 2,
                1 / (4 * n + 2),
            ),
        }
        yield _tried(of[code])


def incidences(rows: Sheet, *, code: str, add: float = 0.5, to: str = "only0") -> Iterator[Pair]:
    made = raised([(r["xi"],) for r in rows], [False] * len(rows), add=add, to=to)
    for r, (x,) in zip(rows, made, strict=True):
        t = r["ti"]
        of: Mapping[str, Callable[[], Pair]] = {
            "IR": lambda x=x, t=t: (x / t, x / t**2),
            "IRLN": lambda x=x, t=t: (log(x / t), 1 / x),
            "IRS": lambda x=x, t=t: (sqrt(x / t), 1 / (4 * t)),
            "IRFT": lambda x=x, t=t: ((sqrt(x / t) + sqrt(x / t + 1 / t)) / 2, 1 / (4 * t)),
        }
        yield _tried(of[code])


# PHI: Yule's variance where only the total is fixed (CS); the delta method with fixed arms (ST),
# by central differences of the definition in the two risks.
def phi(rows: Sheet, *, vtype: str = "LS", **policy: object) -> Iterator[Pair]:
    for a, b, c, d in tables(rows, **({"add": 0.0, "to": "none", "drop00": False} | policy)):
        n, m = a + b, c + d
        total = n + m

        def value(p1: float, p2: float, n: float = n, m: float = m) -> float:
            a, c = p1 * n, p2 * m
            b, d = n - a, m - c
            return (a * d - b * c) / sqrt(n * m * (a + c) * (b + d))

        p1, p2 = a / n, c / m
        if isnan(a) or (a + c) * (b + d) == 0:
            yield nan, nan
            continue
        y = value(p1, p2)
        if vtype == "ST":
            s1 = _slope(lambda p, q=p2: value(p, q), p1)
            s2 = _slope(lambda p, q=p1: value(q, p), p2)
            yield y, s1**2 * p1 * (1 - p1) / n + s2**2 * p2 * (1 - p2) / m
            continue
        # The delta method for four multinomial cells: the variance of the influence of a person.
        cells = (a, b, c, d)
        slopes = [
            _slope(lambda x, i=i, t=cells: _phi(*t[:i], x, *t[i + 1 :]), cells[i]) for i in range(4)
        ]
        centre = sum(s * x for s, x in zip(slopes, cells, strict=True)) / total
        yield y, sum(x * (s - centre) ** 2 for s, x in zip(slopes, cells, strict=True))


def _phi(a: float, b: float, c: float, d: float) -> float:
    return (a * d - b * c) / sqrt((a + b) * (c + d) * (a + c) * (b + d))


def _slope(f: Callable[[float], float], x: float) -> float:
    """Return the derivative by Richardson's extrapolation of central differences."""
    steps = [(abs(x) or 0.5) * 2.0**-k for k in range(4, 10)]
    row = [(f(x + h) - f(x - h)) / (2 * h) for h in steps]
    for order in range(1, len(row)):
        row = [(4**order * b - a) / (4**order - 1) for a, b in pairwise(row)]
    return row[0]


# The data sets, and what is asked of each.
def held(name: str) -> Sheet:
    columns = {n: v for n, v in DATA[name]["input"].items() if isinstance(v, list)}
    rows = [dict(zip(columns, each, strict=True)) for each in zip(*columns.values(), strict=True)]
    whole = [r for r in rows if all(x is not None for x in r.values())]
    if "bi" in columns:
        whole = [r | {"n1i": r["ai"] + r["bi"], "n2i": r["ci"] + r["di"]} for r in whole]
    return [{n: float(x) for n, x in r.items()} for r in whole]


def picked(rows: Sheet, **names: str) -> Sheet:
    return [{new: r[old] for new, old in names.items()} for r in rows]


def arm(name: str) -> Sheet:
    return picked(held(name), mi="m1i", sdi="sd1i", ni="n1i")


def twice(name: str) -> Sheet:
    """Take two arms as two measurements of the people of the second, correlated by 0.6."""
    paired = picked(held(name), m1i="m1i", m2i="m2i", sd1i="sd1i", sd2i="sd2i", ni="n2i")
    return [{**r, "ri": 0.6} for r in paired]


def timed(name: str) -> Sheet:
    """Take participants as person-years."""
    return picked(held(name), x1i="ai", t1i="n1i", x2i="ci", t2i="n2i")


MEANS = {name: held(name) for name in ("curtis1998", "gibson2002_cont", "normand1999")}
GROUPS = {"senn2013_placebo": held("senn2013_placebo")} | {
    f"{name}, first arm": arm(name) for name in ("curtis1998", "normand1999")
}
PAIRS = {"morris2008_trt": held("morris2008_trt")} | {
    f"{name}, arms as measurements": twice(name) for name in ("gibson2002_cont", "normand1999")
}
CORRELATIONS = {
    name: picked(held(name), ri="ri", ni="ni")
    for name in ("cohen1981", "mcdaniel1994", "morris2008_trt")
}
COUNTS = {
    name: picked(held(name), ai="ai", n1i="n1i", ci="ci", n2i="n2i")
    for name in ("anand1999", "collins1985a_deaths", "hahn2001", "bcg")
}
FULL = {name: COUNTS[name] if name in COUNTS else held(name)
        for name in ("bcg", "collins1985b_preecl", "linde2005")}  # fmt: skip
TIMES = {"hart1999": held("hart1999")} | {
    f"{name}, people as years": timed(name) for name in ("collins1985a_deaths", "hahn2001")
}
SHARES = {name: held(name) for name in ("pritz1997", "debruin2009", "pagliaro1992_arm1")} | {
    f"{name}, first arm": picked(held(name), xi="ai", ni="n1i")
    for name in ("collins1985a_deaths", "hahn2001")
}
INCIDENCES = {"hart1999_trt": held("hart1999_trt")} | {
    f"{name}, first arm": picked(held(name), xi="ai", ti="n1i")
    for name in ("collins1985a_deaths", "hahn2001")
}

HEDGES = "Hedges 1981 eq. 6e, 1982 eq. 8, 1983 eq. 9; Borenstein 2009 eq. 12.17"
SENIOR = "Hedges et al. 1999 eq. 1; Senior et al. 2020; Nakagawa et al. 2023"
ZEROS = "metafor's documentation of add, to and drop00"

POLICIES: tuple[dict[str, object], ...] = (
    *({"add": 0.5, "to": to} for to in ("only0", "all", "if0all", "none")),
    *({"add": 0.5, "to": to, "drop00": True} for to in ("only0", "all", "if0all", "none")),
    {"add": 0.1},
    {"add": 1.0, "to": "all"},
    {"add": 0.0},
)


type Case = tuple[str, dict[str, object], Callable, Mapping[str, Sheet], str]

BOTH = (True, False)


def cases() -> Iterator[Case]:
    """Yield code, settings, the function by hand with its own arguments, data sets, source."""
    for code, of, forms, data, source in STANDARDISED:
        for vtype, correct in product(forms, BOTH):
            made = {"vtype": vtype, "correct": correct}
            yield code, made, _with(of, **made), data, source
    for code, of, data, source in CORRECTED:
        for correct in BOTH:
            yield code, {"correct": correct}, _with(of, correct=correct), data, source
    for code, of, forms, data, source in FORMS:
        for vtype in forms:
            yield code, {"vtype": vtype}, _with(of, vtype=vtype), data, source
    for policy in POLICIES:
        yield from _under(policy)


def _tables(code: str) -> Callable[..., Iterator[Pair]]:
    return lambda rows, **made: two_by_two(rows, code=code, **made)


def _shares(code: str) -> Callable[..., Iterator[Pair]]:
    return lambda rows, **made: proportions(rows, code=code, **made)


def _smd(*, glass: bool) -> Callable[..., Iterator[Pair]]:
    return lambda rows, **made: smd(rows, glass=glass, **made)


FIRST = ("LS", "LS2")
STANDARDISED = (
    ("SMD", _smd(glass=False), ("LS", "LS2", "UB", "AV"), MEANS, HEDGES),
    ("SMD1", _smd(glass=True), ("LS", "LS2", "UB", "AV"), MEANS, HEDGES),
    ("SMDH", smdh, FIRST, MEANS, "Bonett 2008 eq. 8, 2009 eq. 5"),
    ("CVR", cvr, FIRST, MEANS, "Senior et al. 2020 eq. 6, 16"),
    ("VR", vr, FIRST, MEANS, "Senior et al. 2020 eq. 5, 15"),
    ("ROM", rom, ("LS", "LS2", "HO", "AV", "AVHO"), MEANS, SENIOR),
    ("ROMC", romc, FIRST, PAIRS, "Senior et al. 2020 eq. 7, 18"),
    ("SMCRH", smcrh, FIRST, PAIRS, "Bonett 2008 eq. 13"),
    ("SMCC", smcc, ("LS", "LS2", "UB"), PAIRS, "Gibbons 1993 eq. 21; Hedges 1983"),
    ("SMCR", smcr, ("LS", "LS2", "UB"), PAIRS, "Becker 1988 eq. 13; Viechtbauer 2007"),
)
CORRECTED = (
    ("SMD1H", smd1h, MEANS, "Bonett 2008 eq. 12"),
    ("SDLN", sdln, GROUPS, "Nakagawa et al. 2015 eq. 7, 8"),
    ("CVLN", cvln, GROUPS, "Nakagawa et al. 2015 eq. 27"),
)
AVERAGE = "AV: LS at the average risks"
FORMS = (
    ("MD", md, ("LS", "HO", "UB"), MEANS, "Borenstein 2009 eq. 12.3, 12.5"),
    ("MN", mn, ("LS", "HO"), GROUPS, "HO: variances averaged by their df"),
    ("COR", cor, ("LS", "AV"), CORRELATIONS, "(1 − ρ²)²/(n − 1)"),
    ("UCOR", ucor, ("LS", "UB", "AV"), CORRELATIONS, "Olkin & Pratt 1958 eq. 2.3"),
    ("PHI", phi, ("LS", "CS", "ST"), FULL, "delta method, by differences"),
    *((code, _tables(code), ("LS", "AV"), COUNTS, AVERAGE)
      for code in ("OR", "RR", "OR2D", "OR2DL", "OR2DN")),
    ("RD", _tables("RD"), ("LS", "UB", "AV"), COUNTS, f"UB: n − 1; {AVERAGE}"),
    ("PR", _shares("PR"), ("LS", "UB", "AV"), SHARES, f"UB: n − 1; {AVERAGE}"),
    *((code, _shares(code), ("LS", "AV"), SHARES, AVERAGE) for code in ("PLN", "PLO")),
)  # fmt: skip


def _under(policy: dict[str, object]) -> Iterator[Case]:
    for code in (*TABLES, "OR2D", "OR2DL", "OR2DN"):
        yield code, policy, _with(two_by_two, code=code, **policy), COUNTS, ZEROS
    yield "PHI", policy, _with(phi, **({"to": "only0"} | policy)), COUNTS, ZEROS
    for code in ("IRR", "IRD", "IRSD"):
        yield code, policy, _with(rates, code=code, **policy), TIMES, ZEROS
    if "drop00" in policy:
        return
    for code in ("PR", "PLN", "PLO", "PAS", "PFT"):
        yield code, policy, _with(proportions, code=code, **policy), SHARES, ZEROS
    for code in ("IR", "IRLN", "IRS", "IRFT"):
        yield code, policy, _with(incidences, code=code, **policy), INCIDENCES, ZEROS


def _with(of: Callable, **made: object) -> Callable[[Sheet], Iterator[Pair]]:
    return lambda rows: of(rows, **made)


def worked_out() -> dict[str, object]:
    """Return all answers: rows of data sets once, then code, settings, source and numbers."""
    sheets: dict[str, dict[str, list[float]]] = {}
    answers = []
    for code, settings, of, data, source in cases():
        for name, rows in data.items():
            key = f"{name}: {', '.join(rows[0])}"
            sheets[key] = {column: [r[column] for r in rows] for column in rows[0]}
            pairs = [p if isfinite(p[0]) and isfinite(p[1]) else (nan, nan) for p in of(rows)]
            y, v = zip(*pairs, strict=True)
            answers.append({
                "code": code, "settings": settings, "data": key, "formula": source,
                "yi": [_shown(x) for x in y], "vi": [_shown(x) for x in v],
            })  # fmt: skip
    return {"source": SOURCE, "data": sheets, "answers": answers}


def _shown(x: float) -> float | None:
    return float(f"{x:.15g}") if isfinite(x) else None


if __name__ == "__main__":
    KEPT.write_text(json.dumps(worked_out(), separators=(",", ":")) + "\n", encoding="utf-8")
