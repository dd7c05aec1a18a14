"""What each form of a variance claims: unbiased, averaged, pooled, by the delta method."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import comb

from consilience import measures
from consilience.measures.ucor import unbiased_correlation

TRIALS = 200_000


def two_means(n1: int, n2: int, *, d: float, seed: int = 5) -> pd.DataFrame:
    """Summaries of simulated trials of standard-normal arms, from their exact distributions."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            **{"n1": n1, "n2": n2},
            "mean1": d + rng.standard_normal(TRIALS) / np.sqrt(n1),
            "mean2": rng.standard_normal(TRIALS) / np.sqrt(n2),
            "sd1": np.sqrt(rng.chisquare(n1 - 1, TRIALS) / (n1 - 1)),
            "sd2": np.sqrt(rng.chisquare(n2 - 1, TRIALS) / (n2 - 1)),
        }
    )


def paired(n: int, *, r: float, change: float) -> pd.DataFrame:
    """Summaries of simulated pairs of unit variance."""
    rng = np.random.default_rng(8)
    first = rng.standard_normal((TRIALS, n))
    second = r * first + np.sqrt(1 - r**2) * rng.standard_normal((TRIALS, n))
    return pd.DataFrame(
        {
            "n": n,
            "r": correlations(first, second),
            "mean1": first.mean(axis=1) + change,
            "sd1": first.std(axis=1, ddof=1),
            "mean2": second.mean(axis=1),
            "sd2": second.std(axis=1, ddof=1),
        }
    )


def correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x, y = (each - each.mean(axis=1, keepdims=True) for each in (x, y))
    return (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))


@pytest.mark.parametrize(("code", "truth"), [("SMD", 1.0), ("SMD1", 1.0)])
def test_the_unbiased_variance_of_tiny_trials_is_unbiased(code: str, truth: float) -> None:
    y, v = measures.get(code, vtype="UB").compute(two_means(8, 9, d=truth))
    assert y.mean() == pytest.approx(truth, abs=5 * y.std() / np.sqrt(TRIALS))
    assert v.mean() == pytest.approx(y.var(), rel=0.03)
    large_sample = measures.get(code).compute(two_means(8, 9, d=truth))[1]
    assert abs(large_sample.mean() / y.var() - 1) > 2 * abs(v.mean() / y.var() - 1)


@pytest.mark.parametrize("code", ["SMCC", "SMCR"])
def test_the_unbiased_variance_of_tiny_changes_is_unbiased(code: str) -> None:
    table = paired(9, r=0.5, change=0.8)
    y, v = measures.get(code, vtype="UB").compute(table)
    # Of equal variances and r = 1/2 the changes have unit variance too.
    assert y.mean() == pytest.approx(0.8, abs=5 * y.std() / np.sqrt(TRIALS))
    assert v.mean() == pytest.approx(y.var(), rel=0.03)


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.8])
def test_the_unbiased_correlation_and_its_variance_are_unbiased(rho: float) -> None:
    rng = np.random.default_rng(11)
    first = rng.standard_normal((TRIALS, 8))
    second = rho * first + np.sqrt(1 - rho**2) * rng.standard_normal((TRIALS, 8))
    table = pd.DataFrame({"r": correlations(first, second), "n": 8})
    y, v = measures.get("UCOR", vtype="UB").compute(table)
    assert y.mean() == pytest.approx(rho, abs=5 * y.std() / np.sqrt(TRIALS))
    assert v.mean() == pytest.approx(y.var(), rel=0.02)


@pytest.mark.parametrize("n", [6, 20, 41, 42, 43, 300, 5000, 10**6])
@pytest.mark.parametrize("r", [0.0, 1e-3, 0.3, 0.99])
def test_the_unbiased_correlation_is_olkin_and_pratts_integral(n: int, r: float) -> None:
    # Euler's integral of 2F1(1/2, 1/2; c; x), in u = sqrt(t), is smooth at both ends.
    from scipy.integrate import quad
    from scipy.special import poch

    c, x = (n - 2) / 2, 1 - r**2

    def kernel(u: float) -> float:
        return 2 * (1 - u**2) ** (c - 1.5) / np.sqrt(1 - x * u**2)

    upper = min(1.0, 12 / np.sqrt(c))
    area = quad(kernel, 0, upper, epsrel=1e-12, limit=400)[0]
    ours = unbiased_correlation(np.array([r]), np.array([float(n)]))[0]
    assert ours == pytest.approx(r * poch(c - 0.5, 0.5) / np.sqrt(np.pi) * area, rel=2e-8)


