"""A new review of events: one folder in, counts fitted as they are, bad cells named."""

import json
from pathlib import Path

import pytest

import consilience as cs

TRIALS = """\
trial,study,year,events1,n1,events2,n2,outcome,scale,higher_is_better,timepoint
T1,Aronson,1948,4,123,11,139,tuberculosis,cases,no,post
T2,Ferguson,1949,6,306,29,303,tuberculosis,cases,no,post
T3,Rosenthal,1960,0,231,11,220,tuberculosis,cases,no,post
T4,Hart,1977,0,130,0,128,tuberculosis,cases,no,post
"""


@pytest.fixture
def folder(run, tmp_path: Path) -> Path:
    where = tmp_path / "bcg"
    assert run("init", where).code == 0
    (where / "trials.csv").write_text(TRIALS, "utf-8")
    declared = (where / "review.toml").read_text("utf-8").replace("<outcome>", "tuberculosis")
    declared = declared.replace('measure = "SMD"', 'measure = "OR"')
    declared = declared.replace('primary = "random_effects"', 'primary = "binomial"')
    declared = declared.replace('"random_effects", "common_effect"', '"binomial", "conditional"')
    (where / "review.toml").write_text(declared, "utf-8")
    return where


def test_events_are_fitted_as_they_were_counted(run, folder: Path) -> None:
    assert run("check", folder).code == 0
    ended = run("fit", "binomial", folder, "--json")
    assert ended.code == 0, ended.err
    told = {row["parameter"]: row for row in json.loads(ended.out)["parameters"]}
    model = cs.read_model("models/binomial.toml").model
    expected = cs.fit(model, cs.read_review(folder).effects).summary()
    assert list(told) == list(expected.index)
    assert told["mu"]["mean"] == pytest.approx(expected.loc["mu", "mean"], abs=1e-9)
    assert told["mu"]["lower"] > 0.0  # fewer cases with the vaccine favour it
    assert "theta[Hart 1977]" in told  # nobody had the event, and the trial stays in


def test_more_events_than_participants_are_named(run, folder: Path) -> None:
    bad = TRIALS.replace("1948,4,123", "1948,400,123")
    (folder / "trials.csv").write_text(bad, "utf-8")
    ended = run("fit", "binomial", folder)
    assert ended.code == 3
    assert "Aronson 1948" in ended.err
    assert "400" in ended.err
