"""What is written is read back, whole or not at all."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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
