"""Models of counts against the reference, brute-force integration, identities and simulation."""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats
from tests.across import across
from tests.classical.references import near, read

from consilience.classical import glmm
from consilience.classical.glmm.interval import tau2_interval
from consilience.classical.glmm.pool import pool_counts
from consilience.classical.hypotheses import wald_test
from consilience.errors import DataError, ModelError

MODELS = read("models_rmaglmm.json")["models"]
# The reference's optimiser stopped short of these (it warns of the first), and three more rest on
# Laplace's approximation with derivatives by coarse differences.
SHORT = {
    "OR_nielweise2007_UM.FS_ML", "IRR_nielweise2008_UM.FS_ML",
    "OR_lee2004_UM.RS_ML", "OR_dorn2007_UM.RS_ML", "OR_collins1985b_UM.RS_ML",
}  # fmt: skip
COLUMNS = {
    "OR": {"ai": "events1", "n1i": "n1", "ci": "events2", "n2i": "n2"},
    "IRR": {"x1i": "events1", "t1i": "person_time1", "x2i": "events2", "t2i": "person_time2"},
    "PLO": {"xi": "events", "ni": "n"},
    "IRLN": {"xi": "events", "ti": "person_time"},
}


def sheet(name):
    model = MODELS[name]
    given = {key: np.array(values, dtype=float) for key, values in model["input"].items()}
    if "bi" in given:
        given["n1i"] = given["ai"] + given.pop("bi")
        given["n2i"] = given["ci"] + given.pop("di")
    table = pd.DataFrame(given).rename(columns=COLUMNS[model["args"]["measure"]])
    table.insert(0, "study", [f"trial {i}" for i in range(len(table))])
    if "mods" in model["args"]:
        table["x"] = np.ravel(model["args"]["mods"])
    return table


@cache
def asked(name, nodes=None):
    """Pool the reference's trials, once for all tests that ask for the same."""
    args = MODELS[name]["args"]
    code = args["measure"] + ("." + args["model"] if "model" in args else "")
    usual = 1 if "UM.RS_ML" in name else 7
    settings = {"common": args.get("method") == "EE", "nodes": usual if nodes is None else nodes}
    mods = "x" if "mods" in args else None
    return pool_counts(sheet(name), glmm.get(code, **settings), moderators=mods)


@pytest.mark.parametrize("name", MODELS)
def test_reference(name):
    theirs, pooled = MODELS[name], asked(name)
    found = pooled.heterogeneity()
    assert pooled.effects.k == theirs["k"]
    assert found["Q_df"] == theirs["QE.df"]
    near(found["Q"], theirs["QE.LRT"], 1e-4)
    near(found["Q_p"], theirs["QEp.LRT"], 1e-3)
    if name in SHORT:
        assert (
            _height(pooled, pooled.beta, pooled.tau2)
            >= _height(pooled, np.array(theirs["beta"]), theirs["tau2"], theirs["sigma2"]) - 1e-9
        )
        near(pooled.beta, theirs["beta"], 1e-3)
        near(pooled.tau2, theirs["tau2"], 1e-3)
        near(pooled.summary()["se"], theirs["se"], 5e-3)
        return
    table = pooled.summary()
    # The reference's standard errors come from numerical second derivatives.
    se = np.array(theirs["se"])
    size = np.maximum(np.abs(theirs["beta"]), se)
    assert (np.abs(pooled.beta - theirs["beta"]) < 1e-4 * size).all()
    near(table["se"], theirs["se"], 2e-4)
    assert (np.abs(table["lower"] - theirs["ci.lb"]) < 4e-4 * se).all()
    assert (np.abs(table["upper"] - theirs["ci.ub"]) < 4e-4 * se).all()
    near(pooled.tau2, theirs["tau2"], 1e-4)
    if theirs["sigma2"] == 0:
        assert pooled.nuisance()["sigma2"] < 1e-8
    elif theirs["sigma2"] is not None:
        near(pooled.nuisance()["sigma2"], theirs["sigma2"], 1e-4)
    near([found["I2"], found["H2"]], [theirs["I2"], theirs["H2"]], 1e-4)
    near(wald_test(pooled)["statistic"], theirs["QM"], 4e-4)


