"""Values that no trial has are found in any table, and only those."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.trials import from_frame, read_trials
from consilience.trials.checks import impossible

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "tests" / "reference" / "metafor_measures.json"
WRONG = [
    ("n1", 10.5), ("n2", 0.0), ("n1", -4.0), ("ni", 0.5), ("events1", -1.0), ("events2", 2.5),
    ("xi", 0.1), ("sd1", -2.0), ("sd2", 0.0), ("se1", -0.1), ("vi", 0.0), ("sei", -1.0),
    ("baseline_sd1", -1.0), ("change_sd2", 0.0), ("r", 1.4), ("ri", -1.2), ("pair_r", 70.0),
    ("change_r1", -3.0), ("icc", 1.2), ("icc", -0.1), ("n_total", 1.0), ("n_pairs", 3.5),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), WRONG)
def test_each_impossible_value_is_named_with_its_row(column: str, value: float) -> None:
    table = from_frame(pd.DataFrame({"study": ["A", "B", "C"], column: [np.nan, value, np.nan]}))
    (told,) = impossible(table.frame)
    assert (told.study, told.column, told.value) == ("B", column, f"{value:g}")
    assert told.remedy


@pytest.mark.parametrize(
    "cells",
    [
        {"events1": 12, "n1": 10}, {"events2": 12, "n2": 10}, {"events": 5, "n": 4},
        {"ai": 12, "n1i": 10, "ci": 1, "n2i": 10}, {"xi": 9, "ni": 8}, {"n1": 1, "sd1": 2.0},
    ],
)  # fmt: skip
def test_cells_that_cannot_stand_side_by_side_are_named(cells: dict) -> None:
    assert len(impossible(from_frame(pd.DataFrame({"study": ["A"], **cells})).frame)) == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"events1": 10, "n1": 10}, {"events1": 0, "n1": 10, "events2": 0, "n2": 9},
        {"events1": 12, "n1": 10, "person_time1": 30.0}, {"xi": 9, "ti": 4.0, "ni": 3},
        {"n1": 1, "events1": 1}, {"r": 1.0}, {"r": -1.0}, {"icc": 0.0}, {"group": 1.5},
        {"ai": 0.93, "mi": 5, "ni": 60},
    ],
)  # fmt: skip
def test_what_may_be_is_left_alone(cells: dict) -> None:
    assert impossible(from_frame(pd.DataFrame({"study": ["A"], **cells})).frame) == ()


def test_columns_of_words_are_nobodys_numbers() -> None:
    table = from_frame(
        pd.DataFrame({"study": ["A", "B"], "r": ["Africa", "Asia"], "n": ["x", "y"]})
    )
    assert impossible(table.frame) == ()


@pytest.mark.parametrize("name", json.loads(KEPT.read_text("utf-8"))["datasets"])
def test_no_real_data_set_is_impossible(name: str) -> None:
    columns = json.loads(KEPT.read_text("utf-8"))["datasets"][name]["input"]
    table = pd.DataFrame({n: v for n, v in columns.items() if isinstance(v, list)}).astype(float)
    named = table.assign(study=[f"S{i}" for i in range(len(table))])
    assert impossible(from_frame(named).frame) == ()


def test_the_source_table_of_the_review_is_possible() -> None:
    path = ROOT / "data" / "smi_functioning" / "trials.csv"
    assert impossible(read_trials(path).frame) == ()
