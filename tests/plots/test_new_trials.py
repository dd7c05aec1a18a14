"""New trials: nested intervals of what was drawn."""

import numpy as np
import pytest
import xarray as xr

import consilience as cs
from consilience import plots
from consilience.errors import ModelError


@pytest.fixture(scope="module")
def tree(fit):
    kinds = ("mindfulness", "rehabilitation")
    new = [cs.NewTrial(60, 60, intervention_type=kind, comparator_type="TAU") for kind in kinds]
    return cs.predict(fit, new, seed=1)


def test_intervals_are_quantiles_of_the_draws(tree, plots_of, marks):
    axes = plots_of(plots.new_trials(tree))
    drawn = tree["predictions"]
    expected = [
        np.quantile(drawn[name].isel(trial=trial), [0.025, 0.25, 0.5, 0.75, 0.975])
        for trial in range(2)
        for name in ("mu", "theta", "yi")
    ]
    spans = [part[:, 0] for part in marks(axes, "interval")]
    assert np.array(spans[0::2]) == pytest.approx(np.array(expected)[:, [0, 4]])
    assert np.array(spans[1::2]) == pytest.approx(np.array(expected)[:, [1, 3]])
    medians = [part[0, 0] for part in marks(axes, "nested")]
    assert medians == pytest.approx(np.array(expected)[:, 2])


def test_each_trial_and_the_direction_are_named(tree, words, touching):
    figure = plots.new_trials(tree)
    said = words(figure)
    assert said.count("mindfulness, TAU") == 1
    assert said.count("its true effect, θ") == 2
    assert any("Positive effects favour the intervention." in text for text in said)
    assert not touching(figure)


def test_without_sizes_there_is_no_estimate(fit, words):
    new = cs.NewTrial(intervention_type="CBT", comparator_type="TAU", name="$a_b$ [新]")
    said = words(plots.new_trials(cs.predict(fit, new)))
    assert "$a_b$ [新]" in said
    assert "its estimate, y" not in said


def test_another_tree_is_refused():
    with pytest.raises(ModelError, match="predict"):
        plots.new_trials(xr.DataTree())
