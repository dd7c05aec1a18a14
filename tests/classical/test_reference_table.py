"""docs/metafor: its tables are what benchmarks/metafor.py computes, and leave nothing unexplained.

Each number of the reference is within 1e-6 (fits; 1e-4 for what metafor computed with its default
tolerances), or brute force in extended precision finds ours nearer.
"""

import csv
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor as table  # noqa: E402 - found by the line above

FITS = table.compare.read("metafor_all_fits.json")
EXTRAS = table.compare.read("metafor_extras.json")


def printed(name):
    with (table.FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


SELECTED = sorted({row[0] for row in printed("selection.csv")})
QUICK = {"bcg RR", "normand1999 SMD", "hart1999 IRR"}


def slow_if(condition, name):
    return pytest.param(name, marks=[pytest.mark.slow] if condition else [])


def firsts(kept):
    """Tell the first analysis of each data set, or all of them where data sets are short."""
    seen: set[str] = set()
    return {n for n in kept if n.split()[0] not in seen and not seen.add(n.split()[0])}


@pytest.mark.parametrize("name", [slow_if(n not in firsts(FITS), n) for n in FITS])
def test_fits(name):
    found = table.fit_rows(name, FITS[name])
    assert found == [row for row in printed("fits.csv") if row[0] == name]


@pytest.mark.parametrize("name", [slow_if(len(k["yi"]) > 15, n) for n, k in EXTRAS.items()])
def test_diagnostics_and_small_study_methods(name):
    found = table.extra_rows(name, EXTRAS[name])
    assert found == [row for row in printed("extras.csv") if row[0] == name]


@pytest.mark.parametrize("name", [slow_if(n not in QUICK, n) for n in SELECTED])
def test_selection_models(name):
    """The same maximum, a higher one by brute quadrature, or a reason why there is none."""
    found = table.selection_rows(name, EXTRAS[name])
    assert found == [row for row in printed("selection.csv") if row[0] == name]


def test_nothing_is_left_unexplained():
    rows = printed("fits.csv") + printed("extras.csv")
    assert [row for row in rows if row[5] != "0"] == []
    assert {row[0] for row in printed("fits.csv")} == set(FITS)
    assert {row[0] for row in printed("extras.csv")} == set(EXTRAS)
    assert sum(int(row[2]) for row in rows) > 100_000


def test_no_selection_model_of_metafor_has_a_higher_likelihood():
    verdicts = printed("selection.csv")
    assert {row[0] for row in verdicts} == set(EXTRAS)
    assert [row for row in verdicts if row[2] == "theirs higher"] == []


def test_brute_force_is_not_blind():
    """A number that is off is seen, and brute force does not excuse it."""
    item = table.compare.item(
        "fits", "x", ours=[1.0, 2.001], theirs=[1.0, 2.0], true=lambda: table.np.array([1.0, 2.0])
    )
    assert (item.difference > 1e-4).tolist() == [False, True]
    assert item.decided().tolist() == [False, False]
