"""The predictive check: observed and replicated values at their places."""

import numpy as np
import pytest

import consilience as cs
from consilience import plots


@pytest.fixture(scope="module")
def check(fit):
    return cs.check(fit, seed=3)


def panels(figure):
    return [axes for axes in figure.axes if axes.axison]


def test_observed_and_replicated_stand_where_the_check_puts_them(check, marks, plots_of):
    axes = plots_of(plots.predictive_check(check))
    observed = [part[0, 0] for part in marks(axes, "square")]
    bars = [(part[:, 0].min(), part[:, 0].max()) for part in marks(axes, "bar")]
    assert observed == pytest.approx(check.trials["observed"].tolist())
    ends = check.trials[["lower", "upper"]].to_numpy(dtype=float)
    assert np.array(bars) == pytest.approx(ends)


def test_the_probabilities_are_printed(check, words):
    said = words(plots.predictive_check(check))
    assert [f"{p:.2f}" in said for p in check.trials["p_value_loo"]] == [True] * len(check.trials)
    for p in check.statistics["p_value"]:
        assert f"p = {p:.2f}" in said


def test_each_statistic_has_its_histogram_with_the_observed_value(check):
    histograms = panels(plots.predictive_check(check))[1:]
    lines = [[each for each in axes.lines if each.get_label() == "observed"] for axes in histograms]
    found = [line.get_xdata()[0] for (line,) in lines]
    assert found == pytest.approx(check.statistics["observed"].tolist())


def test_words_of_the_check_stand_below(check, words):
    said = " ".join(words(plots.predictive_check(check)))
    assert check.words[0] in said.replace("\N{NO-BREAK SPACE}", " ")


def test_one_trial_has_no_spread(given, model, touching):
    figure = plots.predictive_check(cs.check(cs.fit(model, given([0.4], [0.05]))))
    assert len(panels(figure)) == 3
    assert not touching(figure)


def test_a_surprising_trial_is_marked(strange, model, words, touching):
    figure = plots.predictive_check(cs.check(cs.fit(model, strange)))
    assert "< 0.001" in words(figure)
    assert not touching(figure)


@pytest.mark.parametrize("k", [2, 40])
def test_nothing_overlaps(k, simulated, model, touching):
    assert not touching(plots.predictive_check(cs.check(cs.fit(model, simulated(k)))))


def test_nothing_overlaps_in_the_real_review(check, touching):
    assert not touching(plots.predictive_check(check))
