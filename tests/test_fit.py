"""Fitting, and what a fit answers."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import engines, heterogeneity, priors, terms
from consilience.errors import DataError, ModelError
from consilience.fit import Fit

HALF = priors.HalfNormal(0.5)
MODEL = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
COLUMNS = [
    "mean", "sd", "median", "lower", "upper", "level", "interval", "p_gt_0", "ess_bulk", "ess_tail",
    "r_hat", "mcse",
]  # fmt: skip


def effects_of(y, v, **columns):
    table = pd.DataFrame({"study": [f"t{i}" for i in range(len(y))], "yi": y, "vi": v})
    return cs.effect_sizes(table.assign(**columns), "GEN")


@pytest.fixture(scope="module")
def effects():
    return effects_of([0.1, 0.4, 0.2, 0.5, 0.0], [0.04, 0.02, 0.05, 0.03, 0.06])


@pytest.fixture(scope="module")
def fit(effects):
    return cs.fit(MODEL, effects)


def test_the_exact_engine_is_chosen_and_the_reason_given(fit):
    assert isinstance(fit, Fit)
    assert fit.engine == engines.Exact()
    assert "exact" in fit.reason
    assert fit.reason in str(fit.diagnosis)


def test_the_summary_has_the_columns_of_the_contract(fit):
    summary = fit.summary()
    assert list(summary.columns)[:12] == COLUMNS
    assert summary.index.name == "parameter"
    assert list(summary.index) == ["mu", "tau", *(f"theta[t{i}]" for i in range(5))]
    assert (summary["interval"] == "credible").all()
    assert (summary["level"] == 0.95).all()
    assert (summary["lower"] < summary["median"]).all()
    assert (summary["median"] < summary["upper"]).all()
    assert summary.attrs["direction"] == fit.effects.direction


def test_rows_stand_in_order_mu_scatter_terms_scales_effects():
    effects = effects_of([0.1, 0.4, 0.2, 0.5], 0.05, kind=list("aabb"), year=[1.0, 2, 3, 4])
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(terms.Exchangeable("kind", HALF), terms.Linear("year", priors.Normal(0, 1))),
        heterogeneity=heterogeneity.Normal(HALF),
    )
    rows = ["mu", "tau", "kind[a]", "kind[b]", "year", "kind_scale"]
    assert list(cs.fit(model, effects).summary().index)[:6] == rows


@pytest.mark.parametrize("level", [0.5, 0.8, 0.99])
def test_intervals_have_the_level_asked_for(fit, level):
    narrow, wide = fit.summary(level), fit.summary()
    assert (narrow["level"] == level).all()
    inside = narrow["upper"] - narrow["lower"] < wide["upper"] - wide["lower"]
    assert inside.all() == (level < 0.95)
    pd.testing.assert_frame_equal(narrow[["mean", "sd", "median"]], wide[["mean", "sd", "median"]])


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, np.nan, "0.95", None, True])
def test_a_level_is_a_share(fit, level):
    with pytest.raises(ModelError, match=r"level lies between 0 and 1"):
        fit.summary(level)
    with pytest.raises(ModelError, match=r"level lies between 0 and 1"):
        cs.compare({"Bayes": fit}, level=level)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, np.nan])
def test_a_seed_is_a_whole_number(effects, seed):
    for engine in (None, "exact"):
        with pytest.raises(ModelError, match="seed"):
            cs.fit(MODEL, effects, engine, seed=seed)


def test_the_seed_given_last_counts(effects):
    first = cs.fit(MODEL, effects, engines.Exact(seed=1), seed=np.int64(7))
    assert first.engine == engines.Exact(seed=7)
    draws = cs.fit(MODEL, effects, seed=7).draws["posterior"]["mu"]
    np.testing.assert_array_equal(first.draws["posterior"]["mu"], draws)


def test_engines_are_given_by_name_or_as_objects(effects):
    by_name = cs.fit(MODEL, effects, "exact")
    assert "as asked" in by_name.reason
    pd.testing.assert_frame_equal(by_name.summary(), cs.fit(MODEL, effects).summary())


@pytest.mark.parametrize("engine", [5, engines.Exact, ["exact"], "gibbs"])
def test_other_engines_are_refused(effects, engine):
    with pytest.raises(ModelError, match=r"engine|exact, nuts"):
        cs.fit(MODEL, effects, engine)


@pytest.mark.parametrize("model", ["partial_pooling", None, MODEL.heterogeneity, cs.Model])
def test_only_models_are_fitted(effects, model):
    with pytest.raises(ModelError, match=r"fit\(\) takes a Model"):
        cs.fit(model, effects)


@pytest.mark.parametrize("effects", [pd.DataFrame({"yi": [0.1], "vi": [0.1]}), None, [0.1, 0.2]])
def test_only_effects_are_fitted(effects):
    with pytest.raises(DataError, match="effect_sizes"):
        cs.fit(MODEL, effects)


def test_evidence_is_none_where_a_prior_is_improper(effects):
    for model in (
        cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Normal(HALF)),
        cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(priors.Flat())),
    ):
        assert cs.fit(model, effects).log_evidence is None
    assert isinstance(cs.fit(MODEL, effects).log_evidence, float)


@pytest.mark.parametrize("k", [1, 2])
def test_one_and_two_trials_say_that_the_prior_speaks(k):
    fit = cs.fit(MODEL, effects_of([0.3, 0.1][:k], 0.04))
    assert "one trial" in str(fit.diagnosis) or "two trials" in str(fit.diagnosis)
    assert "prior" in str(fit.diagnosis)
    assert any("prior" in caution for caution in fit.summary().attrs["cautions"])


def test_a_conflict_of_prior_and_data_is_said():
    """Mean differences near 70 under a prior made for standardised ones."""
    fit = cs.fit(MODEL, effects_of([70.0, 71.0, 69.0], 4.0))
    assert "Prior–data conflict" in str(fit.diagnosis)
    assert "70" in str(fit.diagnosis)
    assert "conflict" not in str(cs.fit(MODEL, effects_of([0.3, 0.1, 0.2], 0.04)).diagnosis)


def test_a_fit_does_not_change(fit):
    with pytest.raises(AttributeError):
        fit.model = cs.Model()


def test_fitting_leaves_the_effects_alone(effects):
    table, y = effects.table.copy(), effects.y.copy()
    cs.fit(MODEL, effects).summary()
    pd.testing.assert_frame_equal(effects.table, table)
    np.testing.assert_array_equal(effects.y, y)


def test_leaving_trials_out_is_fitting_the_others(effects):
    without = cs.fit(MODEL, effects.without("t1", "t3")).summary()
    fresh = effects_of([0.1, 0.2, 0.0], [0.04, 0.05, 0.06])
    other = cs.fit(MODEL, fresh).summary()
    np.testing.assert_allclose(without["mean"], other["mean"], rtol=1e-12)
    assert list(without.index)[2:] == ["theta[t0]", "theta[t2]", "theta[t4]"]


def test_an_exact_fit_never_imports_pymc():
    code = """
import sys
import pandas as pd
import consilience as cs
table = pd.DataFrame({"study": list("ABC"), "yi": [0.1, 0.4, 0.3], "vi": 0.04, "kind": list("aab")})
model = cs.Model(
    mu=cs.priors.Normal(0, 1),
    terms=(cs.terms.Exchangeable("kind", cs.priors.HalfNormal(0.5)),),
    heterogeneity=cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5)),
)
fit = cs.fit(model, cs.effect_sizes(table, "GEN"))
fit.summary(), fit.draws, fit.diagnosis, cs.compare({"a": fit}), cs.check(fit)
cs.predict(fit, cs.NewTrial(sei=0.2, kind="a")), cs.subgroups(fit, "kind")
print([name for name in ("pymc", "pytensor", "nutpie") if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
