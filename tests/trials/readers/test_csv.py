"""Files that are tables, and files that only look like one."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consilience.errors import DataError
from consilience.trials import read_trials
from consilience.trials.readers import limits, read_csv

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
        (b"study,n1\nB\x81rge,3\n", r"neither UTF-8 nor cp1252 text \(line 2\)"),
        ("study,n1\nA,3\n".encode("utf-16-le"), "NUL bytes"),
        (b"\xff\xfes\0t", "neither UTF-8 nor utf-16"),
        (b"# only\n# comments", "is empty"),
        (b"x," * 5000 + b"study\n" + b"1," * 5000 + b"A\n", "5001 columns"),
        (b"study,n1\n" + b"A" * 10_000 + b",3\n", "text of 10000 characters"),
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
    monkeypatch.setattr(limits, "LARGEST", 10)
    with pytest.raises(DataError, match="Give a table of trials"):
        read_csv(written(tmp_path, "study,n1\nA,3\n"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings_do_not_matter(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    path = tmp_path / "trials.csv"
    lines = [["study", "n1", "mean1"], ["Børge", "30", "-1.5"], ["NA", "4", "2.25"]]
    text = "\n".join(separator.join(line) for line in lines)
    path.write_bytes(f"# a comment\n\n{text}\n".encode(encoding))
    trials = read_trials(path)
    assert trials.frame["study"].tolist() == ["Børge", "NA"]
    assert trials.frame["mean1"].tolist() == [-1.5, 2.25]
    said = {change.was for change in trials.log if not change.study}
    assert ("Windows-1252" in said) == (encoding == "cp1252")
    assert bool({"semicolon", "tab"} & said) == (separator != ",")


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("3,5", "1.234", "1,234"), (3.5, 1234, 1.234)),
        (("\N{MINUS SIGN}3,5", "1.234,5", "7"), (-3.5, 1234.5, 7)),
        (("3.5", "1,234", "1,234,567.8"), (3.5, 1234, 1234567.8)),
        (("1\N{NO-BREAK SPACE}234", "12 345 678", "5"), (1234, 12345678, 5)),
        (("0,125", "'", "2"), None),
        (("3,5", "3.5", "2"), None),
        (("1,234", "5", "6"), None),
    ],
)
def test_decimal_commas_and_thousands_are_read_where_the_file_tells(
    tmp_path: Path, cells: tuple[str, ...], numbers: tuple[float, ...] | None
) -> None:
    rows = "".join(f"S{place};{cell}\n" for place, cell in enumerate(cells))
    path = written(tmp_path, f"study;mean1\n{rows}")
    if numbers is None:
        with pytest.raises(DataError, match="no number"):
            read_trials(path)
        return
    trials = read_trials(path)
    assert trials.frame["mean1"].tolist() == list(numbers)
    changed = [c for c in trials.log if c.column == "mean1"]
    assert {c.was for c in changed} >= {c for c in cells if "," in c or "." in c} - {"3.5"}


def test_a_decimal_comma_among_commas_is_refused_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a comma"):
        read_trials(written(tmp_path, 'study,mean1\nA,"1,5"\n'))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300))
def test_garbage_ends_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(content)
    with suppress(DataError):
        read_trials(path)


def written(folder: Path, text: str) -> Path:
    path = folder / "trials.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("start", [0, 1])
def test_the_row_names_that_r_and_pandas_write_are_left_out(tmp_path: Path, start: int) -> None:
    """write.csv(dat) and DataFrame.to_csv(): a first column without a name counts the rows."""
    path = tmp_path / "t.csv"
    rows = [f'"{start}","A",20,0.5', f'"{start + 1}","NA",31,0.25']
    path.write_text("\n".join(['"","study","n1","mean1"', *rows]) + "\n", "utf-8")
    trials = read_trials(path)
    assert list(trials.frame) == ["study", "n1", "mean1"]
    assert trials.frame["study"].tolist() == ["A", "NA"]
    assert "row names" in trials.log[0].rule


def test_another_column_without_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for first in ('"2"', '"x"', ""):
        path.write_text(f",study,n1\n{first},A,20\n", "utf-8")
        with pytest.raises(DataError, match=r"Column 1 of .* has no name"):
            read_trials(path)
