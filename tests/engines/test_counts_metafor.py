"""Marginal likelihoods of counts are highest where the reference's models of counts are."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines.integrated import assemble
from consilience.likelihoods import baselines

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "models_rmaglmm.json"
MODELS = json.loads(REFERENCE.read_text(encoding="utf-8"))["models"]
WIDE = baselines.Fixed(priors.Normal(0.0, 10.0))
FLAT = baselines.Fixed(priors.Normal(0.0, 300.0))


def effects_of(name, measure):
    given = MODELS[name]["input"]
    if measure == "IRR":
        names = {"x1i": "events1", "t1i": "person_time1", "x2i": "events2", "t2i": "person_time2"}
        table = {ours: given[theirs] for theirs, ours in names.items()}
    else:
        first, second = np.array(given["ai"]), np.array(given["ci"])
        n1 = given["n1i"] if "n1i" in given else first + given["bi"]
        n2 = given["n2i"] if "n2i" in given else second + given["di"]
        table = {"events1": first, "n1": n1, "events2": second, "n2": n2}
    frame = pd.DataFrame({key: np.asarray(value, dtype=float) for key, value in table.items()})
    return cs.effect_sizes(frame.assign(study=[f"t{i}" for i in range(len(frame))]), measure)


def highest(likelihood, effects, start):
    """The mode of p(data | mu, tau), and its height."""
    scatter = heterogeneity.Normal(priors.HalfNormal(5.0))
    form = assemble(cs.Model(priors.Normal(0, 9), (), scatter, likelihood), effects)

    def below(at):
        return -form.given(np.array([[at[0], abs(at[1])]])).log_likelihood[0]

    options = {"xatol": 1e-6, "fatol": 1e-9}
    found = optimize.minimize(below, start, method="Nelder-Mead", options=options)
    return found.x[0], abs(found.x[1])


def truth(name):
    return MODELS[name]["beta"][0], np.sqrt(MODELS[name]["tau2"])


@pytest.mark.parametrize("name", ["OR_nielweise2007_CM.EL_ML", "OR_dorn2007_CM.EL_ML"])
def test_events_given_their_total_are_the_conditional_model(name):
    """Trials without events, and one in which nobody had any, stay in."""
    mu, tau = truth(name)
    found = highest(likelihoods.Hypergeometric(), effects_of(name, "OR"), [mu + 0.1, tau + 0.1])
    assert found[0] == pytest.approx(mu, rel=1e-4)
    assert found[1] == pytest.approx(tau, rel=1e-3)


@pytest.mark.parametrize("name", ["IRR_nielweise2008_CM.EL_ML", "IRR_hart1999_CM.EL_ML"])
def test_rates_with_flat_baselines_are_the_conditional_model(name):
    """∫ Poisson(x₁) Poisson(x₂) db over all log rates b is binomial in x₁ given the total."""
    mu, tau = truth(name)
    found = highest(likelihoods.Poisson(FLAT), effects_of(name, "IRR"), [mu + 0.1, tau + 0.1])
    assert found[0] == pytest.approx(mu, rel=1e-4)
    assert found[1] == pytest.approx(tau, rel=2e-3, abs=5e-3)


SHARES = {"OR_bcg_UM.FS_ML": 0.02, "OR_lee2004_UM.FS_ML": 0.04}


@pytest.mark.parametrize("name", SHARES)
def test_near_flat_baselines_are_near_the_unconditional_model(name):
    """Integrated out, baselines cost tau no degrees of freedom; maximised out, they shrink it.

    Jackson et al. (2018), doi:10.1002/sim.7588; conditioned away they cost none either. Trials of
    20 to 50 participants (lee2004) tell flat log odds from maximised ones: by a tenth of mu's
    standard error.
    """
    mu, tau = truth(name)
    effects = effects_of(name, "OR")
    found = highest(likelihoods.Binomial(baseline=WIDE), effects, [mu, tau])
    conditional = highest(likelihoods.Hypergeometric(), effects, [mu, tau])
    assert found[0] == pytest.approx(mu, rel=SHARES[name])
    assert found[0] == pytest.approx(mu, abs=0.1 * MODELS[name]["se"][0])
    assert found[1] == pytest.approx(conditional[1], rel=SHARES[name])
    assert found[1] > tau
