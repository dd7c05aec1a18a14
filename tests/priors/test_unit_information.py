"""Priors in unit-information SDs become concrete, or say what is missing."""

from math import inf, nan

import numpy as np
import pytest

from consilience.errors import ModelError
from consilience.priors import (
    Context,
    Flat,
    HalfNormal,
    HalfUnitInformation,
    HalfWeaklyInformative,
    Normal,
    Prior,
    UnitInformation,
    WeaklyInformative,
)

V = np.array([0.1])
BOTH = pytest.mark.parametrize(
    "prior",
    [UnitInformation(), HalfUnitInformation(), WeaklyInformative(), HalfWeaklyInformative()],
)


def test_the_defaults_on_standardised_mean_differences() -> None:
    assert UnitInformation().resolve(Context(2.0, V)) == Normal(0.0, 1.0)
    assert HalfUnitInformation().resolve(Context(2.0, V)) == HalfNormal(0.5)


@pytest.mark.parametrize("unit", [2.0, 12.5])
def test_the_defaults_of_a_model_are_those_of_the_unit_off_log_ratios(unit: float) -> None:
    context = Context(unit, V)
    assert WeaklyInformative().resolve(context) == UnitInformation().resolve(context)
    assert HalfWeaklyInformative().resolve(context) == HalfUnitInformation().resolve(context)


@pytest.mark.parametrize("unit", [4.0, 2.0, nan])
def test_the_defaults_on_log_ratios_need_no_unit(unit: float) -> None:
    """Röver et al. 2021 and Günhan et al. 2020: a ratio within 1/250 and 250; tau of 0.5."""
    mu = WeaklyInformative().resolve(Context(unit, V, log_ratio=True))
    tau = HalfWeaklyInformative().resolve(Context(unit, V, log_ratio=True))
    assert np.exp(mu.ppf(0.975)) == pytest.approx(250, rel=0.02)
    assert tau == HalfNormal(0.5)


@pytest.mark.parametrize(("measure", "mu", "tau"), [
    ("OR", 2.82, 0.5), ("RR", 2.82, 0.5), ("PETO", 2.82, 0.5), ("PLO", None, None),
])  # fmt: skip
def test_a_model_without_priors_means_what_is_customary(measure, mu, tau) -> None:
    """On ratios of two groups; the logit of one proportion is no ratio."""
    import pandas as pd

    import consilience as cs
    from consilience.model import resolve

    rows = {"study": list("abc"), "events": [4, 9, 6], "n": [40, 60, 50]}
    if mu:
        rows = {"study": list("abc"), "events1": [4, 9, 6], "n1": [40, 60, 50]}
        rows |= {"events2": [8, 12, 7], "n2": [41, 59, 52]}
    effects = cs.effect_sizes(pd.DataFrame(rows), measure)
    found = resolve(cs.Model(), effects)
    unit = effects.unit_sd()
    assert found.mu == Normal(0.0, mu or 0.5 * unit)
    assert found.heterogeneity.tau == HalfNormal(tau or 0.25 * unit)


def test_raw_units_scale_the_prior() -> None:
    assert UnitInformation(3).resolve(Context(12.5, V)) == Normal(0.0, 37.5)
    assert HalfUnitInformation(0.1).resolve(Context(70.0, V)) == HalfNormal(7.0)


def test_an_unknown_unit_leaves_the_mean_flat_and_asks_for_tau() -> None:
    assert UnitInformation().resolve(Context(nan, V)) == Flat()
    with pytest.raises(ModelError, match=r"explicit prior in the effect's own units.*sample sizes"):
        HalfUnitInformation().resolve(Context(nan, V))


@BOTH
@pytest.mark.parametrize("unit", [0.0, -2.0, inf])
def test_an_impossible_unit_is_refused(prior: Prior, unit: float) -> None:
    with pytest.raises(ModelError, match=f"got {unit}"):
        prior.resolve(Context(unit, V))


@BOTH
@pytest.mark.parametrize("question", ["logpdf", "cdf", "ppf", "pymc"])
def test_nothing_can_be_asked_before_the_unit_is_known(prior: Prior, question: str) -> None:
    with pytest.raises(ModelError, match=r"before its unit is known.*resolve\(context\)"):
        getattr(prior, question)("tau" if question == "pymc" else 0.5)


def test_supports_are_known_before_the_unit() -> None:
    assert UnitInformation().support == (-inf, inf)
    assert HalfUnitInformation().support == (0.0, inf)
