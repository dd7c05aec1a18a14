"""Write docs/metafor: how far each kind of number lies from metafor's, on each data set.

python benchmarks/metafor.py. A few minutes; the tests hold the tables to what they compute.
"""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import metafor_compare as compare  # noqa: E402 - found beside this file
import metafor_models as models  # noqa: E402
import metafor_selection as selection  # noqa: E402

FOLDER = HERE.parent / "docs" / "metafor"
FITS, CLOSE = 1e-6, 1e-4
HEAD = ("data", "group", "numbers", "largest difference", "decided by brute force", "unexplained")
SELECTION_HEAD = ("data", "model", "verdict")
_TIGHT = {"fits", "likelihoods", "prediction intervals"}
_FINEST = 1e-9


def fit_rows(name: str, kept: dict) -> list[list[str]]:
    """Compare one data set of the tightened fits."""
    return rows(name, compare.fits(kept))


def extra_rows(name: str, kept: dict) -> list[list[str]]:
    """Compare one data set of diagnostics and small-study methods."""
    return rows(name, [*compare.deletions(kept), *compare.small_study(kept)])


def model_rows(family: str, name: str, items: Iterable[compare.Item]) -> list[list[str]]:
    """Compare one model: a regression, one with levels, of scale, of counts."""
    return [[name, family, *_counted(list(items))]]


def selection_rows(name: str, kept: dict) -> list[list[str]]:
    """Compare the selection models of one data set."""
    return [[name, each.name, each.kind] for each in selection.selection(kept)]


def rows(name: str, items: Iterable[compare.Item]) -> list[list[str]]:
    """Gather the items of a data set by group.

    Where a difference is above the tolerance, brute force is asked; the largest difference is that
    of the numbers that it need not decide.
    """
    groups: dict[str, list[compare.Item]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return [[name, group, *_counted(found)] for group, found in groups.items()]


def _counted(items: list[compare.Item]) -> list[str]:
    numbers, largest, decided, unexplained = 0, 0.0, 0, 0
    for item in items:
        tolerance = FITS if item.group in _TIGHT else CLOSE
        difference = item.difference
        numbers += int(np.isfinite(item.theirs).sum())
        far = difference > tolerance
        near = difference[~far & np.isfinite(difference)]
        largest = max(largest, float(near.max(initial=0.0)))
        if far.any():
            nearer = item.decided()
            decided += int((far & nearer).sum())
            unexplained += int((far & ~nearer).sum())
    return [str(numbers), _rounded(largest), str(decided), str(unexplained)]


def _rounded(difference: float) -> str:
    """Round up to a power of ten, none below what a processor's own rounding may change."""
    return f"1e{int(np.ceil(np.log10(max(difference, _FINEST)))):+03d}"


def write(path: Path, head: Iterable[str], table: Iterable[Iterable[str]]) -> None:
    """Write a table."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([list(head), *table])


def main() -> None:
    """Compare everything."""
    kept = compare.read("metafor_all_fits.json")
    extras = compare.read("metafor_extras.json")
    write(FOLDER / "fits.csv", HEAD, [row for n, k in kept.items() for row in fit_rows(n, k)])
    write(FOLDER / "extras.csv", HEAD, [row for n, k in extras.items() for row in extra_rows(n, k)])
    found = [row for f, n, made in models.models() for row in model_rows(f, n, made())]
    write(FOLDER / "models.csv", ("model", *HEAD[1:]), found)
    found = [row for n, k in extras.items() for row in selection_rows(n, k)]
    write(FOLDER / "selection.csv", SELECTION_HEAD, found)


if __name__ == "__main__":
    main()
