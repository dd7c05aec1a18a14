"""Effects a million away from none are drawn as well as those beside it."""

import pytest

import consilience as cs
from consilience import plots


@pytest.fixture(scope="module")
def far(given):
    near = [0.1, 0.5, -0.2, 0.8, 0.3]
    return cs.pool(given([1e6 + y for y in near], [0.09] * 5), "DL")


def test_intervals_of_the_forest_are_long_and_no_line_of_no_effect_is_drawn(
    far, marks, plots_of, touching
):
    axes = plots_of(plots.forest(far))
    lower, upper = axes.get_xlim()
    assert lower > 1e6 - 5.0
    assert upper < 1e6 + 5.0
    (diamond,) = marks(axes, "diamond")
    assert diamond[:, 0].max() - diamond[:, 0].min() > 0.1 * (upper - lower)
    assert not marks(axes, "null")
    for figure in (plots.forest(far), plots.drapery(far), plots.funnel(far.effects, far)):
        assert not touching(figure)


def test_the_curves_of_the_drapery_are_wide(far, plots_of, drawn):
    axes = plots_of(plots.drapery(far))
    lower, upper = axes.get_xlim()
    assert lower > 1e6 - 5.0
    x, p = drawn(axes, "mean").T
    above = x[p > 0.5]
    assert above.max() - above.min() > 0.03 * (upper - lower)
