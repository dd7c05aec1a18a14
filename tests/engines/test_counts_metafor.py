"""Marginal likelihoods of counts are highest where the reference's models of counts are.

Every answer that the reference has for two arms of counts. It integrates with seven nodes at each
trial's mode, and with one (Laplace) where baselines and effects are both random; so do the
comparisons of like with like, on the library's own arms (`glmm`). How far one node is from the
whole integral is measured as well.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from tests.across import across
from tests.engines.glmm import Arms, ascent, each

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines.integrated import assemble
from consilience.likelihoods import baselines

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "models_rmaglmm.json"
MODELS = json.loads(REFERENCE.read_text(encoding="utf-8"))["models"]
FLAT = baselines.Fixed(priors.Normal(0.0, 300.0))
TWO_ARMS = [
    name for name, row in MODELS.items() if "model" in row["args"] and len(row["beta"]) == 1
]
TIGHT = 1.5e-4
"""Of estimates on the log scale: from 1/5000 to 1/800 of their standard errors."""
STOPPED = {"OR_nielweise2007_UM.FS_ML": 5e-4, "OR_nielweise2007_CM.EL_bcg_is_skipped": 5e-4}
"""Where the reference's optimiser stops 1/700 of a standard error before the top."""


def of_kind(*kinds):
    return [name for name in TWO_ARMS if any(f"_{kind}" in name for kind in kinds)]


def effects_of(name, measure):
    given = MODELS[name]["input"]
    if "x1i" in given:
        names = {"x1i": "events1", "t1i": "person_time1", "x2i": "events2", "t2i": "person_time2"}
        table = {ours: given[theirs] for theirs, ours in names.items()}
    else:
        first, second = np.array(given["ai"]), np.array(given["ci"])
        n1 = given["n1i"] if "n1i" in given else first + given["bi"]
        n2 = given["n2i"] if "n2i" in given else second + given["di"]
        table = {"events1": first, "n1": n1, "events2": second, "n2": n2}
        table |= {"person_time1": n1, "person_time2": n2} if measure == "IRR" else {}
    frame = pd.DataFrame({key: np.asarray(value, dtype=float) for key, value in table.items()})
    return cs.effect_sizes(frame.assign(study=[f"t{i}" for i in range(len(frame))]), measure)


def arms_of(name):
    effects = effects_of(name, name.split("_")[0])
    counted = likelihoods.Binomial() if "ai" in MODELS[name]["input"] else likelihoods.Poisson()
    table, size = effects.table, "n" if "ai" in MODELS[name]["input"] else "person_time"
    people = (table[f"{size}1"] + table[f"{size}2"]).to_numpy()
    events = (table["events1"] + table["events2"]).to_numpy()
    return Arms(counted.curves(effects).arms, events, people)


def truth(name):
    return MODELS[name]["beta"][0], np.sqrt(MODELS[name]["tau2"])


def marginal(likelihood, effects, tau):
    """log p(data | mu, tau, …) by the library; without tau for common effects."""
    normal = heterogeneity.Normal(priors.HalfNormal(5.0))
    scatter = normal if tau > 0.0 else heterogeneity.Nothing()
    form = assemble(cs.Model(priors.Normal(0, 9), (), scatter, likelihood), effects)
    return form.log_likelihood


def near(name):
    """A point at which the estimates of the reference are: (mu,) or (mu, tau)."""
    mu, tau = truth(name)
    return np.array([mu, tau] if tau > 0.0 else [mu])


@across("name", of_kind("CM.EL"))
def test_events_given_their_total_are_the_conditional_model(name):
    """Trials without events, and one in which nobody had any, stay in."""
    at = near(name)
    conditional = likelihoods.Poisson(FLAT) if "IRR" in name else likelihoods.Hypergeometric()
    log_f = marginal(conditional, effects_of(name, name.split("_")[0]), truth(name)[1])
    assert ascent(log_f, at) == pytest.approx(0.0, abs=STOPPED.get(name, TIGHT))


@across("name", [name for name in of_kind("CM.AL") if name.endswith("ML") or "dorn" in name])
def test_rates_with_flat_baselines_are_the_approximate_conditional_model(name):
    """∫ Poisson(x₁) Poisson(x₂) db over all log rates b is binomial in x₁ given the total."""
    log_f = marginal(likelihoods.Poisson(FLAT), effects_of(name, "IRR"), truth(name)[1])
    assert ascent(log_f, near(name)) == pytest.approx(0.0, abs=TIGHT)


@across("name", of_kind("UM.FS"))
def test_maximised_baselines_are_the_unconditional_model(name):
    arms, (mu, tau) = arms_of(name), truth(name)

    def log_f(at):
        return arms.profile((at[0], at[1] if tau else 0.0), nodes=7)[0].sum()

    assert ascent(each(log_f), near(name)) == pytest.approx(0.0, abs=STOPPED.get(name, TIGHT))
    if tau == 0.0 and name.endswith("ML"):
        assert log_f([mu]) > arms.profile((mu, 0.1), nodes=7)[0].sum()
    if tau > 0.0:
        sharper = arms.profile((mu, tau), nodes=25)[0].sum()
        assert sharper == pytest.approx(log_f([mu, tau]), abs=2e-4)  # seven nodes are enough


