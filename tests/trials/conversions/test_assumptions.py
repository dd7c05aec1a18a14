"""A distribution in place of a number: what it adds to the variance, against draws and raw data."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from consilience import priors
from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.errors import DataError, ModelError
from consilience.trials.conversions import (
    DEFAULT,
    BorrowSD,
    ChangeToFinal,
    ClusterDesign,
    CrossoverToMD,
    CrossoverToSMD,
    DifferenceToSMD,
    EqualArms,
    GivenSD,
    PrintedD,
)
from consilience.trials.conversions.assumption import expectation, nodes

CORRELATION = priors.Truncated(priors.Normal(0.5, 0.15), -0.99, 0.99)


@pytest.fixture
def changes() -> pd.DataFrame:
    return pd.DataFrame(
        {"study": ["A", "B"], "n1": [25, 40], "n2": [27, 38]}
        | {"baseline_mean1": 20.0, "baseline_sd1": 4.0, "change_mean1": [5.0, -3.0]}
        | {"baseline_mean2": 20.0, "baseline_sd2": 4.2, "change_mean2": 1.0}
        | {"change_sd1": [5.5, 6.0], "change_sd2": [5.8, 5.0]}
    )


@pytest.mark.parametrize(
    ("rule", "prior", "measure", "more"),
    [
        (ChangeToFinal, CORRELATION, "SMD", {}),
        (ChangeToFinal, CORRELATION, "MD", {}),
        (ClusterDesign, priors.Uniform(0.0, 0.1), "MD", {"cluster_size": 12.0}),
        (CrossoverToSMD, CORRELATION, "SMD", {"n_pairs": 30}),
        (DifferenceToSMD, priors.Uniform(0.2, 0.8), "SMD", {"md": 2.0, "md_se": 0.8}),
        (EqualArms, priors.Uniform(0.4, 0.6), "SMD", {}),
        (lambda sd: GivenSD("x", sd), priors.LogNormal(1.5, 0.2), "SMD", {"scale": "x"}),
    ],
    ids=["change SMD", "change MD", "cluster", "crossover", "covariates", "arms", "sd"],
)
def test_the_closed_form_is_multiple_imputation_with_many_draws(
    changes, rule, prior, measure, more
) -> None:
    arms = {"mean1": [5.0, -3.0], "mean2": 1.0, "sd1": 4.0, "sd2": 5.0}
    table = changes if rule is ChangeToFinal else changes[["study", "n1", "n2"]].assign(**arms)
    table = table.assign(**more)
    if "md" in more or rule is EqualArms:
        table = table.drop(columns=["mean1", "mean2", "sd1", "sd2"])
    if rule is EqualArms:
        table = table.drop(columns=["n1", "n2"]).assign(n_total=[52, 78], d=[0.9, -0.4])
    if "scale" in more:
        table = table.drop(columns=["sd1", "sd2"])
    last = (PrintedD(),) if rule is EqualArms else ()
    known = effect_sizes(convert(table, measure, rules=(rule(prior), *last)), measure)
    # As many draws as there are: Gauss's rule over the quantiles of the prior.
    x, w = np.polynomial.legendre.leggauss(20)
    draws, w = prior.ppf((x + 1) / 2), w / 2
    many = [
        effect_sizes(convert(table, measure, rules=(rule(float(a)), *last)), measure) for a in draws
    ]
    y, v = (np.array([getattr(each, name) for each in many]) for name in "yv")
    mean = w @ y
    rubin = w @ v + w @ (y - mean) ** 2
    np.testing.assert_allclose(known.y, mean, rtol=2e-3)
    np.testing.assert_allclose(known.v, rubin, rtol=2e-2)


def test_two_assumptions_are_allowed_for_together(changes) -> None:
    sizes = priors.Uniform(0.0, 0.1)
    rules = (ChangeToFinal(CORRELATION), ClusterDesign(sizes))
    table = changes.assign(cluster_size=12.0)
    known = effect_sizes(convert(table, "SMD", rules=rules), "SMD")
    x, w = np.polynomial.legendre.leggauss(6)
    found, weights = [], np.outer(w, w).ravel() / 4
    for a, b in product((x + 1) / 2, repeat=2):
        r, icc = float(CORRELATION.ppf(a)), float(sizes.ppf(b))
        one = effect_sizes(
            convert(table, "SMD", rules=(ChangeToFinal(r), ClusterDesign(icc))), "SMD"
        )
        found.append((one.y, one.v))
    y, v = np.array(found).transpose(1, 0, 2)
    rubin = weights @ v + weights @ (y - weights @ y) ** 2
    np.testing.assert_allclose(known.v, rubin, rtol=0.02)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 4, 6])
def test_nodes_have_the_moments_of_the_standard_normal(dimensions) -> None:
    z, weights = nodes(dimensions)
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(weights @ z, 0.0, atol=0.02)
    np.testing.assert_allclose((z * weights[:, None]).T @ z, np.eye(dimensions), atol=0.06)


def test_a_normal_distribution_is_integrated_exactly() -> None:
    assert expectation(priors.Normal(0.3, 0.1)) == pytest.approx(0.3, abs=1e-12)
    z, weights = nodes(1)
    assert weights @ z[:, 0] ** 4 == pytest.approx(3.0)


def test_a_borrowed_sd_carries_the_scatter_of_its_peers(rng, make) -> None:
    """An effect whose SD is borrowed misses the true one by as much as its variance says."""
    k, n, spread, reviews = 8, 60, 0.25, 600
    sigma = 4 * np.exp(rng.normal(0, spread, (reviews, k + 1, 1)))
    first, second = (
        effect * sigma + sigma * rng.normal(size=(reviews, k + 1, n)) for effect in (1.0, 0.0)
    )
    raw = make(*(arm.reshape(-1, n) for arm in (first, second)))
    scale = np.repeat([f"scale {i}" for i in range(reviews)], k + 1)
    missing = np.arange(len(scale)) % (k + 1) == 0
    table = raw.arms_table(scale=scale)
    table.loc[missing, ["sd1", "sd2"]] = np.nan
    found = effect_sizes(convert(table, "SMD", rules=(BorrowSD(),)), "SMD")
    naive = effect_sizes(convert(table, "SMD", rules=(BorrowSD(noise=0.0),)), "SMD")
    square = np.mean(np.square(found.y[missing] - 1.0))
    assert naive.v[missing].mean() < 0.55 * square
    assert found.v[missing].mean() == pytest.approx(square, rel=0.25)


def test_the_log_says_by_how_much_the_variance_grew(changes) -> None:
    trials = convert(changes, "SMD", rules=(ChangeToFinal(CORRELATION),))
    effects = effect_sizes(trials, "SMD")
    alone = effect_sizes(trials.frame, "SMD")
    grown = 100 * (effects.v / alone.v - 1)
    assert (grown > 0).all()
    assert effects.log[-1] == (
        f"Variances changed by what was assumed: A {grown[0]:+.3g} %, B {grown[1]:+.3g} %."
    )
    doubts = [line for line in trials.log if "by what was assumed" in line.now]
    assert {(line.study, line.column) for line in doubts} == {
        (study, column) for study in "AB" for column in ("sd1", "sd2")
    }
    assert "Truncated" in doubts[0].rule


def test_what_does_not_rest_on_the_assumption_is_unchanged(changes) -> None:
    full = pd.DataFrame(
        {"study": ["C"], "n1": 30, "n2": 30, "mean1": 3.0, "mean2": 2.0, "sd1": 2.0, "sd2": 2.0}
    )
    both = pd.concat([changes, full], ignore_index=True)
    trials = convert(both, "SMD", rules=(ChangeToFinal(CORRELATION),))
    assert list(trials.assumed.rows) == [0, 1]
    found = effect_sizes(trials, "SMD")
    assert found.v[2] == effect_sizes(full, "SMD").v[0]
    kept = trials.keep(np.array([False, True, True]))
    np.testing.assert_array_equal(effect_sizes(kept, "SMD").v, found.v[1:])


def test_mostly_impossible_assumptions_are_refused(changes) -> None:
    low = changes.assign(change_sd1=2.0, change_sd2=2.0)
    with pytest.raises(DataError, match=r"cannot be computed|cell is empty|no such column"):
        effect_sizes(convert(low, "SMD", rules=(ChangeToFinal(CORRELATION),)), "SMD")


def test_a_distribution_beyond_the_possible_is_refused() -> None:
    with pytest.raises(ModelError, match=r"Normal.*reaches beyond -1 to 1.*Truncated"):
        CrossoverToMD(priors.Normal(0.5, 0.1))


def test_a_second_conversion_of_uncertain_trials_is_refused(changes) -> None:
    trials = convert(changes, "SMD", rules=(ChangeToFinal(CORRELATION),))
    with pytest.raises(ModelError, match="one call"):
        convert(trials, "SMD", rules=DEFAULT)
