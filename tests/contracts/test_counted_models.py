"""The model files of the arms' own data: they load, give their reasons, and both engines agree."""

import importlib.util
import sys
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import consilience as cs
from consilience import engines, likelihoods, priors, spec

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("arm_means", "beta_binomial", "binomial", "conditional", "poisson")
PARAMETERS = {"arm_means": 2, "beta_binomial": 2, "binomial": 2, "conditional": 2, "poisson": 2}
EXACT = NAMES
MCSE = 4.0
NEW = {
    "arm_means": cs.NewTrial(40, 40, sd1=1.0, sd2=1.0, mean2=0.0),
    "poisson": cs.NewTrial(person_time1=40.0, person_time2=40.0, rate2=priors.Exponential(0.2)),
} | dict.fromkeys(
    ("beta_binomial", "binomial", "conditional"), cs.NewTrial(40, 40, risk2=priors.Beta(3.0, 9.0))
)
OF_ESTIMATES = {likelihoods.Normal, likelihoods.CorrelatedNormal}

each = pytest.mark.parametrize("name", NAMES)


@cache
def declared(name):
    return cs.read_model(ROOT / "models" / f"{name}.toml")


@cache
def trials(name):
    folder = ROOT / "benchmarks" / "calibration"
    sys.path.insert(0, str(folder))
    try:
        path = folder / "counted_trials.py"
        found = importlib.util.spec_from_file_location("counted_trials", path)
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module.design_of(declared(name).model)


@cache
def exact(name):
    return cs.fit(declared(name).model, trials(name), engines.Exact(tolerance=1e-6))


def tables(value, where=""):
    if isinstance(value, dict):
        if value.get("kind") in priors.REGISTRY and where != "heterogeneity":
            yield where, value
        for key, inner in value.items():
            yield from tables(inner, f"{where}.{key}".strip("."))


@each
def test_it_says_what_it_is_and_why(name, tmp_path):
    found = declared(name)
    assert min(len(found.title), len(found.equation), len(found.when)) > 5
    assert f"| `{name}` |" in (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    content = tomllib.loads((ROOT / "models" / f"{name}.toml").read_text(encoding="utf-8"))
    reasons = {reason.slot: reason for reason in found.reasons}
    slots = {where for where, _ in tables(content)}
    assert "mu" in slots
    assert slots & {"heterogeneity.tau", "likelihood.rho"}
    for where in slots:
        assert len(reasons[where].reason) > 30, where
        assert len(reasons[where].source) > 10, where
    assert spec.from_mapping(spec.to_mapping(found.model)) == found.model
    (tmp_path / "again.toml").write_text(spec.to_toml(found.model), encoding="utf-8")
    assert cs.read_model(tmp_path / "again.toml").model == found.model


def test_every_likelihood_of_arms_has_a_file():
    kinds = {type(declared(name).model.likelihood) for name in NAMES}
    assert kinds == set(likelihoods.REGISTRY.values()) - OF_ESTIMATES


@pytest.mark.parametrize("name", EXACT)
def test_it_fits_exactly(name):
    fit = exact(name)
    assert fit.diagnosis.passed
    assert fit.posterior.accuracy < 1e-6
    assert np.isfinite(fit.log_evidence)
    summary = fit.summary()
    assert len(summary) == PARAMETERS[name] + fit.effects.k
    assert np.isfinite(summary[["mean", "sd", "median", "lower", "upper"]].to_numpy(float)).all()
    assert summary["lower"].lt(summary["median"]).all()
    assert summary["median"].lt(summary["upper"]).all()


@pytest.mark.nuts
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "binomial" else pytest.mark.slow) for n in EXACT]
)
def test_the_engines_agree_within_four_monte_carlo_errors(name):
    sampled = cs.fit(declared(name).model, trials(name), engines.Nuts(seed=3))
    assert sampled.diagnosis.passed, sampled.diagnosis
    ours, theirs = exact(name).summary(), sampled.summary()
    assert list(ours.index) == list(theirs.index)
    gap = np.abs(ours["mean"] - theirs["mean"]) / theirs["mcse"]
    assert gap.max() < MCSE, (gap.idxmax(), gap.max())
    spread = np.abs(theirs["sd"] / ours["sd"] - 1.0) * np.sqrt(theirs["ess_bulk"])
    assert spread.max() < MCSE, (spread.idxmax(), spread.max())
    for group in ("posterior", "log_likelihood", "log_prior", "prior"):
        mine, other = (fit.draws[group].to_dataset() for fit in (exact(name), sampled))
        assert set(mine.data_vars) == set(other.data_vars), group
    mine, other = (
        fit.draws["log_likelihood"]["yi"].mean(("chain", "draw")).to_numpy()
        for fit in (exact(name), sampled)
    )
    np.testing.assert_allclose(mine, other, atol=0.02)
    seen, weighed = exact(name).posterior.foresee(), sampled.posterior.foresee()
    np.testing.assert_allclose(weighed, seen, atol=0.02)
    one, two = (cs.summarise(cs.predict(fit, NEW[name])) for fit in (exact(name), sampled))
    assert list(one.index) == list(two.index)
    error = np.hypot(one["mcse"], two["mcse"]).to_numpy()
    assert (np.abs(one["mean"] - two["mean"]) <= MCSE * error).all(), one["mean"] - two["mean"]
