"""Published tables are typed from the papers; here is what turns them into effects."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import pytest

from consilience.effects import Effects, effect_sizes


@pytest.fixture(scope="session")
def effects_of() -> Callable[..., Effects]:
    def build(yi, vi, **columns) -> Effects:
        studies = [f"trial {i}" for i in range(len(yi))]
        return effect_sizes(pd.DataFrame({"study": studies, "yi": yi, "vi": vi, **columns}), "GEN")

    return build


@pytest.fixture(scope="session")
def log_odds_ratios(effects_of) -> Callable[..., Effects]:
    """From events and totals of the two arms."""

    def build(*, treated, control) -> Effects:
        (a, n1), (c, n2) = np.array(treated), np.array(control)
        b, d = n1 - a, n2 - c
        return effects_of(np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)

    return build


@pytest.fixture(scope="session")
def trials_of() -> Callable[..., pd.DataFrame]:
    """Make a trial table of columns as long as each other, one study a row."""

    def build(**columns) -> pd.DataFrame:
        rows = len(next(iter(columns.values())))
        studies = [f"trial {i}" for i in range(rows)]
        return pd.DataFrame({"study": studies, **columns}, index=pd.Index(studies, name="estimate"))

    return build


@pytest.fixture(scope="session")
def agree() -> Callable[[Iterable[float], str], None]:
    """Hold numbers to printed ones, each to half a unit of its own last digit."""

    def check(found: Iterable[float], printed: str) -> None:
        numbers = [float(value) for value in found]
        for value, text in zip(numbers, printed.split(), strict=True):
            half = 0.5 * 10.0 ** -len(text.partition(".")[2])
            assert value == pytest.approx(float(text), abs=half), f"{value} is not {text}"

    return check


@pytest.fixture(scope="session")
def bcg_trials(trials_of) -> pd.DataFrame:
    """Tuberculosis after BCG vaccination: Colditz et al. (1994), JAMA 271:698–702."""
    vaccinated = np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27])
    vaccinated_free = np.array(
        [119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886]
    )
    control = np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29])
    control_free = np.array(
        [128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825]
    )
    return trials_of(
        events1=vaccinated,
        n1=vaccinated + vaccinated_free,
        events2=control,
        n2=control + control_free,
        latitude=[44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
    )
