"""The arms of a new trial: declared in review.toml, foreseen, and told beside its estimate."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.errors import DataError
from consilience.likelihoods import baselines
from consilience.report.forecasting import forecast
from consilience.report.scales import scale_of
from consilience.report.sections.predictions import Predictions
from consilience.review.foreseen import new_trial

HEAD = """
title = "Relapse"
measure = "OR"
direction = "Above 1 is better."
[question]
text = "?"
population = "people"
intervention = "a course"
comparator = "none"
outcome = "relapse"
[selection]
outcomes = ["relapse"]
timepoint = "post"
[plan]
primary = "binomial"
models = ["binomial"]
estimators = ["REML"]
subgroups = []
level = 0.95
seed = 1
[[plan.thresholds]]
value = 0.0
meaning = "any"
source = "none"
"""
TRIALS = """
[[plan.new_trials]]
name = "large"
n1 = 200
n2 = 210
risk2 = "Beta(6, 14)"
[[plan.new_trials]]
name = "small"
n1 = 20
n2 = 20
risk2 = 0.1
"""


def read(folder, trials):
    (folder / "review.toml").write_text(HEAD + trials)
    pd.DataFrame({
        "trial": list("ABC"), "study": list("ABC"), "year": 2001.0, "outcome": "relapse",
        "scale": "s", "timepoint": "post", "higher_is_better": "no",
        "events1": [8, 10, 6], "n1": [40, 50, 35], "events2": [14, 17, 13], "n2": [41, 49, 36],
    }).to_csv(folder / "trials.csv", index=False)  # fmt: skip
    return cs.read_review(folder)


def told(review):
    fixed = baselines.Fixed(cs.priors.Normal(-1.0, 1.0))
    model = cs.Model(
        mu=cs.priors.Normal(0.0, 1.0),
        heterogeneity=cs.heterogeneity.Nothing(),
        likelihood=cs.likelihoods.Binomial(baseline=fixed),
    )
    found = forecast(cs.fit(model, review.effects), review.plan, seed=3)
    seen = SimpleNamespace(review=review, forecast=found, level=0.95, pictures={})
    scale = scale_of(review.effects)
    seen.scale = lambda _="": scale
    return found, " ".join(re.sub(r"<[^>]+>", " ", Predictions().render(seen)).split())


def test_events_of_both_arms_and_what_the_trial_would_conclude_are_told(tmp_path):
    found, text = told(read(tmp_path, TRIALS))
    drawn = found.tree["predictions"].to_dataset()
    for place, name in enumerate(("large", "small")):
        here = drawn.isel(trial=place)
        ends = [np.quantile(here[arm], [0.5, 0.025, 0.975]) for arm in ("events1", "events2")]
        counts = " ".join("{:.0f} ({:.0f} to {:.0f})".format(*each) for each in ends)
        assert f"{name} {counts}" in text
    chance = float(drawn["lower_gt_0"].isel(trial=0).mean())
    assert f"{100 * chance:.0f} %".replace(" ", "\N{NO-BREAK SPACE}") in text.replace(
        " ", "\N{NO-BREAK SPACE}"
    )
    assert "P(true effect &gt; 1)" in text
    assert "P(interval above 1)" in text
    assert 55 < float(drawn["events2"].isel(trial=0).mean()) < 71  # 210 of 0.3


def test_a_distribution_may_be_written_as_it_is_read():
    given = {"name": "a", "n1": 20, "n2": 20, "risk2": "Beta(6, 14)"}
    assert new_trial(given).baseline["risk2"] == cs.priors.Beta(6.0, 14.0)
    assert new_trial(given | {"risk2": "0.25"}).baseline["risk2"] == 0.25
    assert new_trial(given | {"risk2": "SMITH2001"}).baseline["risk2"] == "SMITH2001"


def test_impossible_new_trials_are_named_all_at_once(tmp_path):
    bad = TRIALS.replace("n1 = 200", "n1 = 1").replace("risk2 = 0.1", "risk2 = 1.4")
    bad += '[[plan.new_trials]]\nname = "odd"\nn1 = 9\nn2 = 9\nrisk2 = "Beta(6)"\n'
    with pytest.raises(DataError) as refused:
        read(tmp_path, bad)
    said = [str(one) for one in refused.value.problems]
    for name in ("large", "small", "Beta"):
        assert any(name in one and "plan.new_trials" in one for one in said), said
