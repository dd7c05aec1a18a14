"""Raw data of simulated trials, and what a source would print of them."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.trials.conversions import Rule


class Raw:
    """Many trials of the same size, kept person by person: arms of shape (trials, people)."""

    def __init__(self, first: np.ndarray, second: np.ndarray) -> None:
        """Take the values of both arms."""
        self.arms = (first, second)

    def table(self, **more: object) -> pd.DataFrame:
        """Name the trials and say how large their arms are."""
        n1, n2 = (arm.shape[1] for arm in self.arms)
        studies = [f"T{i}" for i in range(len(self.arms[0]))]
        return pd.DataFrame({"study": studies, "n1": n1, "n2": n2} | more)

    @property
    def means(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean of each arm of each trial."""
        return tuple(arm.mean(axis=1) for arm in self.arms)

    @property
    def sds(self) -> tuple[np.ndarray, np.ndarray]:
        """Standard deviation of each arm of each trial."""
        return tuple(arm.std(axis=1, ddof=1) for arm in self.arms)

    def arms_table(self, **more: object) -> pd.DataFrame:
        """Print means and standard deviations."""
        (mean1, mean2), (sd1, sd2) = self.means, self.sds
        return self.table(mean1=mean1, sd1=sd1, mean2=mean2, sd2=sd2, **more)

    def effects(self, measure: str) -> tuple[np.ndarray, np.ndarray]:
        """Compute the effects that the raw data have."""
        known = effect_sizes(self.arms_table(), measure)
        return known.y, known.v


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260)


@pytest.fixture
def raw(rng: np.random.Generator) -> Raw:
    return Raw(rng.normal(12.0, 3.0, (40, 17)), rng.normal(10.5, 4.0, (40, 23)))


@pytest.fixture
def make() -> type[Raw]:
    return Raw


@pytest.fixture
def through() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    def converted(table: pd.DataFrame, measure: str, *rules: Rule):
        found = effect_sizes(convert(table, measure, rules=rules), measure)
        return found.y, found.v

    return converted


@pytest.fixture
def filled() -> Callable[..., list[np.ndarray]]:
    def after(table: pd.DataFrame, columns: Sequence[str], *rules: Rule, measure: str = "SMD"):
        frame = convert(table, measure, rules=rules).frame
        return [frame[name].to_numpy() for name in columns]

    return after