@across("name", MODELS)
def test_wald_test_of_heterogeneity(name):
    """Trials with an infinite effect add nothing to ours, and a little to the reference's.

    There an iteration towards infinity stops somewhere; random intercepts come with numerical
    second derivatives besides, so that the last case is checked by dense algebra below.
    """
    theirs, pooled = MODELS[name], asked(name)
    tolerance = 1e-2 if ".RS" in name else 5e-3 if "CM.EL" in name and "OR" in name else 1e-5
    near(pooled.heterogeneity()["Q_wald"], theirs["QE.Wld"], tolerance)


@pytest.mark.parametrize("name", [name for name in MODELS if name.endswith("_EE")])
def test_likelihood_and_criteria_of_common_effects(name):
    """Constants and all; the reference leaves constants out where it integrates over intercepts."""
    theirs, found = MODELS[name]["fit"], asked(name).fit_statistics()
    near(found["deviance"], theirs["dev"], 1e-6)
    if "UM.RS" not in name:
        ours = found[["log_likelihood", "AIC", "BIC", "AICc"]]
        near(ours, [theirs[key] for key in ("ll", "AIC", "BIC", "AICc")], 1e-8)


Z = np.linspace(-9.0, 9.0, 721)
DENSITY = stats.norm.pdf(Z) * (Z[1] - Z[0])
FINE = np.linspace(-9.0, 9.0, 2401)
FINE_DENSITY = stats.norm.pdf(FINE) * (FINE[1] - FINE[0])


def _height(pooled, beta, tau2, sigma2=None):
    """Marginal log likelihood by the trapezoidal rule, from scipy's probabilities."""
    theta = pooled.design.full @ beta
    values = theta[:, None] + math.sqrt(tau2) * (Z if "UM.FS" in pooled.model.code else FINE)
    code, table = pooled.model.code, pooled.effects.table
    if code.endswith("UM.RS"):
        return _random_intercepts(pooled, beta, tau2, sigma2)
    one = _profiled if "UM.FS" in code else _single
    return sum(one(code, row, at) for (_, row), at in zip(table.iterrows(), values, strict=True))


def _single(code, row, theta):
    return math.log(np.exp(_conditional(code, row, theta)) @ FINE_DENSITY)


def _conditional(code, row, theta):
    if code == "PLO":
        return stats.binom.logpmf(row["events"], row["n"], special.expit(theta))
    if code == "IRLN":
        return stats.poisson.logpmf(row["events"], row["person_time"] * np.exp(theta))
    a, m = row["events1"], row["events1"] + row["events2"]
    if code == "OR.CM.EL":
        total = row["n1"] + row["n2"]
        return stats.nchypergeom_fisher.logpmf(a, total, m, row["n1"], np.exp(theta))
    sizes = ("n1", "n2") if code.startswith("OR") else ("person_time1", "person_time2")
    return stats.binom.logpmf(a, m, special.expit(theta + math.log(row[sizes[0]] / row[sizes[1]])))


def _arm(code, row, arm, eta):
    if code.startswith("OR"):
        return stats.binom.logpmf(row[f"events{arm}"], row[f"n{arm}"], special.expit(eta))
    return stats.poisson.logpmf(row[f"events{arm}"], row[f"person_time{arm}"] * np.exp(eta))


