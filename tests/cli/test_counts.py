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


def test_the_events_of_a_new_trial_are_foreseen(run, folder: Path) -> None:
    words = ("predict", "binomial", folder, "--n1", "100", "--n2", "100", "--seed", "3", "--json")
    told = {
        text: json.loads(run(*words, "--risk2", text).out)
        for text in ("0.1", "Beta(3, 27)", "Hart 1977")
    }
    rows = {
        text: {row["parameter"].partition("[")[0]: row for row in one["predictions"]}
        for text, one in told.items()
    }
    assert told["0.1"]["trial"]["risk2"] == "0.1"
    assert set(rows["0.1"]) > {"events1", "events2", "lower_gt_0", "no_events1", "no_events2"}
    means = {text: one["events2"]["mean"] for text, one in rows.items()}
    assert means["0.1"] == pytest.approx(10.0, abs=0.3)
    assert means["Beta(3, 27)"] == pytest.approx(10.0, abs=0.5)
    assert means["Hart 1977"] < 1.0  # nobody had the event
    assert rows["Beta(3, 27)"]["events2"]["sd"] > rows["0.1"]["events2"]["sd"]
    for text, said in (("2", "between 0 and 1"), ("Ghost", "no trial 'Ghost'")):
        ended = run(*words, "--risk2", text)
        assert ended.code == 3
        assert said in ended.err
    assert run(*words, "--risk2", "Beta(3)").code == 2


def test_more_events_than_participants_are_named(run, folder: Path) -> None:
    bad = TRIALS.replace("1948,4,123", "1948,400,123")
    (folder / "trials.csv").write_text(bad, "utf-8")
    ended = run("fit", "binomial", folder)
    assert ended.code == 3
    assert "Aronson" in ended.err
    assert "400" in ended.err
