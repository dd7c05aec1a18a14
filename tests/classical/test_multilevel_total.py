"""The interval of the total variance: against whole matrices, and those of single components."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import chdtri
from tests.classical.multilevel_cases import case, dense_height

from consilience.classical.multilevel import pool_multilevel, profile_likelihood
from consilience.classical.multilevel.components import get
from consilience.errors import ModelError


@pytest.mark.parametrize("name", ["konst_3level_REML", "konst_3level_ML", "knapp_study_task"])
def test_both_ends_lie_on_the_cut_of_the_dense_likelihood(name):
    """Whole matrices; the share of the outer component on a grid, then refined."""
    effects, random, settings = case(name)
    fit = pool_multilevel(effects, random, **settings)
    X, outer = fit.design.full, fit.terms[0].outer.codes
    same, restricted = np.equal.outer(outer, outer).astype(float), settings["method"] == "REML"

    def height(total, share):
        omega = np.diag(effects.v + total * (1 - share)) + total * share * same
        return dense_height(effects.y, X, omega, restricted=restricted)

    cut = fit.log_likelihood - 0.5 * chdtri(1, 0.05)
    table = fit.confint()
    sums = fit.variance_components()["estimate"].sum()
    assert table.loc["tau2", "estimate"] == pytest.approx(sums, rel=1e-12)
    for end in table.loc["tau2", ["lower", "upper"]].astype(float):
        grid = np.linspace(0, 1, 21)
        best = grid[np.argmax([height(end, share) for share in grid])]
        found = minimize_scalar(
            lambda share, end=end: -height(end, share),
            bounds=(max(0, best - 0.05), min(1, best + 0.05)), method="bounded",
            options={"xatol": 1e-9},
        )  # fmt: skip
        assert -found.fun == pytest.approx(cut, abs=1e-6)


def test_one_component_has_the_interval_of_its_profile():
    effects, _, _ = case("konst_3level_REML")
    fit = pool_multilevel(effects, "district")
    profile = profile_likelihood(fit, "district", points=3).attrs
    table = fit.confint()
    ours = table.loc["tau2", ["lower", "upper"]].tolist()
    assert ours == pytest.approx([profile["lower"], profile["upper"]], rel=1e-7)
    np.testing.assert_allclose(table.loc["tau"].iloc[:3].astype(float) ** 2,
                               table.loc["tau2"].iloc[:3].astype(float))  # fmt: skip
    assert table.loc["I2", "estimate"] == pytest.approx(fit.heterogeneity()["I2"])


def test_levels_with_variances_of_their_own_are_asked_for_by_name():
    effects, random, settings = case("berkey_UN_REML")
    fit = pool_multilevel(effects, random, **settings)
    with pytest.raises(ModelError, match="name a level by level_of"):
        fit.confint()
    for level in ("AL", "PD"):
        component = f"outcome | trial: tau2[{level}]"
        profile = profile_likelihood(fit, component, points=3).attrs
        ours = fit.confint(level).loc["tau2", ["lower", "upper"]].tolist()
        assert ours == pytest.approx([profile["lower"], profile["upper"]], rel=1e-5, abs=1e-8)
    with pytest.raises(ModelError, match="Known: AL, PD"):
        fit.confint("XX")


def test_outcomes_change_their_unit_and_the_interval_with_them():
    from dataclasses import replace

    effects, random, settings = case("knapp_study_task")
    scaled = replace(effects, y=effects.y * 1e4, v=effects.v * 1e8)
    one, two = (pool_multilevel(e, random, **settings).confint() for e in (effects, scaled))
    np.testing.assert_allclose(two.iloc[0, :3].astype(float), 1e8 * one.iloc[0, :3].astype(float),
                               rtol=1e-8)  # fmt: skip


def test_nothing_to_profile_is_said():
    effects, _, _ = case("konst_3level_REML")
    with pytest.raises(ModelError, match="Without random effects"):
        pool_multilevel(effects, ()).confint()
    with pytest.raises(ModelError, match="All variances are held"):
        pool_multilevel(effects, (get("Intercept", level="district", variance=0.1),)).confint()


def test_a_held_variance_is_part_of_every_total():
    effects, _, _ = case("konst_3level_REML")
    held = get("Intercept", level="district", variance=0.05)
    fit = pool_multilevel(effects, (held, "estimate"))
    table = fit.confint().loc["tau2"]
    assert table["estimate"] == pytest.approx(fit.variance_components()["estimate"].sum())
    assert 0.05 <= table["lower"] < table["estimate"] < table["upper"]


@pytest.mark.parametrize("name", ["konst_3level_REML", "konst_3level_ML", "knapp_study_task"])
def test_the_error_of_the_sum_is_that_of_the_dense_likelihood(name):
    """The curvature of the likelihood of whole matrices by differences, then the delta method."""
    effects, random, settings = case(name)
    fit = pool_multilevel(effects, random, **settings)
    X, outer = fit.design.full, fit.terms[0].outer.codes
    same, restricted = np.equal.outer(outer, outer).astype(float), settings["method"] == "REML"
    best = fit.variance_components()["estimate"].to_numpy()

    def height(moved):
        of, own = best + moved
        omega = np.diag(effects.v + own) + of * same
        return dense_height(effects.y, X, omega, restricted=restricted)

    steps = np.diag(2e-3 * best)
    bent = np.array([
        [sum(s * t * height(s * a + t * b) for s in (1, -1) for t in (1, -1)) for b in steps]
        for a in steps
    ]) / (4 * np.outer(np.diag(steps), np.diag(steps)))  # fmt: skip
    assert fit.heterogeneity()["tau2_se"] == pytest.approx(
        np.sqrt(np.linalg.inv(-bent).sum()), rel=1e-4
    )


def test_the_error_of_a_sum_of_which_nothing_is_known():
    effects, _, _ = case("konst_3level_REML")
    alike = effects.keep(np.arange(effects.k) < 2)
    assert np.isnan(pool_multilevel(effects, ()).heterogeneity()["tau2_se"])
    held = pool_multilevel(alike, get("Intercept", level="study", variance=0.1))
    assert np.isnan(held.heterogeneity()["tau2_se"])
    effects, random, settings = case("berkey_UN_REML")
    assert np.isnan(pool_multilevel(effects, random, **settings).heterogeneity()["tau2_se"])


def test_the_figure_shows_the_interval_of_each_component(tmp_path):
    from consilience import plots

    effects, random, settings = case("konst_3level_REML")
    fit = pool_multilevel(effects, random, **settings)
    tables = [profile_likelihood(fit, name, points=9) for name in fit.variance_components().index]
    figure = plots.profile(*tables)
    panels = [axes for axes in figure.axes if axes.axison]
    assert len(panels) == len(tables) == 2
    for axes, table in zip(panels, tables, strict=True):
        (span,) = [patch for patch in axes.patches if patch.get_label() == "interval"]
        ends = table.attrs["lower"], table.attrs["upper"]
        assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx(ends)
        (point,) = [line for line in axes.lines if line.get_label() == "estimate"]
        assert point.get_xdata()[0] == pytest.approx(table.attrs["estimate"])
    wide = pool_multilevel(effects, random, **(settings | {"level": 0.9}))
    with pytest.raises(ModelError, match="different levels"):
        plots.profile(tables[0], profile_likelihood(wide, fit.variance_components().index[0]))
