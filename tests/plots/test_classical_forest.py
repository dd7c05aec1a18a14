"""Forest plots of classical analyses: columns, order, groups and pages say what the tables say."""

import numpy as np
import pytest

import consilience as cs
from consilience import plots
from consilience.errors import ModelError


def spans(corners):
    return np.array([(part[:, 0].min(), part[:, 0].max()) for part in corners])


def test_common_and_random_diamonds_span_their_summaries(reml, common, marks, plots_of):
    axes = plots_of(plots.forest(reml, common))
    ends = [each.summary().loc["mu", ["lower", "upper"]].astype(float) for each in (reml, common)]
    assert spans(marks(axes, "diamond")) == pytest.approx(np.array(ends), rel=1e-12)
    ahead = reml.prediction_interval()[["lower", "upper"]].to_numpy(dtype=float)
    assert spans(marks(axes, "bar")) == pytest.approx(ahead[None, :], rel=1e-12)


def test_counts_and_their_sums_stand_in_the_columns(reml, words):
    said = words(plots.forest(reml, columns=("events",)))
    assert {"4/123", "11/139", "505/88391", "Intervention", "Comparator"} <= set(said)
    assert {"1065/191064", "1510/166283"} <= set(said)


def test_means_are_shown_as_given(words):
    import pandas as pd

    table = pd.DataFrame(
        {"study": ["A", "B"], "mean1": [1.25, 30.0], "sd1": [0.5, 4.125], "n1": [20, 31],
         "mean2": [1.0, 28.0], "sd2": [0.75, 4.0], "n2": [22, 30]}
    )  # fmt: skip
    said = words(plots.forest(cs.pool(cs.effect_sizes(table, "MD"), "CE"), columns=("means",)))
    assert {"1.25 (0.5)", "30 (4.125)", "1 (0.75)", "51", "52"} <= set(said)


def test_two_columns_of_text_and_two_of_weights(reml, common, words, touching):
    weights = plots.columns.Weights(common)
    figure = plots.forest(reml, common, columns=("alloc", "year", weights))
    said = words(figure)
    assert said.count("random") == 7
    assert "1948" in said
    assert f"{common.weights().iloc[7]:.1f}" in said
    assert not touching(figure)


@pytest.mark.parametrize(("sort", "key"), [("yi", 1), ("-yi", -1)])
def test_trials_are_put_in_order(sort, key, reml, rr, marks, plots_of):
    squares = marks(plots_of(plots.forest(reml, sort=sort)), "square")
    found = [part[0, 0] for part in squares]
    assert found == pytest.approx(sorted(rr.y, reverse=key < 0))


def test_trials_are_put_in_order_of_weight_within_groups(reml, marks, plots_of, rr):
    squares = marks(plots_of(plots.forest(reml, group="alloc", sort="-weight")), "square")
    found = [part[0, 0] for part in squares]
    frame = rr.frame.assign(weight=reml.weights().to_numpy())
    expected = frame.sort_values(["alloc", "weight"], ascending=[True, False])["yi"]
    assert found == pytest.approx(expected.tolist())


def test_groups_have_weights_tests_and_scatter_of_their_own(reml, words):
    said = " ".join(words(plots.forest(reml, group="alloc")))
    found = cs.subgroups(reml, "alloc")
    assert f"Q_between = {found.attrs['Q_between']:.2f}" in said
    tau = np.sqrt(found["tau2"]["random"])
    assert f"random: k = 7, τ = {tau:.2f}" in said


def test_pages_hold_every_trial_once_on_one_axis(simulated, words, plots_of, touching):
    effects = simulated(60)
    pooled = cs.pool(effects, "DL")
    pages = plots.forest_pages(pooled, group="kind", height=6.0)
    assert len(pages) > 2
    assert all(page.get_size_inches()[1] <= 6.0 for page in pages)
    said = [text for page in pages for text in words(page)]
    whole = words(plots.forest(pooled, group="kind"))
    shown = {f"{value:.1f}" for value in pooled.weights()}
    assert sum(text in shown for text in said) == sum(text in shown for text in whole)
    assert len({plots_of(page).get_xlim() for page in pages}) == 1
    assert [sum("Weights:" in text for text in words(page)) for page in pages][-1] == 1
    assert not any("Weights:" in text for page in pages[:-1] for text in words(page))
    assert not any(touching(page) for page in pages)


def test_few_trials_need_one_page(reml):
    assert len(plots.forest_pages(reml)) == 1
    with pytest.raises(ModelError, match="3 or more"):
        plots.forest_pages(reml, height=1.0)


def test_ratios_have_round_ticks(reml, plots_of):
    axes = plots_of(plots.forest(reml))
    texts = [text.get_text() for text in axes.get_xticklabels()]
    assert {"0.1", "1"} <= set(texts)
    assert np.exp(axes.get_xticks()) == pytest.approx([float(text) for text in texts], rel=1e-9)


def test_wishes_that_cannot_be_met_are_refused_by_name(reml, dl):
    with pytest.raises(ModelError, match=r"no column 'size' to sort by.*alloc"):
        plots.forest(reml, sort="size")
    with pytest.raises(ModelError, match=r"no column colour.*alloc"):
        plots.forest(reml, columns=("colour",))
    with pytest.raises(ModelError, match="no column mean1"):
        plots.forest(reml, columns=("means",))
    with pytest.raises(ModelError, match="other trials"):
        plots.forest(reml, columns=(plots.columns.Weights(dl),))


def test_a_narrow_page_loses_nothing(reml, common, words):
    wanted = ("year", "events", plots.columns.Weights(common))
    with plots.narrow():
        figure = plots.forest(reml, columns=wanted)
    said = "·".join(words(figure)).replace("\N{NO-BREAK SPACE}", " ")
    for text in ("Year: 1948", "Intervention: 4/123", "Weight, %: 5.1", "Common effect, %: 0.5"):
        assert text in said


def test_steps_are_those_of_the_classical_tables(reml, common, marks, plots_of):
    diagnostics = cs.classical.diagnostics
    table = diagnostics.cumulative(reml, "year")
    axes = plots_of(plots.cumulative(table))
    assert [part[0, 0] for part in marks(axes, "dot")] == pytest.approx(table["estimate"].tolist())
    assert spans(marks(axes, "interval")) == pytest.approx(table[["lower", "upper"]].to_numpy())
    left = diagnostics.leave_one_out(reml)
    axes = plots_of(plots.leave_one_out(left, reml, common))
    assert [part[0, 0] for part in marks(axes, "dot")] == pytest.approx(left["estimate"].tolist())
    ends = [each.summary().loc["mu", ["lower", "upper"]].astype(float) for each in (reml, common)]
    assert spans(marks(axes, "diamond")) == pytest.approx(np.array(ends))
    (guide,) = [line for line in axes.lines if line.get_label() == "guide"]
    assert guide.get_xdata()[0] == pytest.approx(float(reml.average()["estimate"]))


def test_tables_that_hold_no_steps_are_refused(rr):
    with pytest.raises(ModelError, match="no column estimate, lower, upper, level"):
        plots.leave_one_out(rr.frame)
