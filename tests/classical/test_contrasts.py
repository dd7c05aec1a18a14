"""Marginal means, contrasts and adjustments: dense formulas, brute force, published quantiles."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience.classical.contrasts import adjustments, averaging, marginal_means
from consilience.classical.contrasts.adjustments import Family
from consilience.classical.contrasts.adjustments.single_step import SingleStep
from consilience.classical.hypotheses import hypothesis, wald_test
from consilience.classical.pool import pool
from consilience.errors import ModelError

CODES = list(adjustments.REGISTRY)


@pytest.fixture(scope="module")
def crossed(effects_of):
    """Two factors that are unbalanced, and a number."""
    rng = np.random.default_rng(6)
    kind = list("aaaaabbbccccccd" * 2) + list("dd")
    where = [("x", "y", "z")[i] for i in rng.integers(0, 3, 32)]
    y, v = rng.normal(0.3, 0.5, 32), rng.gamma(3, 0.03, 32)
    return effects_of(y, v, kind=kind, where=where, year=rng.normal(2000, 5, 32))


@pytest.fixture(scope="module")
def balanced(effects_of):
    """Four groups of three estimates of equal variance."""
    y = np.random.default_rng(3).normal(size=12)
    return effects_of(y, np.full(12, 0.1), kind=list("aaabbbcccddd"))


def test_means_of_one_factor_are_those_of_the_groups(balanced):
    means = marginal_means(pool(balanced, "CE", moderators="kind"), "kind").summary()
    assert list(means.index) == list("abcd")
    np.testing.assert_allclose(means["estimate"], balanced.y.reshape(4, 3).mean(axis=1))
    np.testing.assert_allclose(means["se"], np.sqrt(0.1 / 3))


def test_equal_means_average_levels_and_hold_numbers_at_their_means(crossed):
    pooled = pool(crossed, moderators="kind * year + where")
    means = marginal_means(pooled, "kind").summary()["estimate"]
    beta = dict(zip(pooled.names, pooled.beta, strict=True))
    year = crossed.table["year"].mean()
    for kind in "abcd":
        own = beta.get(f"kind[{kind}]", 0.0)
        slope = beta["year"] + beta.get(f"kind[{kind}]:year", 0.0)
        rest = (beta["where[y]"] + beta["where[z]"]) / 3
        assert means[kind] == pytest.approx(beta["intercept"] + own + slope * year + rest)
    at = marginal_means(pooled, "kind", at={"year": 2010.0, "where": "z"}).summary()["estimate"]
    assert at["a"] == pytest.approx(beta["intercept"] + 2010 * beta["year"] + beta["where[z]"])


def test_observed_means_average_over_the_trials(crossed):
    pooled = pool(crossed, moderators="kind + log(year) + where")
    means = marginal_means(pooled, "kind", average="observed").summary()["estimate"]
    for kind in "abcd":
        table = crossed.frame.assign(kind=kind)
        fitted = np.column_stack([np.ones(32), pooled.design.rows(table)]) @ pooled.beta
        assert means[kind] == pytest.approx(fitted.mean())
    assert set(averaging.REGISTRY) == {"equal", "observed"}


def test_crossed_levels_and_numbers_as_factors(crossed, effects_of):
    pooled = pool(crossed, moderators="kind + where")
    means = marginal_means(pooled, ("kind", "where"))
    assert len(means.labels) == 12
    assert means.labels[:2] == ("a, x", "a, y")
    numbered = effects_of(crossed.y, crossed.v, dose=[1, 2, 3, 4] * 8)
    again = marginal_means(pool(numbered, moderators="C(dose)"), "dose")
    assert again.labels == ("1", "2", "3", "4")


def test_means_without_an_intercept_are_the_coefficients(crossed):
    pooled = pool(crossed, moderators="0 + kind")
    np.testing.assert_allclose(marginal_means(pooled, "kind").summary()["estimate"], pooled.beta)


def test_pairs_do_not_depend_on_the_coding(crossed):
    """Differences of means are the coefficients, whichever level is the reference."""
    pooled = pool(crossed, moderators="kind + where")
    pairs = marginal_means(pooled, "kind").pairwise("none")
    assert list(pairs.index) == [f"{a} - {b}" for a, b in combinations("abcd", 2)]
    row = pooled.summary().loc["kind[c]"]
    assert pairs.loc["a - c", "estimate"] == pytest.approx(-row["estimate"])
    assert pairs.loc["a - c", "p_value"] == pytest.approx(row["p_value"])
    assert pairs.loc["a - c", "lower"] == pytest.approx(-row["upper"])


def test_contrasts_of_means(crossed):
    means = marginal_means(pool(crossed, moderators="kind"), "kind")
    table = means.contrasts({"a, b against the rest": {"a": 0.5, "b": 0.5, "c": -0.5, "d": -0.5}})
    one = means.summary()["estimate"]
    assert table["estimate"].iloc[0] == pytest.approx(
        (one["a"] + one["b"] - one["c"] - one["d"]) / 2
    )


@pytest.mark.parametrize("inference", ["z", "t", "knha"])
def test_single_step_is_tukeys_test_in_the_balanced_case(balanced, inference):
    pooled = pool(balanced, "CE", moderators="kind", inference=inference)
    table = marginal_means(pooled, "kind").pairwise("single-step")
    df = np.inf if inference == "z" else 8
    tukey = stats.studentized_range.sf(np.abs(table["statistic"]) * np.sqrt(2), 4, df)
    np.testing.assert_allclose(table["p_value"], tukey, atol=5e-5)
    half = (table["upper"] - table["estimate"]) / table["se"]
    np.testing.assert_allclose(
        half, stats.studentized_range.ppf(0.95, 4, df) / np.sqrt(2), atol=2e-4
    )
    assert table.attrs["intervals"] == "all at once"


def _family(rank, m=8, df=11.0, seed=1):
    rng = np.random.default_rng(seed)
    load = rng.normal(size=(m, rank))
    load /= np.linalg.norm(load, axis=1, keepdims=True)
    return load, Family(rng.normal(1.5, 1, m), load @ load.T, df)


@pytest.mark.parametrize("rank", [1, 2, 3, 6])
@pytest.mark.parametrize("df", [5.0, np.inf])
def test_single_step_by_simulation(rank, df):
    load, family = _family(rank, df=df)
    rng = np.random.default_rng(9)
    draws = 400_000
    scale = np.sqrt(rng.chisquare(df, draws) / df) if np.isfinite(df) else np.ones(draws)
    largest = np.abs(rng.standard_normal((draws, rank)) @ load.T).max(axis=1) / scale
    for ours, t in zip(SingleStep().p_values(family), family.statistic, strict=True):
        theirs = (largest >= abs(t)).mean()
        assert ours == pytest.approx(
            theirs, abs=4.5 * np.sqrt(theirs * (1 - theirs) / draws) + 1e-5
        )
    critical = SingleStep().critical(family, level=0.9)
    assert (largest >= critical).mean() == pytest.approx(0.1, abs=4.5 * 0.3 / np.sqrt(draws))


def test_single_step_of_one_and_of_identical_tests():
    for family in (
        Family(np.array([2.1]), np.ones((1, 1)), 7.0),
        Family(np.array([2.1, -2.1]), np.array([[1.0, -1.0], [-1.0, 1.0]]), 7.0),
    ):
        np.testing.assert_allclose(
            SingleStep().p_values(family), 2 * stats.t.sf(2.1, 7), rtol=1e-12
        )
        assert SingleStep().critical(family, level=0.95) == pytest.approx(stats.t.ppf(0.975, 7))


def _closed(p, test):
    """Adjust by testing every intersection: the definition, 2^m of them."""
    m = len(p)
    found = np.zeros(m)
    for size in range(1, m + 1):
        for chosen in combinations(range(m), size):
            value = test(np.sort(p[list(chosen)]))
            for place in chosen:
                found[place] = max(found[place], value)
    return np.minimum(found, 1.0)


@pytest.mark.parametrize("seed", range(6))
def test_holm_and_hommel_by_closed_testing(seed):
    rng = np.random.default_rng(seed)
    m = 7
    z = rng.normal(1.2, 1.2, m)
    family = Family(z, np.eye(m), np.inf)
    p = family.p_values
    simes = _closed(p, lambda s: (len(s) * s / np.arange(1, len(s) + 1)).min())
    bonferroni = _closed(p, lambda s: len(s) * s[0])
    np.testing.assert_allclose(adjustments.get("hommel").p_values(family), simes, rtol=1e-12)
    np.testing.assert_allclose(adjustments.get("holm").p_values(family), bonferroni, rtol=1e-12)
    discovery = stats.false_discovery_control(p, method="bh")
    np.testing.assert_allclose(adjustments.get("BH").p_values(family), discovery, rtol=1e-12)
    np.testing.assert_allclose(adjustments.get("bonferroni").p_values(family), np.minimum(1, m * p))


@pytest.mark.parametrize("code", CODES)
def test_every_adjustment(code):
    """In between; each p by itself comes first and Bonferroni's last; order does not matter."""
    _, family = _family(4)
    chosen = adjustments.get(code)
    assert chosen.code == code
    found, order = chosen.p_values(family), np.array([3, 1, 7, 0, 2, 6, 5, 4])
    assert (found >= family.p_values - 1e-12).all()
    assert (found <= np.minimum(1, 8 * family.p_values) + 1e-9).all()
    shuffled = Family(family.statistic[order], family.correlation[np.ix_(order, order)], family.df)
    np.testing.assert_allclose(chosen.p_values(shuffled), found[order], atol=3e-4)
    critical = chosen.critical(family, level=0.95)
    assert stats.t.ppf(0.975, 11) - 1e-9 <= critical <= stats.t.ppf(1 - 0.025 / 8, 11) + 1e-9


