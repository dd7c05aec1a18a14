"""Trials and models whose answer under other priors of mu is known by fitting them again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.reviews import functioning

import consilience as cs
from consilience.effects import Effects
from consilience.fit import Fit
from consilience.priors import Normal

ROOT = Path(__file__).parents[2]


def made(yi: list[float], vi: list[float] | float, **columns: list) -> Effects:
    names = [f"Trial {n}" for n in range(len(yi))]
    return cs.effect_sizes(pd.DataFrame({"study": names, "yi": yi, "vi": vi, **columns}), "GEN")


@pytest.fixture(scope="session")
def make() -> Callable[..., Effects]:
    """Make effects of ready-made estimates; further columns by name."""
    return made


@pytest.fixture(scope="session")
def effects() -> Effects:
    """Real trials, with a judgement of some of them."""
    review = functioning()
    name = "Without the converted rows"
    found = next(each.effects for each in review.sensitivity if each.name == name)
    doubtful = found.table["trial"].isin(["LU2012", "PIOLI2006"])
    return replace(found, table=found.table.assign(risk_of_bias=np.where(doubtful, "high", "low")))


@pytest.fixture(scope="session")
def fitted(effects: Effects) -> Callable[[str], Fit]:
    """Fit a model of the folder, once."""
    known: dict[str, Fit] = {}

    def give(name: str) -> Fit:
        if name not in known:
            model = cs.read_model(ROOT / "models" / f"{name}.toml").model
            known[name] = cs.fit(model, effects, "exact")
        return known[name]

    return give


def under(fit: Fit, location: float, scale: float) -> Fit:
    return cs.fit(replace(fit.model, mu=Normal(location, scale)), fit.effects, "exact")


@pytest.fixture(scope="session")
def refit() -> Callable[[Fit, float, float], Fit]:
    """Fit the same model to the same trials under another prior of mu."""
    return under


@pytest.fixture(scope="session")
def chance() -> Callable[[Fit, float], float]:
    """Give P(mu > threshold) of a fit, as that of a combination that is shifted by it."""

    def above(fit: Fit, threshold: float) -> float:
        weights = np.eye(len(fit.posterior.coefficients))[0]
        shifted = cs.engines.Combination("mu", weights, known=-threshold)
        return float(fit.combine((shifted,))["p_gt_0"].iloc[0])

    return above
