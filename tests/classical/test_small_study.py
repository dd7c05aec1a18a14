"""Small-study effects by simulation and definition; test_reference_table.py adds metafor."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.classical.references import EXTRAS

from consilience.classical.pool import pool
from consilience.classical.small_study import (
    excess_significance,
    fail_safe_n,
    harbord_test,
    limit_meta_analysis,
    pet_peese,
    peters_test,
    rank_test,
    regression_test,
    trim_fill,
)
from consilience.errors import ModelError

# Raudenbush (1984): teacher expectancy; standardised mean differences and standard errors.
TEACHERS = [
    (0.03, 0.1249), (0.12, 0.1470), (-0.14, 0.1670), (1.18, 0.3730), (0.26, 0.3690),
    (-0.06, 0.1030), (-0.02, 0.1030), (-0.32, 0.2200), (0.27, 0.1640), (0.80, 0.2510),
    (0.54, 0.3020), (0.18, 0.2230), (-0.02, 0.2890), (0.23, 0.2900), (-0.18, 0.1590),
    (-0.06, 0.1670), (0.30, 0.1390), (0.07, 0.0938), (-0.07, 0.1740),
]  # fmt: skip


def test_limit_meta_analysis_without_small_study_effects():
    """Estimates on a line in √(v + tau²) are answered by the line."""
    from consilience.effects import effect_sizes

    v = np.array([0.01, 0.04, 0.09, 0.16, 0.25])
    table = pd.DataFrame({"study": list("abcde"), "yi": 0.3 + 0.5 * np.sqrt(v), "vi": v})
    found = limit_meta_analysis(pool(effect_sizes(table, "GEN"), "CE"))
    assert found["estimate"] == pytest.approx(0.3)
    assert found["alpha"] == pytest.approx(0.5)


def test_pet_peese_chooses_by_pet(scattered):
    table = pet_peese(scattered, alpha=1.0 - 1e-9)
    assert table.loc["PET-PEESE", "estimate"] == table.loc["PEESE", "estimate"]
    table = pet_peese(scattered, alpha=1e-300)
    assert table.loc["PET-PEESE", "estimate"] == table.loc["PET", "estimate"]


def test_excess_significance_by_brute_force(scattered):
    pooled = pool(scattered, "CE")
    found = excess_significance(pooled)
    rng = np.random.default_rng(2)
    drawn = rng.normal(pooled.beta[0], np.sqrt(scattered.v), (40_000, 12))
    counts = (np.abs(drawn / np.sqrt(scattered.v)) >= stats.norm.ppf(0.975)).sum(axis=1)
    assert found["expected"] == pytest.approx(counts.mean(), abs=0.03)
    assert found["p_exact"] == pytest.approx(np.mean(counts >= found["observed"]), abs=0.01)


def tables(seed):
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(30, 300, (2, 40))
    a, c = rng.binomial(n1, 0.3), rng.binomial(n2, 0.3)
    names = [f"t{i}" for i in range(40)]
    frame = pd.DataFrame({"study": names, "events1": a, "n1": n1, "events2": c, "n2": n2})
    b, d = n1 - a, n2 - c
    return frame.assign(yi=np.log(a * d / (b * c)), vi=1 / a + 1 / b + 1 / c + 1 / d)


@functools.cache
def tabled(seed):
    from consilience.effects import effect_sizes

    return effect_sizes(tables(seed), "GEN")


@pytest.mark.parametrize("test", [peters_test, harbord_test])
def test_two_by_two_tests_keep_their_size(test):
    p = [test(tabled(s)).loc["slope", "p_value"] for s in range(200)]
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_peters_is_weighted_least_squares():
    from consilience.effects import effect_sizes

    frame = tables(1)
    row = peters_test(effect_sizes(frame, "GEN")).loc["slope"]
    total = frame["n1"] + frame["n2"]
    events = frame["events1"] + frame["events2"]
    w = np.sqrt(1 / (1 / events + 1 / (total - events)))
    X = np.column_stack([np.ones(40), 1 / total]) * w.to_numpy()[:, None]
    beta, rss, *_ = np.linalg.lstsq(X, frame["yi"] * w, rcond=None)
    se = np.sqrt(rss[0] / 38 * np.linalg.inv(X.T @ X)[1, 1])
    assert [row["estimate"], row["se"]] == pytest.approx([beta[1], se], rel=1e-8)


def test_refusals(scattered, effects_of):
    two = effects_of([0.1, 0.2], [0.1, 0.2])
    same = effects_of([0.1, 0.2, 0.3], [0.1] * 3)
    for verb in (regression_test, rank_test, limit):
        with pytest.raises(ModelError, match="three"):
            verb(two)
    with pytest.raises(ModelError, match="the same for all"):
        regression_test(same)
    with pytest.raises(ModelError, match="Known: ni"):
        regression_test(scattered, "size")
    with pytest.raises(ModelError, match='"n1" and "n2"'):
        regression_test(scattered, "ni")
    with pytest.raises(ModelError, match="without moderators"):
        trim_fill(pool(scattered, moderators="year"))
    with pytest.raises(ModelError, match="no column"):
        peters_test(scattered)


def limit(effects):
    return limit_meta_analysis(pool(effects))


def test_fail_safe_numbers_beside_metafors_own_tests(effects_of):
    """tests/testthat/test_misc_fsn.r, examples of Becker (2005)."""
    y, se = zip(*TEACHERS, strict=True)
    passive, interviews = (EXTRAS[name] for name in ("hackshaw1998 GEN", "mcdaniel1994 ZCOR"))
    expected = {
        (0.05, (26, 44, 4, 0, 0)): (y, np.square(se)),
        (0.049, (393, 186, 104, 202, 112)): (passive["yi"], passive["vi"]),
        (0.15, (50364, 129, 65, 45528, 6068)): (interviews["yi"], interviews["vi"]),
    }
    for (target, numbers), data in expected.items():
        effects = effects_of(*data)
        table = fail_safe_n(effects, target=target)
        assert tuple(table["n"].drop("Fisher")) == numbers
        # Fisher's by its definition: one null study fewer does not yet lift the product.
        n, z = int(table.loc["Fisher", "n"]), effects.y / np.sqrt(effects.v)
        p = stats.norm.sf(z * np.sign(z.sum()))
        lifted = [
            stats.combine_pvalues(np.append(p, np.full(more, 0.5))).pvalue for more in (n - 1, n)
        ]
        assert lifted[0] < 0.05 <= lifted[1]


def test_so_many_general_null_studies_and_no_fewer_undo_the_finding(scattered, effects_of):
    """Under a common effect they are Rosenberg's; else the p value is that of the pooled whole."""
    scattered = effects_of(scattered.y + 0.4, scattered.v)
    table = fail_safe_n(scattered, estimator="CE")
    assert table.loc["General", "n"] == table.loc["Rosenberg", "n"] > 0
    n = int(fail_safe_n(scattered, estimator="DL").loc["General", "n"])
    typical = 1 / np.mean(1 / scattered.v)
    first = pool(scattered, "DL")

    def p_value(more):
        """Null studies that scatter by exactly the variance that was found."""
        null = stats.norm.ppf((np.arange(more) + 0.5) / more)
        null *= np.sqrt(typical + first.tau2) / null.std(ddof=1)
        y = np.append(scattered.y, null - null.mean())
        found = pool(effects_of(y, np.append(scattered.v, np.full(more, typical))), "REML")
        return found.summary().loc["mu", "p_value"]

    assert p_value(round(0.7 * n)) < 0.05 < p_value(round(1.4 * n))
    with pytest.raises(ModelError, match="alpha"):
        fail_safe_n(scattered, alpha=0.7)
    assert fail_safe_n(scattered, target=-1.0).loc["Orwin", "n"] == np.inf
    assert fail_safe_n(effects_of([0.1], [0.1])).loc["General", "n"] == 0
