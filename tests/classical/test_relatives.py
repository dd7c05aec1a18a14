"""What takes the answer of `pool` alone says so to its relatives, in words."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.classical import diagnostics, hypotheses, small_study
from consilience.errors import ModelError


@pytest.fixture(scope="module")
def effects():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "estimate": [f"e{n}" for n in range(24)],
            "study": [f"s{n // 3}" for n in range(24)],
            "yi": rng.normal(0.3, 0.4, 24),
            "vi": rng.uniform(0.02, 0.2, 24),
        }
    )
    return cs.effect_sizes(table, "GEN")


@pytest.fixture(scope="module")
def multilevel(effects):
    return cs.pool_multilevel(effects, "study/estimate")


@pytest.mark.parametrize(
    "ask",
    [
        diagnostics.shrunken,
        diagnostics.fit_statistics,
        diagnostics.residuals,
        diagnostics.leave_one_out,
        diagnostics.cumulative,
        diagnostics.gosh,
        diagnostics.influence,
        hypotheses.permutation_test,
        lambda pooled: hypotheses.likelihood_ratio(pooled, pooled),
        small_study.trim_fill,
        small_study.limit_meta_analysis,
        lambda pooled: small_study.selection_model(pooled, "steps", favoured="greater"),
    ],
)
def test_a_multilevel_result_is_refused_in_words(multilevel, ask):
    with pytest.raises(ModelError, match=r"takes what cs\.pool answers, not a PooledMultilevel"):
        ask(multilevel)


@pytest.mark.parametrize(
    "ask",
    [
        lambda robust: cs.hypothesis(robust, {"mu": 1}),
        hypotheses.wald_test,
    ],
)
def test_a_robust_result_keeps_its_own_tests(multilevel, ask):
    with pytest.raises(ModelError, match="Use its own methods, such as contrast"):
        ask(cs.robust(multilevel, "study"))


def test_the_profile_of_a_variance_component_is_drawn(multilevel):
    table = cs.profile_likelihood(multilevel, "study", points=9)
    assert cs.plots.profile(table).axes
