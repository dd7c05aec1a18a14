"""Whether answers may be trusted, said in words."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.diagnosis import Diagnosis, few_trials, prior_conflict
from consilience.engines.conflict import prior_tail

HALF = priors.HalfNormal(0.5)


def effects_of(y, v, **columns):
    table = pd.DataFrame({"study": [f"t{i}" for i in range(len(y))], "yi": y, "vi": v})
    return cs.effect_sizes(table.assign(**columns), "GEN")


def test_no_fault_is_a_pass():
    found = Diagnosis((), ("It was integrated.",), ("Few trials.",))
    assert found.passed
    assert str(found) == "The computation may be trusted. It was integrated. Few trials."


def test_faults_come_first():
    found = Diagnosis(("R-hat above 1.01: tau (1.2)", "3 divergent transitions"), ("Sampled.",))
    assert not found.passed
    assert str(found).startswith("NOT CONVERGED: R-hat above 1.01: tau (1.2); 3 divergent")


@pytest.mark.parametrize(("k", "said"), [(1, "one trial"), (2, "two trials"), (3, ""), (50, "")])
def test_few_trials_are_said(k, said):
    words = " ".join(few_trials(k))
    assert said in words
    assert bool(words) == bool(said)


@pytest.mark.parametrize(
    ("tail", "said"), [(0.5, False), (0.011, False), (0.009, True), (np.nan, False), (0.0, True)]
)
def test_a_conflict_is_said_below_one_in_a_hundred(tail, said):
    assert bool(prior_conflict(tail, mean=3.0)) == said


def tail_of(model, y, v, **columns):
    effects = effects_of(y, v, **columns)
    return prior_tail(cs.fit(model, effects).posterior, effects)


def test_the_tail_of_a_normal_model_is_closed_form():
    """a'y ~ N(m, s² + 1/Σw) with a = w/Σw, when there is no heterogeneity."""
    y, v = np.array([0.9, 1.4, 2.0]), np.array([0.04, 0.1, 0.3])
    model = cs.Model(mu=priors.Normal(0.2, 0.5), heterogeneity="Nothing")
    tail, mean = tail_of(model, y, v)
    w = 1 / v
    assert mean == pytest.approx(w @ y / w.sum())
    expected = 2 * stats.norm.sf(abs(mean - 0.2) / np.sqrt(0.25 + 1 / w.sum()))
    assert tail == pytest.approx(expected, rel=1e-9)


def test_the_tail_averages_over_the_priors_of_the_scales():
    """Against simulation from the prior predictive of a model with two scales."""
    y, v = np.array([0.9, 1.4, 2.0, 1.1]), np.array([0.04, 0.1, 0.3, 0.05])
    model = cs.Model(
        mu=priors.Normal(0.0, 0.5), terms=(terms.Exchangeable("kind", priors.HalfNormal(0.4)),),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.3)),
    )  # fmt: skip
    tail, mean = tail_of(model, y, v, kind=list("aabb"))
    rng, size = np.random.default_rng(3), 400_000
    tau, omega = np.abs(rng.normal(0, 0.3, size)), np.abs(rng.normal(0, 0.4, size))
    u = omega[:, None] * rng.normal(size=(size, 2))
    eta = rng.normal(0, 0.5, size)[:, None] + u[:, [0, 0, 1, 1]]
    replicated = eta + rng.normal(size=(size, 4)) * np.sqrt(tau[:, None] ** 2 + v)
    a = (1 / v) / (1 / v).sum()
    simulated = np.mean(np.abs(replicated @ a) > abs(mean))
    assert tail == pytest.approx(simulated, abs=4 * np.sqrt(simulated / size) + 5e-4)


def test_improper_priors_conflict_with_nothing():
    for model in (
        cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Normal(HALF)),
        cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(priors.Flat())),
    ):
        assert np.isnan(tail_of(model, [70.0, 71.0, 75.0], [1.0, 1.0, 1.0])[0])


@pytest.mark.parametrize("year", [2005.0, 0.1, 1e6 + 1 / 3])
def test_a_moderator_that_does_not_vary_is_named(year):
    """Its posterior is its prior; without a word a reader would take it for a finding."""
    moderated = terms.Linear("year + dose", priors.Normal(0, 1))
    model = cs.Model(mu=priors.Normal(0, 1), terms=(moderated,), heterogeneity="Nothing")
    y, v, dose = [0.1, 0.2, 0.3], [0.04, 0.05, 0.06], [1.0, 2.0, 4.0]
    fit = cs.fit(model, effects_of(y, v, year=[year] * 3, dose=dose))
    (said,) = (words for words in fit.diagnosis.cautions if "do not vary" in words)
    assert "year" in said
    assert "dose" not in said
    assert fit.summary().loc["year", "sd"] == pytest.approx(1.0)
    varied = cs.fit(model, effects_of(y, v, year=[year, year + 1, year], dose=dose))
    assert not any("do not vary" in words for words in varied.diagnosis.cautions)


def test_the_diagnosis_says_what_was_integrated_and_how_well():
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
    fit = cs.fit(model, effects_of([0.1, 0.2, 0.3], [0.04, 0.05, 0.06]))
    assert fit.diagnosis.passed
    assert "Integrated over tau" in str(fit.diagnosis)
    assert "two rules agree" in str(fit.diagnosis)
