"""Bayes factors: reference programs, identities, and what must be refused."""

import json
from pathlib import Path

import numpy as np
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.errors import ModelError, RefusalError

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "questions.json").read_text("utf-8")
)
KNOWN = {"halfnormal": priors.HalfNormal, "halfcauchy": priors.HalfCauchy}
CASES = [one for one in REFERENCE["bayesmeta"] if one["mu_prior"]["sd"] is not None]


def model_of(case) -> cs.Model:
    tau = KNOWN[case["tau_prior"]["family"]](case["tau_prior"]["scale"])
    mu = case["mu_prior"]
    flat = mu["sd"] is None
    return cs.Model(
        mu=priors.Flat() if flat else priors.Normal(mu["mean"], mu["sd"]),
        heterogeneity=heterogeneity.Normal(tau),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['data']} {case['fit']}")
def test_bayes_factors_are_those_of_bayesmeta(make, case):
    effects = make(np.array(case["y"]), np.array(case["sigma"]) ** 2)
    fit = cs.fit(model_of(case), effects)
    common = cs.Model(mu=model_of(case).mu, heterogeneity="Nothing")
    found = cs.bayes_factor(cs.fit(common, effects), fit)
    assert found.value == pytest.approx(case["bf_tau_0"], rel=1e-5)
    assert cs.savage_dickey(fit, "mu").value == pytest.approx(case["bf_mu_0"], rel=1e-5)


def test_savage_dickey_is_the_ratio_of_evidences(trials):
    """Leaving a linear term out is setting its coefficient to zero."""
    small = cs.Model(
        mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5))
    )
    term = terms.Linear("against", priors.Normal(0, 1))
    large = cs.Model(mu=small.mu, terms=(term,), heterogeneity=small.heterogeneity)
    fit = cs.fit(large, trials)
    name = next(name for name in fit.posterior.coefficients if name.startswith("against"))
    by_evidence = cs.bayes_factor(cs.fit(small, trials), fit)
    by_density = cs.savage_dickey(fit, name)
    assert by_density.log == pytest.approx(by_evidence.log, abs=1e-8)
    assert abs(by_density.value / by_evidence.value - 1) <= by_density.error + by_evidence.error


def test_a_bayes_factor_turns_round(fits):
    a, b = fits["random"], fits["common"]
    one = cs.bayes_factor(a, b, names=("random", "common"))
    other = cs.bayes_factor(b, a)
    assert one.log == -other.log
    assert one.log == pytest.approx(a.log_evidence - b.log_evidence)
    assert one.log10 == pytest.approx(one.log / np.log(10))
    assert one.lower < one.value < one.upper
    assert one.error < 1e-6
    assert "random" in one.words
    assert "common" in one.words
    assert "1995" in one.words


@pytest.mark.parametrize(
    ("value", "kass", "jeffreys"),
    [
        (2.9, "not worth more than a bare mention", "not worth more than a bare mention"),
        (3.1, "positive", "not worth more than a bare mention"),
        (9.9, "positive", "substantial"),
        (21.0, "strong", "strong"),
        (151.0, "very strong", "decisive"),
        (1 / 151.0, "very strong", "decisive"),
    ],
)
def test_words_follow_the_published_scales(value, kass, jeffreys):
    found = cs.BayesFactor("a", "b", float(np.log(value)), 1e-9)
    assert (found.kass_raftery, found.jeffreys) == (kass, jeffreys)
    assert found.words.index(" a ") < found.words.index(" b") if value > 1 else True


def test_evidence_beyond_all_numbers_keeps_its_words():
    found = cs.BayesFactor("a", "b", 2000.0, 1e-9)
    assert found.value == np.inf
    assert "more than 10³⁰⁰ times" in found.words
    assert "as likely under a as under b" in cs.BayesFactor("a", "b", 0.0, 1e-9).words


def test_what_has_no_evidence_is_refused_with_the_remedy(fits, twins, models, trials):
    flat = cs.fit(models["flat"], trials)
    with pytest.raises(RefusalError, match=r"improper.*HalfNormal"):
        cs.bayes_factor(fits["random"], flat)
    with pytest.raises(RefusalError, match="improper"):
        cs.savage_dickey(flat, "mu")
    with pytest.raises(RefusalError, match="exact engine"):
        cs.savage_dickey(twins["random"], "mu")


