"""The picture of the dial: its line, bands and the answer beside it are those of the table."""

from dataclasses import replace

import numpy as np
import pytest

import consilience as cs
from consilience import bias, plots


@pytest.fixture(scope="module")
def table(effects, model):
    doubtful = replace(model, bias=bias.PowerWeight("assessors_masked", ("no", "not stated")))
    return cs.bias_dial(doubtful, effects, [0.0, 0.5, 1.0])


def test_the_line_and_the_bands_are_the_table(table, effects, plots_of):
    axes = plots_of(plots.bias_dial(table, effects))
    line = next(line for line in axes.lines if line.get_label() == "dial")
    dial = table.iloc[:3]
    assert line.get_xydata() == pytest.approx(dial[["weight", "mean"]].to_numpy(float))
    for name, other in (("lower", "upper"), ("prediction_lower", "prediction_upper")):
        band = next(each for each in axes.collections if each.get_label() == name)
        ends = band.get_paths()[0].vertices[:, 1]
        assert {*dial[name], *dial[other]} <= set(ends)


def test_beside_it_stands_the_bias_estimated(table, effects, plots_of, words):
    figure = plots.bias_dial(table, effects)
    axes, last = plots_of(figure), table.iloc[-1]
    place = next(line for line in axes.lines if line.get_label() == "alternative").get_xydata()[0]
    assert place[0] > 1.0
    assert place[1] == pytest.approx(last["mean"])
    box = next(each for each in axes.patches if each.get_label() == "beside lower")
    assert (box.get_y(), box.get_height()) == pytest.approx(
        (last["lower"], last["upper"] - last["lower"])
    )
    assert "bias estimated" in words(figure)


def test_where_it_could_not_be_estimated_nothing_stands_there(table, effects, plots_of, words):
    gap = table.copy()
    gap.loc["bias estimated", ["mean", "lower", "upper", "level"]] = np.nan
    figure = plots.bias_dial(gap, effects)
    assert "bias estimated" not in words(figure)
    assert plots_of(figure).get_xlim()[1] < 1.1


def test_texts_neither_touch_nor_leave_the_sheet(table, effects, touching, words):
    figure = plots.bias_dial(table, effects)
    assert not touching(figure)
    said = " ".join(words(figure))
    assert "Doubtful here: Jensen 2019, Popova 2014 (FAT)" in said
    assert "left out" in said
    assert "as they stand" in said


def test_one_weight_is_drawn(effects, model):
    doubtful = replace(model, bias=bias.PowerWeight("assessors_masked", "no"))
    plots.bias_dial(cs.bias_dial(doubtful, effects, [0.5]), effects).draw_without_rendering()
