"""Coordinates for hyperparameters of either sign."""

import numpy as np
import pytest

from consilience import priors
from consilience.engines.exact.coordinate import FARTHEST, Coordinate
from consilience.engines.exact.line import Line, axis_from, axis_of
from consilience.engines.exact.search import bracket
from consilience.errors import ModelError
from consilience.gaussian import REAL, Hyper

SCALED = Hyper("tau", priors.HalfNormal(0.5))
SIGNED = Hyper("log_tau[x]", priors.Normal(1.0, 0.3), REAL)


def test_values_and_places_undo_one_another():
    line = Line(0.7)
    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(line.place(line.value(x)), x, atol=1e-12)
    assert line.value(np.array([0.0]))[0] == 0.0


def test_the_jacobian_is_the_slope():
    line, x, step = Line(0.7), np.linspace(-3, 3, 13), 1e-6
    slope = (line.value(x + step) - line.value(x - step)) / (2 * step)
    np.testing.assert_allclose(np.exp(line.log_jacobian(x)), slope, rtol=1e-8)


def test_ends_are_those_of_the_prior():
    assert (Line(1.0).nearest, Line(1.0).farthest) == (-FARTHEST, FARTHEST)
    bounded = Line(1.0, -2.0, 3.0)
    np.testing.assert_allclose(
        bounded.value(np.array([bounded.nearest, bounded.farthest])), [-2, 3]
    )
    np.testing.assert_array_equal(bounded.value(np.array([-50.0, 50.0])), [-2, 3])


def test_standard_deviations_keep_theirs():
    assert axis_of(SCALED, 0.2) == Coordinate(0.2, 0.0, np.inf)


def test_a_coefficient_is_sought_on_the_scale_of_its_prior():
    found = axis_of(SIGNED, 0.2)
    assert isinstance(found, Line)
    assert found.scale == pytest.approx(2 * 0.3, rel=1e-12)
    positive = axis_of(Hyper("log_tau[x]", priors.Uniform(0.0, 2.0), REAL), 0.2)
    assert isinstance(positive, Coordinate)


@pytest.mark.parametrize("axis", [Line(0.3, -1.0, np.inf), Coordinate(0.2, 0.1, 4.0)])
def test_settings_rebuild_it(axis):
    assert axis_from(axis.scale, axis.lower, axis.upper, depth=axis.depth) == axis


@pytest.mark.parametrize("centre", [0.0, 8.0, -30.0])
@pytest.mark.parametrize("width", [1.0, 1e-4])
def test_the_bracket_finds_a_peak_on_either_side(centre, width):
    """All within e⁻³⁶ of the peak, which is 8.5 standard deviations, and not much more."""
    found = bracket(
        lambda x: (-0.5 * ((x[:, 0] - centre) / width) ** 2, np.zeros(len(x))),
        nearest=np.array([-FARTHEST]),
        farthest=np.array([FARTHEST]),
    )
    assert found.lower[0] <= centre - 8.4 * width
    assert found.upper[0] >= centre + 8.4 * width
    assert found.upper[0] - found.lower[0] < 40 * width


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_does_not_fall_off_on_one_side_is_refused(sign):
    with pytest.raises(ModelError, match="too heavy in the tail"):
        bracket(
            lambda x: (np.minimum(sign * x[:, 0], 0.0), np.zeros(len(x))),
            nearest=np.array([-FARTHEST]),
            farthest=np.array([FARTHEST]),
        )