def _profiled(code, row, theta):
    def height(a):
        both = _arm(code, row, 1, a + theta / 2) + _arm(code, row, 2, a - theta / 2)
        top = both.max()
        return top + math.log(np.exp(both - top) @ DENSITY)

    size = row["n2"] if "n2" in row else row["person_time2"]
    middle = math.log((row["events1"] + row["events2"] + 0.5) / size / 2)
    found = optimize.minimize_scalar(
        lambda a: -height(a), bounds=(middle - 4, middle + 4), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    return -found.fun


def _random_intercepts(pooled, beta, tau2, sigma2):
    """The best over mu of a double integral, or of Laplace's approximation where that is fitted."""
    arms = pooled.model.arms(pooled.effects.table)
    theta = pooled.design.full @ beta
    rule = _laplace if pooled.model.nodes == 1 else _double
    level = pooled.nuisance()["level"]
    sigma = math.sqrt(pooled.nuisance()["sigma2"] if sigma2 is None else sigma2)
    found = optimize.minimize_scalar(
        lambda mu: -rule(arms, (mu, theta, sigma, math.sqrt(tau2))),
        bounds=(level - 0.1, level + 0.1), method="bounded", options={"xatol": 1e-7},
    )  # fmt: skip
    return -found.fun


def _double(arms, at):
    mu, theta, sigma, tau = at
    grid = np.linspace(-7.0, 7.0, 351)
    s, u = (each.ravel()[:, None] for each in np.meshgrid(grid, grid))
    one = arms[0].at(mu + theta + sigma * s + tau * u / 2)[0]
    two = arms[1].at(mu + sigma * s - tau * u / 2)[0]
    prior = -(s**2 + u**2) / 2 - math.log(2 * math.pi) + 2 * math.log(grid[1] - grid[0])
    return float(special.logsumexp(one + two + prior, axis=0).sum())


def _laplace(arms, at):
    """Modes by plain Newton steps, determinants by numpy, all trials at once."""
    mu, theta, sigma, tau = at
    load = np.array([[sigma, tau / 2], [sigma, -tau / 2]])
    z = np.zeros((len(theta), 2))
    for _ in range(25):
        eta = z @ load.T + np.stack([mu + theta, np.full_like(theta, mu)], axis=1)
        curves = [arm.at(e) for arm, e in zip(arms, eta.T, strict=True)]
        slope = np.stack([c[1] for c in curves], axis=1) @ load - z
        bends = np.eye(2) - np.einsum("ja,jk,jb->kab", load, np.stack([c[2] for c in curves]), load)
        z = z + np.linalg.solve(bends, slope[..., None])[..., 0]
    heights = curves[0][0] + curves[1][0] - (z**2).sum(axis=1) / 2
    return float((heights - 0.5 * np.linalg.slogdet(bends)[1]).sum())


BRUTE = [
    "OR_nielweise2007_UM.FS_ML", "OR_nielweise2007_CM.EL_ML", "OR_nielweise2007_CM.AL_ML",
    "IRR_nielweise2008_UM.FS_ML", "IRR_nielweise2008_CM.EL_ML", "PLO_pritz1997_ML",
    "IRLN_hart1999_trt_ML", "OR_collins1985b_CM.AL_ML", "PLO_hannum2020_ML",
]  # fmt: skip


@pytest.mark.parametrize("name", BRUTE)
def test_the_likelihood_and_its_top_by_brute_force(name):
    """Height with all constants to 1e-7, and lower on every side; as many nodes as needed."""
    pooled = asked(name, nodes=0)
    assert pooled.solution.accuracy < 1e-8
    top = _height(pooled, pooled.beta, pooled.tau2)
    assert pooled.solution.log_likelihood == pytest.approx(top, abs=1e-7)
    se = pooled.summary()["se"].to_numpy()
    for step in (-0.02, 0.02):
        assert _height(pooled, pooled.beta + step * se, pooled.tau2) < top + 1e-8
        moved = pooled.tau2 + step * pooled.solution.tau2_se
        assert _height(pooled, pooled.beta, moved) < top + 1e-8


@pytest.mark.parametrize("name", ["OR_collins1985b_UM.RS_ML", "OR_lee2004_UM.RS_ML"])
def test_random_intercepts_by_a_double_integral(name):
    pooled = asked(name, nodes=0)
    arms = pooled.model.arms(pooled.effects.table)
    constant = sum(arm.constant.sum() for arm in arms)
    level, sigma2 = pooled.nuisance()

    def at(d_level=0.0, d_beta=0.0, by_sigma=1.0, by_tau=1.0):
        theta = np.full(pooled.effects.k, pooled.beta[0] + d_beta)
        sigma, tau = by_sigma * math.sqrt(sigma2), by_tau * math.sqrt(pooled.tau2)
        return _double(arms, (level + d_level, theta, sigma, tau))

    top = at()
    assert pooled.solution.log_likelihood - constant == pytest.approx(top, abs=1e-7)
    for step in (-0.01, 0.01):
        for moved in (
            at(d_level=step), at(d_beta=step), at(by_sigma=1 + step), at(by_tau=1 + step)
        ):  # fmt: skip
            assert moved < top


def test_standard_errors_are_those_of_the_observed_information():
    """Laplace's likelihood differenced by hand, where the reference is 0.3 % off."""
    pooled = asked("OR_lee2004_UM.RS_ML")
    arms = pooled.model.arms(pooled.effects.table)
    ones = np.ones(pooled.effects.k)

    def minus(p):
        return -_laplace(arms, (p[0], p[1] * ones, p[2], p[3]))

    level, sigma2 = pooled.nuisance()
    top = np.array([level, pooled.beta[0], math.sqrt(sigma2), math.sqrt(pooled.tau2)])
    h, eye = 1e-2, np.eye(4)
    cross = np.array([
        [
            sum(s * t * minus(top + h * (s * a + t * b)) for s in (-1, 1) for t in (-1, 1))
            for a in eye
        ]
        for b in eye
    ]) / (4 * h * h)  # fmt: skip
    se = math.sqrt(np.linalg.inv(cross)[1, 1])
    assert pooled.summary()["se"].iloc[0] == pytest.approx(se, rel=5e-4)


def test_random_intercepts_saturated_by_dense_algebra():
    """One free effect per trial: maximised over all of them at once, tested by their covariance."""
    pooled = asked("OR_collins1985b_UM.RS_ML", nodes=0)
    arms, k = pooled.model.arms(pooled.effects.table), pooled.effects.k

    def minus(p):
        eta = p[0] + p[1] * Z[:, None]
        heights = arms[0].at(eta + p[2:])[0] + arms[1].at(eta)[0]
        return -special.logsumexp(heights + np.log(DENSITY)[:, None], axis=0).sum()

    start = np.concatenate([[arms[1].best.mean(), 1.0], pooled.effects.y])
    found = optimize.minimize(minus, start, method="BFGS", options={"gtol": 1e-6})
    statistic = 2 * (-found.fun - _common(pooled, minus, k))
    assert pooled.heterogeneity()["Q"] == pytest.approx(statistic, rel=1e-5)
    h, eye = 1e-3, np.eye(k + 2)
    bend = np.array([
        [
            sum(s * t * minus(found.x + h * (s * a + t * b)) for s in (-1, 1) for t in (-1, 1))
            for a in eye
        ]
        for b in eye
    ]) / (4 * h * h)  # fmt: skip
    cov = np.linalg.inv(bend)[2:, 2:]
    differ = np.diff(np.eye(k), axis=0)
    away = differ @ found.x[2:]
    wald = away @ np.linalg.solve(differ @ cov @ differ.T, away)
    assert pooled.heterogeneity()["Q_wald"] == pytest.approx(wald, rel=1e-3)


def _common(pooled, minus, k):
    def alike(p):
        return minus(np.concatenate([p[:2], np.full(k, p[2])]))

    return -optimize.minimize(alike, [-2.0, 1.0, -0.4], method="BFGS", options={"gtol": 1e-7}).fun


TWO_ARMS = [code for code in glmm.REGISTRY if code.startswith(("OR", "IRR"))]


def drawn(code, k=14, seed=4, sizes=(20, 200)):
    """Trials drawn from a model with theta ~ N(0.5, 0.3), a third of the levels low."""
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(*sizes, (2, k)).astype(float)
    level, theta = rng.normal(-1.5, 0.6, k), rng.normal(0.5, math.sqrt(0.3), k)
    study = [f"trial {i}" for i in range(k)]
    if code == "PLO":
        return pd.DataFrame(
            {"study": study, "events": rng.binomial(n1.astype(int), special.expit(theta)), "n": n1}
        )
    if code == "IRLN":
        return pd.DataFrame(
            {"study": study, "events": rng.poisson(n1 / 20 * np.exp(theta)), "person_time": n1 / 20}
        )
    if code.startswith("OR"):
        x1 = rng.binomial(n1.astype(int), special.expit(level + theta))
        x2 = rng.binomial(n2.astype(int), special.expit(level))
        sizes = {"n1": n1, "n2": n2}
    else:
        x1, x2 = rng.poisson(n1 * np.exp(level + theta)), rng.poisson(n2 * np.exp(level))
        sizes = {"person_time1": n1, "person_time2": n2}
    return pd.DataFrame({"study": study, "events1": x1, "events2": x2, **sizes})


@cache
def pooled_draws(code):
    """Pool the trials that `drawn` draws, once for all tests that change them."""
    return pool_counts(drawn(code), code)


def swapped(table):
    pairs = {name[:-1] for name in table.columns if name.endswith("1")}
    turn = {f"{name}{i}": f"{name}{3 - i}" for name in pairs for i in (1, 2)}
    return table.rename(columns=turn)


@pytest.mark.parametrize("code", TWO_ARMS)
def test_swapping_the_arms_turns_the_sign_in_any_order_of_trials(code):
    one, two = pooled_draws(code), pool_counts(swapped(drawn(code)).iloc[::-1], code)
    assert two.beta[0] == pytest.approx(-one.beta[0], rel=1e-7)
    assert two.tau2 == pytest.approx(one.tau2, rel=1e-7)
    assert two.summary()["se"].iloc[0] == pytest.approx(one.summary()["se"].iloc[0], rel=1e-6)
    assert two.solution.log_likelihood == pytest.approx(one.solution.log_likelihood, abs=1e-8)


@pytest.mark.parametrize("code", [code for code in glmm.REGISTRY if code.startswith("IR")])
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_units_of_time_cancel(code, factor):
    table = drawn(code, k=8)
    times = [name for name in table if name.startswith("person_time")]
    other = table.assign(**{name: factor * table[name] for name in times})
    one, two = pool_counts(table, code), pool_counts(other, code)
    shift = -math.log(factor) if code == "IRLN" else 0.0
    assert two.beta[0] - shift == pytest.approx(one.beta[0], rel=1e-9)
    assert two.tau2 == pytest.approx(one.tau2, rel=1e-9)
    assert two.summary()["se"].iloc[0] == pytest.approx(one.summary()["se"].iloc[0], rel=1e-9)


@pytest.mark.parametrize("code", [code for code in glmm.REGISTRY if code not in TWO_ARMS])
def test_the_order_of_trials_does_not_matter(code):
    one, two = pooled_draws(code), pool_counts(drawn(code).iloc[::-1], code)
    np.testing.assert_allclose([one.beta[0], one.tau2], [two.beta[0], two.tau2], rtol=1e-7)


@pytest.mark.parametrize("code", [code for code in glmm.REGISTRY if code != "OR.CM.AL"])
def test_simulated_trials_give_the_truth_back(code):
    """Many trials of good size: within four standard errors of what they were drawn from."""
    sizes = (20, 60) if code == "OR.CM.EL" else (20, 200)
    pooled = pool_counts(drawn(code, k=250, seed=8, sizes=sizes), glmm.get(code, nodes=5))
    row, found = pooled.summary().iloc[0], pooled.heterogeneity()
    assert abs(row["estimate"] - 0.5) < 4 * row["se"]
    assert abs(found["tau2"] - 0.3) < 4 * found["tau2_se"]
    assert row["se"] == pytest.approx(math.sqrt(0.3 / 250), rel=0.5)


@pytest.mark.parametrize("code", glmm.REGISTRY)
def test_a_common_effect_in_each_group_is_that_of_the_group_alone(code):
    """For models without common nuisance parameters, whose likelihood splits by trial."""
    if "UM.RS" in code:
        pytest.skip("the distribution of intercepts ties the groups together")
    table = drawn(code).assign(kind=list("ab" * 7))
    model = glmm.get(code, common=True)
    both = pool_counts(table, model, moderators="0 + kind")
    for place, kind in enumerate("ab"):
        alone = pool_counts(table[table["kind"] == kind], model)
        assert both.beta[place] == pytest.approx(alone.beta[0], rel=1e-8)


def test_conditional_and_unconditional_poisson_agree_without_scatter():
    """Conditioning on the sum loses nothing of a Poisson rate ratio."""
    table = drawn("IRR.CM.EL")
    one, two = (pool_counts(table, glmm.get(c, common=True)) for c in ("IRR.CM.EL", "IRR.UM.FS"))
    assert one.beta[0] == pytest.approx(two.beta[0], rel=1e-9)
    assert one.summary()["se"].iloc[0] == pytest.approx(two.summary()["se"].iloc[0], rel=1e-6)


def test_double_zero_trials_add_nothing_and_are_named():
    for code in ("OR.UM.FS", "OR.CM.EL", "IRR.CM.EL", "OR.CM.AL"):
        table = drawn(code)
        empty = table.iloc[[0]].assign(study="silent", events1=0, events2=0)
        more = pool_counts(pd.concat([table, empty]), code)
        plain = pooled_draws(code)
        assert more.left_out == ("silent",)
        assert more.summary().attrs["left_out"] == ("silent",)
        np.testing.assert_allclose(more.beta, plain.beta, rtol=1e-9)
        assert more.effects.k == len(table)


@pytest.mark.parametrize("code", ["PLO", "IRLN"])
def test_one_group_without_events_counts(code):
    table = drawn(code)
    empty = table.iloc[[0]].assign(study="silent", events=0)
    more = pool_counts(pd.concat([table, empty]), code)
    assert more.effects.k == len(table) + 1
    assert more.beta[0] < pooled_draws(code).beta[0]


def test_arms_without_events_have_an_infinite_answer():
    none = drawn("OR.CM.EL").assign(events1=0)
    for code in ("OR.UM.FS", "OR.UM.RS", "OR.CM.EL", "OR.CM.AL"):
        with pytest.raises(ModelError, match=r"no events in the column 'events1'.*infinite"):
            pool_counts(none, code)
    with pytest.raises(ModelError, match="No trial has both"):
        pool_counts(none.assign(events2=0), "OR.CM.EL")
    full = drawn("PLO")
    with pytest.raises(ModelError, match="nothing but events"):
        pool_counts(full.assign(events=full["n"]), "PLO")
    with pytest.raises(ModelError, match="no events"):
        pool_counts(full.assign(events=0), "PLO")


@pytest.mark.parametrize("code", ["OR.UM.FS", "OR.CM.EL", "OR.UM.RS"])
def test_a_level_without_events_is_refused_in_words(code):
    table = drawn(code).assign(kind=list("ab" * 7))
    table.loc[table["kind"] == "b", "events1"] = 0
    with pytest.raises(ModelError, match="rises without end"):
        pool_counts(table, code, moderators="kind")


@pytest.mark.parametrize("code", glmm.REGISTRY)
def test_one_and_two_trials(code):
    one = pool_counts(drawn(code, k=1, seed=11), code)
    assert one.tau2 == 0
    assert math.isnan(one.prediction_interval()["lower"])
    assert math.isnan(one.heterogeneity()["Q_p"])
    assert np.isfinite(one.summary()["se"].iloc[0])
    two = pool_counts(drawn(code, k=2, seed=11), code)
    assert np.isfinite(two.prediction_interval()["upper"])
    assert two.heterogeneity()["Q_df"] == 1


def test_one_trial_is_its_own_odds_ratio():
    """Of one table the models with free intercepts give its own log odds ratio and variance."""
    table = pd.DataFrame({"study": ["a"], "events1": [12], "n1": [40], "events2": [7], "n2": [45]})
    row = pool_counts(table, "OR.UM.FS").summary().iloc[0]
    assert row["estimate"] == pytest.approx(math.log(12 * 38 / (28 * 7)), rel=1e-9)
    assert row["se"] == pytest.approx(math.sqrt(1 / 12 + 1 / 28 + 1 / 7 + 1 / 38), rel=1e-7)
    exact = pool_counts(table, "OR.CM.EL").summary().iloc[0]["estimate"]
    theirs = stats.contingency.odds_ratio([[12, 28], [7, 38]], kind="conditional").statistic
    assert exact == pytest.approx(math.log(theirs), rel=1e-6)


def test_large_counts_take_moderate_time_and_memory():
    rng = np.random.default_rng(1)
    n = np.full(5, 40_000)
    p = special.expit(-1 + rng.normal(0, 0.2, 5))
    table = pd.DataFrame({
        "study": list("abcde"), "events1": rng.binomial(n, p), "n1": n,
        "events2": rng.binomial(n, 0.25), "n2": n,
    })  # fmt: skip
    exact, plain = (pool_counts(table, glmm.get(c, nodes=9)) for c in ("OR.CM.EL", "OR.UM.FS"))
    assert exact.beta[0] == pytest.approx(plain.beta[0], abs=1e-3)


def test_directions_turn_single_trials():
    """Where lower is better the arms change places; positive favours the intervention."""
    table = drawn("OR.UM.FS")
    half = np.arange(14) < 7
    turned = table.copy()
    turned.loc[half] = swapped(table).loc[half, table.columns]
    turned["higher_is_better"] = np.where(half, "no", "yes")
    one, two = pool_counts(table, "OR.UM.FS"), pool_counts(turned, "OR.UM.FS")
    np.testing.assert_allclose(two.beta, one.beta, rtol=1e-8)
    assert "favour" in two.summary().attrs["direction"]


def test_profile_interval_of_tau2():
    """At its ends the likelihood, the mean climbed anew, has fallen by half the quantile."""
    pooled = asked("OR_collins1985b_CM.AL_ML", nodes=0)
    table = tau2_interval(pooled)
    cut = stats.chi2.ppf(0.95, 1) / 2
    for end in ("lower", "upper"):
        tau2 = table.loc["tau2", end]
        best = optimize.minimize_scalar(
            lambda b, t=tau2: -_height(pooled, np.array([b]), t), bracket=(-0.6, -0.2)
        )
        drop = pooled.solution.log_likelihood + best.fun
        assert drop == pytest.approx(cut, abs=1e-5) or (tau2 == 0 and drop < cut)
    with pytest.raises(ModelError, match="common effect"):
        tau2_interval(asked("OR_collins1985b_CM.AL_EE"))


def test_prediction_interval_and_inference_by_t():
    pooled = pool_counts(drawn("PLO"), "PLO", inference="t", level=0.9)
    row, ahead = pooled.summary().iloc[0], pooled.prediction_interval()
    quantile = stats.t.ppf(0.95, 13)
    assert row["upper"] == pytest.approx(row["estimate"] + quantile * row["se"])
    half = quantile * math.sqrt(pooled.tau2 + row["se"] ** 2)
    assert ahead["upper"] - ahead["estimate"] == pytest.approx(half)
    assert "PLO" in repr(pooled)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"model": "nothing"}, "Known:.*OR.CM.EL"),
        ({"inference": "knha"}, "rescales"),
        ({"level": 1.5}, "level"),
        ({"moderators": "absent"}, "absent"),
    ],
)
def test_refusals(settings, match):
    with pytest.raises(ModelError, match=match):
        pool_counts(drawn("OR.CM.EL"), settings.pop("model", "OR.CM.EL"), **settings)


def test_settings_and_counts_that_are_none():
    with pytest.raises(ModelError, match="nodes"):
        glmm.get("PLO", nodes=-1)
    with pytest.raises(ModelError, match="does not take"):
        glmm.get("PLO", laplace=True)
    broken = drawn("OR.CM.EL").astype({"events1": float})
    broken.loc[3, "events1"] = 2.5
    with pytest.raises(DataError, match=r"trial 3.*events1.*2.5"):
        pool_counts(broken, "OR.CM.EL")
    with pytest.raises(DataError, match="events2"):
        pool_counts(broken.drop(columns="events2"), "OR.CM.EL")
    more = drawn("OR.CM.EL")
    more.loc[2, "events1"] = more.loc[2, "n1"] + 1
    with pytest.raises(DataError, match="trial 2"):
        pool_counts(more, "OR.CM.EL")
