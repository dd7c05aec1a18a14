"""Tests of coefficients against metafor and brute force."""

import itertools

import numpy as np
import pytest
from scipy import optimize, stats
from tests.classical.references import REGRESSIONS, near

from consilience.classical.diagnostics import influence
from consilience.classical.hypotheses import (
    explained,
    likelihood_ratio,
    permutation_interval,
    permutation_test,
    profile_interval,
    wald_test,
)
from consilience.classical.pool import pool
from consilience.errors import ModelError


def regression(name, effects_of):
    model = REGRESSIONS[name]
    columns = {f"x{j}": column for j, column in enumerate(np.transpose(model["X"]))}
    effects = effects_of(model["yi"], model["vi"], **columns)
    names = list(columns)
    formula = (
        " + ".join(names[1:]) if model["names"][0] == "intrcpt" else "0 + " + " + ".join(names)
    )
    return effects, formula, model


@pytest.mark.parametrize("name", REGRESSIONS)
def test_influence_with_moderators(name, effects_of):
    effects, formula, model = regression(name, effects_of)
    try:
        table = influence(pool(effects, moderators=formula))
    except ModelError:
        pytest.skip("a moderator rests on one estimate")
    near(table["hat"], model["more"]["hat"], 5e-3)
    near(table["cooks_distance"], model["more"]["cooks"], 2e-2)
    near(table["rstudent"], model["more"]["rstudent_z"], 5e-3)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_likelihood_ratio(name, effects_of):
    effects, formula, model = regression(name, effects_of)
    if formula.startswith("0"):
        return
    found = likelihood_ratio(pool(effects, "ML", moderators=formula), pool(effects, "ML"))
    near(found["statistic"], model["more"]["lrt_ml"]["LRT"], 1e-4)
    near(found["p_value"], model["more"]["lrt_ml"]["pval"], 1e-4)


@pytest.mark.parametrize("code", ["ML", "CE"])
def test_profile_interval_by_brute_force(scattered, code):
    pooled = pool(scattered, code)
    row = profile_interval(pooled).loc["mu"]

    def deviance(mu):
        def at(log_tau2):
            total = scattered.v + np.exp(log_tau2)
            return np.sum(np.log(total) + (scattered.y - mu) ** 2 / total)

        if code == "CE":
            return at(-50.0)
        grid = np.linspace(-20, 3, 400)
        best = grid[np.argmin([at(x) for x in grid])]
        return optimize.minimize_scalar(at, bounds=(best - 0.1, best + 0.1), method="bounded").fun

    top = deviance(pooled.beta[0])
    for end in ("lower", "upper"):
        assert deviance(row[end]) - top == pytest.approx(stats.chi2(1).ppf(0.95), abs=1e-4)
    assert row["statistic"] == pytest.approx(deviance(0.0) - top, abs=1e-4)


def test_flipping_all_signs_by_hand(effects_of):
    effects = effects_of([0.5, 0.4, 0.7, -0.1, 0.3], [0.1, 0.2, 0.1, 0.3, 0.2])
    pooled = pool(effects, "DL", inference="knha")
    observed = abs(pooled.summary().loc["mu", "statistic"])
    reached = []
    for signs in itertools.product([1, -1], repeat=5):
        turned = effects_of(np.multiply(signs, effects.y), effects.v)
        z = pool(turned, "DL", inference="knha").summary().loc["mu", "statistic"]
        reached.append(abs(z) >= observed - 1e-9)
    found = permutation_test(pooled)
    assert found.attrs["exact"]
    assert found.loc["mu", "p_value"] == pytest.approx(np.mean(reached))


def test_permuting_moderators_by_hand(effects_of):
    y, v, x = [0.1, 0.5, 0.2, 0.9], np.array([0.1, 0.2, 0.1, 0.3]), np.array([1.0, 2.0, 4.0, 7.0])
    pooled = pool(effects_of(y, v, x=x), "DL", moderators="x")
    observed = abs(pooled.summary().loc["x", "statistic"])
    reached = [
        abs(pool(effects_of(y, v, x=x[list(order)]), "DL", moderators="x")
            .summary().loc["x", "statistic"]) >= observed - 1e-9
        for order in itertools.permutations(range(4))
    ]  # fmt: skip
    found = permutation_test(pooled)
    assert found.attrs["exact"]
    assert found.loc["x", "p_value"] == pytest.approx(np.mean(reached))
    assert np.isnan(found.loc["intercept", "p_value"])


