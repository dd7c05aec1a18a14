"""Diagnostics by definition; test_reference_table.py holds them to metafor."""

import numpy as np
import pandas as pd
import pytest
from tests.classical.references import FITS, near

from consilience.classical.diagnostics import (
    cumulative,
    fit_statistics,
    gosh,
    influence,
    leave_one_out,
)
from consilience.classical.inference import REGISTRY as INFERENCES
from consilience.classical.pool import pool
from consilience.errors import ModelError


@pytest.mark.parametrize("name", FITS)
def test_fit_statistics(name, effects_of):
    kept = FITS[name]
    effects = effects_of(kept["yi"], kept["vi"])
    for fit in kept["fits"].values():
        code = {"EE": "CE"}.get(fit["method"], fit["method"])
        ours = fit_statistics(pool(effects, code))
        for row in ("ML", "REML"):
            theirs = fit["fit.stats"][row]
            found = ours.loc[row, ["log_likelihood", "deviance", "AIC", "BIC", "AICc"]]
            near(found, [theirs[key] for key in ("ll", "dev", "AIC", "BIC", "AICc")], 1e-6)


def test_gosh_is_the_analysis_of_each_subset(scattered):
    few = scattered.keep(np.arange(12) < 6)
    for code in ("CE", "DL", "REML"):
        table = gosh(pool(few, code))
        assert table.attrs["complete"]
        assert len(table) == 2**6 - 6 - 1
        for _, row in table.sample(5, random_state=1).iterrows():
            inside = row.filter(like="in[").to_numpy(dtype=bool)
            alone = pool(few.keep(inside), code)
            assert row["estimate"] == pytest.approx(alone.beta[0], rel=1e-9)
            assert row["tau2"] == pytest.approx(alone.tau2, rel=1e-9, abs=1e-12)
            scatter = alone.heterogeneity()
            assert row[["I2", "H2", "Q"]].tolist() == pytest.approx(
                scatter[["I2", "H2", "Q"]].tolist(), rel=1e-9, abs=1e-9
            )


def test_gosh_draws_when_there_are_too_many(scattered):
    table = gosh(pool(scattered, "DL"), most=500, seed=3)
    assert not table.attrs["complete"]
    assert len(table) == 500
    assert (table["k"] >= 2).all()
    again = gosh(pool(scattered, "DL"), most=500, seed=3)
    assert (table["estimate"] == again["estimate"]).all()


@pytest.mark.parametrize("inference", INFERENCES)
def test_deletion_by_definition_with_moderators(scattered, inference):
    pooled = pool(scattered, moderators="year", inference=inference)
    table = influence(pooled)
    without = pool(scattered.without("trial 3"), moderators="year", inference=inference)
    change = pooled.beta - without.beta
    cook = change @ np.linalg.inv(pooled.cov) @ change
    assert table.loc["trial 3", "cooks_distance"] == pytest.approx(cook, rel=1e-6)
    assert table.loc["trial 3", "tau2_without"] == pytest.approx(without.tau2, rel=1e-8)
    assert table["hat"].sum() == pytest.approx(2)


def test_studies_are_left_out_whole(scattered):
    table = leave_one_out(pool(scattered, "DL"), by="kind")
    alone = pool(scattered.keep(scattered.table["kind"] != "b"), "DL")
    assert table.loc["b", "estimate"] == alone.beta[0]
    assert table["k"].tolist() == [10, 8, 8, 10]


def test_cumulating_downwards_is_cumulating_what_was_turned_round(effects_of):
    y, v, year = [0.1, 0.5, 0.2, 0.9], [0.02, 0.05, 0.03, 0.04], [2001, 1999, 2010, 2005]
    downwards = cumulative(pool(effects_of(y, v, year=year)), "year", descending=True)
    turned = cumulative(pool(effects_of(y, v, year=[-each for each in year])), "year")
    pd.testing.assert_frame_equal(downwards, turned)
    assert downwards["estimate"].iloc[0] == 0.2


def test_refusals(scattered, effects_of):
    regression = pool(scattered, moderators="year")
    for verb in (leave_one_out, cumulative, gosh):
        with pytest.raises(ModelError, match="moderators"):
            verb(regression)
    with pytest.raises(ModelError, match=r"no column"):
        cumulative(pool(scattered), "colour")
    with pytest.raises(ModelError, match="too few"):
        influence(pool(effects_of([0.1, 0.2], [0.1, 0.1])))
    with pytest.raises(ModelError, match="only one"):
        leave_one_out(pool(effects_of([0.1], [0.1])))
    lone = effects_of([0.1, 0.2, 0.3, 0.5], [0.1] * 4, kind=["a", "a", "a", "b"])
    with pytest.raises(ModelError, match="trial 3"):
        influence(pool(lone, moderators="kind"))
