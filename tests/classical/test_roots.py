"""The root finder: any scale, hostile slopes, and a word when it gives up."""

import math

import pytest

from consilience.classical.roots import falling_root
from consilience.errors import ConvergenceError


@pytest.mark.parametrize("root", [1e-12, 3.0, 1e12])
def test_a_hyperbola_on_any_scale(root):
    found = falling_root(lambda x: (1 - x / root, -1 / root), 0, 7 * root, start=0)
    assert found == pytest.approx(root, rel=1e-12)


def test_slopes_that_mislead():
    """Newton alone would leave the bracket at once."""
    found = falling_root(lambda x: (math.atan(2 - x), -1e-3), 0, 1e6, start=0)
    assert found == pytest.approx(2, rel=1e-12)


def test_a_root_at_zero():
    assert falling_root(lambda x: (-x, -1.0), 0, 1, start=0.5) == pytest.approx(0, abs=1e-20)


def test_giving_up_says_how_far():
    with pytest.raises(ConvergenceError, match=r"between 0.*and 4"):
        falling_root(lambda _: (math.nan, -1.0), 0, 4, start=1)
