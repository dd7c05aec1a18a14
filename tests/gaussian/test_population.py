"""Populations of true effects: mixtures of normals, and what they owe to every engine."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import ModelError
from consilience.gaussian import POSITIVE, REAL, STILL, UNIT, Hyper, normal_log_density, shrinkage
from consilience.heterogeneity import structures

HALF = priors.HalfNormal(0.5)
EVERY = {
    "Normal": heterogeneity.Normal(HALF),
    "Nothing": heterogeneity.Nothing(),
    "ByGroup": heterogeneity.ByGroup("arm", HALF),
    "PooledByGroup": heterogeneity.PooledByGroup("arm", HALF),
    "LogLinear": heterogeneity.LogLinear("dose", HALF),
    "StudentT": heterogeneity.StudentT(4.0, HALF),
    "Nested": heterogeneity.Nested(("arm", "dose"), HALF, heterogeneity.ByGroup("arm", HALF)),
    "Multivariate": heterogeneity.Multivariate("dose", "arm", structures.Unstructured(HALF)),
    "TwoComponent": heterogeneity.TwoComponent(HALF),
}
NORMAL = [name for name in EVERY if name not in {"StudentT", "TwoComponent"}]
NODES = 4


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": list("ABCDEF"), "yi": [0.1, 0.4, 0.2, 0.5, 0.0, 0.3],
        "vi": [0.04, 0.02, 0.05, 0.03, 0.06, 0.02],
        "arm": list("aabbca"), "dose": [1.0, 2, 2, 3, 5, 4],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


def drawn(population, rng, nodes=NODES):
    return {h.name: h.prior.ppf(rng.uniform(0.2, 0.8, nodes)) for h in population.hypers}


def settled(name, effects):
    population = EVERY[name].population(effects)
    return population, drawn(population, np.random.default_rng(1))


def test_every_heterogeneity_is_here():
    assert {type(each) for each in EVERY.values()} == set(heterogeneity.REGISTRY.values())


@pytest.mark.parametrize("name", EVERY)
def test_shares_add_up_and_the_variance_is_their_average(name, effects):
    population, point = settled(name, effects)
    shares, variances = population.components(point)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-12)
    assert (variances >= 0).all()
    average = np.sum(shares[:, None, :] * variances, axis=2)
    np.testing.assert_allclose(population.variance(point), average, rtol=1e-4)
    np.testing.assert_allclose(population.marginal_sd(point) ** 2, population.variance(point))


@pytest.mark.parametrize("name", EVERY)
def test_the_old_trials_as_new_ones_scatter_alike(name, effects):
    population, point = settled(name, effects)
    again = population.at(effects.frame)
    wide = (len(population.variance(point)), effects.k)
    for each in (population, again):
        assert np.broadcast_to(each.variance(point), wide).shape == wide
    np.testing.assert_allclose(
        np.broadcast_to(again.variance(point), wide),
        np.broadcast_to(population.variance(point), wide),
    )
    assert population.anywhere().variance(point).shape[1] == 1


@pytest.mark.parametrize("name", EVERY)
def test_draws_have_the_variance_that_is_claimed(name, effects):
    rng = np.random.default_rng(2)
    population = EVERY[name].population(effects)
    one = drawn(population, rng, 1)
    many = {key: np.repeat(value, 20_000) for key, value in one.items()}
    variance = population.anywhere().draw(many, (20_000, 1), rng)[:, 0]
    expected = population.anywhere().variance(one)[0, 0]
    error = variance.std() / np.sqrt(20_000)
    assert variance.mean() == pytest.approx(expected, abs=5 * error + 1e-12)


@pytest.mark.parametrize("name", EVERY)
def test_density_and_distribution_function_belong_together(name, effects):
    """d/dy P(new < y) is the density, by central differences."""
    population, point = settled(name, effects)
    residual = np.random.default_rng(3).normal(0, 0.5, (NODES, effects.k))
    step = 1e-5
    upper, lower = (
        population.below(residual + move, effects.v, point=point) for move in (step, -step)
    )
    density = np.exp(population.log_density(residual, effects.v, point=point))
    np.testing.assert_allclose((upper - lower) / (2 * step), density, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", NORMAL)
def test_leaving_a_row_out_leaves_the_others(name, effects):
    scatter = EVERY[name].scatter(effects)
    point = drawn(scatter, np.random.default_rng(1))
    whole = np.broadcast_to(
        scatter.variance(point), (max(len(scatter.variance(point)), 1), effects.k)
    )
    for place in (0, 4, 5):
        left = scatter.without(place).variance(point)
        others = np.delete(whole, place, axis=1)
        np.testing.assert_array_equal(np.broadcast_to(left, others.shape), others)
        assert scatter.without(place).hypers == scatter.hypers


@pytest.mark.parametrize("name", ["StudentT", "TwoComponent"])
def test_true_effects_drawn_back_follow_their_conditional(name, effects):
    """θ | y by the engine's two steps, against importance weights on draws from the population."""
    rng = np.random.default_rng(4)
    n, y, v = 200_000, 0.9, 0.05
    population = EVERY[name].population(effects)
    point = {h.name: np.full(n, float(h.prior.ppf(0.5))) for h in population.hypers}
    h = population.attributed(np.full((n, 1), y), np.array([v]), point=point, rng=rng)
    share, rest = shrinkage(h, np.array([v]))
    back = (share * y + np.sqrt(rest) * rng.standard_normal((n, 1)))[:, 0]
    prior = np.sqrt(population.draw(point, (n, 1), rng)[:, 0]) * rng.standard_normal(n)
    weights = stats.norm(prior, np.sqrt(v)).pdf(y)
    for power in (1, 2, 3):
        exact = weights @ prior**power / weights.sum()
        assert (back**power).mean() == pytest.approx(exact, rel=0.02)


def test_shrinkage_needs_no_division_by_the_scatter():
    share, rest = shrinkage(np.array([0.0, 0.1, 0.1]), np.array([0.2, 0.2, np.inf]))
    np.testing.assert_allclose(share, [0.0, 1 / 3, 0.0])
    np.testing.assert_allclose(rest, [0.0, 0.2 / 3, 0.1])


def test_an_infinite_variance_is_no_observation():
    found = normal_log_density(np.array([0.3, 0.3]), np.array([0.5, np.inf]))
    assert found[0] == pytest.approx(stats.norm(0, np.sqrt(0.5)).logpdf(0.3))
    assert found[1] == 0.0


def test_the_null_object_scatters_nothing():
    assert STILL.hypers == ()
    assert STILL.at(pd.DataFrame()) is STILL.anywhere() is STILL.without(0) is STILL
    np.testing.assert_array_equal(STILL.variance({"x": np.ones(3)}), np.zeros((3, 1)))


@pytest.mark.parametrize(
    ("prior", "support", "words"),
    [
        (priors.Normal(), POSITIVE, "cannot be negative"),
        (priors.Flat(), REAL, "needs a proper prior"),
        (priors.Flat(), UNIT, "such as Uniform"),
        (priors.HalfNormal(), UNIT, "between 0 and 1"),
    ],
)
def test_a_hyperparameter_knows_where_it_may_lie(prior, support, words):
    with pytest.raises(ModelError, match=words):
        Hyper("phi", prior, support)


@pytest.mark.parametrize(
    ("name", "variable"),
    [("tau", "tau"), ("tau[a]", "tau"), ("log_tau[x[y]]", "log_tau"), ("a[b]_scale", "a[b]_scale")],
)
def test_one_of_several_belongs_to_a_variable(name, variable):
    assert Hyper(name, HALF).variable == variable