@pytest.mark.parametrize(("p1", "p2"), [(0.2, 0.5), (0.9, 0.1)])
def test_the_unbiased_variance_of_a_risk_difference_is_exact(p1: float, p2: float) -> None:
    n1, n2 = 5, 4
    pairs = list(product(range(n1 + 1), range(n2 + 1)))
    table = pd.DataFrame(pairs, columns=["events1", "events2"]).assign(n1=n1, n2=n2).astype(float)
    weight = binomial(table["events1"], n1, p1) * binomial(table["events2"], n2, p2)
    _, v = measures.get("RD", vtype="UB", to="none").compute(table)
    # A row without any scatter has v = 0.
    assert weight @ v == pytest.approx(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2, rel=1e-12)


def test_the_unbiased_variance_of_a_proportion_is_exact() -> None:
    table = pd.DataFrame({"events": np.arange(8.0), "n": 7.0})
    _, v = measures.get("PR", vtype="UB", to="none").compute(table)
    assert binomial(table["events"], 7, 0.3) @ v == pytest.approx(0.3 * 0.7 / 7, rel=1e-12)


def binomial(x: pd.Series, n: int, p: float) -> np.ndarray:
    return (comb(n, x) * p**x * (1 - p) ** (n - x)).to_numpy()


ALIKE = pd.DataFrame(
    {
        **{"events1": [6.0] * 3, "n1": [20.0] * 3, "events2": [9.0] * 3, "n2": [20.0] * 3},
        **{"mean1": [5.0] * 3, "sd1": [2.0] * 3, "mean2": [4.0] * 3, "sd2": [1.6] * 3},
        **{"events": [6.0] * 3, "n": [20.0] * 3, "r": [0.4] * 3, "mean": [5.0] * 3, "sd": 2.0},
    }
)
AVERAGED = [
    *("RR", "OR", "RD", "OR2D", "OR2DL", "OR2DN", "SMD", "SMD1", "ROM"),
    *("PR", "PLN", "PLO", "COR", "UCOR"),
]


@pytest.mark.parametrize("code", AVERAGED)
def test_the_average_of_rows_that_are_alike_is_each_of_them(code: str) -> None:
    averaged = measures.get(code, vtype="AV").compute(ALIKE)
    np.testing.assert_allclose(averaged, measures.get(code).compute(ALIKE), rtol=1e-12)


@pytest.mark.parametrize("code", AVERAGED)
def test_averaged_variances_depend_on_size_alone(code: str) -> None:
    events = {"events1": [6.0, 2, 11], "events2": [9.0, 4, 10], "events": [6.0, 3, 9]}
    others = {"mean1": [5.0, 7, 4], "sd1": [2.0, 1, 3], "r": [0.4, -0.2, 0.6]}
    _, v = measures.get(code, vtype="AV").compute(ALIKE.assign(**events, **others))
    np.testing.assert_allclose(v, v[0], rtol=1e-12)
    assert np.ptp(measures.get(code).compute(ALIKE.assign(**events, **others))[1]) > 1e-3


def test_pooled_variances_need_equal_spread_only() -> None:
    table = ALIKE.assign(sd1=2.0, sd2=2.0)
    for code in ("MD", "ROM"):
        pooled = measures.get(code, vtype="HO").compute(table)
        np.testing.assert_allclose(pooled, measures.get(code).compute(table), rtol=1e-12)
    np.testing.assert_allclose(
        measures.get("MN", vtype="HO").compute(ALIKE), measures.get("MN").compute(ALIKE)
    )


def test_one_coefficient_of_variation_for_both_arms() -> None:
    table = ALIKE.assign(mean1=[5.0, 8, 4], sd1=[2.0, 2, 3], n1=[20.0, 30, 50])
    _, v = measures.get("ROM", vtype="AVHO").compute(table)
    ratios = np.r_[table["sd1"] / table["mean1"], table["sd2"] / table["mean2"]]
    average = np.average(ratios, weights=np.r_[table["n1"], table["n2"]])
    np.testing.assert_allclose(v, average**2 * (1 / table["n1"] + 1 / table["n2"]), rtol=1e-12)


