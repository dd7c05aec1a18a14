"""The model files for trials with several estimates: they load, give reasons, and are exact."""

import tomllib
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import consilience as cs
from consilience import priors, spec
from consilience.calibration.simulator import simulator
from consilience.model import all_hypers, blocks

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("multivariate", "three_level", "two_views")
each = pytest.mark.parametrize("name", NAMES)


@cache
def declared(name):
    return cs.read_model(ROOT / "models" / f"{name}.toml")


@cache
def trials():
    """The design on which they are calibrated, with estimates that one of them drew."""
    import pandas as pd

    path = ROOT / "benchmarks" / "calibration" / "dependent.csv"
    empty = cs.effect_sizes(pd.read_csv(path).assign(yi=0.0), "GEN")
    drawn = simulator(declared("three_level").model, empty).draw(np.random.default_rng(3))
    return replace(empty, y=drawn.y)


@each
def test_it_says_what_it_is_and_stands_in_the_table(name):
    found = declared(name)
    assert min(len(found.title), len(found.equation), len(found.when)) > 5
    assert f"| `{name}` |" in (ROOT / "models" / "README.md").read_text(encoding="utf-8")


def stated(part):
    """Every prior inside a part of a model."""
    if isinstance(part, priors.Prior):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from stated(inner)
    elif is_dataclass(part):
        for field in fields(part):
            yield from stated(getattr(part, field.name))


@each
def test_a_reason_and_a_source_stand_beside_every_prior(name):
    found = declared(name)
    reasons = [r for r in found.reasons if len(r.reason) > 30 and len(r.source) > 10]
    assert len(reasons) == len(found.reasons) == len(list(stated(found.model)))
    owned = {hyper.prior for hyper in all_hypers(found.model, trials())}
    owned |= {part.prior for part in blocks(found.model, trials()) if not part.scales}
    assert set(stated(found.model)) == owned  # no default stands unspoken


@each
def test_it_survives_mapping_and_toml(name, tmp_path):
    model = declared(name).model
    assert spec.from_mapping(spec.to_mapping(model)) == model
    path = tmp_path / "again.toml"
    path.write_text(spec.to_toml(model), encoding="utf-8")
    assert cs.read_model(path).model == model
    assert tomllib.loads(path.read_text(encoding="utf-8"))["heterogeneity"]["kind"]


@each
def test_it_is_exact_and_stands_in_every_table(name):
    fit = cs.fit(declared(name).model, trials())
    assert isinstance(fit.engine, cs.engines.Exact)
    assert fit.posterior.accuracy < 1e-8
    assert np.isfinite(fit.log_evidence)
    summary = fit.summary()
    assert np.isfinite(summary[["mean", "sd", "lower", "upper"]].to_numpy(float)).all()
    row = cs.compare({"Bayes": fit, **cs.classical_twins(fit)})
    assert len(row) == 3
    assert row["estimate"].notna().all()
    assert row.loc["Bayes", "prediction_lower"] < row.loc["Bayes", "prediction_upper"]
    assert cs.borrowing(fit).trials["shrinkage"].between(0.0, 1.0).all()


@each
def test_its_prior_predictive_is_in_range(name):
    """Before the data: estimates within ±6 SD of the outcome, most within ±2."""
    draw, rng = simulator(declared(name).model, trials()), np.random.default_rng(1)
    y = np.concatenate([draw.draw(rng).y for _ in range(300)])
    assert np.mean(np.abs(y) < 2.0) > 0.85
    assert np.mean(np.abs(y) > 6.0) < 0.01
    assert np.mean(np.abs(y) > 0.2) > 0.5
