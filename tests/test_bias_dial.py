"""The dial from leaving doubtful trials out to taking them as they stand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import bias, heterogeneity, priors, terms
from consilience.bias_dial import COLUMNS
from consilience.errors import DataError, ModelError

MODELS = Path(__file__).parents[1] / "models"
Y = [0.1, 0.2, 0.15, 0.6, 0.9, 0.25]
V = [0.03, 0.02, 0.05, 0.03, 0.04, 0.06]
RISK = ["low", "low", "some concerns", "high", "High", "low"]
DOUBT = bias.PowerWeight("risk_of_bias", "high")
SAME = ["mean", "sd", "median", "lower", "upper", "p_gt_0", "tau", "prediction_lower",
        "prediction_upper"]  # fmt: skip


@pytest.fixture(scope="module")
def trials():
    table = pd.DataFrame(
        {"study": list("ABCDEF"), "yi": Y, "vi": V, "risk_of_bias": RISK, "n1": 50}
    )
    return cs.effect_sizes(table.assign(n2=50, arm=list("ababab")), "GEN")


def model(distortion=DOUBT, **settings):
    tau = heterogeneity.Normal(priors.HalfNormal(0.5))
    return cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=tau, bias=distortion, **settings)


def row(fit):
    """What a row of the dial says, from the verbs that say it of any fit."""
    mean, beside = fit.summary().loc["mu"], cs.compare({"": fit}).iloc[0]
    own = mean[["mean", "sd", "median", "lower", "upper", "p_gt_0"]].to_list()
    return [*own, *beside[["tau", "prediction_lower", "prediction_upper"]]]


@pytest.fixture(scope="module")
def dial(trials):
    return cs.bias_dial(model(), trials)


def test_one_row_for_each_weight_and_one_for_the_bias_estimated(dial):
    assert list(dial.columns) == list(COLUMNS)
    assert dial["weight"].to_numpy()[:-1] == pytest.approx(np.arange(11) / 10)
    assert list(dial["bias"]) == ["PowerWeight"] * 11 + ["RiskOfBias"]
    assert list(dial.index[[0, 5, 10, 11]]) == [
        "weight 0", "weight 0.5", "weight 1", "bias estimated",
    ]  # fmt: skip
    assert np.isnan(dial["weight"].iloc[-1])
    assert list(dial["k"]) == [4] + [6] * 11
    assert set(dial["interval"]) == {"credible"}
    assert set(dial["level"]) == {0.95}
    assert set(dial["note"]) == {""}


def test_a_weight_of_zero_leaves_the_doubtful_out(dial, trials):
    without = cs.fit(model(bias.Nothing()), trials.without("D", "E"))
    assert dial.loc["weight 0", SAME].to_list() == pytest.approx(row(without), rel=1e-9)


def test_a_weight_of_one_takes_them_as_they_stand(dial, trials):
    whole = cs.fit(model(bias.Nothing()), trials)
    assert dial.loc["weight 1", SAME].to_list() == pytest.approx(row(whole), rel=1e-12)


def test_in_between_it_is_the_power_weight(dial, trials):
    half = cs.fit(model(replace(DOUBT, weight=0.3)), trials)
    assert dial.loc["weight 0.3", SAME].to_list() == pytest.approx(row(half), rel=1e-12)


def test_beside_it_stands_the_bias_estimated(dial, trials):
    fit = cs.fit(model(bias.RiskOfBias("risk_of_bias", "high")), trials)
    assert dial.loc["bias estimated", SAME].to_list() == pytest.approx(row(fit), rel=1e-12)
    expected = fit.summary().loc["bias[risk_of_bias]", ["mean", "lower", "upper"]]
    said = [dial.attrs[f"bias_{name}"] for name in ("mean", "lower", "upper")]
    assert said == pytest.approx(expected.to_list(), rel=1e-9)


def test_the_dial_turns_one_way(dial):
    """The doubtful trials lie above the others: the more they count, the higher the mean."""
    means = dial["mean"].to_numpy()[:-1]
    assert np.all(np.diff(means) > 0.0)
    assert means[0] < dial["mean"]["bias estimated"] < means[-1]


def test_it_says_of_whom_it_speaks(dial):
    assert dial.attrs["column"] == "risk_of_bias"
    assert dial.attrs["levels"] == ["high"]
    assert dial.attrs["doubtful"] == ["D", "E"]
    assert dial.attrs["direction"].startswith("Effects are intervention minus comparator")


def test_other_weights_and_levels_of_the_interval(trials):
    dial = cs.bias_dial(model(), trials, [0.75, 0.25, 0.25], level=0.5)
    assert list(dial["weight"].dropna()) == [0.25, 0.75]
    assert list(dial["k"]) == [6, 6, 6]
    other = cs.fit(model(replace(DOUBT, weight=0.25)), trials).summary(0.5).loc["mu"]
    assert dial["upper"].iloc[0] == pytest.approx(other["upper"], rel=1e-12)


def test_several_judgements_and_other_terms(trials):
    doubt = bias.PowerWeight("risk_of_bias", ("high", "some concerns"))
    crossed = model(doubt, terms=terms.Exchangeable("arm", priors.HalfNormal(0.5)))
    dial = cs.bias_dial(crossed, trials, [0.0, 1.0])
    assert dial.attrs["doubtful"] == ["C", "D", "E"]
    kept = trials.without("C", "D", "E")
    without = cs.fit(model(bias.Nothing(), terms=crossed.terms), kept)
    assert dial.loc["weight 0", SAME].to_list() == pytest.approx(row(without), rel=1e-8)


def test_without_heterogeneity_tau_is_zero(trials):
    plain = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity="Nothing", bias=DOUBT)
    assert list(cs.bias_dial(plain, trials, [0.0, 1.0])["tau"]) == [0.0, 0.0, 0.0]


def test_the_model_file_that_weights_doubtful_trials(trials):
    declared = cs.read_model(MODELS / "down_weighted.toml").model
    dial = cs.bias_dial(declared, trials, [0.5])
    expected = cs.fit(declared, trials).summary().loc["mu", "mean"]
    assert dial["mean"].iloc[0] == pytest.approx(expected, rel=1e-12)


def test_where_all_are_doubtful_none_can_be_left_out(trials):
    every = bias.PowerWeight("risk_of_bias", ("low", "high", "some concerns"))
    with pytest.raises(ModelError, match=r"none is left.*above 0"):
        cs.bias_dial(model(every), trials)
    assert len(cs.bias_dial(model(every), trials, [0.5, 1.0])) == 3


def test_a_bias_that_cannot_be_estimated_exactly_says_so_in_its_row(trials):
    """Three scales of the model and that of the bias are one too many for the exact engine."""
    half = priors.HalfNormal(0.5)
    many = (terms.Exchangeable("arm", half), terms.Exchangeable("study", half))
    dial = cs.bias_dial(model(terms=many), trials, [1.0], engine="exact")
    assert np.isfinite(dial["mean"].iloc[0])
    last = dial.loc["bias estimated"]
    assert np.isnan(last["mean"])
    assert "hyperparameters" in last["note"] or "standard deviations" in last["note"]
    assert "bias_mean" not in dial.attrs


def test_without_a_unit_the_row_of_the_bias_names_its_priors(trials):
    """Not those of tau, which the model has given."""
    table = trials.table.drop(columns=["n1", "n2"])
    unitless = cs.effect_sizes(
        table.assign(yi=Y, vi=V)[["study", "yi", "vi", "risk_of_bias"]], "GEN"
    )
    last = cs.bias_dial(model(), unitless, [1.0]).loc["bias estimated"]
    assert np.isnan(last["mean"])
    assert "RiskOfBias(mean=…, spread=…)" in last["note"]
    assert "tau" not in last["note"]


@pytest.mark.parametrize("weights", [[], [1.5], [-0.1], [np.nan], ["half"], [None], [0.5, True]])
def test_weights_that_are_none(trials, weights):
    with pytest.raises(ModelError, match="weight"):
        cs.bias_dial(model(), trials, weights)


def test_the_bias_must_say_who_is_doubtful(trials):
    with pytest.raises(ModelError, match=r"bias is Nothing.*PowerWeight\(column, levels\)"):
        cs.bias_dial(model(bias.Nothing()), trials)
    with pytest.raises(ModelError, match="takes a Model first"):
        cs.bias_dial(trials, model())
    with pytest.raises(ModelError, match="nothing to weight"):
        cs.bias_dial(model(bias.PowerWeight("risk_of_bias", "grave")), trials)
    with pytest.raises(ModelError, match="no column 'rob'"):
        cs.bias_dial(model(bias.PowerWeight("rob", "high")), trials)


def test_a_trial_without_a_judgement_is_named(trials):
    gap = replace(trials, table=trials.table.assign(risk_of_bias=[*RISK[:5], ""]))
    with pytest.raises(DataError, match="'F', column 'risk_of_bias'"):
        cs.bias_dial(model(), gap)
