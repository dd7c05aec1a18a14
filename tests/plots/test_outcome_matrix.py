"""The matrix of outcomes: what is written is what the table holds, and colour is never alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import consilience as cs
from consilience import plots
from consilience.errors import ModelError
from consilience.plots.tints import ByCertainty, BySize, tint_of


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Three outcomes: one sure, one of a single trial, one without a trial; odd names."""
    rows = [
        ("social functioning", "post", "all", 13, 0.36, 0.22, 0.51, 0.9999),
        ("social functioning", "follow-up", "all", 6, 0.49, -0.12, 1.09, 0.947),
        ("social functioning", "post", "ITT", 6, 0.45, 0.26, 0.66, 0.999),
        ("hope $x_1$ <b>", "post", "all", 1, -0.18, -1.13, 0.81, 0.338),
        ("=capacity 王", "post", "all", 0, *[np.nan] * 4),
    ]
    columns = ["outcome", "time", "population", "k", "estimate", "lower", "upper", "p_gt_0"]
    return pd.DataFrame(rows, columns=columns)


def patches(figure):
    return [each for axes in figure.axes for each in axes.patches if each.get_label() == "cell"]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_cell_stands_once_with_its_numbers_and_nothing_touches(
    table, effects, words, touching, *, narrow
):
    if narrow:
        with plots.narrow():
            figure = plots.outcome_matrix(table, effects)
        assert figure.get_size_inches()[0] == pytest.approx(3.9)
    else:
        figure = plots.outcome_matrix(table, effects)
    assert len(patches(figure)) == len(table)
    said = words(figure)
    for text in ("0.36", "0.22 to 0.51", "−1.13 to 0.81", "k 1, P 0.34", "k = 0"):
        assert text in said, said
    assert "k 13, P >\N{NO-BREAK SPACE}0.99" in said
    assert not touching(figure)


def test_a_single_trial_is_dashed_and_a_sure_direction_bold(table, effects):
    figure = plots.outcome_matrix(table, effects)
    dashed = [each.get_linestyle() not in ("-", "solid") for each in patches(figure)]
    assert sum(dashed) == 1
    bold = {
        text.get_text()
        for axes in figure.axes
        for text in axes.texts
        if text.get_weight() == "bold"
    }
    assert {"0.36", "0.45"} <= bold
    assert "0.49" not in bold


def test_colours_grow_with_the_effect_and_leave_the_text_readable():
    """WCAG 2.2, 1.4.3: a contrast of 4.5 with the ink."""

    def light(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    ink = light(to_rgb("#1A1A1A"))
    values = np.linspace(0.0, 2.0, 9)
    for kind in (BySize(), ByCertainty()):
        for sign in (1.0, -1.0):
            rows = [{"estimate": sign * each, "p_gt_0": 0.5 + sign * each / 4.0} for each in values]
            shades = [light(to_rgb(kind.colour(row))) for row in rows]
            assert shades == sorted(shades, reverse=True)
            assert shades[0] > 0.99
            assert (shades[-1] + 0.05) / (ink + 0.05) > 4.5
        held = {"estimate": 0.5, "p_gt_0": 0.9}
        assert kind.colour(held) != kind.colour({"estimate": -0.5, "p_gt_0": 0.1})
        assert kind.colour(held | {"estimate": np.nan}) == "#ffffff"


def test_the_same_certainty_has_the_same_colour_in_every_measure(table, effects):
    """An odds ratio of 3 and a difference of 0.2 SD may be as sure; sizes cannot be compared."""
    other = replace(effects, measure=cs.measures.get("OR"))
    mixed = table.assign(measure=["SMD", "OR"] * (len(table) // 2) + ["SMD"] * (len(table) % 2))
    tint = tint_of(mixed)
    pair = ({"estimate": 1.1, "p_gt_0": 0.9}, {"estimate": 0.2, "p_gt_0": 0.9})
    assert tint.colour(pair[0]) == tint.colour(pair[1])
    assert isinstance(tint_of(table), BySize)
    figure = plots.outcome_matrix(mixed, (effects, other))
    row = mixed[(mixed["measure"] == "OR") & mixed["estimate"].notna()].iloc[0]
    assert f"OR {np.exp(row['estimate']):.1f}" in figure.alt
    with pytest.raises(ModelError, match="OR"):
        plots.outcome_matrix(mixed, effects)


def test_screen_readers_hear_every_cell(table, effects):
    alt = plots.outcome_matrix(table, effects).alt
    assert "social functioning, follow-up, all: 0.49; −0.12 to 1.09; k 6, P 0.95" in alt


def test_ratios_are_shown_as_ratios(table):
    ratios = cs.effect_sizes(
        pd.DataFrame({"study": ["A"], "events1": [3], "n1": [20], "events2": [6], "n2": [20]}), "OR"
    )
    alt = plots.outcome_matrix(table, ratios).alt
    assert f"{np.exp(0.36):.2f}; {np.exp(0.22):.2f} to {np.exp(0.51):.2f}" in alt


@pytest.mark.parametrize("change", [lambda t: t.drop(columns="k"), lambda t: t.head(0)])
def test_what_is_no_grid_is_refused(table, effects, change):
    with pytest.raises(ModelError, match=r"has no (column k|row)\. Give what Grid\.table"):
        plots.outcome_matrix(change(table), effects)