@pytest.mark.parametrize("code", ["bonferroni", "holm", "hommel", "single-step"])
def test_false_findings_are_as_rare_as_promised(code):
    """All six pairs of four equal means, 2000 times: any finding at 5 % in about 5 %, not more."""
    rng = np.random.default_rng(12)
    pairs = np.array([np.eye(4)[i] - np.eye(4)[j] for i, j in combinations(range(4), 2)]) / np.sqrt(
        2
    )
    chosen = (
        adjustments.get("single-step", points=1024)
        if code == "single-step"
        else adjustments.get(code)
    )
    found = 0
    for _ in range(1000):
        z = pairs @ rng.standard_normal(4) / np.sqrt(rng.chisquare(8) / 8)
        found += chosen.p_values(Family(z, pairs @ pairs.T, 8.0)).min() < 0.05
    assert stats.binomtest(found, 1000, 0.05, alternative="greater").pvalue > 0.001
    if code == "single-step":
        assert stats.binomtest(found, 1000, 0.05).pvalue > 0.001


def test_hypotheses_by_name_and_by_matrix(crossed):
    pooled = pool(crossed, moderators="year + where", inference="knha")
    named = hypothesis(pooled, {"year": 1, "mu": -1})
    row = np.zeros(4)
    row[list(pooled.names).index("year")], row[0] = 1, -1
    by_matrix = hypothesis(pooled, row)
    assert named.index[0] == by_matrix.index[0]
    se = np.sqrt(row @ pooled.cov @ row)
    assert named["se"].iloc[0] == pytest.approx(se)
    assert named["p_value"].iloc[0] == pytest.approx(
        2 * stats.t.sf(abs(row @ pooled.beta / se), 28)
    )
    joint = named.attrs["joint"]
    assert joint["statistic"] == pytest.approx(named["statistic"].iloc[0] ** 2)
    assert joint["p_value"] == pytest.approx(named["p_value"].iloc[0])


