"""Workbooks as Excel writes them, and files that only pretend to be one."""

# Lines of data are kept whole.
# ruff: noqa: E501

from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.trials.readers.hostile import text, workbook, zipped

from consilience.errors import DataError
from consilience.trials import read_trials
from consilience.trials.readers import archive
from consilience.trials.readers.excel import read_excel
from consilience.trials.readers.excel_cells import number_text
from consilience.trials.writers import write_excel

HEAD = f"<row>{text('study')}{text('n1')}</row>"
cell = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda x: x.strip())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(cell, st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)),
        min_size=1,
    )
)
def test_what_is_written_is_read_back(tmp_path: Path, rows) -> None:
    table = pd.DataFrame([("x", *row) for row in rows], columns=["study", "note", "x"])
    write_excel(table, tmp_path / "t.xlsx")
    cells = read_excel(tmp_path / "t.xlsx").cells
    assert cells["note"].tolist() == table["note"].tolist()
    read = cells["x"].astype(float)
    assert (abs(read - table["x"]) <= 4.5e-16 * abs(table["x"])).all()


@pytest.mark.parametrize("looks", ["=1+1", "3-4", "0012", "NA", "1e5", "TRUE", "_x0041_", "a\rb"])
def test_text_stays_text(tmp_path: Path, looks: str) -> None:
    write_excel(pd.DataFrame({"study": [looks, "B"], "n1": [3.0, 4.0]}), tmp_path / "t.xlsx")
    assert read_trials(tmp_path / "t.xlsx").frame["study"][0] == looks.strip()


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        *(("12.300000000000001", "12.3"), ("0.1", "0.1"), ("5", "5"), ("5.0", "5")),
        *(("0.3333333333333333", "0.3333333333333333"), ("1E-3", "0.001"), ("x", "x")),
    ],
)
def test_numbers_are_as_they_were_typed(stored: str, typed: str) -> None:
    assert number_text(stored) == typed


def test_shared_texts_dates_truth_and_formulas_show_their_stored_values(tmp_path: Path) -> None:
    strings = "<sst><si><r><t>Mü</t></r><r><t>ller</t></r><rPh><t>x</t></rPh></si></sst>"
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm"/><numFmt '
        'numFmtId="171" formatCode="0.00 &quot;days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'
    )
    names = "".join(map(text, ["study", "a", "b", "c", "ok", "f"]))
    cells = (
        '<c t="s"><v>0</v></c><c s="1"><v>38047</v></c><c s="2"><v>38047.5</v></c>'
        '<c s="3"><v>38047</v></c><c t="b"><v>1</v></c><c><f>SUM(A1)</f><v>7</v></c>'
    )
    path = workbook(
        tmp_path / "t.xlsx",
        f"<row>{names}</row><row>{cells}</row>",
        sharedStrings=strings,
        styles=styles,
    )
    (row,) = read_excel(path).cells.itertuples(index=False, name=None)
    assert row == ("Müller", "2004-03-01", "2004-03-01 12:00:00", "38047", "true", "7")


def test_gaps_comments_and_empty_rows_are_kept_apart(tmp_path: Path) -> None:
    sheet = (
        f"<row>{text('# comment')}</row>{HEAD}<row/>"
        '<row><c r="B4"><v>3</v></c></row><row><c r="A5" t="inlineStr"><is><t>B</t></is></c></row>'
    )
    cells = read_excel(workbook(tmp_path / "t.xlsx", sheet)).cells
    assert cells.to_dict("list") == {"study": ["", "B"], "n1": ["3", ""]}


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("", "is empty"),
        (HEAD, "no rows"),
        (f"{HEAD}<row><c><f>1+1</f></c></row>", "formula without a stored value"),
        (f'{HEAD}<row><c t="s"><v>9</v></c></row>', "names no text"),
        (f'{HEAD}<row><c r="ZZZ2"><v>9</v></c></row>', "column 18278"),
        (
            '<row><c r="B1" t="inlineStr"><is><t>study</t></is></c></row><row><c><v>1</v></c></row>',
            "no name",
        ),
        ("<row><c>", "no valid XML"),
        ("<a>" * 200 + "</a>" * 200, "nested too deeply"),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(tmp_path: Path, sheet: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_excel(workbook(tmp_path / "t.xlsx", sheet))


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE, '<!DOCTYPE x SYSTEM "http://example.org/x"><x/>'])
def test_a_document_type_is_refused_before_any_entity(tmp_path: Path, xml: str) -> None:
    path = zipped(tmp_path / "t.xlsx", {"xl/workbook.xml": xml})
    with pytest.raises(DataError, match="declares a document type"):
        read_excel(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.xlsx", {"xl/workbook.xml": b"0" * 30_000_000})
    with pytest.raises(DataError, match="more than 200 times its size"):
        read_excel(path)


def test_many_or_large_or_straying_members_are_refused(tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(DataError, match="points outside"):
        read_excel(zipped(tmp_path / "a.xlsx", {"../x": "1"}))
    monkeypatch.setattr(archive, "TOTAL", 3)
    with pytest.raises(DataError, match="unpacks to more than"):
        read_excel(zipped(tmp_path / "b.xlsx", {"x": "12345"}))
    monkeypatch.setattr(archive, "MEMBERS", 0)
    with pytest.raises(DataError, match="1 parts"):
        read_excel(zipped(tmp_path / "c.xlsx", {"x": "1"}))


def test_an_old_or_locked_workbook_has_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    with pytest.raises(DataError, match=r"old Excel file \(.xls\) or has a password"):
        read_excel(tmp_path / "t.xlsx")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.binary(max_size=200),
    place=st.integers(0, 2000),
    kind=st.sampled_from(["xlsx", "zip", "parquet", "rm5"]),
)
def test_garbage_and_damage_end_in_words(
    tmp_path: Path, content: bytes, place: int, kind: str
) -> None:
    whole = tmp_path / "whole.xlsx"
    write_excel(pd.DataFrame({"study": ["A", "B"], "n1": [3.0, 4.0]}), whole)
    sound = whole.read_bytes()
    path = tmp_path / f"t.{kind}"
    for damaged in (content, sound[:place] + content + sound[place + len(content) :]):
        path.write_bytes(damaged)
        with suppress(DataError):
            read_trials(path)
