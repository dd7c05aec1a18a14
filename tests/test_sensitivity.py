"""How much the answer depends on what was chosen."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, sensitivity, terms
from consilience.errors import DataError, ModelError

HALF = priors.HalfNormal(0.5)
MODEL = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
COLUMNS = [
    "estimate", "lower", "upper", "level", "interval", "tau", "I2", "prediction_lower",
    "prediction_upper", "k", "p_gt_0",
]  # fmt: skip


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": list("ABCDE"), "n1": 40, "mean1": [5.5, 5.9, 6.4, 5.2, 5.0], "sd1": 2.0, "n2": 38,
        "mean2": 5.0, "sd2": 2.1, "kind": list("aabbc"),
    })  # fmt: skip
    return cs.effect_sizes(table, "SMD")


def test_seven_priors_in_the_unit_of_the_measure(effects):
    found = sensitivity.tau_priors(effects)
    assert len(found) >= 5
    assert priors.HalfNormal(0.5) in found.values()
    assert all(prior.support[0] >= 0 and prior.proper for prior in found.values())
    assert all(label == prior.label for label, prior in found.items())


def test_the_priors_scale_with_the_outcome(effects):
    """In points of the scale instead of standard deviations: the same shares of the unit."""
    raw = cs.effect_sizes(effects.table.reset_index(drop=True), "MD")
    ratio = raw.unit_sd() / effects.unit_sd()
    for small, large in zip(
        sensitivity.tau_priors(effects).values(), sensitivity.tau_priors(raw).values(), strict=True
    ):
        assert type(small) is type(large)
        shares = np.array([0.1, 0.5, 0.9])
        np.testing.assert_allclose(large.ppf(shares), ratio * small.ppf(shares), rtol=1e-9)


def test_without_a_unit_priors_must_be_given():
    table = pd.DataFrame({"study": list("AB"), "yi": [0.1, 0.2], "vi": 0.05})
    with pytest.raises(ModelError, match="over_tau"):
        sensitivity.tau_priors(cs.effect_sizes(table, "GEN"))


def test_each_prior_is_a_fit_of_its_own(effects):
    choices = sensitivity.tau_priors(effects)
    table = sensitivity.over_tau(MODEL, effects, choices)
    assert list(table.columns) == COLUMNS
    assert list(table.index) == list(choices)
    for label, prior in choices.items():
        model = cs.Model(mu=MODEL.mu, heterogeneity=heterogeneity.Normal(prior))
        fit = cs.fit(model, effects)
        pd.testing.assert_series_equal(
            table.loc[label].drop("p_gt_0"), cs.compare({label: fit}).loc[label], check_dtype=False
        )
        assert table.loc[label, "p_gt_0"] == fit.summary().loc["mu", "p_gt_0"]


def test_wider_priors_give_wider_intervals(effects):
    choices = {str(s): priors.HalfNormal(s) for s in (0.05, 0.2, 0.5, 2.0)}
    table = sensitivity.over_tau(MODEL, effects, choices)
    assert (np.diff(table["upper"] - table["lower"]) > 0).all()
    assert (np.diff(table["tau"]) > 0).all()


def test_terms_stay_when_the_prior_changes(effects):
    model = cs.Model(
        mu=priors.Normal(0, 1), terms=(terms.Exchangeable("kind", HALF),),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.1)),
    )  # fmt: skip
    row = sensitivity.over_tau(model, effects, {"same": priors.HalfNormal(0.1)}).loc["same"]
    expected = cs.compare({"same": cs.fit(model, effects)}).loc["same"]
    pd.testing.assert_series_equal(row.drop("p_gt_0"), expected, check_dtype=False)


def test_a_model_without_tau_has_no_prior_on_it(effects):
    with pytest.raises(ModelError, match="Nothing heterogeneity has no tau"):
        sensitivity.over_tau(cs.Model(heterogeneity="Nothing"), effects, {"a": HALF})


@pytest.mark.parametrize("choices", [{}, {"a": priors.Normal(0, 1)}, {"a": 0.5}])
def test_choices_are_priors_on_a_standard_deviation(effects, choices):
    with pytest.raises(ModelError, match=r"at least one|tau"):
        sensitivity.over_tau(MODEL, effects, choices)


def test_leaving_one_out_is_fitting_the_others(effects):
    table = sensitivity.leave_one_out(MODEL, effects)
    assert list(table.index) == list("ABCDE")
    assert list(table.columns) == COLUMNS
    assert (table["k"] == 4).all()
    for name in "ABCDE":
        own = cs.fit(MODEL, effects.without(name)).summary().loc["mu"]
        assert table.loc[name, "estimate"] == pytest.approx(own["mean"], rel=1e-12)
        assert table.loc[name, "p_gt_0"] == own["p_gt_0"]


def test_leaving_out_the_largest_effect_lowers_the_mean(effects):
    table = sensitivity.leave_one_out(MODEL, effects)
    assert table["estimate"].idxmin() == "C"


def test_one_estimate_leaves_nothing(effects):
    with pytest.raises(DataError, match="No estimate is left"):
        sensitivity.leave_one_out(MODEL, effects.only("A"))


def test_named_sets_of_trials(effects):
    sets = {"all": effects, "without B and C": effects.without("B", "C")}
    table = sensitivity.over_trials(MODEL, sets, level=0.9)
    assert list(table["k"]) == [5, 3]
    assert (table["level"] == 0.9).all()


def test_estimates_are_left_out_by_their_own_labels():
    """Two estimates of one study: each in turn, not the study twice."""
    table = pd.DataFrame(
        {"study": ["A", "A", "B"], "estimate": ["A1", "A2", "B"], "yi": [0.1, 0.4, 0.3], "vi": 0.04}
    )
    effects = cs.effect_sizes(table, "GEN")
    found = sensitivity.leave_one_out(MODEL, effects)
    assert list(found.index) == ["A1", "A2", "B"]
    assert (found["k"] == 2).all()


def test_a_label_that_is_also_a_study_leaves_out_one_estimate():
    """The estimate called B belongs to study A; study B has estimates of its own."""
    table = pd.DataFrame({
        "study": ["A", "A", "B", "B"], "estimate": ["A", "B", "C", "D"],
        "yi": [0.1, 0.4, 0.3, 0.2], "vi": 0.04,
    })  # fmt: skip
    found = sensitivity.leave_one_out(MODEL, cs.effect_sizes(table, "GEN"))
    assert (found["k"] == 3).all()


def test_a_term_that_does_not_vary_goes_and_is_named(effects):
    model = cs.Model(
        mu=MODEL.mu,
        terms=(terms.Linear("kind", prior=priors.Normal(0, 0.5)),),
        heterogeneity=MODEL.heterogeneity,
    )
    alike = effects.only("A", "B")
    smaller, gone = sensitivity.without_idle_terms(model, alike)
    assert (smaller, gone) == (MODEL, ("kind",))
    assert sensitivity.without_idle_terms(model, effects) == (model, ())
    with pytest.raises(ModelError, match="one level only"):
        sensitivity.over_trials(model, {"alike": alike})
    assert sensitivity.over_trials(smaller, {"alike": alike})["k"].tolist() == [2]
