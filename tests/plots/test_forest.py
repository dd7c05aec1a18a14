"""The forest plot says what the analyses say, and every trial is in it."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import consilience as cs
from consilience import plots
from consilience.errors import ConvergenceError, ModelError


def spans(corners):
    return [(part[:, 0].min(), part[:, 0].max()) for part in corners]


@pytest.mark.parametrize("group", ["", "intervention_type", "comparator_type", "year"])
def test_every_trial_stands_once(group, effects, fit, dl, words):
    said = words(plots.forest(fit, dl, group=group))
    assert [said.count(label) for label in effects.labels] == [1] * effects.k


def test_squares_stand_at_the_estimates_on_their_intervals(effects, dl, marks, plots_of):
    axes = plots_of(plots.forest(dl))
    assert np.array([part[0, 0] for part in marks(axes, "square")]) == pytest.approx(effects.y)
    half = 1.959963984540054 * np.sqrt(effects.v)
    expected = np.column_stack([effects.y - half, effects.y + half])
    assert np.array(spans(marks(axes, "interval"))) == pytest.approx(expected)


def test_areas_of_squares_are_weights(dl, plots_of):
    lines = [each for each in plots_of(plots.forest(dl)).lines if each.get_label() == "square"]
    areas = np.array([each.get_markersize() for each in lines]) ** 2
    weights = dl.weights().to_numpy()
    large = weights > 0.1 * weights.max()
    assert (areas / areas.max())[large] == pytest.approx((weights / weights.max())[large])


def test_dots_stand_at_the_true_effects_of_the_model(fit, effects, marks, plots_of):
    axes = plots_of(plots.forest(fit))
    theta = fit.summary().loc[[f"theta[{label}]" for label in effects.labels]]
    found = np.array([part[0, 0] for part in marks(axes, "dot")])
    assert found == pytest.approx(theta["mean"].to_numpy())


def test_diamonds_and_bars_span_the_intervals(fit, dl, knha, marks, plots_of):
    axes = plots_of(plots.forest(fit, dl, knha))
    table = cs.compare({"a": fit, "b": dl, "c": knha})
    ends = table[["lower", "upper"]].to_numpy(dtype=float)
    ahead = table[["prediction_lower", "prediction_upper"]].to_numpy(dtype=float)
    assert np.array(spans(marks(axes, "diamond"))) == pytest.approx(ends)
    assert np.array(spans(marks(axes, "bar"))) == pytest.approx(ahead)


def test_groups_have_the_diamonds_of_subgroups(fit, dl, marks, plots_of, words):
    figure = plots.forest(fit, dl, group="comparator_type")
    found = cs.subgroups(fit, "comparator_type")
    shown = np.array(spans(marks(plots_of(figure), "diamond")))
    assert shown[: len(found)] == pytest.approx(found[["lower", "upper"]].to_numpy(dtype=float))
    assert set(found.index) <= set(words(figure))


def test_a_group_that_no_analysis_knows_has_no_diamond(fit, marks, plots_of):
    assert len(marks(plots_of(plots.forest(fit, group="country")), "diamond")) == 1


def test_pooled_groups_of_one_trial_are_not_repeated(dl, marks, plots_of):
    found = cs.subgroups(dl, "comparator_type")
    drawn = marks(plots_of(plots.forest(dl, group="comparator_type")), "diamond")
    assert len(drawn) == 1 + int((found["k"] > 1).sum())


def test_no_prediction_without_scatter(effects, marks, plots_of, words):
    common = cs.fit(cs.Model(heterogeneity="Nothing"), effects, seed=1)
    figure = plots.forest(common, cs.pool(effects, "CE"))
    assert not marks(plots_of(figure), "bar")
    assert "prediction interval" not in words(figure)


def test_the_null_has_its_line(fit, plots_of):
    nulls = [each for each in plots_of(plots.forest(fit)).lines if each.get_label() == "null"]
    assert [each.get_xdata()[0] for each in nulls] == [fit.effects.measure.null]


def test_weights_are_those_of_the_first_classical_analysis(effects, fit, dl, knha, words):
    said = words(plots.forest(fit, knha, dl))
    assert f"{knha.weights().iloc[0]:.1f}" in said
    assert any("Weights: 1/(v + τ²), REML, Knapp–Hartung" in text for text in said)


def test_weights_of_estimates_that_share_participants_are_those_of_the_mean(effects, words):
    rule = cs.dependence.Clusters("group", 0.5)
    group = ["one", "one", *map(str, range(2, effects.k))]
    linked = cs.effect_sizes(effects.table.assign(group=group), "SMD", shared=(rule,))
    fit = cs.fit(cs.Model(), linked, seed=1)
    tau = fit.summary()["median"]["tau"]
    mass = np.linalg.solve(np.asarray(linked.V) + tau**2 * np.eye(effects.k), np.ones(effects.k))
    said = words(plots.forest(fit))
    assert all(f"{each:.1f}" in said for each in 100.0 * mass / mass.sum())
    assert any("row sums of (V + τ²I)⁻¹" in text for text in said)


def test_weights_without_a_classical_analysis_are_at_the_posterior_median(effects, fit, words):
    weights = 1.0 / (effects.v + fit.summary()["median"]["tau"] ** 2)
    said = words(plots.forest(fit))
    expected = [f"{each:.1f}" for each in 100.0 * weights / weights.sum()]
    assert [said.count(each) >= 1 for each in expected] == [True] * effects.k
    assert any("posterior median" in text for text in said)


def test_the_direction_is_said(given, fit, words):
    assert "favours intervention →" in words(plots.forest(fit))
    undirected = words(plots.forest(cs.pool(given([0.1, 0.2], [0.1, 0.1]), "DL")))
    assert "intervention higher →" in undirected
    assert not any("favours" in text for text in undirected)


def test_the_footer_says_k_tau_and_i2(fit, dl, words):
    said = " ".join(words(plots.forest(fit, dl))).replace("\N{NO-BREAK SPACE}", " ")
    assert "k = 9 trials." in said
    assert f"Bayesian: τ = {fit.summary()['median']['tau']:.2f} (median; 95 % credible" in said
    assert f"I² = {dl.heterogeneity()['I2']:.0f} %" in said


def test_one_trial_tells_nothing_of_scatter(given, words):
    said = " ".join(words(plots.forest(cs.pool(given([0.4], [0.05]), "DL"))))
    assert "τ cannot be estimated" in said


def test_an_interval_that_is_far_too_wide_ends_in_arrows(given, marks, plots_of):
    effects = given([0.1, 0.3, 0.2, 0.0, 0.4], [0.02, 0.02, 0.02, 0.02, 400.0])
    axes = plots_of(plots.forest(cs.pool(effects, "CE")))
    left, right = axes.get_xlim()
    assert right - left < 4.0
    assert sorted(part[0, 0] for part in marks(axes, "beyond")) == pytest.approx([left, right])


def test_a_trial_beyond_the_axis_has_an_arrow_and_its_numbers(given, marks, plots_of, words):
    effects = given([0.1, 0.3, 0.2, 0.0, 0.1, 0.2, 0.3, 0.2, 0.1, 50.0], [0.02] * 10)
    figure = plots.forest(cs.pool(effects, "CE"))
    axes = plots_of(figure)
    assert len(marks(axes, "square")) == 9
    assert [part[0, 0] for part in marks(axes, "beyond")] == pytest.approx([axes.get_xlim()[1]])
    assert "50.00" in words(figure)


def test_several_fits_are_told_apart(given, model, words):
    effects = given([0.1, 0.3], [0.02, 0.05])
    other = cs.Model(mu=model.mu, heterogeneity=cs.heterogeneity.Normal(cs.priors.HalfCauchy(0.5)))
    said = words(plots.forest(*(cs.fit(each, effects) for each in (model, other, other))))
    assert "Bayesian, tau ~ HalfNormal(sigma = 0.5)" in said
    assert "Bayesian, tau ~ HalfCauchy(beta = 0.5) (1)" in said
    assert "Bayesian, tau ~ HalfCauchy(beta = 0.5) (2)" in said


@pytest.mark.parametrize("k", [1, 2, 60])
def test_nothing_overlaps_for_any_number_of_trials(k, simulated, model, touching):
    effects = simulated(k)
    figure = plots.forest(cs.fit(model, effects), cs.pool(effects, "DL"), group="kind")
    assert not touching(figure)
    assert not touching(plots.forest(cs.pool(effects, "REML")))


def test_nothing_overlaps_in_the_real_review(fit, dl, knha, touching):
    for group in ("", "intervention_type", "comparator_type"):
        assert not touching(plots.forest(fit, dl, knha, group=group))


def test_labels_in_all_scripts_are_shown_as_they_are(strange, model, touching, words):
    figure = plots.forest(cs.fit(model, strange), cs.pool(strange, "DL"), group="kind")
    said = words(figure)
    short = [label for label in strange.labels if len(label) < 30]
    assert [said.count(label) for label in short] == [1] * len(short)
    assert not touching(figure)


def test_long_labels_are_shortened_and_keep_their_beginning(given, words, touching):
    long = "A trial with a name that goes on and on, " * 5
    figure = plots.forest(cs.pool(given([0.1, 0.3], [0.02, 0.05], study=[long, "b"]), "DL"))
    (shown,) = [text for text in words(figure) if text.startswith("A trial")]
    assert shown.endswith("…")
    assert not touching(figure)


def test_effects_of_any_size_are_readable(given, words, touching):
    for unit in (1e-7, 1e-3, 1.0, 1e4, 1e9):
        figure = plots.forest(cs.pool(given([0.1 * unit, 0.4 * unit], [0.02 * unit**2] * 2), "DL"))
        assert not touching(figure)
        assert not any(text in {"0.00", "[0.00,"} for text in words(figure))


def test_it_is_a_figure_as_wide_as_a_page(fit):
    figure = plots.forest(fit)
    assert isinstance(figure, Figure)
    assert figure.get_size_inches()[0] * figure.dpi == pytest.approx(800.0)


def test_a_fit_that_failed_is_not_drawn(failed):
    with pytest.raises(ConvergenceError):
        plots.forest(failed)


def test_a_forced_fit_has_its_watermark(forced, fit):
    marked = [text.get_text() for text in plots.forest(forced).texts]
    assert marked
    assert all("NOT CONVERGED" in text for text in marked)
    assert not plots.forest(fit).texts


def test_bad_wishes_are_refused_in_words(fit, dl, effects):
    with pytest.raises(ModelError, match="needs an analysis"):
        plots.forest()
    with pytest.raises(ModelError, match="9 and 8 estimates"):
        plots.forest(fit, cs.pool(effects.without(effects.labels[0]), "DL"))
    with pytest.raises(ModelError, match=r"no column 'kind'.*comparator_type"):
        plots.forest(fit, group="kind")
