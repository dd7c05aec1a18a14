"""`check` looks at what there is: no review.toml, few columns, checks with nothing to look at."""

import json
from pathlib import Path

import pandas as pd
import pytest

from consilience.trials import from_frame
from consilience.trials.checks import REGISTRY, doubts
from consilience.trials.columns import LABELS, NUMBERS

APART = "study,n1,mean1,sd1,n2,mean2,sd2\nA,30,49.5,1.1,31,45.0,1.0\nB,40,5.1,2.1,44,4.9,2.2\n"


def test_a_folder_without_review_toml_is_checked_and_told_what_it_lacks(run, tmp_path) -> None:
    (tmp_path / "trials.csv").write_text(APART, "utf-8")
    ended = run("check", tmp_path)
    assert ended.code == 0
    assert "2 rows read" in ended.out
    assert "sd_or_se" in ended.out
    assert ended.out.count("Not yet a review: There is no") == 1
    assert "no column trial, year, outcome, scale, timepoint, which a review needs" in ended.out
    found = json.loads(run("check", tmp_path, "--json").out)
    assert {one["check"] for one in found["doubts"]} >= {"sd_or_se", "extremes"}
    assert len(found["unfit"]) == 2


def test_a_review_with_few_columns_is_checked_all_the_same(run, tmp_path) -> None:
    folder = tmp_path / "review"
    run("init", folder)
    (folder / "trials.csv").write_text(APART, "utf-8")
    ended = run("check", folder)
    assert ended.code == 0
    assert "sd_or_se" in ended.out
    assert "Not yet a review: trials.csv has no column trial" in ended.out


def test_other_files_of_such_a_folder_are_still_read(run, tmp_path) -> None:
    (tmp_path / "trials.csv").write_text(APART, "utf-8")
    (tmp_path / "risk_of_bias.csv").write_text("Study,D1\nA\n", "utf-8")
    ended = run("check", tmp_path)
    assert ended.code == 3
    assert "risk_of_bias.csv" in ended.err


def test_a_folder_without_trials_is_refused(run, tmp_path) -> None:
    ended = run("check", tmp_path)
    assert ended.code == 3
    assert "trials.csv" in ended.err


@pytest.mark.parametrize("name", REGISTRY)
def test_a_check_is_silent_without_its_columns(name: str) -> None:
    assert doubts(from_frame(pd.DataFrame({"study": ["A", "B"]})), [name]) == ()


@pytest.mark.parametrize(
    "column", sorted((NUMBERS | LABELS | {"doubt", "events1", "g", "r"}) - {"study"})
)
def test_every_single_column_can_be_checked(column: str) -> None:
    """Numbers, words or nothing in any one column: no check fails for want of the others."""
    cells = (["yes", "no", "x"] if column in LABELS else [3.25, 4.5, 1e9], [None, None, None])
    for values in cells:
        told = doubts(from_frame(pd.DataFrame({"study": ["A", "A", "B"], column: values})))
        assert all(one.column in {column, "study"} for one in told)


def test_a_csv_with_a_study_and_nothing_else_is_checked(run, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("study,note\nNA,\nB,x\n", "utf-8")
    ended = run("check", path)
    assert ended.code == 0
    assert "2 rows read" in ended.out
    assert "0 doubts" in ended.out


def test_impossible_values_end_with_code_3_all_at_once(run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "study,n1,events1,n2,events2,r,sd1\nA,10,12,10,3,,\nB,10.5,2,10,3,1.4,-2\nC,1,0.5,9,3,,2\n",
        "utf-8",
    )
    ended = run("check", path)
    assert ended.code == 3
    assert "6 problems" in ended.err
    for place in (
        "'A', column 'events1'",
        "'B', column 'n1'",
        "'B', column 'r'",
        "'B', column 'sd1'",
    ):
        assert place in ended.err
    for place in ("'C', column 'events1'", "'C', column 'n1'"):
        assert place in ended.err


def test_a_column_with_an_endless_name_is_refused(run, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("study," + "c" * 10_000 + "\nA,1\n", "utf-8")
    ended = run("check", path)
    assert ended.code == 3
    assert "10000 characters" in ended.err
    assert len(ended.err) < 400
