"""Analyses side by side: each row of the table is a line of the figure."""

import numpy as np
import pytest

import consilience as cs
from consilience import plots
from consilience.errors import ConvergenceError


@pytest.fixture(scope="module")
def table(fit, dl, effects):
    return cs.compare({"Bayes $x$": fit, "DL": dl, "CE": cs.pool(effects, "CE")})


def test_estimates_intervals_and_predictions_are_those_of_the_table(table, plots_of, marks):
    axes = plots_of(plots.sensitivity(table, "Analysis"))
    dots = [part[0, 0] for part in marks(axes, "dot")]
    assert dots == pytest.approx(table["estimate"].astype(float).tolist())
    spans = np.array([part[:, 0] for part in marks(axes, "interval")])
    assert spans == pytest.approx(table[["lower", "upper"]].to_numpy(dtype=float))
    ahead = table[["prediction_lower", "prediction_upper"]].dropna().to_numpy(dtype=float)
    bars = [(part[:, 0].min(), part[:, 0].max()) for part in marks(axes, "bar")]
    assert np.array(bars) == pytest.approx(ahead)


def test_credible_and_confidence_intervals_differ_without_colour(table, plots_of):
    axes = plots_of(plots.sensitivity(table, "Analysis"))
    dots = [line for line in axes.lines if line.get_label() == "dot"]
    assert [line.get_markerfacecolor() == "white" for line in dots] == [False, True, True]


def test_rows_and_their_heading_are_named(table, words, touching):
    figure = plots.sensitivity(table, "Choice_of [model]")
    said = words(figure)
    assert [said.count(name) for name in (*table.index, "Choice_of [model]")] == [1] * 4
    assert not touching(figure)


def test_probabilities_have_a_column_where_there_are_any(effects, model, table, words, touching):
    found = cs.sensitivity.over_tau(model, effects, cs.sensitivity.tau_priors(effects))
    figure = plots.sensitivity(found, "Prior of τ")
    assert "P(> 0)" in words(figure)
    assert "P(> 0)" not in words(plots.sensitivity(table, "Analysis"))
    assert not touching(figure)


def test_long_names_take_two_lines(table, words, touching):
    long = "Without trials whose numbers or direction are in doubt, and some more words"
    named = table.rename(index={"DL": long})
    figure = plots.sensitivity(named, "Analysis")
    assert long not in words(figure)
    assert long in " ".join(words(figure))
    assert not touching(figure)


def test_a_table_of_a_forced_fit_keeps_its_watermark(table):
    marked = table.copy()
    marked.attrs["watermark"] = "NOT CONVERGED (forced)"
    assert plots.sensitivity(marked, "Analysis").texts


def test_a_failed_fit_has_no_table(failed):
    with pytest.raises(ConvergenceError):
        cs.compare({"a": failed})
