"""Trials with three arms A, B and C, drawn from their sampling distributions."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from consilience.dependence.loads import loads_of
from consilience.measures import Measure

ARMS = {
    "A": {"n": 90, "mean": 15.0, "sd": 3.0, "risk": 0.35, "rate": 0.9, "time": 110.0},
    "B": {"n": 70, "mean": 14.0, "sd": 2.5, "risk": 0.45, "rate": 0.7, "time": 90.0},
    "C": {"n": 80, "mean": 11.0, "sd": 3.2, "risk": 0.25, "rate": 0.4, "time": 100.0},
}

type Drawn = Mapping[str, Mapping[str, np.ndarray]]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(77)


@pytest.fixture
def draw(rng) -> Callable[..., Drawn]:
    """Draw the arms of many trials: normal data's means and SDs, binomial and Poisson counts."""

    def drawn(trials: int, *, alike: bool = False, **changes: Mapping[str, float]) -> Drawn:
        found = {}
        for name, arm in ARMS.items():
            now = arm | ({"sd": 3.0} if alike else {}) | changes.get(name, {})
            n, sd = now["n"], now["sd"]
            found[name] = {
                "n": np.full(trials, float(n)),
                "mean": rng.normal(now["mean"], sd / np.sqrt(n), trials),
                "sd": sd * np.sqrt(rng.chisquare(n - 1, trials) / (n - 1)),
                "events": rng.binomial(int(n), now["risk"], trials).astype(float),
                "person_time": np.full(trials, now["time"]),
                "counts": rng.poisson(now["rate"] * now["time"], trials).astype(float),
            }
        return found

    return drawn


@pytest.fixture
def compared() -> Callable[..., pd.DataFrame]:
    """Write down the comparison of two arms, one row per trial."""

    def table(arms: Drawn, first: str, second: str, *, rates: bool = False) -> pd.DataFrame:
        cells: dict[str, object] = {"study": "T"}
        for side, name in (("1", first), ("2", second)):
            cells |= {
                f"{column}{side}": x for column, x in arms[name].items() if column != "counts"
            }
            if rates:
                cells[f"events{side}"] = arms[name]["counts"]
        return pd.DataFrame(cells)

    return table


@pytest.fixture
def shared() -> Callable[..., np.ndarray]:
    """Return what two comparisons of each trial share, by what an arm brings to them."""

    def covariance(
        measure: Measure, tables: tuple[pd.DataFrame, pd.DataFrame], *, side: str
    ) -> np.ndarray:
        first, second = (int(each) - 1 for each in side)
        brought = []
        for table in tables:
            _, v = measure.compute(table)
            brought.append(loads_of(measure, table, v, asked=np.ones(len(v), dtype=bool)))
        return (brought[0][first] * brought[1][second]).sum(axis=1)

    return covariance
