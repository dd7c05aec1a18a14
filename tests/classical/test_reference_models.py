"""docs/metafor/models.csv: every number of every model of the reference, computed again.

Each is within 1e-4 of metafor's, or brute force finds ours nearer.
"""

import csv
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor as table  # noqa: E402 - found by the line above

MADE = {(family, name): made for family, name, made in table.models.models()}
QUICK = {
    "bcg_ablat", "bangert_ni_identity_ML", "konst_CS", "berkey_EE", "bcg_ablat_HC",
    "OR_nielweise2007_UM.FS_ML", "PLO_hannum2020_ML", "bcg", "hart1999",
}  # fmt: skip


def printed():
    with (table.FOLDER / "models.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize(
    ("family", "name"),
    [pytest.param(f, n, marks=[] if n in QUICK else [pytest.mark.slow]) for f, n in MADE],
)
def test_models(family, name):
    found = table.model_rows(family, name, MADE[family, name]())
    assert found == [row for row in printed() if row[:2] == [name, family]]


def test_nothing_is_left_unexplained():
    rows = printed()
    assert {(row[1], row[0]) for row in rows} == set(MADE)
    assert [row for row in rows if row[5] != "0"] == []
    assert sum(int(row[2]) for row in rows) > 9_000


def test_brute_force_does_not_excuse_what_is_off():
    """A tau² that is moved by a thousandth is found out."""
    import numpy as np

    family, name = "meta-regression", "bcg_ablat"
    items = [each for each in MADE[family, name]() if each.name == "ML_z tau2"]
    (item,) = items
    assert item.decided().all()
    wrong = table.compare.item(
        "", "", ours=item.ours * 1.001, theirs=item.theirs.tolist(), size=item.size, true=item.true
    )
    assert (wrong.difference > 1e-4).all()
    assert not np.any(wrong.decided())
