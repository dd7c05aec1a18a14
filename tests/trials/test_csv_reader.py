"""Files that are tables, and files that only look like one."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consilience.errors import DataError
from consilience.trials.readers import csv as reader
from consilience.trials.readers import read_csv

cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.just("x"), cell, cell), min_size=1, max_size=5))
def test_whatever_a_program_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    path = tmp_path / "trials.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("study", "a", "b"), *rows])
    assert list(read_csv(path).itertuples(index=False, name=None)) == rows


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert list(read_csv(written(tmp_path, "\ufeffstudy,n1\nA,3\n")).columns) == ["study", "n1"]


def test_empty_lines_do_not_count(tmp_path: Path) -> None:
    assert len(read_csv(written(tmp_path, "study,n1\n\nA,3\n,\n \n\n"))) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"study,n1\n", "has a header but no rows"),
        (b"study\0,n1\nA,3\n", "NUL bytes"),
        (b"study,n1\nB\xf8rge,3\n", r"is not UTF-8 \(line 2\)"),
        ("study,n1\nA,3\n".encode("utf-16"), "NUL bytes"),
        (b"study;n1\nA;3\n", "semicolons or tabs"),
        (b"study\tn1\nA\t3\n", "semicolons or tabs"),
        (b'study,n1\nA,"3\n', r"line 2: unexpected end of data.*quotation marks"),
        (b'study,n1\n"A"x,3\n', "line 2.*quotation marks"),
        (b"study,n1,n1\nA,3,4\n", "column 'n1': Several columns have this name"),
        (b"study,,n1\nA,3,4\n", "Column 2 of .* has no name"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_csv(path)


def test_every_ragged_line_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "study,n1\nA,3\nB\nC,1,2,3\n")
    with pytest.raises(DataError) as refused:
        read_csv(path)
    told = [problem.what for problem in refused.value.problems]
    assert [text.split(" of ")[0] for text in told] == ["Line 3", "Line 4"]
    assert "has 4 cells where the header has 2" in told[1]


def test_a_file_that_is_too_large_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LARGEST", 10)
    with pytest.raises(DataError, match="Give a table of trials"):
        read_csv(written(tmp_path, "study,n1\nA,3\n"))


def written(folder: Path, text: str) -> Path:
    path = folder / "trials.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path
