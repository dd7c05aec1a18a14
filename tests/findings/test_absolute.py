"""Absolute effects: published arithmetic, simulated people, draws against exact marginals."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.across import across

import consilience as cs
from consilience import findings
from consilience.errors import ConsilienceError, DataError, ModelError
from consilience.findings.actions import RATES, RISKS, Probit
from consilience.findings.reading import turned
from consilience.priors import Flat, HalfNormal

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "reference" / "findings_published.json").read_text("utf-8")
)
RANDOM = cs.Model(heterogeneity=cs.heterogeneity.Normal(tau=HalfNormal(0.5)))
COMMON = cs.Model(mu=Flat(), heterogeneity=cs.heterogeneity.Nothing())
EVENTS = pd.DataFrame(
    {
        "study": list("ABCDEF"),
        "events1": [4, 10, 6, 3, 20, 7],
        "n1": [50, 100, 60, 40, 150, 80],
        "events2": [9, 30, 12, 4, 45, 15],
        "n2": [50, 100, 60, 40, 150, 80],
    }
)
LEVELS = (0.5, 0.025, 0.975)


def ready(code: str, y: float, se: float, **columns: object) -> cs.Effects:
    row = {"study": "A", "yi": y, "vi": se**2, "measure": code, **columns}
    return cs.effect_sizes(pd.DataFrame([row]), code)


@across("row", PUBLISHED["rows"], ids=lambda row: row["outcome"])
def test_printed_risks_follow_from_printed_effects(row: dict) -> None:
    way = turned(ready(row["measure"], np.log(row["effect"][0]), 0.3), "lower")
    told = findings.BaselineRisk(row["control"] / 1000, row["source"]).translate(way)
    found = [told.control + told.difference(np.log(each)) for each in row["effect"]]
    assert np.abs(np.subtract(found, row["intervention"])).max() <= 0.5


def test_a_printed_row_comes_out_of_a_fit() -> None:
    row = PUBLISHED["rows"][0]
    low, high = np.log(row["effect"][1:])
    middle, se = (low + high) / 2, (high - low) / 2 / 1.959964
    fit = cs.fit(COMMON, ready("HR", middle, se))
    basis = findings.BaselineRisk(row["control"] / 1000, row["source"])
    asked = findings.Outcome(name="Survival", fit=fit, better="lower", absolute=(basis,))
    (found,) = findings.summary_of_findings([asked]).findings
    assert np.allclose(found.effect, row["effect"], atol=5e-3)
    told = found.absolute[0].intervention
    assert np.allclose(told[1:], row["intervention"][1:], atol=0.5)
    # The middle of the printed ends is 0.769 where 0.77 is printed: one person more or less.
    assert told.estimate == pytest.approx(row["intervention"][0], abs=1.0)
    assert np.subtract(found.absolute[0].intervention, found.absolute[0].difference) == (
        pytest.approx(row["control"])
    )


def test_the_handbook_s_odds_ratio() -> None:
    printed = PUBLISHED["odds"]
    way = turned(ready("OR", 0.1, 0.1), "lower")
    told = findings.BaselineRisk(printed["risk"], printed["source"]).translate(way)
    assert round(told.difference(np.log(printed["odds_ratio"]))) == -printed["fewer"]


def test_simulated_people_have_the_risks_that_are_told() -> None:
    rng, n = np.random.default_rng(8), 400_000
    x, risk = 0.4, 0.3
    cut = np.quantile(rng.normal(size=n), 1 - risk)
    normal = np.mean(rng.normal(x, 1.0, n) > cut)
    rate = -np.log(1 - risk)
    waited = np.mean(rng.exponential(1 / (rate * np.exp(x)), n) < 1.0)
    logistic = np.mean(rng.logistic(np.log(risk / (1 - risk)) + x, 1.0, n) > 0.0)
    counted = rng.poisson(risk * np.exp(x), n).mean()
    found = [Probit().moved(risk, x), *(RISKS[code].moved(risk, x) for code in ("HR", "OR"))]
    assert np.allclose(found, [normal, waited, logistic], atol=5e-3)
    assert float(RATES["IRR"].moved(risk, x)) == pytest.approx(counted, abs=5e-3)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from([*RISKS, *RATES, "probit"]),
    risk=st.floats(0.02, 0.98),
    x=st.floats(-1.5, 1.5),
    more=st.floats(1e-3, 1.0),
)
def test_no_effect_changes_nothing_and_more_effect_moves_further(name, risk, x, more) -> None:
    action = ({"probit": Probit()} | dict(RISKS) | dict(RATES))[name]
    assert float(action.moved(risk, 0.0)) == pytest.approx(risk, abs=1e-14)
    here, there = (float(action.moved(risk, each)) for each in (x, x + more))
    assert 0.0 <= here <= there <= action.most
    if 1e-6 < here < min(action.most, 1e6) - 1e-6 and not action.beyond(risk, x):
        assert action.needed(risk, here) == pytest.approx(x, abs=1e-6)
        assert here < there or action.beyond(risk, x + more)


@pytest.fixture(scope="module")
def fit() -> cs.Fit:
    return cs.fit(RANDOM, cs.effect_sizes(EVENTS, "OR"), seed=3)


def test_intervals_and_probabilities_are_those_of_the_draws(fit) -> None:
    mid = findings.MidAbsolute(40.0, "a panel")
    basis = findings.BaselineRisk(0.25, "a register")
    asked = findings.Outcome(name="Death", fit=fit, better="lower", absolute=(basis,), mid=mid)
    (found,) = findings.summary_of_findings([asked]).findings
    new = cs.predict(fit, cs.NewTrial(), seed=4)["predictions"]["theta"].to_numpy().ravel()
    mu = fit.draws["posterior"]["mu"].to_numpy().ravel()
    risks = [1000 / (1 + 3 * np.exp(-draws)) for draws in (mu, new)]
    told = found.absolute[0].intervention
    sd = np.std(risks[0])
    for value, level in zip(told[1:], LEVELS[1:], strict=True):
        assert np.mean(risks[0] < value) == pytest.approx(level, abs=0.01)
    assert told.estimate == pytest.approx(np.median(risks[0]), abs=0.1 * sd)
    shares = [np.mean(each < limit) for limit in (250, 210) for each in risks]
    shares += [np.mean(each > 290) for each in risks]
    chances = found.chances
    answered = [chances.benefit, chances.benefit_new, chances.beyond, chances.beyond_new]
    answered += [chances.harm, chances.harm_new]
    assert np.allclose(answered, shares, atol=4 * 0.5 / np.sqrt(len(mu)))
    assert np.allclose(np.quantile(np.exp(new), LEVELS[1:]), found.new[1:], rtol=0.1), (
        "the interval shown for a new trial is that of its draws"
    )


def test_both_ways_to_say_which_way_is_better_give_one_table(fit) -> None:
    declared = cs.fit(RANDOM, cs.effect_sizes(EVENTS.assign(higher_is_better="no"), "OR"))
    basis = (findings.ComparatorMedian(),)
    mid = findings.MidAbsolute(40.0, "a panel")
    plain = findings.Outcome(name="Death", fit=fit, better="lower", absolute=basis, mid=mid)
    turned_round = findings.Outcome(name="Death", fit=declared, absolute=basis, mid=mid)
    one, two = (findings.summary_of_findings([each]).frame for each in (plain, turned_round))
    pd.testing.assert_frame_equal(one, two, rtol=1e-7)
    assert one["estimate"].item() < 1.0
    assert one["p_benefit"].item() > 0.9
    assert one["control"].item() == pytest.approx(
        1000 * np.median(EVENTS["events2"] / EVENTS["n2"])
    )


def test_an_absolute_difference_that_matters_is_an_odds_ratio_that_matters(fit) -> None:
    basis = (findings.BaselineRisk(0.25, "a register"),)
    ratio = (0.21 / 0.79) / (0.25 / 0.75)
    mids = (findings.MidAbsolute(40.0, "panel"), findings.MidEffect(ratio, "panel"))
    asked = [
        findings.Outcome(name=str(place), fit=fit, better="lower", absolute=basis, mid=mid)
        for place, mid in enumerate(mids)
    ]
    one, two = (each.chances for each in findings.summary_of_findings(asked).findings)
    assert one.beyond == pytest.approx(two.beyond, abs=1e-12)
    assert one.beyond_new == pytest.approx(two.beyond_new, abs=1e-12)


def test_no_difference_between_arms_is_no_difference_at_all() -> None:
    mirrored = pd.concat(
        [EVENTS, EVENTS.set_axis(["study", "events2", "n2", "events1", "n1"], axis=1)]
    ).assign(study=list("ABCDEFGHIJKL"))
    fit = cs.fit(RANDOM, cs.effect_sizes(mirrored, "OR"))
    basis = findings.BaselineRisk(0.25, "a register")
    asked = findings.Outcome(name="Death", fit=fit, better="lower", absolute=(basis,))
    (found,) = findings.summary_of_findings([asked]).findings
    assert found.effect.estimate == pytest.approx(1.0, abs=1e-9)
    assert found.absolute[0].difference.estimate == pytest.approx(0.0, abs=1e-6)
    assert found.chances.benefit == pytest.approx(0.5, abs=1e-9)


@pytest.fixture(scope="module")
def smd() -> cs.Fit:
    rng = np.random.default_rng(2)
    y = rng.normal(0.3, 0.2, 8)
    rows = {"study": list("ABCDEFGH"), "yi": y, "vi": 0.04, "measure": "SMD", "n1": 50, "n2": 50}
    return cs.fit(RANDOM, cs.effect_sizes(pd.DataFrame(rows).assign(higher_is_better="yes"), "SMD"))


def test_standardised_differences_become_points_and_people(smd) -> None:
    bases = (
        findings.FamiliarScale("scale", 12.0, "a trial"),
        findings.FamiliarScale("symptoms", 5.0, "a trial", higher_is_better=False),
        findings.Responders(0.2, "a trial"),
    )
    mid = findings.MidAbsolute(3.0, "a panel")
    asked = findings.Outcome(name="F", fit=smd, absolute=bases, mid=mid)
    (found,) = findings.summary_of_findings([asked]).findings
    effect = np.array(found.effect)
    assert np.allclose(found.absolute[0].difference, 12.0 * effect)
    assert np.allclose(found.absolute[1].difference, -5.0 * effect[[0, 2, 1]])
    from statistics import NormalDist

    normal = NormalDist()
    people = [1000 * normal.cdf(normal.inv_cdf(0.2) + each) for each in effect]
    assert np.allclose(found.absolute[2].intervention, people)
    mean = cs.questions.probabilities(smd, (0.25,)).loc["mu", "p_gt_0.25"]
    assert found.chances.beyond == pytest.approx(mean, abs=1e-10)
    text = findings.summary_of_findings([asked]).table().loc["F", "difference"]
    assert "higher" in text
    assert "lower" in text
    assert "more per" in text


REFUSED = {
    "a risk of 0": lambda: findings.BaselineRisk(0.0, "s"),
    "a risk of 1": lambda: findings.BaselineRisk(1.0, "s"),
    "a risk that is none": lambda: findings.BaselineRisk(float("nan"), "s"),
    "a risk in words": lambda: findings.BaselineRisk("0.2", "s"),
    "a risk from nowhere": lambda: findings.BaselineRisk(0.2, " "),
    "a rate of 0": lambda: findings.BaselineRate(0.0, "s"),
    "an SD of 0": lambda: findings.FamiliarScale("PSP", 0.0, "s"),
    "an infinite SD": lambda: findings.FamiliarScale("PSP", np.inf, "s"),
    "a negative MID": lambda: findings.MidEffect(-0.2, "s"),
    "a MID from nowhere": lambda: findings.MidAbsolute(5.0, ""),
    "everybody improved": lambda: findings.Responders(1.0, "s"),
}


@across("name", REFUSED)
def test_what_is_no_baseline_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match=r"\.$"):
        REFUSED[name]()


def test_bases_and_differences_that_do_not_fit_say_what_does(fit, smd) -> None:
    risk = findings.BaselineRisk(0.03, "s")
    mid = findings.MidAbsolute(50.0, "s")
    mixed = EVENTS.assign(higher_is_better=["no"] * 5 + ["yes"])
    wrong = {
        "FamiliarScale": {"fit": smd, "absolute": (risk,)},
        "BaselineRisk": {"fit": fit, "better": "lower", "absolute": (findings.OwnUnits(),)},
        "standardised": {
            "fit": fit,
            "better": "lower",
            "absolute": (findings.Responders(0.1, "s"),),
        },
        "needs an absolute effect": {"fit": fit, "better": "lower", "mid": mid},
        "No effect makes a benefit of 50": {
            **{"fit": fit, "better": "lower", "absolute": (risk,), "mid": mid}
        },
        "cannot be 1": {"fit": fit, "better": "lower", "mid": findings.MidEffect(1.0, "s")},
        "better='higher'": {"fit": fit},
        "leave better='lower' out": {"fit": smd, "better": "lower"},
        "study 'F'": {
            "fit": cs.fit(RANDOM, cs.effect_sizes(mixed, "OR")),
            "absolute": (risk,),
        },
    }
    for words, settings_ in wrong.items():
        with pytest.raises(ConsilienceError) as caught:
            findings.summary_of_findings([findings.Outcome(name="X", **settings_)])
        assert words in str(caught.value), (words, str(caught.value))


def test_trials_without_comparator_arms_have_no_median(fit) -> None:
    table = EVENTS.assign(yi=-0.4, vi=0.1, measure="OR", events2=[9, np.nan, 12, 4, 45, 15])
    found = cs.fit(RANDOM, cs.effect_sizes(table, "OR"))
    asked = findings.Outcome(
        name="X", fit=found, better="lower", absolute=(findings.ComparatorMedian(),)
    )
    with pytest.raises(DataError, match="'B', column 'events2'"):
        findings.summary_of_findings([asked])
