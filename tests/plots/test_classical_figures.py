"""The marks of classical figures stand where the numbers say."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as student

import consilience as cs
from consilience import plots
from consilience.classical import diagnostics, small_study
from consilience.errors import ModelError, RefusalError


def every(axes, kind):
    lines = [line for line in axes.lines if line.get_label() == kind]
    return [np.asarray(line.get_xydata(), dtype=float) for line in lines]


def test_filled_trials_and_the_line_of_the_test_stand_in_the_funnel(rr, reml, plots_of, drawn):
    filled, test = small_study.trim_fill(reml), small_study.regression_test(rr)
    axes = plots_of(plots.funnel(rr, reml, filled, test))
    new = filled.pooled.effects
    assert drawn(axes, "filled") == pytest.approx(np.column_stack([new.y, np.sqrt(new.v)])[rr.k :])
    mean = float(filled.pooled.summary()["estimate"]["mu"])
    assert drawn(axes, "filled mean")[:, 0] == pytest.approx(mean)
    line = drawn(axes, "egger")
    slope, limit = test["estimate"]["slope"], test["estimate"]["limit"]
    assert line[:, 0] == pytest.approx(limit + slope * line[:, 1])


@pytest.mark.parametrize(("axis", "power"), [("vi", 0.5), ("seinv", -1.0)])
def test_limits_and_contours_bend_with_the_axis(axis, power, rr, reml, plots_of):
    axes = plots_of(plots.funnel(rr, reml, axis=axis))
    mean = float(reml.summary()["estimate"]["mu"])
    limits = every(axes, "limit")
    for sign, limit in zip((-1, 1), limits, strict=True):
        errors = np.maximum(limit[:, 1], 0.0) ** power
        assert limit[:, 0] == pytest.approx(mean + sign * norm.ppf(0.975) * errors)
    for level in (0.1, 0.05, 0.01):
        left, right = [each for each in axes.collections if each.get_label() == f"p < {level}"]
        for sign, band in ((-1, left), (1, right)):
            outline = band.get_paths()[0].vertices
            for y in np.unique(outline[:, 1])[1:-1:20]:
                nearest = np.abs(outline[outline[:, 1] == y, 0]).min()
                assert nearest == pytest.approx(norm.isf(level / 2) * y**power)
                assert sign * outline[:, 0].sum() > 0


def test_sizes_of_trials_make_no_funnel(rr, reml, plots_of, words):
    figure = plots.funnel(rr, reml, axis="ni")
    axes = plots_of(figure)
    assert every(axes, "trials")[0][:, 1] == pytest.approx(rr.table["n1"] + rr.table["n2"])
    assert not every(axes, "limit")
    assert any("do not follow" in text for text in words(figure))


def test_a_funnel_refuses_what_is_of_other_trials(rr, reml, dl, effects):
    with pytest.raises(ModelError, match="other trials"):
        plots.funnel(effects, dl, small_study.trim_fill(reml))
    with pytest.raises(ModelError, match="regression_test"):
        plots.funnel(rr, rr.frame)
    with pytest.raises(ModelError, match=r"Unknown axis of a funnel plot 'width'\. Known: ni, sei"):
        plots.funnel(rr, axis="width")
    with pytest.raises(ModelError, match="Sample sizes are needed"):
        plots.funnel(cs.effect_sizes(pd.DataFrame({"study": ["a"], "yi": [1], "vi": [1]}), "GEN"),
                     axis="ni")  # fmt: skip


def test_baujat_coordinates_sum_to_q(common, plots_of, drawn):
    points = drawn(plots_of(plots.baujat(diagnostics.baujat(common))), "trials")
    assert points[:, 0].sum() == pytest.approx(common.heterogeneity()["Q"], rel=1e-10)


@pytest.mark.parametrize("code", ["RR", "OR", "RD", "AS"])
def test_the_curve_of_labbe_goes_through_the_pooled_effect(code, vaccine, plots_of, drawn):
    effects = cs.effect_sizes(vaccine, code)
    pooled = cs.pool(effects, "REML")
    mean = float(pooled.summary()["estimate"]["mu"])
    axes = plots_of(plots.labbe(pooled))
    p2, p1 = drawn(axes, "curve").T
    inner = (p1 > 1e-9) & (p1 < 1) & (p2 > 0)
    p1, p2 = p1[inner], p2[inner]
    shown = {
        "RR": lambda: np.log(p1 / p2),
        "OR": lambda: np.log(p1 / (1 - p1) / (p2 / (1 - p2))),
        "RD": lambda: p1 - p2,
        "AS": lambda: np.arcsin(np.sqrt(p1)) - np.arcsin(np.sqrt(p2)),
    }
    assert len(p1) > 100
    assert shown[code]() == pytest.approx(mean)
    trials = np.vstack(every(axes, "trial"))
    assert trials[0] == pytest.approx([11 / 139, 4 / 123])


def test_trials_with_one_effect_lie_on_their_curve(plots_of, drawn):
    table = pd.DataFrame({"study": list("abc"), "events1": [10, 20, 40], "n1": 200,
                          "events2": [20, 40, 80], "n2": 200})  # fmt: skip
    axes = plots_of(plots.labbe(cs.pool(cs.effect_sizes(table, "RR"), "DL")))
    curve, trials = drawn(axes, "curve"), np.vstack(every(axes, "trial"))
    assert np.interp(trials[:, 0], *curve.T) == pytest.approx(trials[:, 1])


def test_turning_effects_does_not_move_the_curve(vaccine, plots_of, drawn):
    plain = cs.pool(cs.effect_sizes(vaccine, "RR"), "REML")
    turned = cs.pool(cs.effect_sizes(vaccine.assign(higher_is_better="no"), "RR"), "REML")
    assert turned.beta == pytest.approx(-plain.beta)
    one, two = (drawn(plots_of(plots.labbe(each)), "curve") for each in (plain, turned))
    assert one == pytest.approx(two)
    mixed = vaccine.assign(higher_is_better=["no", "yes"] + ["no"] * 11)
    with pytest.raises(ModelError, match="higher_is_better"):
        plots.labbe(cs.pool(cs.effect_sizes(mixed, "RR"), "REML"))


def test_labbe_needs_events(dl, reml):
    with pytest.raises(ModelError, match=r"SMD.*Measures: AS, IRD, IRR, OR, PETO, RD, RR"):
        plots.labbe(dl)
    with pytest.raises(ModelError, match="needs an analysis"):
        plots.labbe()


def test_slopes_of_the_radial_plot_are_effects(rr, reml, common, plots_of, drawn):
    axes = plots_of(plots.radial(reml))
    x, y = drawn(axes, "trials").T
    assert y / x == pytest.approx(rr.y)
    mean = drawn(axes, "mean")
    assert mean[1, 1] / mean[1, 0] == pytest.approx(float(reml.summary()["estimate"]["mu"]))
    gaps = [line[:, 1] - mean[:, 1] for line in every(axes, "limit")]
    assert np.array(gaps) == pytest.approx(np.array([[-1.0, -1.0], [1.0, 1.0]]) * norm.ppf(0.975))
    (band,) = [e for e in axes.collections if e.get_label() == "interval"]
    far = band.get_paths()[0].vertices
    ends = reml.summary().loc["mu", ["lower", "upper"]].to_numpy(dtype=float)
    slopes = far[far[:, 0] == x.max() * 1.08, 1] / (x.max() * 1.08)
    assert {round(float(s), 9) for s in slopes} == {round(float(e), 9) for e in ends}
    assert plots.radial(common).alt.startswith("Radial plot. 6 of 13")
    with pytest.raises(ModelError, match="without moderators"):
        plots.radial(cs.pool(rr, moderators="ablat"))


def test_all_subsets_are_in_the_gosh_plot(rr, drawn):
    pooled = cs.pool(rr.only(*rr.labels[:8]), "DL")
    table = diagnostics.gosh(pooled)
    above, main = [axes for axes in plots.gosh(table, rr.labels[3]).axes if axes.axison]
    points = np.vstack(every(main, "subsets"))
    order = np.lexsort(points.T)
    expected = table[["estimate", "I2"]].to_numpy()
    assert points[order] == pytest.approx(expected[np.lexsort(expected.T)])
    counts = [int(stairs.get_data()[0].sum()) for stairs in above.patches]
    inside = int(table[f"in[{rr.labels[3]}]"].sum())
    assert counts == [len(table) - inside, inside]


def test_many_subsets_become_a_density(reml, plots_of):
    table = diagnostics.gosh(reml)
    main = [axes for axes in plots.gosh(table).axes if axes.axison][1]
    (image,) = main.images
    alpha = np.asarray(image.get_array())[..., 3]
    cells = np.histogram2d(table["estimate"], table["I2"], bins=(150, 90),
                           range=(main.get_xlim(), main.get_ylim()))[0].T  # fmt: skip
    assert ((alpha > 0) == (cells > 0)).all()
    assert cells.sum() == len(table)
    with pytest.raises(ModelError, match=r"no trial 'Nobody'.*Aronson 1948"):
        plots.gosh(table, "Nobody")


@pytest.mark.parametrize(("inference", "level"), [("z", 0.95), ("knha", 0.95), ("t", 0.9)])
def test_the_drapery_crosses_the_level_at_the_ends_of_intervals(inference, level, rr, plots_of):
    pooled = cs.pool(rr, "REML", inference=inference, level=level)
    axes = plots_of(plots.drapery(pooled))
    (curve,) = every(axes, "mean")
    row = pooled.summary().loc["mu"]
    ends = [float(row["lower"]), float(row["upper"])]
    assert np.interp(ends, *curve.T) == pytest.approx(1.0 - level, rel=1e-9)
    assert np.interp(float(row["estimate"]), *curve.T) == pytest.approx(1.0)
    (new,) = [each for each in axes.collections if each.get_label() == "new trial"]
    ahead = pooled.prediction_interval()
    top = new.get_paths()[0].vertices
    top = top[top[:, 1] > 0]
    top = top[np.argsort(top[:, 0])]
    for name in ("lower", "upper"):
        found = np.interp(float(ahead[name]), *top.T)
        assert found == pytest.approx(1.0 - level, abs=1e-4)
    df = 12 if inference != "z" else np.inf
    x = curve[100, 0]
    statistic = abs(x - row["estimate"]) / row["se"]
    assert curve[100, 1] == pytest.approx(2 * student.sf(statistic, df))


def test_each_trial_has_its_own_curve_of_p_values(rr, reml, plots_of):
    curves = every(plots_of(plots.drapery(reml)), "trial")
    assert len(curves) == rr.k
    for curve, y, v in zip(curves, rr.y, rr.v, strict=True):
        inside = curve[(curve[:, 1] > 0) & (curve[:, 1] < 1)]
        z = norm.isf(inside[:, 1] / 2)
        assert z == pytest.approx(np.abs(inside[:, 0] - y) / np.sqrt(v))


def test_the_bubble_plot_shows_the_published_regression(rr, plots_of, drawn):
    # metafor's documentation of rma.uni: intercept 0.2515, slope -0.0291 (REML).
    pooled = cs.pool(rr, "REML", moderators="ablat")
    axes = plots_of(plots.bubble(pooled, "ablat"))
    x, fit = drawn(axes, "fit").T
    assert (x[0], x[-1]) == (13, 55)
    assert fit == pytest.approx(0.2515 - 0.0291 * x, abs=5e-5 + 5e-5 * 55)
    mean = float(np.mean(rr.table["ablat"]))
    for label, row in (("band", pooled.average()), ("new trial", pooled.prediction_interval())):
        (band,) = [each for each in axes.collections if each.get_label() == label]
        edges = edge_values(band.get_paths()[0].vertices, mean)
        assert edges == pytest.approx([float(row["lower"]), float(row["upper"])], abs=2e-4)


def edge_values(vertices, at):
    """The lower and the upper edge of a filled band at a place, read off its outline."""
    inner = vertices[1:-1]
    half = len(inner) // 2
    one, two = inner[:half], inner[half:]
    found = [np.interp(at, *part[np.argsort(part[:, 0], kind="stable")].T) for part in (one, two)]
    return sorted(found)


def test_areas_of_bubbles_are_weights(rr, plots_of):
    pooled = cs.pool(rr, "REML", moderators="ablat")
    lines = [e for e in plots_of(plots.bubble(pooled, "ablat")).lines if e.get_label() == "trial"]
    weights = dict(zip(rr.y, pooled.weights(), strict=True))
    ratio = [each.get_markersize() ** 2 / weights[each.get_ydata()[0]] for each in lines]
    assert ratio == pytest.approx([ratio[0]] * rr.k)


def test_each_level_of_the_model_has_its_line(rr, plots_of):
    pooled = cs.pool(rr, "REML", moderators="ablat + alloc")
    lines = every(plots_of(plots.bubble(pooled, "ablat", colour="alloc")), "fit")
    beta = dict(zip(pooled.names, pooled.beta, strict=True))
    for line, level in zip(lines, ("alternate", "random", "systematic"), strict=True):
        shift = beta.get(f"alloc[{level}]", 0.0)
        assert line[:, 1] == pytest.approx(beta["intercept"] + shift + beta["ablat"] * line[:, 0])


def test_bubbles_need_a_number_on_which_the_analysis_depends(rr, reml):
    with pytest.raises(ModelError, match="does not depend on 'year'"):
        plots.bubble(reml, "year")
    with pytest.raises(ModelError, match="'alloc' holds labels"):
        plots.bubble(cs.pool(rr, moderators="alloc"), "alloc")
    with pytest.raises(ModelError, match="no column 'dose'"):
        plots.bubble(reml, "dose")


@pytest.mark.parametrize("estimator", ["ML", "REML"])
def test_the_profile_is_highest_at_the_estimate(estimator, rr, plots_of, drawn):
    pooled = cs.pool(rr, estimator)
    table = diagnostics.profile_likelihood(pooled)
    axes = plots_of(plots.profile(table))
    assert drawn(axes, "estimate")[0, 0] == pooled.tau2
    height = diagnostics.fit_statistics(pooled)["log_likelihood"][estimator]
    assert drawn(axes, "estimate")[0, 1] == pytest.approx(height, rel=1e-12)
    ends = pooled.confint("PL").loc["tau2", ["lower", "upper"]].to_numpy(dtype=float)
    (span,) = [patch for patch in axes.patches if patch.get_label() == "interval"]
    assert [span.get_x(), span.get_x() + span.get_width()] == pytest.approx(ends, rel=1e-6)


def test_the_profile_of_ml_is_the_normal_density_at_the_best_mean(rr):
    table = diagnostics.profile_likelihood(cs.pool(rr, "ML"), points=5)
    for _, row in table.iterrows():
        total = rr.v + row["value"]
        mean = np.average(rr.y, weights=1 / total)
        expected = multivariate_normal(np.full(rr.k, mean), np.diag(total)).logpdf(rr.y)
        assert row["log_likelihood"] == pytest.approx(expected, rel=1e-12)


def test_profiles_of_several_parameters_have_a_panel_each(rr, words):
    x = np.linspace(0.0, 4.0, 41)
    # A log likelihood that is a parabola has the interval of the normal.
    frame = pd.DataFrame({"parameter": ["sigma2.1"] * 41 + ["rho"] * 41,
                          "value": [*x, *(x / 4.0 - 0.5)],
                          "log_likelihood": [*(-0.5 * (x - 2.0) ** 2 / 0.25),
                                             *(-0.5 * (x - 2.0) ** 2)]})  # fmt: skip
    figure = plots.profile(frame)
    panels = [axes for axes in figure.axes if axes.axison]
    assert len(panels) == 2
    (span,) = [patch for patch in panels[0].patches if patch.get_label() == "interval"]
    assert span.get_x() == pytest.approx(2.0 - 1.96 * 0.5, abs=0.01)
    assert {"sigma2.1", "ρ"} <= set(words(figure))


def test_profiles_are_refused_where_there_is_no_likelihood(rr, dl):
    with pytest.raises(RefusalError, match="maximises no likelihood"):
        diagnostics.profile_likelihood(dl)
    with pytest.raises(ModelError, match="lacks log_likelihood"):
        plots.profile(pd.DataFrame({"parameter": ["a"], "value": [1.0]}))
    with pytest.raises(ModelError, match="three"):
        plots.profile(pd.DataFrame({"parameter": ["a"], "value": [1.0], "log_likelihood": [0.0]}))


def test_residuals_stand_in_order_at_their_quantiles(rr, reml, plots_of, drawn):
    points = drawn(plots_of(plots.residual_qq(diagnostics.residual_quantiles(reml))), "trials")
    z = diagnostics.residuals(reml)["z"]
    assert points[:, 1] == pytest.approx(np.sort(z))
    assert points[:, 0] == pytest.approx(norm.ppf((np.arange(13) + 0.5) / 13))


def test_the_envelope_holds_as_many_residuals_as_it_says(rr):
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"study": rr.labels, "vi": rr.v, "x": np.asarray(rr.table["year"]) - 1960})
    held = []
    for place in range(150):
        y = 0.3 + 0.01 * table["x"] + rng.normal(0.0, np.sqrt(rr.v))
        effects = cs.effect_sizes(table.assign(yi=y), "GEN")
        pooled = cs.pool(effects, "CE", moderators="x")
        if place == 0:
            envelope = diagnostics.residual_quantiles(pooled, simulations=4000)
        z = np.sort(diagnostics.residuals(pooled)["z"])
        held.append((z >= envelope["lower"].to_numpy()) & (z <= envelope["upper"].to_numpy()))
    # 0.95 give or take three standard errors, for 13 dependent ranks in 150 data sets.
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_tables_of_another_kind_are_refused_by_their_columns(rr):
    for draw in (plots.baujat, plots.residual_qq, plots.profile, plots.gosh, plots.cumulative):
        with pytest.raises(ModelError, match="column"):
            draw(pd.DataFrame({"a": [1.0, 2.0]}))
