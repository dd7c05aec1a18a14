"""What every tau² estimator promises."""

import numpy as np
import pytest
from tests.across import across

from consilience.classical import REGISTRY, get
from consilience.errors import ModelError

every = across("estimator", [get(code) for code in REGISTRY], ids=lambda each: each.code)


def draw(seed: int, p: int):
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-2, 1, 14))
    X = np.column_stack([np.ones(14), rng.normal(size=(14, 2))])[:, :p]
    return rng.normal(0.3, np.sqrt(v + 0.2)), v, X


# Their formulas are for many trials, or by the delta method.
WIDE = {"GENQM", "HM", "ML", "PMM"}
CASES = [(seed, p) for seed in range(5) for p in (1, 3)]


@every
def test_it_is_listed_under_its_code(estimator):
    assert REGISTRY[estimator.code] is type(estimator)
    assert estimator.label


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ModelError, match=r"CE, DL, DLIT.*REML, SJ"):
        get("FE2")


@every
@across("case", CASES)
@across("c", [1e-4, 1e-2, 7.0, 1e4])
def test_scale_equivariant(estimator, case, c):
    y, v, X = draw(*case)
    tau2, scaled = estimator.tau2(y, v, X), estimator.tau2(c * y, c**2 * v, X)
    assert scaled == pytest.approx(c**2 * tau2, rel=1e-9)
    se = estimator.tau2_se(y, v, X, tau2=tau2)
    again = estimator.tau2_se(c * y, c**2 * v, X, tau2=scaled)
    assert again == pytest.approx(c**2 * se, rel=1e-9, nan_ok=True)


@every
@across("case", CASES)
def test_permutation_invariant(estimator, case):
    y, v, X = draw(*case)
    order = np.random.default_rng(9).permutation(len(y))
    shuffled = estimator.tau2(y[order], v[order], X[order])
    assert shuffled == pytest.approx(estimator.tau2(y, v, X), rel=1e-10)


@every
@across("case", CASES)
def test_shift_invariant(estimator, case):
    """Free of the origin of y; free of any effect of the moderators if it reads residuals only."""
    y, v, X = draw(*case)
    effect = np.arange(1.0, X.shape[1] + 1)
    if estimator.reads_fitted:
        effect[1:] = 0
    shifted = y + X @ effect
    assert estimator.tau2(shifted, v, X) == pytest.approx(estimator.tau2(y, v, X), rel=1e-9)


@every
@across("case", CASES)
def test_zero_on_homogeneous_trials(estimator, case):
    _, v, X = draw(*case)
    assert estimator.tau2(X @ np.ones(X.shape[1]), v, X) == pytest.approx(0, abs=1e-25)


@every
@across("case", CASES)
def test_never_negative_never_infinite(estimator, case):
    y, v, X = draw(*case)
    for factor in (0.0, 1e-3, 1.0, 1e6):
        assert 0 <= estimator.tau2(factor * y, v, X) < np.inf


@every
@across("case", CASES)
def test_any_columns_of_the_same_span(estimator, case):
    y, v, X = draw(*case)
    mixed = X @ np.triu(np.full((X.shape[1],) * 2, 2.0))
    assert estimator.tau2(y, v, mixed) == pytest.approx(estimator.tau2(y, v, X), rel=1e-9)


@every
def test_it_finds_a_large_scatter(estimator):
    """Consistency: 4,000 trials tell tau² = 1; a common effect says 0 whatever they tell."""
    rng = np.random.default_rng(1)
    v = rng.gamma(2, 0.2, 4000)
    y, X = rng.normal(0, np.sqrt(v + 1)), np.ones((4000, 1))
    found = estimator.tau2(y, v, X)
    se = estimator.tau2_se(y, v, X, tau2=found)
    assert found == pytest.approx(float(estimator.scatters), abs=0.1)
    assert np.isnan(se) or 0.01 < se < 0.1


@every
@across("p", [1, 2])
def test_one_degree_of_freedom(estimator, p):
    """Two trials, or three with one moderator: an answer, not a crash."""
    v, X = np.array([0.1, 0.2, 0.3])[: p + 1], np.array([[1.0, 0], [1, 1], [1, 3]])[: p + 1, :p]
    y = np.array([0.1, 2.0, -3.0])[: p + 1]
    found = estimator.tau2(y, v, X)
    assert (found > 0.1) == estimator.scatters
    assert not estimator.tau2_se(y, v, X, tau2=found) <= 0


@every
def test_wildly_unequal_variances(estimator):
    rng = np.random.default_rng(2)
    v = 10.0 ** rng.uniform(-6, 3, 25)
    found = estimator.tau2(rng.normal(0, np.sqrt(v + 1)), v, np.ones((25, 1)))
    assert 0 <= found < 1e4


@every
@across("k", [5, 20])
def test_the_standard_error_is_the_spread_of_the_estimates(estimator, k):
    """With a large tau² nothing is cut off at zero; simulation of 800 sets (their SD to 2.5 %).

    For those with wide bounds 200 sets: the bounds are five standard errors (5 %) away.
    """
    if not estimator.scatters:
        return
    rng = np.random.default_rng(k)
    v, X = rng.gamma(8, 0.02, k) + 0.05, np.ones((k, 1))
    sets = 200 if estimator.code in WIDE else 800
    found = [estimator.tau2(y, v, X) for y in rng.normal(0, np.sqrt(v + 4), (sets, k))]
    middle = rng.normal(0, np.sqrt(v + 4), k)
    middle = (middle - middle.mean()) / middle.std(ddof=1) * 2.02
    se = estimator.tau2_se(middle, v, X, tau2=4.0)
    low, high = (0.75, 1.35) if estimator.code in WIDE else (0.85, 1.15)
    assert low < se / np.std(found) < high
