"""What bayesmeta mixes over its grid of tau, number by number: ours, bayesmeta's, brute force's.

bayesmeta gives mu, a new true effect and those of the trials as mixtures over a grid, whose error
is larger than what is owed to it (3e-3 of the quantity's spread, 1.5e-3 with its tight grid, 1e-4
for means). Where a number of the reference differs from ours by more, brute force decides, and the
number stands in tests/reference/bayesmeta_off.csv with that of brute force beside it; a test holds
that it is bayesmeta that is off, and by how much.

python benchmarks/mixtures.py
"""

import csv
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from accuracy import Case, answered, by_force, cases, reference, spread_of
from brute import Brute

KEPT = Path(__file__).resolve().parents[1] / "tests" / "reference" / "bayesmeta_off.csv"
FIELDS = ("data", "fit", "number", "bayesmeta", "brute_force", "off")
OWED, OWED_TIGHT, OWED_MEANS = 3e-3, 1.5e-3, 1e-4
PLACES = {"mu": -1, "predict": -2}
_STEPS, _SETTLED = 12, 1e-13


class Number(NamedTuple):
    """One number of the reference.

    Its name is that of the quantity and of the statistic, as in ``mu 0.025`` or ``theta[03] sd``;
    `spread` is the quantity's distance between its 10 % and 90 % points over 2.563.
    """

    name: str
    ours: float
    theirs: float
    exact: float
    spread: float
    owed: float

    @property
    def off(self) -> float:
        """How far bayesmeta is from brute force, in spreads."""
        return abs(self.theirs - self.exact) / self.spread


def numbers(case: Case) -> Iterator[Number]:
    """Give every number of one posterior that bayesmeta takes from its grid."""
    brute, (_, summary, ours) = by_force(case), answered(case)
    owed = OWED_TIGHT if "tight" in case.name else OWED
    yield from _quantiles(case, brute, ours=ours, owed=owed)
    yield from _moments(case, brute, summary=summary, spreads=ours, owed=owed)


def _quantiles(case: Case, brute: Brute, *, ours: Mapping, owed: float) -> Iterator[Number]:
    for key, place in PLACES.items():
        for p, theirs in zip(reference()["p"], case.theirs["quantiles"][key], strict=True):
            own = ours[key][round(p, 3)]
            exact = quantile(brute, place, start=own, p=p)
            yield Number(f"{key} {p:g}", own, float(theirs), exact, spread_of(ours[key]), owed)
    for i, theirs in enumerate(case.theirs["theta"]["median"]):
        row = f"theta[{i + 1:02d}]"
        own = ours[row][0.5]
        exact = quantile(brute, i, start=own, p=0.5)
        yield Number(f"{row} median", own, float(theirs), exact, spread_of(ours[row]), owed)


def _moments(
    case: Case, brute: Brute, *, summary: pd.DataFrame, spreads: Mapping, owed: float
) -> Iterator[Number]:
    columns = ("tau", "mu", "predict")
    rows = {key: (key, place) for key, place in PLACES.items()}
    rows |= {f"theta[{i + 1:02d}]": ("", i) for i in range(len(case.y))}
    for row, (key, place) in rows.items():
        exact = brute.moments(place)
        for statistic, name in enumerate(("mean", "sd")):
            given = case.theirs["summary"][name][columns.index(key)] if key else None
            theirs = given if key else case.theirs["theta"][name][place]
            own, limit = summary.loc[row, name], OWED_MEANS if name == "mean" else owed
            if theirs not in (None, "NaN") and isfinite(own) and isfinite(float(theirs)):
                found = (own, float(theirs), exact[statistic], spread_of(spreads[row]), limit)
                yield Number(f"{row} {name}", *found)


def quantile(brute: Brute, place: int, *, start: float, p: float) -> float:
    """Solve for a quantile by Newton's method on brute force's distribution function."""
    x = start
    for _ in range(_STEPS):
        below, density = brute.at(place, x)
        step = (below - p) / density
        x -= step
        if abs(step) <= _SETTLED * max(1.0, abs(x)):
            break
    return x


def main() -> None:
    """Write down the numbers of the reference that are further off than is owed."""
    with KEPT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        for case in cases():
            for each in numbers(case):
                if each.off > each.owed:
                    row = (f"{each.theirs:.15g}", f"{each.exact:.12g}", f"{each.off:.2e}")
                    writer.writerow((case.dataset, case.name, each.name, *row))


if __name__ == "__main__":
    main()