def test_other_data_are_refused(fits, models, trials):
    fewer = cs.fit(models["random"], trials.keep(np.arange(8) != 3))
    with pytest.raises(ModelError, match="same estimates"):
        cs.bayes_factor(fits["random"], fewer)
    halved = cs.Model(
        mu=models["random"].mu,
        heterogeneity=models["random"].heterogeneity,
        bias=cs.bias.PowerWeight("against", "x", weight=0.5),
    )
    with pytest.raises(ModelError, match="different weights"):
        cs.bayes_factor(fits["random"], cs.fit(halved, trials))


def test_a_coefficient_that_is_no_yardstick_is_refused(fits):
    with pytest.raises(ModelError, match="mu, type"):
        cs.savage_dickey(fits["levels"], "type")
    with pytest.raises(RefusalError, match="standard deviation"):
        cs.savage_dickey(fits["levels"], "type[a]")
    with pytest.raises(ModelError, match="finite"):
        cs.savage_dickey(fits["levels"], "mu", np.nan)


def test_models_are_ranked_by_both_yardsticks(fits):
    names = ("common", "random", "levels")
    table = cs.compare_models({name: fits[name] for name in names})
    assert sorted(table.index) == sorted(names)
    assert list(table["rank"]) == [0, 1, 2]
    assert table["elpd"].is_monotonic_decreasing
    exact = {name: cs.exact_loo(fits[name]) for name in names}
    for name in names:
        assert table.loc[name, "elpd"] == pytest.approx(exact[name].elpd)
        gap = exact[name].table["lpd"] - exact[table.index[0]].table["lpd"]
        assert table.loc[name, "elpd_diff"] == pytest.approx(gap.sum(), abs=1e-12)
        assert table.loc[name, "se_diff"] == pytest.approx(np.sqrt(8 * gap.var(ddof=0)), abs=1e-12)
    evidence = np.exp(table["log_evidence"])
    np.testing.assert_allclose(table["probability"], evidence / evidence.sum())
    assert table["weight"].sum() == pytest.approx(1, abs=1e-6)
    assert table["log10_bf"].max() == 0
    assert table.attrs["words"]


def test_prior_odds_multiply_evidence(fits):
    pair = {name: fits[name] for name in ("common", "random")}
    table = cs.compare_models(pair, prior_odds={"common": 3, "random": 1})
    odds = table.loc["common", "probability"] / table.loc["random", "probability"]
    bf = cs.bayes_factor(fits["common"], fits["random"]).value
    assert odds == pytest.approx(3 * bf)
    assert table.loc["common", "prior_probability"] == 0.75
    for wrong in ({"common": 1}, {"common": 1, "random": -1}, {"common": 1, "other": 2}):
        with pytest.raises(ModelError, match="prior_odds"):
            cs.compare_models(pair, prior_odds=wrong)


def test_models_without_evidence_are_ranked_by_prediction_alone(fits, twins):
    table = cs.compare_models({"exact": fits["common"], "drawn": twins["random"]})
    assert table.loc["drawn", "computed"] == "PSIS"
    assert np.isnan(table.loc["drawn", "probability"])
    assert table.loc["exact", "probability"] == 1
    assert any("drawn" in sentence for sentence in table.attrs["words"])


def test_what_cannot_be_compared_is_refused(fits, models, trials):
    for nothing in ({}, None, [fits["random"]]):
        with pytest.raises(ModelError, match="by name"):
            cs.compare_models(nothing)
    with pytest.raises(ModelError, match="fit"):
        cs.compare_models({"a": 3})
    fewer = cs.fit(models["random"], trials.keep(np.arange(8) != 3))
    with pytest.raises(ModelError, match="same estimates"):
        cs.compare_models({"a": fits["random"], "b": fewer})


def test_one_model_alone_and_one_estimate(fits, make, models):
    assert cs.compare_models({"a": fits["random"]}).loc["a", "weight"] == 1
    one = cs.fit(models["common"], make([0.3], [0.1]))
    other = cs.fit(models["random"], make([0.3], [0.1]))
    table = cs.compare_models({"a": one, "b": other})
    assert len(table) == 2
    assert np.isfinite(table["elpd"]).all()
    assert table[["se", "se_diff"]].isna().all(axis=None)  # one number has no spread
    assert "±" not in " ".join(table.attrs["words"])
    assert any("One estimate does not say" in words for words in table.attrs["words"])
    assert np.isnan(cs.exact_loo(one).se)
