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
    Normal,
    Prior,
    UnitInformation,
)

V = np.array([0.1])
BOTH = pytest.mark.parametrize("prior", [UnitInformation(), HalfUnitInformation()])


def test_the_defaults_on_standardised_mean_differences() -> None:
    assert UnitInformation().resolve(Context(2.0, V)) == Normal(0.0, 1.0)
    assert HalfUnitInformation().resolve(Context(2.0, V)) == HalfNormal(0.5)


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
