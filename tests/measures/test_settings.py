"""Every setting of every measure against arithmetic that shares no code with the library."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from consilience import measures
from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.errors import DataError
from consilience.measures.standardised import correction

HERE = Path(__file__)
DOCS = HERE.parents[2] / "docs"
POLICY = {"add": (0.1, 0.5, 1.0), "to": ("only0", "all", "if0all", "none"), "drop00": (True,)}
INTEGRALS = {"RTET"}
"""Of these only metafor's own answers are kept: a test proves them against the integral."""


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return loaded(DOCS / "measures_table.py")


@pytest.fixture(scope="module")
def kept(script: ModuleType) -> dict:
    return json.loads(script.SETTINGS.read_text("utf-8"))


def test_every_setting_agrees_with_the_arithmetic(script: ModuleType) -> None:
    table = script.by_arithmetic()
    assert len(table) > 250
    assert (table["owed"] == 1e-8).all()
    assert (table["yi"] <= table["owed"]).all()
    assert (table["vi"] <= table["owed"]).all()
    assert (table["data_sets"] >= 3).all()
    documented = pd.read_csv(script.SETTINGS_CSV, keep_default_na=False)
    same = ["code", "settings", "label", "data_sets", "estimates", "owed", "formula"]
    pd.testing.assert_frame_equal(documented[same], table[same])
    text = script.PAGE.read_text("utf-8")
    for row in documented.itertuples():
        assert f"| {row.code} | {row.settings} | {row.data_sets} | {row.estimates} |" in text


def test_the_kept_answers_are_those_of_the_arithmetic(kept: dict) -> None:
    again = loaded(HERE.with_name("settings_by_hand.py")).worked_out()
    assert again["data"] == kept["data"]
    assert len(again["answers"]) == len(kept["answers"])
    for ours, theirs in zip(again["answers"], kept["answers"], strict=True):
        assert [ours[n] for n in ("code", "settings", "data")] == [
            theirs[n] for n in ("code", "settings", "data")
        ]
        for name in ("yi", "vi"):
            pair = (np.array(each[name], dtype=float) for each in (ours, theirs))
            np.testing.assert_allclose(*pair, rtol=1e-11, atol=1e-13)


def test_no_setting_is_left_out(script: ModuleType, kept: dict) -> None:
    """Every value that a measure lets one choose is in one of the two tables."""
    seen = {(one["code"], n, v) for one in kept["answers"] for n, v in one["settings"].items()}
    older = {(code, n, v) for code, made in script.OLDER.items() for n, v in made.items()}
    for code, kind in measures.REGISTRY.items():
        for name, values in kind.choices.items():
            assert {(code, name, value) for value in values} <= seen | older
        held = {name for name in POLICY if hasattr(kind(), name)}
        wanted = {
            "to": ("only0", "all", "if0all", "none"),
            "add": (0.1, 0.5, 1.0),
            "drop00": (True,),
        }
        for name in held if code not in INTEGRALS else ():
            assert {(code, name, value) for value in wanted[name]} <= seen


def test_metafors_own_tests_hold(script: ModuleType) -> None:
    table = script.printed()
    assert (table["yi"] <= table["owed"]).all()
    assert (table["spread"] <= table["owed"]).all()
    assert set(table.loc[table["owed"] > 5e-5, "code"]) == {"RTET"}
    assert {"D2ORL", "D2ORN", "PCOR", "ZPCOR", "RBIS", "MNLN", "OR2D"} <= set(table["code"])
    documented = pd.read_csv(script.PRINTED_CSV, keep_default_na=False)
    same = ["code", "settings", "label", "estimates", "owed"]
    pd.testing.assert_frame_equal(documented[same], table[same])


@pytest.mark.parametrize(
    ("code", "column"),
    [("SMD1", "n2"), ("SMD1H", "n2"), ("SMCC", "n"), ("SMCR", "n"), ("SMCRH", "n")],
)
def test_the_sd_of_two_people_is_not_corrected(code: str, column: str) -> None:
    """J(1) is Γ(1/2) / (√(1/2) Γ(0)) = 0: it would make every such effect 0, and certain."""
    assert np.isnan(correction(np.array([1.0]))).all()
    row = {"study": ["A"], "n1": 9, "n2": 2, "n": 2, "mean1": 5.0, "mean2": 3.0, "r": 0.5}
    table = pd.DataFrame(row | {"sd1": 2.0, "sd2": 1.5})
    with pytest.raises(DataError, match=rf"'A', column '{column}', value '2'.*two people"):
        effect_sizes(table, code)
    assert effect_sizes(table, measures.get(code, correct=False)).y[0] != 0
    assert effect_sizes(table.assign(**{column: 3}), code).y[0] != 0


def test_a_crossover_of_two_pairs_has_no_g() -> None:
    from consilience.trials.conversions import CrossoverToSMD

    row = {"study": ["A"], "n1": 2, "n2": 2, "n_pairs": 2, "mean1": 5.0, "mean2": 3.0}
    table = pd.DataFrame(row | {"sd1": 2.0, "sd2": 1.5})
    assert "yi" not in convert(table, "SMD", rules=(CrossoverToSMD(0.5),)).frame