@pytest.mark.parametrize("code", ["ROM", "ROMC"])
def test_the_second_order_of_a_log_ratio_is_nearer_at_the_truth(code: str) -> None:
    rng = np.random.default_rng(3)
    n = 5
    means = 3 + rng.standard_normal((2, 10**6)) / np.sqrt(n)
    log_ratio = np.log(means[0] / means[1])
    truth = pd.DataFrame([{"mean1": 3, "sd1": 1, "n1": n, "mean2": 3, "sd2": 1, "n2": n}])
    truth = truth.assign(n=n, r=0.0).astype(float)
    first, second = (measures.get(code, vtype=v).compute(truth)[1][0] for v in ("LS", "LS2"))
    assert first < second < log_ratio.var()


@pytest.mark.parametrize("code", ["VR", "CVR"])
def test_the_second_order_is_nearer_in_tiny_trials(code: str) -> None:
    table = two_means(6, 6, d=6.0).assign(mean2=lambda rows: rows["mean2"] + 6.0)
    y, first = measures.get(code).compute(table)
    second = measures.get(code, vtype="LS2").compute(table)[1]
    assert abs(second.mean() - y.var()) < abs(first.mean() - y.var())


@pytest.mark.parametrize("code", ["SMD", "SMD1", "SMCC", "SMCR"])
def test_the_second_large_sample_form_is_the_corrected_first(code: str) -> None:
    table = ALIKE.assign(n=20.0, r=0.4)
    y, v = measures.get(code, vtype="LS2").compute(table)
    d, plain = measures.get(code, correct=False).compute(table)
    np.testing.assert_allclose(v, (y / d) ** 2 * plain, rtol=1e-12)


def delta(
    effect: Callable[[np.ndarray], float], counts: np.ndarray, rows: tuple[slice, ...]
) -> float:
    """Variance by the delta method: counts multinomial within each of the rows."""
    total = 0.0
    for row in rows:
        n = counts[row].sum()
        slope = np.zeros(len(counts))
        for cell in range(*row.indices(len(counts))):
            step = np.zeros(len(counts))
            step[cell] = 1e-4 * n
            up, down = effect(counts + step), effect(counts - step)
            slope[cell] = (up - down) / (2 * step[cell])
        share = counts[row] / n
        total += n * (share @ slope[row] ** 2 - (share @ slope[row]) ** 2)
    return total


@pytest.mark.parametrize("counts", [(12, 30, 25, 9), (4, 119, 11, 128), (50, 3, 7, 60)])
@pytest.mark.parametrize(
    ("vtype", "rows"),
    [("CS", (slice(0, 4),)), ("ST", (slice(0, 2), slice(2, 4)))],
)
def test_phi_has_the_variance_of_its_sampling(
    counts: tuple[int, ...], vtype: str, rows: tuple[slice, ...]
) -> None:
    def phi(cells: np.ndarray) -> float:
        return float(measures.get("PHI", vtype=vtype).compute(of(cells))[0][0])

    _, v = measures.get("PHI", vtype=vtype).compute(of(np.array(counts, dtype=float)))
    assert v[0] == pytest.approx(delta(phi, np.array(counts, dtype=float), rows), rel=1e-5)


@pytest.mark.parametrize("code", ["OR", "RR", "RD", "PBIT", "YUQ", "YUY"])
def test_variances_of_tables_are_those_of_the_delta_method(code: str) -> None:
    counts = np.array([12.0, 30, 25, 9])

    def effect(cells: np.ndarray) -> float:
        return float(measures.get(code).compute(of(cells))[0][0])

    _, v = measures.get(code).compute(of(counts))
    assert v[0] == pytest.approx(delta(effect, counts, (slice(0, 2), slice(2, 4))), rel=1e-5)


def of(cells: np.ndarray) -> pd.DataFrame:
    a, b, c, d = cells
    return pd.DataFrame({"ai": [a], "bi": [b], "ci": [c], "di": [d]})
