"""Effects from bare numbers."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from consilience.effects import Effects, effect_sizes


@pytest.fixture(scope="session")
def effects_of() -> Callable[..., Effects]:
    def build(yi, vi, **columns) -> Effects:
        studies = [f"trial {i}" for i in range(len(yi))]
        table = pd.DataFrame({"study": studies, "yi": yi, "vi": vi, **columns})
        return effect_sizes(table, "GEN")

    return build


@pytest.fixture(scope="session")
def scattered(effects_of) -> Effects:
    """Twelve trials of very different size, with real differences and two moderators."""
    rng = np.random.default_rng(20)
    v = np.exp(rng.normal(-2, 1, 12))
    y = 0.4 + rng.normal(0, np.sqrt(v + 0.1))
    return effects_of(y, v, kind=list("aabbbbccccdd"), year=np.arange(1990, 2002))
