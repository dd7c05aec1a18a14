"""Regression on moderators."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import DataError, ModelError
from consilience.rows import combinations
from consilience.terms import Linear

WIDE = priors.Normal(0.0, 1.0)


def fitted(effects, *terms, mu=None):
    return cs.fit(
        cs.Model(
            mu=mu or priors.Normal(0, 1),
            terms=terms,
            heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
        ),
        effects,
        "exact",
    )


def new(**columns):
    return pd.DataFrame(columns, index=["new"])


def test_columns_are_centred_so_that_mu_is_the_mean_row(effects):
    block = Linear("against + year", WIDE).block(effects)
    assert block.labels == ("against[TAU]", "against[waitlist]", "year")
    np.testing.assert_allclose(block.matrix.mean(axis=0), 0.0, atol=1e-12)
    year = effects.table["year"]
    np.testing.assert_allclose(block.matrix[:, 2], year - year.mean())


def test_mu_is_the_mean_of_the_expectations_of_the_trials(effects):
    fit = fitted(effects, Linear("against + year", WIDE))
    every = fit.combine(combinations(fit, effects.table))["mean"].mean()
    assert fit.summary().loc["mu", "mean"] == pytest.approx(every, abs=1e-12)


def test_new_rows_are_centred_as_the_old_ones(effects):
    rows = Linear("against + year", WIDE).rows(effects, new(against=["active"], year=[2010]))
    shares = [-3 / 6, -1 / 6, 2010 - effects.table["year"].mean()]
    np.testing.assert_allclose(rows.matrix, [shares])


def test_a_far_origin_changes_nothing_but_the_origin(effects, table):
    """Years since Christ and years since 2000: the same posterior."""
    recent = cs.effect_sizes(table.assign(year=table["year"] - 2000), "GEN")
    here, there = fitted(effects, Linear("year", WIDE)), fitted(recent, Linear("year", WIDE))
    pd.testing.assert_frame_equal(here.summary(), there.summary(), rtol=1e-8)


def test_an_unseen_level_is_refused_by_name(effects):
    with pytest.raises(ModelError, match=r"no level 'placebo'.*'active', 'TAU', 'waitlist'"):
        Linear("against", WIDE).rows(effects, new(against=["placebo"]))


def test_columns_that_repeat_each_other_need_proper_priors(table):
    """One trial alone has the level and the kind: with proper priors that is no obstacle."""
    aliased = cs.effect_sizes(table.assign(twin=table["kind"] == "exercise"), "GEN")
    fit = fitted(aliased, Linear("kind + twin", WIDE))
    assert np.isfinite(fit.summary()["sd"]).all()
    with pytest.raises(ModelError, match="cannot be told apart"):
        fitted(aliased, Linear("kind + twin", priors.Flat()), mu=priors.Flat())


def test_aliased_columns_share_what_the_data_say(table):
    """Two equal columns with equal priors: equal posteriors, and the sum as one column's of √2."""
    doubled = cs.effect_sizes(table.assign(again=table["year"]), "GEN")
    both = fitted(doubled, Linear("year + again", priors.Normal(0.0, 0.1)))
    one = fitted(doubled, Linear("year", priors.Normal(0.0, 0.1 * np.sqrt(2))))
    summary = both.summary()
    assert summary.loc["year", "mean"] == pytest.approx(summary.loc["again", "mean"], rel=1e-9)
    total = summary.loc["year", "mean"] + summary.loc["again", "mean"]
    assert total == pytest.approx(one.summary().loc["year", "mean"], rel=1e-8)
    assert both.log_evidence == pytest.approx(one.log_evidence, abs=1e-9)


def test_the_intercept_belongs_to_mu(effects):
    for formula in ("0 + against", "against - 1"):
        with pytest.raises(ModelError, match="intercept"):
            fitted(effects, Linear(formula, WIDE))


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('touch hacked')",
        "year; import os",
        "{year}",
        "I(year)",
        "np.log(year)",
        "Q('year')",
        "lambda: 0",
        "year ** 99",
        "yi ~ year",
        "`year`.__class__",
        "eval(year)",
        "C(kind, levels=open('x'))",
        "year\n+ __builtins__",
        "[year]",
        "(year",
        "",
        "   ",
        "1",
        "+" * 5000,
    ],
)
def test_nothing_but_the_grammar_is_read(effects, formula, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError):
        fitted(effects, Linear(formula, WIDE))
    assert not list(tmp_path.iterdir())


def test_a_moderator_with_one_level_is_refused(effects):
    with pytest.raises(ModelError, match=r"'alone' has one level only, 'x'"):
        fitted(effects, Linear("alone", WIDE))


def test_a_missing_moderator_is_refused_with_those_there_are(effects):
    with pytest.raises(ModelError, match=r"'typo'.*kind"):
        fitted(effects, Linear("typo", WIDE))


@pytest.mark.parametrize("column", ["gap", "blank"])
def test_an_empty_cell_is_refused_by_study(effects, column):
    with pytest.raises(DataError, match=rf"study 'C', column '{column}'"):
        fitted(effects, Linear(column, WIDE))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_moderator_is_finite(table, value):
    year = table["year"].copy()
    year.iloc[1] = value
    with pytest.raises(DataError, match=r"study 'B', column 'year'"):
        fitted(cs.effect_sizes(table.assign(year=year), "GEN"), Linear("year", WIDE))


@pytest.mark.parametrize("value", ["soon", np.nan, None])
def test_a_new_trial_has_numbers_where_numbers_are_asked(effects, value):
    with pytest.raises((DataError, ModelError), match="year"):
        Linear("year", WIDE).rows(effects, new(year=[value]))


@pytest.mark.parametrize("prior", [1.0, None, "Typo"])
def test_a_prior_is_a_prior(prior):
    with pytest.raises(ModelError, match=r"prior|Typo"):
        Linear("year", prior)


def test_a_prior_may_be_named():
    assert Linear("year", "Normal") == Linear("year", priors.Normal())


@pytest.mark.parametrize("formula", [5, None, ["year"]])
def test_a_formula_is_text(formula):
    with pytest.raises(ModelError, match="formula"):
        Linear(formula, WIDE)


def test_two_terms_with_the_same_coefficient_are_refused(effects):
    with pytest.raises(ModelError, match="year"):
        fitted(effects, Linear("year", WIDE), Linear("year + dose", WIDE))
