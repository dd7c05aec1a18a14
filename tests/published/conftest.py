"""Published tables are typed from the papers; here is what turns them into effects."""

from collections.abc import Callable

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
