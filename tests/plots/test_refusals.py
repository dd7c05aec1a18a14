"""Whoever hands a figure the wrong thing is told the right call."""

import pytest

import consilience as cs
from consilience import plots
from consilience.classical import diagnostics
from consilience.errors import ModelError

OF_TABLES = {
    "baujat": "baujat",
    "cumulative": "cumulative",
    "gosh": "gosh",
    "leave_one_out": "leave_one_out",
    "profile": "profile_likelihood",
    "residual_qq": "residual_quantiles",
}


@pytest.mark.parametrize("figure", OF_TABLES)
def test_an_analysis_in_place_of_its_table_is_refused_with_a_call_that_works(figure, reml, common):
    for wrong in (reml, common, reml.effects, 3.0, None):
        with pytest.raises(ModelError, match=type(wrong).__name__) as refused:
            getattr(plots, figure)(wrong)
    call = str(refused.value).partition("Write ")[2].partition(", with")[0]
    assert call.startswith(f"plots.{figure}(diagnostics.{OF_TABLES[figure]}(")
    names = {"plots": plots, "diagnostics": diagnostics, "pooled": cs.pool(reml.effects)}
    assert eval(call, names).alt


@pytest.mark.parametrize("figure", ["drapery", "forest", "forest_pages", "labbe"])
def test_effects_that_were_not_pooled_are_refused_with_the_call_that_pools_them(figure, rr):
    for given in ((rr,), (cs.pool(rr), rr), ()):
        with pytest.raises(ModelError, match=rf"plots\.{figure}\(pool\(effects\)\)"):
            getattr(plots, figure)(*given)
    assert getattr(plots, figure)(cs.pool(rr))


def test_a_drapery_of_an_analysis_without_p_values_of_its_trials_is_refused(rr, fit):
    for other in (fit, cs.pool_multilevel(rr, "study"), cs.robust(cs.pool(rr), "study")):
        with pytest.raises(ModelError, match=rf"what pool\(\) gives.*{type(other).__name__}"):
            plots.drapery(other)


@pytest.fixture(scope="module")
def relatives(rr, vaccine, reml):
    multilevel = cs.pool_multilevel(rr, "study")
    return {
        "multilevel": multilevel,
        "counts": cs.pool_counts(vaccine),
        "robust": cs.robust(multilevel, "study"),
        "robust_of_pooled": cs.robust(reml, "study"),
    }


@pytest.mark.parametrize("name", ["multilevel", "counts", "robust", "robust_of_pooled"])
def test_relatives_of_pool_have_their_trials_and_their_mean(name, relatives, marks, plots_of):
    result = relatives[name]
    effects = getattr(result, "pooled", result).effects
    axes = plots_of(plots.forest(result))
    squares = [part[0, 0] for part in marks(axes, "square")]
    assert squares == pytest.approx(effects.y, rel=1e-12)
    (diamond,) = marks(axes, "diamond")
    mean = result.average()
    assert diamond[:, 0].min() == pytest.approx(mean["lower"], rel=1e-12)
    assert diamond[:, 0].max() == pytest.approx(mean["upper"], rel=1e-12)


def test_weights_are_shown_only_where_an_analysis_has_them(relatives, reml, words, touching):
    weight = f"{reml.weights().iloc[0]:.1f}"
    for name, result in relatives.items():
        figure = plots.forest(result, group="alloc", columns=("events", "year"))
        said = words(figure)
        assert ("Weight, %" in said) == (weight in said) == (name == "robust_of_pooled")
        assert not touching(figure)
    with pytest.raises(ModelError, match="no column 'weight'"):
        plots.forest(relatives["multilevel"], sort="weight")


def test_an_analysis_of_levels_is_drawn_beside_the_others(relatives, effects, fit, reml, touching):
    assert not touching(plots.forest(relatives["multilevel"], reml, relatives["robust"]))
    figure = plots.forest(cs.pool_multilevel(effects, "study"), fit)
    assert not touching(figure)
    assert "Bayesian" in figure.alt


def test_regression_figures_of_effects_name_the_right_call(effects):
    with pytest.raises(ModelError, match=r"plots\.radial\(pool\(effects\)\)"):
        plots.radial(effects)
    with pytest.raises(ModelError, match=r"plots\.bubble\(pool\(effects, moderators=by\), by\)"):
        plots.bubble(effects, "year")