def test_joint_hypotheses_are_those_of_all_moderators(crossed):
    pooled = pool(crossed, moderators="year + where")
    table = hypothesis(pooled, {name: {name: 1} for name in pooled.names[1:]})
    assert list(table.index) == list(pooled.names[1:])
    whole = wald_test(pooled)
    assert table.attrs["joint"] == pytest.approx(dict(whole), rel=1e-9)
    against = hypothesis(
        pooled, [{"year": 1}], value=float(pooled.beta[list(pooled.names).index("year")])
    )
    assert against["p_value"].iloc[0] == pytest.approx(1.0)


def test_units_of_a_moderator_do_not_matter(crossed, effects_of):
    """A joint test of an intercept and a slope in years, with the origin far off."""
    pooled = pool(crossed, moderators="year")
    small = effects_of(crossed.y, crossed.v, year=crossed.table["year"] * 1e-6)
    other = pool(small, moderators="year")
    ours, theirs = (hypothesis(p, np.eye(2)).attrs["joint"]["statistic"] for p in (pooled, other))
    assert ours == pytest.approx(theirs, rel=1e-7)


@pytest.mark.parametrize(
    ("combinations", "match"),
    [
        ({"nothing": 1}, "no coefficient 'nothing'; known: intercept, year"),
        ({}, "Give combinations"),
        ([{}], "Give combinations"),
        ([], "Give combinations"),
        ({"year": 0}, "zero throughout"),
        ([{"year": 1}, {"year": 2}], "combination of the others"),
        ({"year": np.nan}, "finite"),
        (np.ones((1, 5)), "5 columns; give 2"),
        (np.empty((0, 2)), "columns"),
    ],
)
def test_hypotheses_that_are_none(crossed, combinations, match):
    with pytest.raises(ModelError, match=match):
        hypothesis(pool(crossed, moderators="year"), combinations)


def test_means_that_are_none(crossed):
    pooled = pool(crossed, moderators="kind + year")
    for over, match in (("year", "its factors: kind|Its factors: kind"), ((), "nothing is none")):
        with pytest.raises(ModelError, match=match):
            marginal_means(pooled, over)
    with pytest.raises(ModelError, match="no other column"):
        marginal_means(pooled, "kind", at={"weather": 1})
    with pytest.raises(ModelError, match="Known: equal, observed"):
        marginal_means(pooled, "kind", average="weighted")
    means = marginal_means(pooled, "kind")
    with pytest.raises(ModelError, match="Known: BH, bonferroni"):
        means.pairwise("scheffe")
    with pytest.raises(ModelError, match="no mean 'e'; known: a, b, c, d"):
        means.contrasts({"e": {"e": 1}})
    with pytest.raises(ModelError, match="compares nothing"):
        means.contrasts({"a": {"a": 1}, "none": {"a": 0}})
    with pytest.raises(ModelError, match="No contrast"):
        means.contrasts({})
    with pytest.raises(ModelError, match="points"):
        adjustments.get("single-step", points=0)
    with pytest.raises(ModelError, match="no other column"):
        marginal_means(pooled, "kind", at={"where": "x", "kind": "a"})


def test_verbs_are_at_the_top(crossed):
    pooled = cs.pool(crossed, moderators="kind")
    assert list(cs.marginal_means(pooled, "kind").pairwise().columns)[4:6] == [
        "p_value",
        "p_unadjusted",
    ]
    assert cs.hypothesis is hypothesis
