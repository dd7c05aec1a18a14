"""Figures of borrowing, of accumulation and of ranks: what is drawn is what the tables say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import plots
from consilience.errors import ModelError


@pytest.fixture(scope="module")
def borrowed(fit):
    return cs.borrowing(fit)


def test_own_and_shrunken_estimates_are_those_of_the_table(
    borrowed, plots_of, marks, words, touching
):
    figure = plots.borrowing(borrowed)
    axes = plots_of(figure)
    trials = borrowed.trials
    own = [part[0, 0] for part in marks(axes, "square")]
    assert own == pytest.approx(trials["yi"].tolist())
    believed = [part[0, 0] for part in marks(axes, "dot")]
    assert believed == pytest.approx(trials["mean"].tolist())
    said = words(figure)
    assert [said.count(name) for name in trials.index] == [1] * len(trials)
    assert not touching(figure)


def test_squares_have_areas_like_the_weights(borrowed, plots_of):
    axes = plots_of(plots.borrowing(borrowed))
    sizes = np.array([line.get_markersize() for line in axes.lines if line.get_label() == "square"])
    weights = borrowed.trials["weight"].to_numpy()
    heavy = weights > 0.2 * weights.max()
    ratio = (sizes**2 / weights)[heavy]
    np.testing.assert_allclose(ratio, ratio[0])


def test_a_model_without_weights_is_drawn_all_the_same(borrowed, words, touching):
    bare = replace(borrowed, trials=borrowed.trials.assign(weight=np.nan))
    figure = plots.borrowing(bare)
    assert "–" in words(figure)
    assert not touching(figure)


def test_the_mean_after_each_trial_is_that_of_the_table(fit, plots_of, marks, words, touching):
    table = cs.cumulative(fit)
    figure = plots.cumulative(table)
    axes = plots_of(figure)
    dots = [part[0, 0] for part in marks(axes, "dot")]
    assert dots == pytest.approx(table["mean"].tolist())
    spans = np.array([part[:, 0] for part in marks(axes, "interval")])
    assert spans == pytest.approx(table[["lower", "upper"]].to_numpy())
    guide = next(line for line in axes.lines if line.get_label() == "guide")
    assert guide.get_xdata()[0] == table["mean"].iloc[-1]
    assert not touching(figure)


def test_steps_without_an_estimate_have_no_mark(fit, plots_of, marks):
    table = cs.cumulative(fit)
    columns = ["mean", "lower", "upper", "p_gt_0", "tau"]
    table.loc[table.index[:2], columns] = np.nan
    axes = plots_of(plots.cumulative(table))
    assert len(list(marks(axes, "dot"))) == len(table) - 2
    table[columns] = np.nan
    with pytest.raises(ModelError, match="nothing to draw"):
        plots.cumulative(table)


def test_cells_are_as_dark_as_the_ranks_are_probable(fit, words, touching):
    found = cs.ranks(fit, "intervention_type")
    figure = plots.ranks(found)
    page = figure.axes[0]
    cells = [patch for patch in page.patches if patch.get_label() == "cell"]
    light = np.array([sum(patch.get_facecolor()[:3]) for patch in cells])
    p = found.matrix.to_numpy().ravel()
    assert len(cells) == p.size
    assert (np.diff(light[np.argsort(p, kind="stable")]) <= 1e-9).all()
    said = words(figure)
    assert all(name in said for name in found.matrix.index)
    assert not touching(figure)


def test_many_trials_still_fit_on_the_sheet(fit, touching):
    n = 25
    names = [f"a rather long name of a trial {i}" for i in range(n)]
    matrix = pd.DataFrame(np.full((n, n), 1 / n), index=names, columns=range(1, n + 1))
    table = pd.DataFrame({"mean_rank": 13.0, "sucra": 0.5}, index=pd.Index(names, name="estimate"))
    assert not touching(plots.ranks(replace(cs.ranks(fit), table=table, matrix=matrix)))
