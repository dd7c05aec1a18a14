"""The funnel plot: where the trials stand, what the lines are, what it does not claim."""

import numpy as np
import pytest

import consilience as cs
from consilience import plots


def test_trials_stand_at_their_standard_errors_the_precise_ones_above(effects, fit, plots_of):
    axes = plots_of(plots.funnel(effects, fit))
    (points,) = [line for line in axes.lines if line.get_label() == "trials"]
    assert points.get_xdata() == pytest.approx(effects.y)
    assert points.get_ydata() == pytest.approx(np.sqrt(effects.v))
    assert axes.yaxis_inverted()


def test_the_limits_hold_95_percent_about_the_first_mean(effects, dl, fit, plots_of):
    axes = plots_of(plots.funnel(effects, dl, fit))
    mean = float(dl.average()["estimate"])
    limits = [line.get_xydata() for line in axes.lines if line.get_label() == "limit"]
    slopes = sorted((line[1, 0] - line[0, 0]) / line[1, 1] for line in limits)
    assert [line[0, 0] for line in limits] == pytest.approx([mean, mean])
    assert slopes == pytest.approx([-1.959963984540054, 1.959963984540054])


def test_the_bands_begin_where_the_p_values_say(effects, plots_of):
    axes = plots_of(plots.funnel(effects))
    deepest = axes.get_ylim()[0]
    bands = [each for each in axes.collections if each.get_label() == "p < 0.05"]
    reach = [abs(path.vertices[:, 0]).max() for band in bands for path in band.get_paths()]
    assert reach == pytest.approx([2.5758293035489004 * deepest] * 2)


def test_without_an_analysis_there_is_no_middle(effects, plots_of):
    labels = {line.get_label() for line in plots_of(plots.funnel(effects)).lines}
    assert {"null", "trials"} <= labels
    assert not labels & {"mean", "limit"}


def test_the_null_has_its_line(effects, plots_of):
    lines = plots_of(plots.funnel(effects)).lines
    (null,) = [line for line in lines if line.get_label() == "null"]
    assert null.get_xdata()[0] == effects.measure.null


def test_every_trial_of_the_real_review_is_labelled_once(effects, fit, words, touching):
    figure = plots.funnel(effects, fit)
    said = words(figure)
    assert [said.count(label) for label in effects.labels] == [1] * effects.k
    assert not touching(figure)


def test_few_trials_are_not_judged(effects, simulated, words):
    assert any("fewer than ten trials" in text for text in words(plots.funnel(effects)))
    assert not any("fewer than ten" in text for text in words(plots.funnel(simulated(20))))


def test_the_tie_of_effect_and_error_is_said_where_there_is_one(effects, simulated, words):
    note = "grows with the difference itself"
    assert any(note in text for text in words(plots.funnel(effects)))
    assert not any(note in text for text in words(plots.funnel(simulated(5))))


@pytest.mark.parametrize("k", [1, 2, 20, 60])
def test_nothing_overlaps(k, simulated, touching):
    effects = simulated(k)
    assert not touching(plots.funnel(effects, cs.pool(effects, "DL")))


def test_names_in_all_scripts_and_a_trial_far_out(strange, model, touching, plots_of):
    figure = plots.funnel(strange, cs.fit(model, strange))
    assert not touching(figure)
    beyond = [each for each in plots_of(figure).lines if each.get_label() == "beyond"]
    assert sum(len(each.get_xdata()) for each in beyond) == 1


def test_a_forced_fit_has_its_watermark(effects, forced):
    assert plots.funnel(effects, forced).texts
