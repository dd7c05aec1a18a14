"""Exact posteriors of counts and arms, against sums over dense grids that share no code."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from scipy.special import expit

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Exact, Nuts
from consilience.engines.auto import run
from consilience.errors import ConvergenceError, RefusalError
from consilience.likelihoods import baselines

TAU = (0.3, 1.5)
THETA = np.linspace(-12.0, 12.0, 481)
MU = np.linspace(-7.0, 7.0, 281)
B = np.linspace(-10.0, 8.0, 301)
BASE = baselines.Fixed(priors.Normal(-1.0, 1.0))

TRIALS = pd.DataFrame({
    "study": ["a", "b"], "events1": [12, 10], "n1": [30, 26], "events2": [14, 9], "n2": [28, 25],
    "person_time1": [30.0, 41.0], "person_time2": [28.5, 39.0],
    "mean1": [1.3, 0.4], "sd1": [2.0, 1.4], "mean2": [0.5, 0.6], "sd2": [1.5, 2.2],
})  # fmt: skip


def over_baseline(log_arms):
    """log ∫ p(arms | b, θ) N(b; −1, 1) db by a plain sum, (θ,) for each row."""
    prior = stats.norm.logpdf(B, -1.0, 1.0)
    with np.errstate(all="ignore"):
        heights = log_arms(B[:, None], THETA[None, :]) + prior[:, None]
        return np.log(np.sum(np.exp(heights), axis=0) * (B[1] - B[0]))


def risks(link, b, theta):
    p2 = expit(b)
    moved = {
        "Logit": lambda: expit(b + theta),
        "Log": lambda: np.minimum(p2 * np.exp(theta), 1.0),
        "Identity": lambda: np.clip(p2 + theta, 0.0, 1.0),
    }
    return moved[link](), p2 + 0.0 * theta


def binomial(link):
    def curve(row):
        def arms(b, theta):
            p1, p2 = risks(link, b, theta)
            one = stats.binom.logpmf(row.events1, row.n1, p1)
            return one + stats.binom.logpmf(row.events2, row.n2, p2)

        return over_baseline(arms)

    return curve


def poisson(row):
    def arms(b, theta):
        one = stats.poisson.logpmf(row.events1, row.person_time1 * np.exp(b + theta))
        return one + stats.poisson.logpmf(row.events2, row.person_time2 * np.exp(b))

    return over_baseline(arms)


def conditional(row):
    law = stats.nchypergeom_fisher
    total = int(row.events1 + row.events2)
    every = np.array([
        law.logpmf(row.events1, row.n1 + row.n2, row.n1, total, np.exp(theta))
        for theta in THETA[np.abs(THETA) < 9.0]
    ])  # fmt: skip
    found = np.full(len(THETA), -np.inf)
    found[np.abs(THETA) < 9.0] = every
    return found


def means(row):
    e = np.linspace(-60.0, 60.0, 6001)
    se1, se2 = row.sd1 / np.sqrt(row.n1), row.sd2 / np.sqrt(row.n2)
    second = stats.t.pdf(e / se2, row.n2 - 1) / se2
    away = (row.mean1 - row.mean2) - THETA
    pieces = [
        np.sum(stats.t.pdf((d + e) / se1, row.n1 - 1) / se1 * second) * (e[1] - e[0]) for d in away
    ]
    return np.log(pieces)


CASES = {
    "odds ratios": (likelihoods.Binomial("Logit", BASE), "OR", binomial("Logit")),
    "risk ratios": (likelihoods.Binomial("Log", BASE), "RR", binomial("Log")),
    "risk differences": (likelihoods.Binomial("Identity", BASE), "RD", binomial("Identity")),
    "rate ratios": (likelihoods.Poisson(BASE), "IRR", poisson),
    "conditional": (likelihoods.Hypergeometric(), "OR", conditional),
    "means": (likelihoods.ArmMeans(), "MD", means),
}


def model(likelihood, mu=None, tau=None):
    scatter = heterogeneity.Normal(tau or priors.Uniform(*TAU))
    return cs.Model(mu=mu or priors.Normal(0.0, 1.0), heterogeneity=scatter, likelihood=likelihood)


def brute(curves):
    """Evidence and moments from the joint density on a grid of (μ, τ, θ)."""
    t, w = np.polynomial.legendre.leggauss(24)
    tau = TAU[0] + 0.5 * (t + 1.0) * (TAU[1] - TAU[0])
    log_prior = stats.norm.logpdf(MU)
    step, joint, theta = THETA[1] - THETA[0], [], []
    for value in tau:
        square = (THETA[None, :] - MU[:, None]) ** 2 / value**2
        normal = np.exp(-0.5 * square) * (step / (value * np.sqrt(2.0 * np.pi)))
        masses = [normal @ np.exp(curve) for curve in curves]
        first = normal @ (np.exp(curves[0]) * THETA) / masses[0]
        joint.append(np.exp(log_prior) * np.prod(masses, axis=0))
        theta.append(first)
    joint, theta = np.array(joint) * (0.5 * w)[:, None] * (MU[1] - MU[0]), np.array(theta)
    total = joint.sum()
    mean = np.sum(joint * MU) / total
    return {
        "evidence": np.log(total), "mu": mean,
        "sd": np.sqrt(np.sum(joint * (MU - mean) ** 2) / total),
        "tau": np.sum(joint * tau[:, None]) / total, "theta": np.sum(joint * theta) / total,
        "below": integrate.simpson(joint.sum(axis=0)[MU <= 1e-9]) / total,
    }  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_sum_over_a_dense_grid(name):
    likelihood, measure, curve = CASES[name]
    effects = cs.effect_sizes(TRIALS, measure)
    fit = cs.fit(model(likelihood), effects, "exact")
    wanted = brute([curve(row) for row in TRIALS.itertuples()])
    summary = fit.summary()
    assert fit.posterior.accuracy < 1e-6
    assert fit.log_evidence == pytest.approx(wanted["evidence"], abs=1e-7)
    assert summary.loc["mu", "mean"] == pytest.approx(wanted["mu"], abs=1e-7)
    assert summary.loc["mu", "sd"] == pytest.approx(wanted["sd"], abs=1e-7)
    assert summary.loc["tau", "mean"] == pytest.approx(wanted["tau"], abs=1e-7)
    assert summary.loc["theta[a]", "mean"] == pytest.approx(wanted["theta"], abs=1e-6)
    assert fit.posterior.cdf({"mu": 0.0})["mu"] == pytest.approx(wanted["below"], abs=1e-6)


def test_overdispersed_counts_of_one_effect_are_the_sum_over_a_dense_grid():
    t, w = np.polynomial.legendre.leggauss(8)
    rho = 0.1 + 0.05 * t

    def curve(row, size):
        def arms(b, theta):
            p1, p2 = risks("Logit", b, theta)
            q1, q2 = risks("Logit", -b, -theta)
            law = stats.betabinom.logpmf
            one = law(row.events1, row.n1, p1 * size + 1e-300, q1 * size + 1e-300)
            return one + law(row.events2, row.n2, p2 * size + 1e-300, q2 * size + 1e-300)

        return over_baseline(arms)

    sizes = (1.0 - rho) / rho
    heights = [[curve(row, size) for row in TRIALS.itertuples()] for size in sizes]
    joint = np.exp(np.sum(heights, axis=1) + stats.norm.logpdf(THETA)) * (0.5 * w)[:, None]
    total = joint.sum() * (THETA[1] - THETA[0])
    likelihood = likelihoods.BetaBinomial("Logit", BASE, priors.Uniform(0.05, 0.15))
    common = cs.Model(priors.Normal(0, 1), (), heterogeneity.Nothing(), likelihood)
    fit = cs.fit(common, cs.effect_sizes(TRIALS, "OR"))
    summary = fit.summary()
    assert fit.posterior.accuracy < 1e-6
    assert fit.log_evidence == pytest.approx(np.log(total), abs=1e-7)
    share = joint.sum(axis=1) / joint.sum()
    assert summary.loc["rho", "mean"] == pytest.approx(rho @ share, abs=1e-7)
    mean = THETA @ joint.sum(axis=0) / joint.sum()
    assert summary.loc["mu", "mean"] == pytest.approx(mean, abs=1e-7)
    assert summary.loc["theta[b]", "mean"] == pytest.approx(mean, abs=1e-6)


@cache
def bcg():
    trials = cs.read_trials("benchmarks/bcg.csv")
    return cs.effect_sizes(trials, "OR")


@pytest.fixture(scope="module")
def fitted():
    likelihood = likelihoods.Binomial(baseline=baselines.Fixed(priors.Normal(-3.0, 3.0)))
    return cs.fit(model(likelihood, tau=priors.HalfNormal(0.5)), bcg())


def test_with_huge_arms_it_is_the_normal_likelihood():
    table = bcg().table.reset_index(drop=True)
    counts = ["events1", "n1", "events2", "n2"]
    huge = cs.effect_sizes(table.assign(**{name: 2000 * table[name] for name in counts}), "OR")
    prior = priors.HalfNormal(0.5)
    wide = likelihoods.Binomial(baseline=baselines.Fixed(priors.Normal(0.0, 10.0)))
    ours = cs.fit(model(wide, tau=prior), huge).summary()
    theirs = cs.fit(model(likelihoods.Normal(), tau=prior), huge).summary()
    sd = theirs["sd"]
    assert (np.abs(ours["mean"] - theirs["mean"]) / sd).max() < 0.02
    np.testing.assert_allclose(ours["sd"], sd, rtol=0.01)
    np.testing.assert_allclose(ours["lower"], theirs["lower"], atol=0.02 * sd.max())


def test_turned_effects_and_swapped_arms_are_mirror_images():
    tau = priors.HalfNormal(0.5)
    conditional = model(likelihoods.Hypergeometric(), tau=tau)
    plain = cs.fit(conditional, bcg()).summary()
    table = bcg().table.reset_index(drop=True)
    swapped = table.rename(columns={"events1": "events2", "events2": "events1",
                                    "n1": "n2", "n2": "n1"})  # fmt: skip
    turned = table.assign(higher_is_better="no")
    for other in (swapped, turned):
        mirror = cs.fit(conditional, cs.effect_sizes(other, "OR")).summary()
        for one, two in (("mean", "mean"), ("lower", "upper")):
            ours, theirs = mirror[one].drop("tau"), plain[two].drop("tau")
            np.testing.assert_allclose(ours, -theirs, atol=1e-6)
    even = likelihoods.Binomial(baseline=baselines.Fixed(priors.Normal(0.0, 3.0)))
    events = TRIALS.assign(events1=TRIALS["n1"] - TRIALS["events1"],
                           events2=TRIALS["n2"] - TRIALS["events2"])  # fmt: skip
    one, two = (cs.fit(model(even, tau=tau), cs.effect_sizes(each, "OR")).summary()
                for each in (TRIALS, events))  # fmt: skip
    assert two.loc["mu", "mean"] == pytest.approx(-one.loc["mu", "mean"], abs=1e-8)


def test_trials_without_events_stay_in_and_those_that_say_nothing_are_named():
    more = pd.DataFrame({"study": ["none", "one arm"], "events1": [0, 0], "n1": [40, 50],
                         "events2": [0, 4], "n2": [38, 51]})  # fmt: skip
    columns = ["study", "events1", "n1", "events2", "n2"]
    table = pd.concat([TRIALS[columns], more], ignore_index=True)
    effects, tau = cs.effect_sizes(table, "OR"), priors.HalfNormal(0.5)
    conditional = model(likelihoods.Hypergeometric(), tau=tau)
    fit = cs.fit(conditional, effects)
    without = cs.fit(conditional, effects.without("none"))
    kept = without.summary().index
    pd.testing.assert_frame_equal(fit.summary().loc[kept], without.summary(), rtol=1e-5, atol=1e-6)
    assert any("no information" in step and "none" in step for step in fit.posterior.steps)
    assert fit.summary().loc["theta[none]", "mean"] == pytest.approx(
        fit.summary().loc["mu", "mean"], abs=1e-6
    )
    both = cs.fit(model(likelihoods.Binomial(baseline=BASE), tau=tau), effects)
    zero = both.summary().loc["theta[one arm]"]
    assert np.isfinite(zero[["mean", "sd", "lower", "upper"]].to_numpy(float)).all()
    assert zero["mean"] < both.summary().loc["mu", "mean"]
    foreseen = both.posterior.foresee()
    assert np.isnan(foreseen[2])
    assert 0.0 < foreseen[3] < 0.5


def test_draws_summary_and_combinations_are_of_one_posterior(fitted):
    draws, summary = fitted.draws["posterior"].to_dataset(), fitted.summary()
    count = draws["mu"].size
    theta = draws["theta"].mean(("chain", "draw")).to_numpy()
    rows = summary.loc[[f"theta[{label}]" for label in fitted.effects.labels]]
    assert (np.abs(theta - rows["mean"]) / rows["sd"] * np.sqrt(count)).max() < 4.5
    spread = draws["theta"].std(("chain", "draw")).to_numpy()
    np.testing.assert_allclose(spread, rows["sd"], rtol=4.0 / np.sqrt(count))
    for name in ("mu", "tau"):
        gap = abs(float(draws[name].mean()) - summary.loc[name, "mean"])
        assert gap < 4.5 * summary.loc[name, "sd"] / np.sqrt(count)
    table = cs.compare({"counts": fitted})
    assert table["estimate"].iloc[0] == pytest.approx(summary.loc["mu", "mean"], abs=1e-6)
    new = cs.summarise(cs.predict(fitted, cs.NewTrial(n1=100, n2=100)))
    assert new.loc["theta[new]", "lower"] == pytest.approx(
        table["prediction_lower"].iloc[0], abs=0.15
    )


def test_it_is_saved_and_read_back(fitted, tmp_path):
    fitted.save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    assert again.model == fitted.model
    pd.testing.assert_frame_equal(again.summary(), fitted.summary(), rtol=1e-9)


def test_left_out_trials_and_replicates(fitted):
    found = cs.exact_loo(fitted)
    assert found.table["lpd"].notna().all()
    estimated = cs.loo(fitted)
    sound = estimated.pareto_k.to_numpy() < 0.5
    assert sound.sum() > 6
    np.testing.assert_allclose(
        found.table["lpd"][sound], estimated.elpd_i.to_numpy()[sound], atol=0.1
    )
    checked = cs.check(fitted)
    assert checked.trials["p_value"].between(0.0, 1.0).all()
    assert (checked.trials["lower"] < checked.trials["mean"]).all()


def test_what_it_cannot_integrate_it_refuses_and_names_the_other_engine():
    table = bcg().table.reset_index(drop=True).assign(year=range(13), kind=list("aabbccaabbcca"))
    effects = cs.effect_sizes(table, "OR")
    for changed in (
        {"terms": cs.terms.Linear("year + kind")},
        {"terms": cs.terms.Exchangeable("kind")},
        {"heterogeneity": heterogeneity.StudentT()},
        {
            "likelihood": likelihoods.Binomial(baseline="Exchangeable"),
            "mu": priors.Uniform(-3.0, 3.0),
        },
        {"likelihood": likelihoods.BetaBinomial(), "terms": cs.terms.Linear("year")},
        {"mu": priors.Flat()},
    ):
        slots = {"mu": priors.Normal(0, 1), "likelihood": likelihoods.Binomial(), **changed}
        with pytest.raises(RefusalError, match=r"engines.Nuts\(\)"):
            cs.engines.Exact().accept(cs.Model(**slots), effects)
    ratios = cs.Model(priors.Normal(0, 1), likelihood=likelihoods.BetaBinomial("Log"))
    with pytest.raises(RefusalError, match=r"each value of rho.* links.Logit\(\)"):
        cs.engines.Exact().accept(ratios, cs.effect_sizes(table, "RR"))
    trusted = cs.Model(likelihood="Binomial", bias=cs.bias.PowerWeight("kind", "a", 0.5))
    with pytest.raises(RefusalError, match="trust some trials less"):
        cs.engines.Exact().accept(trusted, effects)


def test_where_the_accuracy_is_not_reached_the_other_engine_answers_and_says_why(monkeypatch):
    def falls_short(*_):
        raise ConvergenceError("Two rules still differ by 2e-6. Use engines.Nuts().")

    monkeypatch.setattr(Exact, "run", falls_short)
    monkeypatch.setattr(Nuts, "run", lambda *_: "sampled")
    choice, answer = run(model(likelihoods.Binomial()), bcg(), seed=4)
    assert answer == "sampled"
    assert choice.engine == Nuts(seed=4)
    assert choice.reason.startswith("NUTS, because")
    assert "still differ by 2e-6" in choice.reason
    with pytest.raises(ConvergenceError):
        cs.fit(model(likelihoods.Binomial()), bcg(), "exact")


ODD = {
    "no events in nearly all": ([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], [19, 6, 0, 35, 0, 7, 13, 4, 9, 75]),
    "hundreds against none": (
        [26, 111, 19066, 8015, 59, 1047, 36, 74, 1344, 75], [2, 5, 408, 131, 1, 19, 1, 1, 69, 1]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_rates_that_hardly_any_prior_foresees_are_integrated_too(name):
    """Three of sixty data sets from the prior were refused; the mean is that of a plain sum."""
    one, two = ODD[name]
    years = 1.5 * np.array([24, 31, 18, 60, 45, 120, 38, 27, 80, 52.0])
    table = pd.DataFrame({
        "study": [f"t{i}" for i in range(10)], "events1": one, "events2": two,
        "person_time1": years, "person_time2": years,
    })  # fmt: skip
    likelihood = likelihoods.Poisson(baselines.Fixed(priors.Normal(-3.0, 3.0)))
    asked = model(likelihood, mu=priors.Normal(0.0, 2.82), tau=priors.HalfNormal(0.5))
    effects = cs.effect_sizes(table, "IRR")
    fit = cs.fit(asked, effects, Exact(tolerance=1e-7))
    form = fit.posterior.form
    mean, sd = fit.summary().loc["mu", ["mean", "sd"]]
    mu = np.linspace(mean - 9.0 * sd, mean + 9.0 * sd, 145)
    tau = (np.arange(75) + 0.5) * 0.04
    both = np.stack([grid.ravel() for grid in np.meshgrid(mu, tau, indexing="ij")], axis=1)
    heights = form.log_likelihood(both) + stats.norm.logpdf(both[:, 0], 0.0, 2.82)
    heights += stats.halfnorm.logpdf(both[:, 1], scale=0.5)
    weights = np.exp(heights - heights.max())
    assert mean == pytest.approx(weights @ both[:, 0] / weights.sum(), abs=2e-3 * sd)
