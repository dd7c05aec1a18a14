"""The search: highest point, limits, units, order of the rows; models that must coincide."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from tests.classical.multilevel_cases import RANDOM, case
from tests.classical.test_multilevel_algebra import SPECS, random_effects_data

from consilience.classical.multilevel import components, pool_multilevel, profile_likelihood
from consilience.classical.multilevel.search import Climber
from consilience.classical.pool import pool
from consilience.covariance import Covariance
from consilience.effects import effect_sizes
from consilience.errors import ConvergenceError


def simulated(seed, *, clusters=12, size=4, between=0.3, within=0.2):
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(clusters), size)
    v = rng.uniform(0.02, 0.1, len(study))
    y = 0.5 + rng.normal(0, between, clusters)[study]
    y += rng.normal(0, within, len(study)) + rng.normal(0, np.sqrt(v))
    return frame_effects(study, y, v)


def frame_effects(study, y, v, **columns):
    table = pd.DataFrame({
        "study": [f"s{i:03d}" for i in study],
        "estimate": [f"e{i:04d}" for i in range(len(y))],
        "yi": y,
        "vi": v,
        **columns,
    })  # fmt: skip
    return effect_sizes(table, "GEN")


@pytest.mark.parametrize("name", [name for name in SPECS if name != "none"])
def test_no_start_of_another_optimiser_ends_higher(name):
    effects = random_effects_data(seed=1)
    pooled = pool_multilevel(effects, SPECS[name], moderators="x")
    objective, best = pooled.solution.objective, pooled.solution.point
    rng = np.random.default_rng(2)

    def fallen(u):
        return -objective.value(u)

    for _ in range(6):
        start = rng.uniform(0.02, 1.2, objective.parameters.count)
        found = minimize(fallen, start, method="Nelder-Mead", options={"maxfev": 400})
        assert -found.fun <= best.value + 1e-8


@pytest.mark.parametrize("factor", [1e-4, 1e4])
@pytest.mark.parametrize("name", sorted(RANDOM))
def test_the_unit_of_the_outcome_changes_nothing_else(name, factor):
    effects, random, settings = case(name)
    blocks = tuple(block * factor**2 for block in effects.shared.blocks)
    other = replace(
        effects,
        y=effects.y * factor,
        v=effects.v * factor**2,
        shared=Covariance(effects.shared.members, blocks),
    )
    ours, scaled = (pool_multilevel(each, random, **settings) for each in (effects, other))
    same(scaled.beta / factor, ours.beta)
    same(scaled.cov / factor**2, ours.cov)
    size = np.where(ours.variance_components()["parameter"] == "tau2", factor**2, 1.0)
    same(scaled.variance_components()["estimate"] / size, ours.variance_components()["estimate"])
    lost = np.log(factor) * ours.solution.objective.criterion.informed(effects.k, len(ours.beta))
    same(scaled.log_likelihood + lost, ours.log_likelihood)


def test_a_far_origin_costs_no_digits():
    effects = simulated(3)
    far = replace(effects, y=effects.y + 1e5)
    ours, moved = (pool_multilevel(each, "study/estimate") for each in (effects, far))
    assert moved.beta[0] - 1e5 == pytest.approx(ours.beta[0], abs=1e-9)
    ends = (each.variance_components()["estimate"] for each in (ours, moved))
    np.testing.assert_allclose(*ends, rtol=1e-7)


@pytest.mark.parametrize("name", ["three levels", "crossed", "UN", "HAR", "known", "SPEXP"])
def test_the_order_of_the_rows_does_not_matter(name):
    effects = random_effects_data(seed=1)
    order = np.random.default_rng(4).permutation(effects.k)
    turned = replace(
        effects, y=effects.y[order], v=effects.v[order], table=effects.table.iloc[order]
    )
    one, other = (pool_multilevel(each, SPECS[name]) for each in (effects, turned))
    same(one.beta, other.beta)
    same(one.variance_components()["estimate"], other.variance_components()["estimate"])
    ours, theirs = one.random_effects(), other.random_effects()
    same(ours["estimate"], theirs.loc[ours.index, "estimate"])


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_one_effect_per_estimate_is_the_ordinary_model(scattered, method):
    """The random intercept of the rows themselves is tau² of pool(), to its accuracy."""
    ours = pool_multilevel(scattered, "estimate", moderators="year", method=method)
    plain = pool(scattered, method, moderators="year")
    assert ours.variance_components()["estimate"].item() == pytest.approx(plain.tau2, rel=1e-9)
    same(ours.beta, plain.beta)
    same(ours.cov, plain.cov, 1e-8)
    for name in ("tau2", "I2", "H2", "Q", "Q_p"):
        assert ours.heterogeneity()[name] == pytest.approx(plain.heterogeneity()[name], rel=1e-8)
    mine, other = ours.prediction_interval(), plain.prediction_interval()
    assert mine["upper"] == pytest.approx(other["upper"], rel=1e-8)
    found = profile_likelihood(ours, "estimate", points=3).attrs
    interval = plain.confint("PL").loc["tau2"]
    assert found["lower"] == pytest.approx(interval["lower"], rel=1e-6, abs=1e-12)
    assert found["upper"] == pytest.approx(interval["upper"], rel=1e-6)


def test_compound_symmetry_is_two_nested_intercepts():
    effects = simulated(5)
    nested = pool_multilevel(effects, "study/estimate")
    compound = pool_multilevel(effects, "CS(estimate | study)")
    between, within = nested.variance_components()["estimate"]
    tau2, rho = compound.variance_components()["estimate"]
    assert tau2 == pytest.approx(between + within, rel=1e-9)
    assert rho == pytest.approx(between / (between + within), rel=1e-8)
    assert nested.log_likelihood == pytest.approx(compound.log_likelihood, abs=1e-10)


def test_two_outcomes_have_one_correlation_however_it_is_written():
    effects, _, settings = case("berkey_UN_REML")
    forms = [
        pool_multilevel(effects, f"{form}(outcome | trial)", **settings)
        for form in ("UN", "HCS", "HAR")
    ]
    for other in forms[1:]:
        same(
            forms[0].variance_components()["estimate"].to_numpy(),
            other.variance_components()["estimate"].to_numpy(),
            1e-7,
        )


def test_continuous_time_at_even_steps_is_the_first_order_model():
    effects = random_effects_data(seed=1)
    steps = effects.table["outcome"].str[1:].astype(float) * 12
    effects = replace(effects, table=effects.table.assign(time=steps))
    even = pool_multilevel(effects, "AR(outcome | lab)")
    free = pool_multilevel(effects, "CAR(time | lab)")
    assert even.log_likelihood >= free.log_likelihood - 1e-9
    rho = even.variance_components()["estimate"].iloc[1]
    if rho >= 0:
        assert free.variance_components()["estimate"].iloc[1] ** 12 == pytest.approx(rho, rel=1e-6)


def test_variances_of_zero_are_answers():
    """Estimates that scatter less than chance: all variances are zero, without a complaint."""
    v = np.linspace(0.05, 0.2, 12)
    y = 0.3 + 0.01 * np.sin(np.arange(12))
    pooled = pool_multilevel(frame_effects(np.arange(12) // 3, y, v), "study/estimate")
    table = pooled.variance_components(errors=True)
    assert list(table["estimate"]) == [0.0, 0.0]
    assert table["at_limit"].all()
    assert table["se"].isna().all()
    w = 1 / v
    assert pooled.beta[0] == pytest.approx(w @ y / w.sum(), rel=1e-13)
    assert profile_likelihood(pooled, "study", points=5).attrs["lower"] == 0.0


def test_a_correlation_of_one_is_an_answer():
    effects, random, settings = case("riley_diagV_UN")
    table = pool_multilevel(effects, random, **settings).variance_components()
    assert table["estimate"].iloc[2] == 1.0
    assert table["at_limit"].iloc[2]


def test_identical_estimates():
    pooled = pool_multilevel(frame_effects([0, 0, 1, 1, 2, 2], [0.5] * 6, [0.1] * 6))
    assert pooled.beta[0] == pytest.approx(0.5)
    assert not pooled.variance_components()["estimate"].any()


def test_wildly_unequal_variances():
    effects = simulated(6)
    v = effects.v * 10.0 ** np.linspace(-6, 3, effects.k)
    pooled = pool_multilevel(replace(effects, v=v), "study/estimate")
    assert np.isfinite(pooled.summary()["se"]).all()


def test_standard_errors_are_the_curvature_of_the_likelihood():
    """By second differences of the likelihood in the variances themselves."""
    pooled = pool_multilevel(simulated(7, clusters=40), "study/estimate")
    table = pooled.variance_components(errors=True)
    objective = pooled.solution.objective
    at, step = table["estimate"].to_numpy() / objective.unit, 1e-4

    def height(move):
        return objective.value(np.sqrt(at + move))

    units = np.eye(2) * step * at
    hessian = np.array([
        [
            height(a + b) - height(a - b) - height(b - a) + height(-a - b)
            for b in units
        ]
        for a in units
    ]) / (4 * np.outer(np.diag(units), np.diag(units)))  # fmt: skip
    se = objective.unit * np.sqrt(np.diag(np.linalg.inv(-hessian)))
    np.testing.assert_allclose(table["se"], se, rtol=1e-4)


def test_estimates_of_the_variances_are_right_on_average():
    truth, found = np.array([0.09, 0.04]), []
    for seed in range(60):
        pooled = pool_multilevel(simulated(seed, clusters=30), "study/estimate")
        found.append(pooled.variance_components()["estimate"].to_numpy())
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0) - truth) < 4 * error).all()


def test_a_held_parameter_is_left_alone():
    effects = simulated(8)
    held = components.get("Intercept", level="study", variance=0.05)
    pooled = pool_multilevel(effects, (held, "estimate"))
    table = pooled.variance_components(errors=True)
    assert table["estimate"].iloc[0] == pytest.approx(0.05, rel=1e-14)
    assert list(table["held"]) == [True, False]
    assert np.isnan(table["se"].iloc[0])
    assert table["se"].iloc[1] > 0
    free = pool_multilevel(effects, ("study", "estimate"))
    line = profile_likelihood(free, "study", points=5)
    at = np.argmin(line["drop"])
    assert line["drop"].iloc[at] == pytest.approx(0.0, abs=1e-9)
    assert free.log_likelihood >= pooled.log_likelihood


def test_a_profile_passes_through_held_fits():
    free = pool_multilevel(simulated(9), ("study", "estimate"))
    line = profile_likelihood(free, "study", points=7)
    assert line["value"].is_monotonic_increasing
    for _, row in line.iterrows():
        held = components.get("Intercept", level="study", variance=row["value"])
        other = pool_multilevel(free.effects, (held, "estimate"))
        assert other.log_likelihood == pytest.approx(row["log_likelihood"], abs=1e-9)


SLOW = pytest.mark.slow
FIRST = [pytest.param(name, marks=SLOW) for name in ("rho[o0, o1]", "rho[o0, o2]")]


@pytest.mark.parametrize("name", [*FIRST, "rho[o1, o2]"])
def test_every_correlation_of_three_outcomes_has_a_profile(name):
    """The last is that which the parametrisation makes of all the others."""
    pooled = pool_multilevel(random_effects_data(seed=11), "UN(outcome | study)")
    line = profile_likelihood(pooled, f"outcome | study: {name}", points=3)
    assert line["drop"].min() == pytest.approx(0.0, abs=1e-8)
    assert -1 <= line.attrs["lower"] <= line.attrs["estimate"] <= line.attrs["upper"] <= 1


def test_a_search_that_does_not_end_says_how_far_it_came(monkeypatch):
    monkeypatch.setattr("consilience.classical.multilevel.search._MAX_STEPS", 1)
    with pytest.raises(ConvergenceError, match=r"Newton's method .* stopped after 1 steps"):
        pool_multilevel(simulated(10), "study/estimate")


def test_a_search_without_any_finite_start_says_so(monkeypatch):
    monkeypatch.setattr(
        "consilience.classical.multilevel.objective.Objective.value", lambda *_: -np.inf
    )
    with pytest.raises(ConvergenceError, match=r"No start"):
        pool_multilevel(simulated(10), "study/estimate")


def test_a_saddle_is_left():
    """At zero the slope by a standard deviation vanishes even where the variance is not zero."""
    pooled = pool_multilevel(simulated(12), "study/estimate")
    climber = Climber(pooled.solution.objective)
    end = climber.climb(np.zeros(2))
    assert end.value == pytest.approx(pooled.solution.point.value, abs=1e-10)


def same(ours, theirs, tolerance=1e-9):
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    size = np.abs(theirs).max(initial=1e-12)
    assert np.abs(ours - theirs).max(initial=0.0) <= tolerance * size, (ours, theirs)
