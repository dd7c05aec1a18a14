"""z, t, Knapp–Hartung: quantiles, factors, and what they promise about coverage."""

import math

import numpy as np
import pytest
from scipy import stats

from consilience.classical.inference import REGISTRY, get
from consilience.classical.pool import pool


@pytest.mark.parametrize("code", REGISTRY)
def test_quantiles_and_p_values(code):
    method = get(code)
    df = method.df(7)
    law = stats.norm() if math.isinf(df) else stats.t(df)
    assert method.critical(0.95, 7) == pytest.approx(law.ppf(0.975), rel=1e-12)
    statistic = np.array([0.0, -1.3, 4.0])
    np.testing.assert_allclose(
        method.p_value(statistic, 7), 2 * law.sf(np.abs(statistic)), rtol=1e-10
    )


def test_modified_knapp_hartung_is_never_the_shorter(effects_of):
    alike = effects_of([0.3, 0.31, 0.29], [0.1, 0.1, 0.1])
    se = {code: pool(alike, inference=code).summary().loc["mu", "se"] for code in REGISTRY}
    assert se["knha"] < se["z"] == se["adhoc"] == se["t"]


def test_knapp_hartung_is_students_t_for_equal_variances(effects_of):
    y = np.array([0.1, 0.5, 0.9, 0.2])
    row = pool(effects_of(y, [0.1] * 4), inference="knha").summary().loc["mu"]
    theirs = stats.ttest_1samp(y, 0)
    assert row["statistic"] == pytest.approx(theirs.statistic)
    assert row["p_value"] == pytest.approx(theirs.pvalue)


def test_coverage_with_five_trials(effects_of):
    """The normal interval is too short with few trials; Knapp and Hartung's is not.

    A large simulation gives 0.883 and 0.944; the margins are four standard errors of this one.
    """
    rng = np.random.default_rng(11)
    v = np.array([0.05, 0.08, 0.1, 0.15, 0.2])
    hits = {"z": 0, "knha": 0}
    for _ in range(300):
        effects = effects_of(rng.normal(0, np.sqrt(v + 0.3)), v)
        for code in hits:
            row = pool(effects, "DL", inference=code).summary().loc["mu"]
            hits[code] += row["lower"] <= 0 <= row["upper"]
    assert hits["z"] / 300 == pytest.approx(0.883, abs=0.074)
    assert hits["knha"] / 300 == pytest.approx(0.944, abs=0.053)
    assert hits["z"] < hits["knha"]
