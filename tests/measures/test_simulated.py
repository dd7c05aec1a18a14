"""Every variance against raw data: simulated people, events and items, never the own formula."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr, ndtri

from consilience import measures

STUDIES = 20_000


class Simulated(NamedTuple):
    """Many studies of one design, and what is true of them."""

    table: pd.DataFrame
    truth: dict[str, float]


def rng() -> np.random.Generator:
    return np.random.default_rng(20261122)


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.mean(axis=1), x.std(axis=1, ddof=1)


@cache
def two_means() -> Simulated:
    one, two = (rng().spawn(2)[i].standard_normal((STUDIES, n)) for i, n in enumerate((80, 100)))
    (mean1, sd1), (mean2, sd2) = moments(1.5 * one + 9.0), moments(two + 8.0)
    table = pd.DataFrame(
        {"n1": 80, "mean1": mean1, "sd1": sd1, "n2": 100, "mean2": mean2, "sd2": sd2}
    )
    return Simulated(table, {"MD": 1, "SMDH": 1 / spread, "SMD1H": 1, **RATIOS})


spread = np.sqrt((1.5**2 + 1) / 2)
RATIOS = {"ROM": np.log(9 / 8), "VR": np.log(1.5), "CVR": np.log(1.5 / 9 * 8)}


@cache
def two_alike() -> Simulated:
    one, two = (rng().spawn(2)[i].standard_normal((STUDIES, n)) for i, n in enumerate((80, 100)))
    (mean1, sd1), (mean2, sd2) = moments(one + 0.8), moments(two)
    table = pd.DataFrame(
        {"n1": 80, "mean1": mean1, "sd1": sd1, "n2": 100, "mean2": mean2, "sd2": sd2}
    )
    d = {"SMD": 0.8, "SMD1": 0.8, "D2OR": 0.8 * np.pi / 3**0.5, "D2ORN": 0.8 * 1.65}
    return Simulated(table, {**d, "D2ORL": d["D2OR"]})


@cache
def two_risks() -> Simulated:
    p1, p2, draw = 0.3, 0.45, rng()
    events1, events2 = draw.binomial(250, p1, STUDIES), draw.binomial(300, p2, STUDIES)
    table = pd.DataFrame({"events1": events1, "n1": 250, "events2": events2, "n2": 300})
    psi = p1 / (1 - p1) / (p2 / (1 - p2))
    truth = {
        **{"OR": np.log(psi), "RR": np.log(p1 / p2), "RD": p1 - p2},
        **{"AS": np.arcsin(p1**0.5) - np.arcsin(p2**0.5), "PBIT": ndtri(p1) - ndtri(p2)},
        **{"OR2D": np.log(psi) * 3**0.5 / np.pi, "OR2DN": np.log(psi) / 1.65},
        **{"YUQ": (psi - 1) / (psi + 1), "YUY": (psi**0.5 - 1) / (psi**0.5 + 1)},
    }
    return Simulated(table.astype(float), {**truth, "OR2DL": truth["OR2D"]})


@cache
def no_effect() -> Simulated:
    # Peto's method is right to first order about no effect.
    draw = rng()
    events1, events2 = draw.binomial(250, 0.2, STUDIES), draw.binomial(300, 0.2, STUDIES)
    table = pd.DataFrame({"events1": events1, "n1": 250, "events2": events2, "n2": 300})
    return Simulated(table.astype(float), {"PETO": 0.0})


@cache
def crossed() -> Simulated:
    """Bivariate normal people, both variables split: cells of a table, and an arm's scores."""
    rho, n, draw = 0.5, 400, rng()
    x = draw.standard_normal((STUDIES // 4, n))
    y = rho * x + np.sqrt(1 - rho**2) * draw.standard_normal(x.shape)
    up, high = x > 0.3, y > -0.2
    cells = [(up & high), (up & ~high), (~up & high), (~up & ~high)]
    counts = [cell.sum(axis=1) for cell in cells]
    table = pd.DataFrame(np.transpose(counts), columns=["ai", "bi", "ci", "di"])
    for arm, mask in ((1, up), (2, ~up)):
        size = mask.sum(axis=1)
        mean = (y * mask).sum(axis=1) / size
        sd = np.sqrt((((y - mean[:, None]) * mask) ** 2).sum(axis=1) / (size - 1))
        table = table.assign(**{f"n{arm}": size, f"mean{arm}": mean, f"sd{arm}": sd})
    p, q = 1 - ndtr(0.3), 1 - ndtr(-0.2)
    from scipy.stats import multivariate_normal

    both = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([-0.3, 0.2])
    phi = (both - p * q) / np.sqrt(p * (1 - p) * q * (1 - q))
    return Simulated(table.astype(float), {"PHI": phi, "RTET": rho, "RBIS": rho})


@cache
def two_rates() -> Simulated:
    draw = rng()
    x1, x2 = draw.poisson(0.2 * 400, STUDIES), draw.poisson(0.3 * 350, STUDIES)
    table = pd.DataFrame({"events1": x1, "person_time1": 400, "events2": x2, "person_time2": 350})
    truth = {"IRR": np.log(2 / 3), "IRD": -0.1, "IRSD": 0.2**0.5 - 0.3**0.5}
    return Simulated(table.astype(float), truth)


@cache
def log_rank() -> Simulated:
    """Exponential survival without censoring: the log-rank test, event after event."""
    size, hazard, draw = 100, np.exp(0.2), rng()
    studies = 3000
    times = np.hstack(
        [
            draw.exponential(1 / hazard, (studies, size)),
            draw.exponential(1.0, (studies, size)),
        ]
    )
    first = np.argsort(times, axis=1) < size
    at_risk1 = size - np.cumsum(first, axis=1) + first
    share = at_risk1 / np.arange(2 * size, 0, -1)
    table = pd.DataFrame(
        {
            "o_minus_e": (first - share).sum(axis=1),
            "logrank_v": (share * (1 - share)).sum(axis=1),
        }
    )
    return Simulated(table, {"HR": 0.2})


@cache
def one_group() -> Simulated:
    draw = rng()
    mean, sd = moments(8 + 2 * draw.standard_normal((STUDIES, 60)))
    table = pd.DataFrame({"mean": mean, "sd": sd, "n": 60})
    return Simulated(table, {"MN": 8, "MNLN": np.log(8), "SDLN": np.log(2), "CVLN": np.log(0.25)})


@cache
def one_proportion() -> Simulated:
    p = 0.3
    table = pd.DataFrame({"events": rng().binomial(400, p, STUDIES), "n": 400}).astype(float)
    angle = np.arcsin(np.sqrt(p))
    truth = {"PR": p, "PLN": np.log(p), "PLO": np.log(p / (1 - p)), "PAS": angle, "PFT": angle}
    return Simulated(table, truth)


@cache
def one_rate() -> Simulated:
    x = rng().poisson(0.25 * 600, STUDIES)
    table = pd.DataFrame({"events": x, "person_time": 600}).astype(float)
    return Simulated(table, {"IR": 0.25, "IRLN": np.log(0.25), "IRS": 0.5, "IRFT": 0.5})


@cache
def correlated() -> Simulated:
    rho, n, draw = 0.5, 120, rng()
    x = draw.standard_normal((STUDIES, n))
    y = rho * x + np.sqrt(1 - rho**2) * draw.standard_normal((STUDIES, n))
    x, y = (each - each.mean(axis=1, keepdims=True) for each in (x, y))
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    truth = {"COR": rho, "UCOR": rho, "ZCOR": np.arctanh(rho)}
    return Simulated(pd.DataFrame({"r": r, "n": n}), truth)


@cache
def regression() -> Simulated:
    """A regression on three correlated predictors: the t statistic of the first."""
    n, draw, t = 80, rng(), []
    for _ in range(4000):
        common = draw.standard_normal(n)
        x = np.column_stack([common + draw.standard_normal(n) for _ in range(3)])
        y = 0.5 * x[:, 0] + common + draw.standard_normal(n)
        design = np.column_stack([np.ones(n), x])
        inverse = np.linalg.inv(design.T @ design)
        beta = inverse @ design.T @ y
        s2 = ((y - design @ beta) ** 2).sum() / (n - 4)
        t.append(beta[1] / np.sqrt(s2 * inverse[1, 1]))
    # Given x2 and x3, x1 has variance 4/3 and the rest of y, beside x1/2, its own with common's.
    inner = np.array([[2, 1, 1], [1, 2, 1], [1, 1, 2]], dtype=float)
    cross = np.array([0.5 * 2 + 1, 0.5 + 1, 0.5 + 1])
    whole = np.block(
        [[inner, cross[:, None]], [cross[None, :], np.array([[0.25 * 2 + 1 + 1 + 1]])]]
    )
    precision = np.linalg.inv(whole)
    rho = -precision[0, 3] / np.sqrt(precision[0, 0] * precision[3, 3])
    table = pd.DataFrame({"t_stat": t, "n": n, "predictors": 3})
    return Simulated(table, {"PCOR": rho, "ZPCOR": np.arctanh(rho)})


def pairs_of(first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    (mean1, sd1), (mean2, sd2) = moments(first), moments(second)
    x, y = (each - each.mean(axis=1, keepdims=True) for each in (first, second))
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return pd.DataFrame(
        {"mean1": mean1, "sd1": sd1, "mean2": mean2, "sd2": sd2, "r": r, "n": first.shape[1]}
    )


def related(r: float) -> tuple[np.ndarray, np.ndarray]:
    draw = rng()
    first = draw.standard_normal((STUDIES, 100))
    return first, r * first + np.sqrt(1 - r**2) * draw.standard_normal((STUDIES, 100))


@cache
def paired() -> Simulated:
    first, second = related(0.6)
    truth = {"MC": 1.0, "SMCRH": 1.0, "SMCC": 1 / np.sqrt(1 + 1.96 - 2 * 0.6 * 1.4)}
    return Simulated(pairs_of(first + 9, 1.4 * second + 8), {**truth, "ROMC": np.log(9 / 8)})


@cache
def paired_alike() -> Simulated:
    first, second = related(0.6)
    return Simulated(pairs_of(first + 0.5, second), {"SMCR": 0.5})


@cache
def reliability() -> Simulated:
    """Ten parallel items of a common trait: alpha is the reliability of their sum."""
    items, n, draw = 10, 120, rng()
    trait = draw.standard_normal((STUDIES // 5, n, 1))
    answers = trait + np.sqrt(2.0) * draw.standard_normal((STUDIES // 5, n, items))
    own = answers.var(axis=1, ddof=1).sum(axis=1)
    total = answers.sum(axis=2).var(axis=1, ddof=1)
    table = pd.DataFrame({"alpha": items / (items - 1) * (1 - own / total), "items": 10, "n": n})
    alpha = items / (items + 2)
    truth = {"ARAW": alpha, "AHW": 1 - (1 - alpha) ** (1 / 3), "ABT": -np.log(1 - alpha)}
    return Simulated(table, truth)


FAMILIES: tuple[tuple[Callable[[], Simulated], tuple[str, ...]], ...] = (
    (two_means, ("MD", "SMDH", "SMD1H", "ROM", "VR", "CVR")),
    (two_alike, ("SMD", "SMD1", "D2OR", "D2ORL", "D2ORN")),
    (two_risks, ("OR", "RR", "RD", "AS", "PBIT", "OR2D", "OR2DL", "OR2DN", "YUQ", "YUY")),
    (no_effect, ("PETO",)),
    (crossed, ("PHI", "RTET", "RBIS")),
    (two_rates, ("IRR", "IRD", "IRSD")),
    (log_rank, ("HR",)),
    (one_group, ("MN", "MNLN", "SDLN", "CVLN")),
    (one_proportion, ("PR", "PLN", "PLO", "PAS", "PFT")),
    (one_rate, ("IR", "IRLN", "IRS", "IRFT")),
    (correlated, ("COR", "UCOR", "ZCOR")),
    (regression, ("PCOR", "ZPCOR")),
    (paired, ("MC", "SMCC", "SMCRH", "ROMC")),
    (paired_alike, ("SMCR",)),
    (reliability, ("ARAW", "AHW", "ABT")),
)
CASES = [(code, family) for family, codes in FAMILIES for code in codes]


def test_no_measure_of_the_registry_is_left_out() -> None:
    assert {code for code, _ in CASES} == set(measures.REGISTRY) - {"GEN"}


@pytest.mark.parametrize(("code", "family"), CASES, ids=[code for code, _ in CASES])
def test_its_variance_is_that_of_simulated_raw_data(
    code: str, family: Callable[[], Simulated]
) -> None:
    table, truth = family()
    y, v = measures.get(code).compute(table)
    assert np.isfinite(y).all()
    # k studies know a variance to √(2/k); the large-sample formulae are good to a few per cent.
    noise = np.sqrt(2 / len(y))
    assert y.var() == pytest.approx(v.mean(), rel=0.04 + 4 * noise)
    allowed = 4 / np.sqrt(len(y)) + 0.06
    assert y.mean() == pytest.approx(truth[code], abs=allowed * np.sqrt(v.mean()))
