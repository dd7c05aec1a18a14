"""What is written is read back, whole or not at all."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.errors import DataError, RefusalError
from consilience.trials import from_frame, read_trials
from consilience.trials.writers import write, write_csv, write_metafor, write_revman
from consilience.trials.writers.metafor import metafor_script

TABLE = pd.DataFrame(
    {
        "study": ["NA", 'Müller "x"', "=1+1"],
        "n1": [20.0, 31.0, 42.0],
        "mean1": [1.5, -0.1 + 0.3, 3.0],
        "sd1": [1.0, 1 / 3, 2.0],
        "n2": [21.0, 30.0, 40.0],
        "mean2": [1.0, 0.5, 2.5],
        "sd2": [1.0, 1.5, 2.0],
        "higher_is_better": ["yes", "no", "yes"],
    }
)


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_table_is_read_back_as_it_was(tmp_path: Path, name: str) -> None:
    trials = from_frame(TABLE)
    write(trials, tmp_path / name)
    read = read_trials(tmp_path / name).frame
    pd.testing.assert_frame_equal(read, trials.frame, rtol=4e-16, atol=0)
    first = (tmp_path / name).read_bytes()
    write(trials, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_revmans_columns_are_read_back(tmp_path: Path) -> None:
    write_revman(TABLE.assign(outcome="pain"), tmp_path / "rows.csv")
    read = read_trials(tmp_path / "rows.csv").frame
    numbers = ["n1", "mean1", "sd1", "n2", "mean2", "sd2"]
    np.testing.assert_allclose(read[numbers], TABLE[numbers], rtol=1e-15)
    assert read["study"].tolist() == TABLE["study"].tolist()
    assert read["outcome"].unique().tolist() == ["Comparison: pain"]
    with pytest.raises(DataError, match="has none of them"):
        write_revman(TABLE[["study"]], tmp_path / "x.csv")


def test_the_r_script_holds_the_call_the_data_and_the_expected_effects(tmp_path: Path) -> None:
    effects = effect_sizes(from_frame(TABLE), "SMD")
    write_metafor(effects, tmp_path / "t.R")
    script = (tmp_path / "t.R").read_text("utf-8")
    assert script.isascii()
    assert 'escalc(measure = "SMD"' in script
    for argument in ("m1i = m1i", "sd2i = sd2i", 'vtype = "LS"', "turned = c(1, -1, 1)"):
        assert argument in script
    assert '"M\\U{FC}ller \\"x\\""' in script
    assert f"{effects.y[1]:.17g}" in script
    assert script.count("(") == script.count(")")


def test_generic_effects_and_counts_have_scripts_and_hazard_ratios_none() -> None:
    generic = pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.2], "vi": [0.01, 0.02]})
    assert "dat$vi <- dat$vi" in metafor_script(effect_sizes(generic, "GEN"))
    counts = pd.DataFrame({"study": ["A"], "events1": [3], "n1": [30], "events2": [5], "n2": [31]})
    assert "ai = ai, n1i = n1i, ci = ci, n2i = n2i" in metafor_script(effect_sizes(counts, "OR"))
    hazards = pd.DataFrame({"study": ["A"], "log_hr": [0.1], "log_hr_se": [0.2]})
    with pytest.raises(RefusalError, match="escalc has no argument"):
        metafor_script(effect_sizes(hazards, "HR"))


def balanced(script: str) -> bool:
    """Read R far enough to know that every bracket and quotation mark is closed."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"', "", script, flags=re.DOTALL)
    bare = re.sub(r"#.*", "", bare)
    brackets = re.sub(r"[^][(){}\"]", "", bare)
    while (less := re.sub(r"\(\)|\[\]|\{\}", "", brackets)) != brackets:
        brackets = less
    return not brackets


HOSTILE = ['"); system("id") #', "back\\slash", "new\nline", "(((", "tab\t'", "\u202e", "a\0b"]


def test_labels_of_any_kind_stay_texts_in_the_r_script() -> None:
    table = pd.DataFrame({"study": HOSTILE, "yi": [0.1] * 7, "vi": [0.01] * 7})
    script = metafor_script(effect_sizes(from_frame(table.drop(index=6)), "GEN"))
    assert balanced(script)
    assert script.isascii()
    assert not balanced(script.replace("TRUE)", "TRUE", 1).replace("FALSE\n)", "FALSE\n", 1))
    assert 'system(\\"id\\")' in script


def test_converted_rows_stand_in_the_r_script_as_they_are() -> None:
    """Their columns are empty, so that escalc could only answer NA."""
    table = TABLE.assign(d=[np.nan, np.nan, 0.4], md=np.nan, md_se=np.nan)
    table.loc[2, ["mean1", "sd1", "mean2", "sd2"]] = np.nan
    effects = effect_sizes(convert(table, "SMD"), "SMD")
    script = metafor_script(effects)
    assert "converted = c(FALSE, FALSE, TRUE)" in script
    assert balanced(script)
    assert "m1i = c(1.5, 0.19999999999999998, NA)" in script
    alone = effect_sizes(convert(table.tail(1)[["study", "d", "n1", "n2"]], "SMD"), "SMD")
    assert "escalc(" not in metafor_script(alone)


def test_what_revman_would_read_gives_the_same_effects(tmp_path: Path) -> None:
    means = TABLE.drop(columns="higher_is_better")
    counts = pd.DataFrame(
        {"study": ["A", "B"], "events1": [3, 7], "n1": [30, 41], "events2": [5, 0], "n2": [31, 40]}
    )
    for table, code in ((means, "SMD"), (means, "MD"), (counts, "OR"), (counts, "RD")):
        write_revman(table.assign(outcome="pain"), tmp_path / f"{code}.csv")
        back = effect_sizes(read_trials(tmp_path / f"{code}.csv"), code)
        first = effect_sizes(from_frame(table), code)
        np.testing.assert_allclose(back.y, first.y, rtol=1e-13)
        np.testing.assert_allclose(back.v, first.v, rtol=1e-13)


def test_no_text_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    import zipfile

    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")']
    write(from_frame(pd.DataFrame({"study": [f"S{i}" for i in range(6)], "note": texts})),
          tmp_path / "t.xlsx")  # fmt: skip
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        sheets = [book.read(n).decode() for n in book.namelist() if n.endswith(".xml")]
    assert not any("<f>" in sheet or "<f " in sheet or 't="str"' in sheet for sheet in sheets)
    read = read_trials(tmp_path / "t.xlsx").frame["note"].tolist()
    assert read == [text.strip() for text in texts]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "t.csv"
    target.write_text("mine", "utf-8")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="disk full"):
        write_csv(TABLE, target)
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]
    assert target.read_text("utf-8") == "mine"


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Known endings: \.csv, \.xlsx"):
        write(from_frame(TABLE), tmp_path / "t.ods")