def test_drawn_permutations_are_near_the_exact(scattered):
    pooled = pool(scattered, "DL")
    exact, drawn = permutation_test(pooled, most=5000), permutation_test(pooled, most=2000)
    assert exact.attrs["exact"]
    assert not drawn.attrs["exact"]
    p = exact.loc["mu", "p_value"]
    assert drawn.loc["mu", "p_value"] == pytest.approx(p, abs=4 * np.sqrt(p / 2000) + 1e-3)


def test_the_interval_of_sign_flips_ends_at_means_of_subsets(effects_of):
    """Hartigan (1969): the sixth of all 255 from either side, between trials of one size."""
    y = np.array([0.11, 0.52, -0.23, 0.87, 0.35, 0.61, 0.04, 0.29])
    means = sorted(
        np.mean(y[list(subset)])
        for size in range(1, 9)
        for subset in itertools.combinations(range(8), size)
    )
    pooled = pool(effects_of(y, np.full(8, 0.1)), "CE")
    row = permutation_interval(pooled).loc["mu"]
    ends = pytest.approx([means[5], means[-6]], abs=1e-4 * 0.12)
    assert [row["lower"], row["upper"]] == ends
    few = permutation_interval(pool(effects_of(y[:4], np.full(4, 0.1)))).loc["mu"]
    assert (few["lower"], few["upper"]) == (-np.inf, np.inf)


def test_the_interval_of_a_slope_holds_what_the_test_does_not_refuse(effects_of):
    x = np.array([1.0, 2.0, 4.0, 7.0, 5.0])
    y, v = 0.3 * x + [0.1, -0.2, 0.1, 0.2, -0.1], np.array([0.1, 0.2, 0.1, 0.3, 0.2])
    pooled = pool(effects_of(y, v, x=x), "DL", moderators="x")
    table = permutation_interval(pooled)
    assert table.loc["intercept", ["lower", "upper"]].isna().all()

    def p_value(slope):
        shifted = pool(effects_of(y - slope * x, v, x=x), "DL", moderators="x")
        return permutation_test(shifted).loc["x", "p_value"]

    step = 2e-4 * float(pooled.summary().loc["x", "se"])
    for end, outwards in ((table.loc["x", "lower"], -step), (table.loc["x", "upper"], step)):
        assert p_value(end + outwards) <= 0.05 < p_value(end - outwards)


def test_refusals(scattered):
    with pytest.raises(ModelError, match="level"):
        permutation_interval(pool(scattered), level=1.2)
    with pytest.raises(ModelError, match="nested"):
        likelihood_ratio(pool(scattered, "ML"), pool(scattered, "ML", moderators="year"))
    with pytest.raises(ModelError, match="maximises no"):
        profile_interval(pool(scattered, "DL"))
    with pytest.raises(ModelError, match="R²"):
        explained(pool(scattered))
    with pytest.raises(ModelError, match="rows of 1"):
        wald_test(pool(scattered), np.ones((1, 3)))
    with pytest.raises(ModelError, match="nothing to compare"):
        permutation_test(pool(scattered), most=0)


def test_permuting_all_moderators_at_once_by_hand(effects_of):
    y, v = [0.1, 0.5, 0.2, 0.9, 0.4], np.array([0.1, 0.2, 0.1, 0.3, 0.2])
    x, z = np.array([1.0, 2.0, 4.0, 7.0, 5.0]), np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    pooled = pool(effects_of(y, v, x=x, z=z), "DL", moderators="x + z", inference="t")
    observed = wald_test(pooled)
    reached = []
    for order in map(list, itertools.permutations(range(5))):
        again = pool(effects_of(y, v, x=x[order], z=z[order]), "DL", moderators="x + z",
                     inference="t")  # fmt: skip
        reached.append(wald_test(again)["statistic"] >= observed["statistic"] - 1e-9)
    joint = permutation_test(pooled).attrs["joint"]
    assert joint["p_value"] == pytest.approx(np.mean(reached))
    assert joint["statistic"] == observed["statistic"]
    assert joint["df"] == 2
    alone = permutation_test(pool(effects_of(y, v, x=x), "DL", moderators="x"))
    assert alone.attrs["joint"]["p_value"] == alone.loc["x", "p_value"]
    plain = permutation_test(pool(effects_of(y, v), "DL"))
    assert plain.attrs["joint"]["p_value"] == plain.loc["mu", "p_value"]
