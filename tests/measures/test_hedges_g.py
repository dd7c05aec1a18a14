"""Hedges' g: its exact correction, its variance, and what it does not depend on."""

from math import pi, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.measures import SMD
from consilience.measures.standardised import correction

moderate = st.floats(-50, 50)
positive = st.floats(0.1, 50)
sizes = st.integers(2, 500)


def pairs[T](of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, T]]:
    return st.tuples(of, of)


def trial(n: tuple[int, int], mean: tuple[float, float], sd: tuple[float, float]) -> pd.DataFrame:
    names = ("n1", "n2", "mean1", "mean2", "sd1", "sd2")
    return pd.DataFrame([(*n, *mean, *sd)], columns=list(names))


@pytest.mark.parametrize(
    ("m", "j"),
    [(2, 1 / sqrt(pi)), (3, sqrt(pi / 6)), (4, sqrt(2 / pi)), (5, sqrt(pi) * 3 / (4 * sqrt(2.5)))],
)
def test_the_correction_is_the_ratio_of_gamma_functions(m: int, j: float) -> None:
    assert correction(np.array(m)) == pytest.approx(j, rel=1e-14)


@pytest.mark.parametrize("m", [2, 7, 100, 12_345, 10**6, 10**9])
def test_neighbouring_corrections_multiply_to_a_closed_form(m: int) -> None:
    # J(m) J(m + 1) = (m - 1) / sqrt(m (m + 1)), from Γ(x + 1) = x Γ(x).
    product = correction(np.array(float(m))) * correction(np.array(m + 1.0))
    assert product == pytest.approx((m - 1) / sqrt(m) / sqrt(m + 1), rel=1e-10)


def test_g_of_tiny_trials_is_unbiased() -> None:
    rng = np.random.default_rng(6)
    one, two = rng.normal(1, 1, (200_000, 4)), rng.normal(0, 1, (200_000, 4))
    columns = {
        **{"n1": 4, "mean1": one.mean(axis=1), "sd1": one.std(axis=1, ddof=1)},
        **{"n2": 4, "mean2": two.mean(axis=1), "sd2": two.std(axis=1, ddof=1)},
    }
    g, _ = SMD().compute(pd.DataFrame(columns))
    assert g.mean() == pytest.approx(1, abs=4 * g.std() / sqrt(len(g)))


@given(n=pairs(sizes), mean=pairs(moderate), sd=pairs(positive))
def test_the_variance_is_never_below_that_of_no_effect(
    n: tuple[int, int], mean: tuple[float, float], sd: tuple[float, float]
) -> None:
    g, v = SMD().compute(trial(n, mean, sd))
    assert v[0] >= 1 / n[0] + 1 / n[1]
    assert v[0] == pytest.approx(1 / n[0] + 1 / n[1] + g[0] ** 2 / (2 * sum(n)))


@given(
    mean=pairs(moderate),
    sd=pairs(positive),
    factor=st.floats(0.01, 100),
    shift=moderate,
)
def test_the_unit_of_the_instrument_does_not_matter(
    mean: tuple[float, float], sd: tuple[float, float], *, factor: float, shift: float
) -> None:
    here, v = SMD().compute(trial((12, 30), mean, sd))
    moved = (factor * mean[0] + shift, factor * mean[1] + shift)
    there, w = SMD().compute(trial((12, 30), moved, (factor * sd[0], factor * sd[1])))
    np.testing.assert_allclose(there, here, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(w, v, rtol=1e-6)


def test_a_new_trial_has_the_variance_of_its_true_effect() -> None:
    theta = np.array([[0.0, 0.5], [1.0, -2.0]])
    new = SMD().new_variance(theta, n1=60, n2=40, observed=pd.DataFrame())
    np.testing.assert_allclose(new, 1 / 60 + 1 / 40 + theta**2 / 200, rtol=1e-15)
