"""The tetrachoric correlation: solved to the last digits, its variance by the delta method."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from consilience import measures
from consilience.measures.rtet import both_below

BCG = json.loads(
    (Path(__file__).parents[1] / "reference" / "metafor_measures.json").read_text(encoding="utf-8")
)["datasets"]["bcg"]


def by_quadrature(h: float, k: float, rho: float) -> float:
    """The bivariate normal probability by Plackett's integral over the correlation's angle."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    angle = np.arcsin(rho) * (nodes + 1) / 2
    inside = np.exp(-(h * h - 2 * h * k * np.sin(angle) + k * k) / (2 * np.cos(angle) ** 2))
    return float(ndtr(h) * ndtr(k) + np.arcsin(rho) / 2 * weights @ inside / (2 * np.pi))


@given(h=st.floats(-3, 3), k=st.floats(-3, 3), rho=st.floats(-0.95, 0.95))
@example(h=1.0, k=-0.0, rho=0.0)
@example(h=-0.0, k=-1.0, rho=0.3)
@example(h=0.0, k=-0.0, rho=-0.3)
def test_the_bivariate_normal_is_placketts_integral(h: float, k: float, rho: float) -> None:
    ours = both_below(np.array([h]), np.array([k]), np.array([rho]))[0]
    assert ours == pytest.approx(by_quadrature(h, k, rho), abs=1e-12)


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 0.99])
def test_split_at_the_medians_it_has_sheppards_closed_form(rho: float) -> None:
    zero = np.zeros(1)
    ours = both_below(zero, zero, np.array([rho]))[0]
    assert ours == pytest.approx(0.25 + np.arcsin(rho) / (2 * np.pi), rel=1e-14)
    n = 10.0**6
    a = n * (0.25 + np.arcsin(rho) / (2 * np.pi))
    table = pd.DataFrame({"ai": [a], "bi": [n / 2 - a], "ci": [n / 2 - a], "di": [a]})
    assert measures.get("RTET").compute(table)[0][0] == pytest.approx(rho, abs=1e-13)


def test_every_solution_of_the_bcg_trials_gives_its_table_back() -> None:
    a, b, c, d = (np.array(BCG["input"][f"{cell}i"], dtype=float) for cell in "abcd")
    y, _ = measures.get("RTET").compute(pd.DataFrame(BCG["input"]).astype(float))
    n = a + b + c + d
    h, k = ndtri((a + b) / n), ndtri((a + c) / n)
    again = [by_quadrature(*values) for values in zip(h, k, y, strict=True)]
    np.testing.assert_allclose(again, a / n, rtol=1e-11)
    theirs = [by_quadrature(*v) for v in zip(h, k, BCG["measures"]["RTET"]["yi"], strict=True)]
    assert np.abs(theirs - a / n).max() > 1e3 * np.abs(again - a / n).max()


@pytest.mark.parametrize("cells", [(12, 30, 25, 9), (40, 10, 15, 35), (4, 119, 11, 128)])
def test_the_variance_is_that_of_the_delta_method(cells: tuple[int, ...]) -> None:
    counts = np.array(cells, dtype=float)

    def rho(at: np.ndarray) -> float:
        return float(measures.get("RTET").compute(of(at))[0][0])

    n, share = counts.sum(), counts / counts.sum()
    steps = np.eye(4) * 1e-5 * n
    slope = np.array([(rho(counts + s) - rho(counts - s)) / (2e-5 * n) for s in steps])
    expected = n * (share @ slope**2 - (share @ slope) ** 2)
    assert measures.get("RTET").compute(of(counts))[1][0] == pytest.approx(expected, rel=1e-5)


def test_a_zero_cell_has_no_variance_until_it_gets_a_constant() -> None:
    table = of(np.array([0.0, 10, 12, 15])).assign(study="A")
    y, v = measures.get("RTET").compute(table)
    assert np.isnan([y[0], v[0]]).all()
    measure = measures.get("RTET")
    (problem,) = measure.problems(measure.complete(table))
    assert "add=0.5" in problem.remedy
    assert np.isfinite(measures.get("RTET", add=0.5).compute(table)).all()


def of(cells: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame([cells], columns=["ai", "bi", "ci", "di"])