def mean_given(arms, mu, spreads, nodes):
    """The reference does not keep the mean of random baselines: the one that suits the rest."""
    sd, tau = spreads
    found = optimize.minimize_scalar(
        lambda mean: -arms.random((mu, mean, sd, tau), nodes=nodes).sum(),
        bracket=(arms.b.mean(), arms.b.mean() + 0.1),
        options={"xtol": 1e-7},
    )
    return found.x


@across("name", [name for name in of_kind("UM.RS") if MODELS[name]["sigma2"] > 0.0])
def test_random_baselines_are_the_model_with_random_study_effects(name):
    """By Laplace's approximation as the reference has it, which costs tau up to a hundredth."""
    arms, (mu, tau) = arms_of(name), truth(name)
    sd, nodes = np.sqrt(MODELS[name]["sigma2"]), 1 if tau > 0.0 else 7
    at = [mu, mean_given(arms, mu, (sd, tau), nodes), sd, *([tau] if tau else [])]

    def log_f(nodes):
        rest = [] if tau else [0.0]
        return each(lambda at: arms.random((*at, *rest), nodes=nodes).sum())

    assert ascent(log_f(nodes), at, 1e-2) == pytest.approx(0.0, abs=2e-4)
    if tau > 0.0:
        exact = ascent(log_f(5), at, 1e-2)
        assert abs(exact[0]) < 0.005 * MODELS[name]["se"][0]
        assert 0.0 < exact[3] < 0.012 * tau


@across("name", [name for name in of_kind("UM.RS") if name.endswith("EE")])
def test_exchangeable_baselines_are_the_model_with_random_study_effects(name):
    """The library's own integral over them, with a common effect.

    A trial without events says something of random baselines, and the reference leaves it out.
    """
    measure, (mu, _) = name.split("_")[0], truth(name)
    drawn = baselines.Exchangeable()
    counted = likelihoods.Poisson if measure == "IRR" else likelihoods.Binomial
    effects = effects_of(name, measure)
    told = (effects.table["events1"] + effects.table["events2"] > 0).to_numpy()
    log_f = marginal(counted(baseline=drawn), effects.keep(told), 0.0)
    sd = np.sqrt(MODELS[name]["sigma2"])
    half = mean_given(arms_of(name), mu, (sd, 0.0), 7)
    found = ascent(log_f, [mu, half - 0.5 * mu, sd])  # ours are the comparator's
    assert found == pytest.approx(0.0, abs=2e-4)


def test_trials_that_differ_in_nothing_have_no_spread_in_either():
    name = "OR_hine1989_UM.RS_ML"
    arms, (mu, _) = arms_of(name), truth(name)

    def log_f(at):
        return arms.log(np.full(len(arms.b), at[1]), np.full(len(arms.b), at[0])).sum()

    mean = optimize.minimize_scalar(lambda m: -log_f([mu, m])).x
    assert ascent(each(log_f), [mu, mean]) == pytest.approx(0.0, abs=TIGHT)
    for spread in ((0.1, 0.0), (1e-3, 0.1)):
        assert arms.random((mu, mean, *spread), nodes=9).sum() < log_f([mu, mean])


@across("name", ["OR_bcg_UM.FS_ML", "OR_lee2004_UM.FS_ML"])
def test_integrated_baselines_differ_from_maximised_ones_by_how_sharp_they_are(name):
    """∫ over b is the maximum times √(2π/curvature), which tau changes: so is the gap between them.

    Integrated out, baselines cost tau no degrees of freedom; maximised out, they shrink it (Jackson
    et al. 2018, doi:10.1002/sim.7588).
    """
    arms, start = arms_of(name), near(name)
    flat = marginal(likelihoods.Binomial(baseline=FLAT), effects_of(name, "OR"), 1.0)
    top = start
    for _ in range(3):
        top = top + ascent(flat, top)

    def profile(at):
        return arms.profile(at, nodes=7)[0].sum()

    def corrected(at):
        best, curvature = arms.profile(at, nodes=7)
        return best.sum() - 0.5 * np.log(curvature).sum()

    away = (top - start) / top
    assert away[1] > 0.005  # what is integrated leaves more to tau
    assert np.abs(ascent(each(corrected), top) / top).max() < 0.02
    gaps = [
        float(np.diff(log_f(np.array([start, top])))[0])
        for log_f in (flat, each(corrected), each(profile))
    ]
    assert gaps[2] < 0.0 < gaps[0]
    assert abs(gaps[0] - gaps[1]) < 0.2 * abs(gaps[0] - gaps[2])
