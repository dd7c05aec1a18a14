"""docs/metafor/refusals.csv: selection models that we refuse where metafor prints a number.

Each has points at which the likelihood, by brute quadrature, rises from metafor's answer without
end, or up to the edge of where the law is defined; or does not move at all.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor as table  # noqa: E402 - found by the line above

selection = table.selection
EXTRAS = table.compare.read("metafor_extras.json")
# metafor's answer is no law there: the weights there have no expectation.
UNDEFINED = {("gibson2002_cont MD", "beta")}


def rows(name):
    with (table.FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


LADDERS: dict[tuple[str, str], list[list[str]]] = {}
for row in rows("refusals.csv"):
    LADDERS.setdefault((row[0], row[1]), []).append(row)


def test_every_refusal_has_its_proof():
    refused = {(row[0], row[1]) for row in rows("selection.csv") if row[2] == "no maximum"}
    assert refused == set(LADDERS)
    assert len(refused) == 21


def side_of(kept, name):
    if name == "step_05_twosided":
        return "two-sided"
    side = kept["extras"]["selmodel"][name]["alternative"]
    return {"two.sided": "two-sided"}.get(side, side)


def theirs_of(kept, name):
    theirs = kept["extras"]["selmodel"][name]
    free = theirs["delta"][1:] if name.startswith("step") else theirs["delta"]
    scatter = [] if name == "step_025_EE" else [theirs["tau2"]]
    return np.array([theirs["beta"][0], *scatter, *free], dtype=float)


@pytest.mark.parametrize("pair", sorted(LADDERS), ids=" ".join)
def test_the_likelihood_has_no_maximum_there(pair):
    data, name = pair
    kept, ladder = EXTRAS[data], LADDERS[pair]
    effects, side = selection.effects_of(kept), side_of(kept, name)
    points = [np.array([float(x) for x in row[3:] if x]) for row in ladder]
    heights = [selection.height(effects, name, side=side, values=point) for point in points]
    theirs = selection.height(effects, name, side=side, values=theirs_of(kept, name))
    if ladder[0][2] == "flat":
        spread = [point[-1] for point in points]
        assert max(spread) / min(spread) >= 100
        np.testing.assert_allclose(heights, theirs, rtol=0, atol=1e-6)
        return
    assert np.diff(heights).min() > 0
    if pair in UNDEFINED:
        assert np.isnan(theirs)
        beyond = points[-1] * np.array([1, 1.02, 1, 1])
        assert np.isnan(selection.height(effects, name, side=side, values=beyond))
        return
    assert heights[0] > theirs
    moved = np.abs(points[-1] / points[0])
    assert moved.max() >= 10, "the ladder leads far away"
