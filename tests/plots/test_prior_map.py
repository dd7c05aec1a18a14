"""The map of priors: what is drawn is the surface, and the points stand where they belong."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import consilience as cs
from consilience import plots
from consilience.errors import ModelError
from consilience.plots.bands import Bands


@pytest.fixture(scope="module")
def surface(fit):
    return cs.prior_map(fit, np.linspace(-1, 1, 9), np.geomspace(0.1, 2, 9))


@pytest.fixture(scope="module")
def point(fit):
    return cs.tipping_point(fit)


def places(axes, kind):
    return [line.get_xydata()[0] for line in axes.lines if line.get_label() == kind]


def test_the_prior_held_and_the_tipping_point_stand_on_both_maps(surface, effects, point):
    figure = plots.prior_map(surface, effects, point)
    maps = [axes for axes in figure.axes if axes.axison]
    assert len(maps) == 2
    for axes in maps:
        assert places(axes, "held") == [pytest.approx(point.held)]
        assert places(axes, "tipping") == [pytest.approx((point.location, point.scale))]
        assert axes.get_yscale() == "log"
        assert axes.get_xlim() == pytest.approx((-1, 1))


def test_texts_neither_touch_nor_leave_the_sheet(surface, effects, point, touching, words):
    figure = plots.prior_map(surface, effects, point)
    assert not touching(figure)
    said = words(figure)
    assert "P(μ > 0)" in said
    assert "0.975" in said
    assert any("where the conclusion changes" in text for text in said)


def test_a_point_beyond_the_map_is_told_in_words(surface, effects, point, words):
    far = replace(point, location=-3.0, scale=0.5)
    said = " ".join(words(plots.prior_map(surface, effects, far)))
    assert "lies beyond the map, at −3.00, 0.50" in said
    none = replace(point, location=np.nan, scale=np.nan, distance=np.inf)
    assert "No prior short of certainty" in " ".join(words(plots.prior_map(surface, effects, none)))


def test_without_a_tipping_point_there_is_but_the_surface(surface, effects, words):
    figure = plots.prior_map(surface, effects)
    assert not any("nearest prior" in text for text in words(figure))


def test_bands_grow_darker_so_that_they_are_told_apart_in_grey():
    for count in (2, 5, 12):
        inks = Bands(np.arange(count + 1.0), ()).inks
        light = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in map(to_rgb, inks)]
        assert np.all(np.diff(light) < -0.02)


def test_a_surface_without_differences_is_drawn(surface, effects):
    plots.prior_map(surface * 0.0 + 0.5, effects).draw_without_rendering()


@pytest.mark.parametrize("kept", [{"location": [0]}, {"scale": [0]}])
def test_a_line_is_no_map(surface, effects, kept):
    with pytest.raises(ModelError, match="two prior locations and two prior scales"):
        plots.prior_map(surface.isel(kept), effects)


def test_the_file_is_small_and_the_same_every_time(surface, effects, point, tmp_path):
    for name in ("a.svg", "b.svg"):
        plots.prior_map(surface, effects, point).savefig(tmp_path / name)
    content = (tmp_path / "a.svg").read_bytes()
    assert content == (tmp_path / "b.svg").read_bytes()
    assert len(content) < 150_000
