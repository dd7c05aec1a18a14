"""Printed attendance becomes exposures in percent, or is refused by name."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

import consilience as cs
from consilience.errors import DataError, ModelError

ROOT = Path(__file__).resolve().parents[2]
HEAD = ["trial", "n", "of", "mean", "sd", "share", "at_least", "source"]


def facts(*rows):
    return pd.DataFrame([dict(zip(HEAD, row, strict=True)) for row in rows])


def test_the_review_s_own_file_gives_what_its_sources_print():
    found = cs.read_exposure(ROOT / "data" / "smi_outcomes" / "exposure.csv")
    chien = found.loc["CHIEN2016"]
    assert chien["exposure"] == pytest.approx(100 * 4.6 / 6)
    assert chien["exposure_sd"] == pytest.approx(100 * 1.1 / 6)
    assert chien["exposure_se"] == pytest.approx(100 * 1.1 / 6 / np.sqrt(65))
    assert found.loc["ROMAIN2018", "exposure"] == 61.8
    assert found["exposure"].notna().sum() == 3
    assert found["source"].str.startswith("http").all()


def test_a_share_gives_the_mean_of_the_normal_that_has_it():
    found = cs.read_exposure(facts(("A", "80", "12", "", "3", "70", "8", "s"))).iloc[0]
    limit = 100 * 8 / 12
    assert ndtr((found["exposure"] - limit) / found["exposure_sd"]) == pytest.approx(0.7)
    rng = np.random.default_rng(1)
    share = rng.binomial(80, 0.7, 40_000) / 80
    from scipy.special import ndtri

    means = limit + found["exposure_sd"] * ndtri(share[(share > 0) & (share < 1)])
    assert found["exposure_se"] == pytest.approx(means.std(), rel=0.03)


def test_a_share_beside_a_mean_gives_the_spread():
    found = cs.read_exposure(facts(("A", "80", "10", "6", "", "70", "5", "s"))).iloc[0]
    assert ndtr((found["exposure"] - 50.0) / found["exposure_sd"]) == pytest.approx(0.7)


def test_all_problems_are_named_at_once():
    bad = facts(
        ("A", "10", "6", "7", "1", "", "", "s"), ("B", "ten", "6", "5", "1", "", "", "s"),
        ("C", "10", "6", "5", "-1", "120", "", "s"), ("A", "10", "6", "5", "1", "", "", "s"),
    )  # fmt: skip
    with pytest.raises(DataError, match=r"'A'.*stands twice"):
        cs.read_exposure(bad)
    with pytest.raises(DataError, match=r"(?s)4 problems.*'A'.*'B'.*ten.*'C'.*'C'"):
        cs.read_exposure(bad.iloc[:3])
    with pytest.raises(DataError, match=r"'D'.*outside 0 to 100"):
        cs.read_exposure(facts(("D", "10", "10", "", "9", "99", "8", "s")))
    with pytest.raises(DataError, match="no column"):
        cs.read_exposure(pd.DataFrame({"trial": ["A"]}))
    with pytest.raises(DataError, match="cannot be read"):
        cs.read_exposure(ROOT / "nowhere.csv")


def test_exposures_stand_beside_effects_and_trials_without_are_left_out_with_the_reason():
    table = pd.DataFrame({
        "study": ["a", "b", "c"], "trial": ["A", "B", "C"], "yi": [0.1, 0.2, 0.3], "vi": 0.1,
    })  # fmt: skip
    effects = cs.effect_sizes(table, "GEN")
    made = cs.read_exposure(facts(*((t, "9", "10", "5", "2", "", "", "s") for t in "AC")))
    beside = cs.with_exposure(effects, made)
    assert beside.table["exposure"].tolist()[::2] == [50.0, 50.0]
    kept = cs.exposed(beside, "exposure")
    assert list(kept.table["trial"]) == ["A", "C"]
    assert "b (no exposure follows" in kept.log[-1]
    assert cs.exposed(kept, "exposure") is kept
    with pytest.raises(DataError, match="is among"):
        cs.with_exposure(effects, made.set_axis(["X", "Y"]))
    with pytest.raises(ModelError, match="no column"):
        cs.exposed(effects, "typo")
