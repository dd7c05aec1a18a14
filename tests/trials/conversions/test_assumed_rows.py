"""Assumed allocations and covariates against raw data; rows at nodes against one run per node."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import priors
from consilience.trials.conversions import (
    DEFAULT,
    ClusterArms,
    EqualArms,
    PrintedD,
    SEToSD,
    TToSMD,
    named,
    run,
)
from consilience.trials.frames import from_frame

SHARE = priors.Uniform(0.15, 0.85)
COVARIATES = priors.Uniform(0.5, 0.7)


def test_an_assumed_allocation_costs_what_raw_data_say(rng) -> None:
    """Trials of 60 with unknown allocation: d misses its true value by what the variance says."""
    trials, total, effect = 8000, 60, 0.5
    first = np.ceil(rng.uniform(0.15, 0.85, trials) * total - 0.5).astype(int)
    treated = np.arange(total) < first[:, None]
    x = rng.normal(size=(trials, total)) + effect * treated
    means = [np.where(arm, x, 0).sum(axis=1) / arm.sum(axis=1) for arm in (treated, ~treated)]
    rest = x - np.where(treated, means[0][:, None], means[1][:, None])
    d = (means[0] - means[1]) / np.sqrt((rest**2).sum(axis=1) / (total - 2))
    table = pd.DataFrame({"study": [f"S{i}" for i in range(trials)], "n_total": total, "d": d})
    known = cs.effect_sizes(table, "SMD", conversions=(EqualArms(SHARE), PrintedD()))
    naive = cs.effect_sizes(table, "SMD", conversions=(EqualArms(), PrintedD()))
    square = np.mean((known.y - effect) ** 2)
    assert known.v.mean() == pytest.approx(square, rel=0.05)
    assert naive.v.mean() < 0.85 * square


def test_assumed_covariates_cost_what_raw_data_say(rng) -> None:
    """The t of an analysis of covariance whose multiple correlation nobody printed."""
    trials, n, effect = 4000, 150, 2.0
    r = rng.uniform(0.5, 0.7, (trials, 1))
    group = np.repeat([1.0, 0.0], n)
    covariate, noise = rng.normal(size=(2, trials, 2 * n))
    y = effect * group + r * covariate + np.sqrt(1 - r**2) * noise
    design = np.stack([np.ones_like(y), np.broadcast_to(group, y.shape), covariate], axis=-1)
    normal = np.einsum("tip,tiq->tpq", design, design)
    beta = np.linalg.solve(normal, np.einsum("tip,ti->tp", design, y)[..., None])[..., 0]
    error = ((y - np.einsum("tip,tp->ti", design, beta)) ** 2).sum(axis=1) / (2 * n - 3)
    t = beta[:, 1] / np.sqrt(error * np.linalg.inv(normal)[:, 1, 1])
    table = pd.DataFrame({"study": [f"S{i}" for i in range(trials)], "n1": n, "n2": n, "t_stat": t})
    known = cs.effect_sizes(table, "SMD", conversions=(TToSMD(COVARIATES),))
    naive = cs.effect_sizes(table, "SMD", conversions=(TToSMD(0.6),))
    square = np.mean((known.y - effect) ** 2)
    assert known.y.mean() == pytest.approx(effect, rel=0.01)
    assert known.v.mean() == pytest.approx(square, rel=0.07)
    assert naive.v.mean() < 0.75 * square


def mixed(rng: np.random.Generator) -> pd.DataFrame:
    k = 40
    form = np.arange(k) % 4
    cells = {
        "n1": np.where(form == 1, np.nan, 30.0), "n2": np.where(form == 1, np.nan, 34.0),
        "n_total": np.where(form == 1, 64.0, np.nan),
        "mean1": np.where(form == 0, rng.normal(5, 1, k).round(2), np.nan),
        "mean2": np.where(form == 0, rng.normal(4, 1, k).round(2), np.nan),
        "se1": np.where(form == 0, 0.4, np.nan), "se2": np.where(form == 0, 0.5, np.nan),
        "d": np.where((form == 1) | (form == 3), rng.normal(0.4, 0.3, k).round(2), np.nan),
        "t_stat": np.where(form == 2, rng.normal(2, 1, k).round(2), np.nan),
    }  # fmt: skip
    return pd.DataFrame({"study": [f"S{i}" for i in range(k)], **cells})


@pytest.mark.parametrize(
    ("rules", "rows"),
    [
        ((EqualArms(SHARE), *DEFAULT), 10),
        (("EqualArms", "DEFAULT", TToSMD(COVARIATES)), 10),
        ((EqualArms(SHARE), SEToSD(), PrintedD(), TToSMD(COVARIATES)), 20),
    ],
    ids=["arms", "covariates", "both"],
)
def test_the_rows_that_an_assumption_reaches_are_those_of_one_run_per_node(
    rng, rules, rows, monkeypatch
) -> None:
    """A whole table at each node gives the same cells, estimates and variances, bit for bit."""
    table, measure = from_frame(mixed(rng)), cs.measures.get("SMD")
    twice = isinstance(rules[1], str)  # the t is read by the uncertain rule alone
    rules = tuple(r for r in named(rules) if not (twice and r == TToSMD()))
    few = run(table, measure, rules=rules)
    effects = cs.effect_sizes(few, "SMD")
    running = import_module("consilience.trials.conversions.run")
    everyone = np.zeros(0, dtype=int)
    monkeypatch.setattr(running, "_reached", lambda states, *_, **__: (states[0], everyone))
    monkeypatch.setattr(running, "_STACKED", 1)  # one node a table
    monkeypatch.setattr(import_module("consilience.trials.assumed"), "_STACKED", 1)
    whole = run(table, measure, rules=rules)
    assert few.assumed.rows.tolist() == whole.assumed.rows.tolist()
    assert len(few.assumed.rows) == rows
    assert set(few.assumed.cells) == set(whole.assumed.cells)
    for name, values in whole.assumed.cells.items():
        np.testing.assert_array_equal(few.assumed.cells[name], values)
    again = cs.effect_sizes(whole, "SMD")
    np.testing.assert_array_equal(effects.v, again.v)
    np.testing.assert_array_equal(effects.y, again.y)


def test_a_zero_cell_policy_that_looks_at_all_rows_is_asked_of_the_whole_table() -> None:
    """to="if0all" adds to a row because of another one: also where only the first is assumed."""
    table = from_frame(
        pd.DataFrame(
            {"study": ["A", "B"], "events1": [8.0, 0.0], "n1": [40.0, 30.0], "events2": [5.0, 3.0]}
            | {"n2": [42.0, 31.0], "cluster_size1": [6.0, np.nan], "cluster_size2": [6.0, np.nan]}
        )
    )
    rules = (ClusterArms(icc=priors.Uniform(0.0, 0.1)),)
    found = cs.effect_sizes(table, cs.measures.get("OR", to="if0all"), conversions=rules)
    draws = (np.arange(50) + 0.5) / 500
    each = [
        cs.effect_sizes(
            table,
            cs.measures.get("OR", to="if0all"),
            conversions=(replace(rules[0], icc=float(icc)),),
        )
        for icc in draws
    ]
    y, v = (np.array([getattr(one, name)[0] for one in each]) for name in "yv")
    assert found.y[0] == pytest.approx(y.mean(), rel=1e-3)
    assert found.v[0] == pytest.approx(v.mean() + y.var(), rel=1e-3)
