"""From a file to a checked table: names, numbers, and the record of every change."""

from pathlib import Path

import pandas as pd
import pytest

from consilience.cli.init import TEMPLATES
from consilience.errors import DataError
from consilience.review.check import COLUMNS
from consilience.trials import Conversion, from_frame, read_trials

NAMES = ["NA", "None", "nan", "-", "null", "N/A", "李 2015", "Müller", "1", "=1+1", "$x$"]


def test_labels_that_look_missing_are_names_like_any_other(tmp_path: Path) -> None:
    path = written(tmp_path, "study,n1\n" + "".join(f"{name},9\n" for name in NAMES))
    assert read_trials(path).frame["study"].tolist() == NAMES


def test_a_label_column_keeps_its_na_and_its_empty_cells_apart(tmp_path: Path) -> None:
    labels = read_trials(written(tmp_path, "study,country\nA,NA\nB,\n")).frame["country"]
    assert labels[0] == "NA"
    assert labels.isna().tolist() == [False, True]


def test_numbers_are_numbers_and_empty_cells_are_missing(tmp_path: Path) -> None:
    frame = read_trials(written(tmp_path, "study,n1,mean1\nA, 12 ,\N{MINUS SIGN}3.5\nB,,1\n")).frame
    assert frame["n1"].fillna(-1).tolist() == [12.0, -1.0]
    assert frame["mean1"].tolist() == [-3.5, 1.0]


def test_every_changed_cell_is_written_down(tmp_path: Path) -> None:
    trials = read_trials(written(tmp_path, "study,m1i,type\n A,\N{MINUS SIGN}3,x\nB,4,y \n"))
    assert set(trials.log) == {
        Conversion("", "mean1", "m1i", "mean1", "metafor's name of the column"),
        Conversion("A", "study", " A", "A", "spaces around it removed"),
        Conversion("A", "mean1", "\N{MINUS SIGN}3", "-3", SIGN_RULE),
        Conversion("B", "type", "y ", "y", "spaces around it removed"),
    }


def test_an_unknown_column_is_numeric_if_all_its_cells_are(tmp_path: Path) -> None:
    text = "study,dose,arm,dose_text,empty\nA,1,1,10 mg,\nB,,2,20,\n"
    frame = read_trials(written(tmp_path, text)).frame
    assert frame["dose"].tolist()[0] == 1.0
    assert frame["arm"].tolist() == [1.0, 2.0]
    assert frame["dose_text"].tolist() == ["10 mg", "20"]
    assert frame["empty"].isna().all()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        *(("m1i", "mean1"), ("sd1i", "sd1"), ("n1i", "n1")),
        *(("m2i", "mean2"), ("sd2i", "sd2"), ("n2i", "n2")),
        ("slab", "study"),
    ],
)
def test_metafors_names_are_aliases(theirs: str, ours: str) -> None:
    trials = from_frame(pd.DataFrame({"study": ["A"], theirs: ["3"]}).drop(columns=other(ours)))
    assert ours in trials.frame
    assert theirs not in trials.frame


def test_two_names_of_one_column_are_refused() -> None:
    with pytest.raises(DataError, match=r"column 'n1'.*\(n1i, n1\)"):
        from_frame(pd.DataFrame({"study": ["A"], "n1i": [3], "n1": [3]}))


def test_all_faults_of_a_table_come_at_once(tmp_path: Path) -> None:
    text = 'study,n1,sd1,year,higher_is_better\nA,twelve,"1,5",2001,maybe\n,1,-2,2002,yes\n'
    with pytest.raises(DataError) as refused:
        read_trials(written(tmp_path, text))
    assert {(p.study, p.column, p.value) for p in refused.value.problems} == {
        ("A", "n1", "twelve"),
        ("A", "sd1", "1,5"),
        ("A", "higher_is_better", "maybe"),
        ("row 2", "study", ""),
        ("row 2", "n1", "1"),
        ("row 2", "sd1", "-2"),
    }
    assert all(problem.remedy for problem in refused.value.problems)


def test_rows_of_one_study_are_told_apart_by_their_place() -> None:
    with pytest.raises(DataError) as refused:
        from_frame(pd.DataFrame({"study": ["A", "A", "B"], "n1": ["x", "3", "y"]}))
    assert [problem.study for problem in refused.value.problems] == ["A (row 1)", "B"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("nothing.csv", "does not exist"), ("", "is a folder"), ("trials.xls", "No reader for")],
)
def test_what_is_no_readable_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "trials.xls").write_bytes(b"PK")
    with pytest.raises(DataError, match=message):
        read_trials(tmp_path / name)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"study": []}), "no rows"),
        (pd.DataFrame({"n1": [3]}), "column 'study'.*it has: n1"),
        (pd.DataFrame({"study": ["A"], "dose": [float("inf")]}), "column 'dose', value 'inf'"),
        (pd.DataFrame({"study": ["A", None]}), "study 'row 2'.*has no study"),
    ],
)
def test_a_dataframe_is_checked_like_a_file(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        from_frame(frame)


def test_a_dataframe_and_the_file_of_it_are_the_same_table(tmp_path: Path) -> None:
    frame = pd.DataFrame({"study": ["NA", "B"], "n1": [12, 13], "better": [True, False]})
    frame.to_csv(tmp_path / "trials.csv", index=False)
    pd.testing.assert_frame_equal(
        from_frame(frame).frame, read_trials(tmp_path / "trials.csv").frame
    )


def test_the_frame_that_was_given_stays_as_it_was() -> None:
    frame = pd.DataFrame({"slab": [" A"], "n1i": ["3"]}, index=["somewhere"])
    before = frame.copy(deep=True)
    from_frame(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_rows_are_kept_by_a_mask() -> None:
    trials = from_frame(pd.DataFrame({"study": ["A", "B", "C"]}))
    kept = trials.keep((trials.frame["study"] != "B").to_numpy())
    assert kept.frame["study"].tolist() == ["A", "C"]
    assert (len(kept), len(trials)) == (2, 3)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (" 4 ", "spaces around it removed"),
        ("\N{MINUS SIGN}4", "Unicode minus made a hyphen"),
        (" \N{MINUS SIGN}4", "spaces around it removed, Unicode minus made a hyphen"),
    ],
)
def test_the_log_says_what_was_done_and_no_more(cell: str, rule: str) -> None:
    (line,) = from_frame(pd.DataFrame({"study": ["A"], "md": [cell]})).log
    assert line.rule == rule


@pytest.mark.parametrize("column", ["study", "estimate", "source"])
@pytest.mark.parametrize(("text", "what"), [("a\0b", "NUL"), ("x" * 40_000, "40000 characters")])
def test_texts_that_no_file_may_hold_are_refused(column: str, text: str, what: str) -> None:
    frame = pd.DataFrame({"study": ["A", "B"], "md": 1.0}).assign(**{column: ["A", text]})
    with pytest.raises(DataError, match=f"'row 2', column '{column}'.*{what}") as refused:
        from_frame(frame)
    assert len(str(refused.value)) < 300


def test_the_template_names_the_columns_that_a_review_cannot_do_without() -> None:
    lines = (TEMPLATES / "trials.csv").read_text("utf-8").splitlines()
    (kept,) = [line for line in lines if line.startswith("# Keep the columns ")]
    named = kept.partition(";")[0].removeprefix("# Keep the columns ").replace(" and ", ", ")
    assert tuple(named.split(", ")) == COLUMNS


SIGN_RULE = "Unicode minus made a hyphen"


def other(ours: str) -> list[str]:
    return ["study"] if ours == "study" else []


def written(folder: Path, text: str) -> Path:
    path = folder / "trials.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path
