"""Figures leave the reader's settings alone, and are the same wherever they are made."""

from io import BytesIO
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

import consilience as cs
from consilience import plots


def saved(figure, kind):
    stream = BytesIO()
    figure.savefig(stream, format=kind)
    return stream.getvalue()


def test_settings_of_matplotlib_stay_as_they_were(fit):
    before = dict(mpl.rcParams)
    saved(plots.forest(fit), "svg")
    assert dict(mpl.rcParams) == before


def test_settings_of_the_reader_do_not_show(dl):
    plain = saved(plots.forest(dl), "svg")
    loud = {"axes.facecolor": "black", "font.size": 30, "text.usetex": True, "axes.grid": True}
    with mpl.rc_context(loud):
        assert saved(plots.forest(dl), "svg") == plain


def test_the_same_figure_is_the_same_file(effects, dl):
    first, second = (saved(plots.funnel(effects, dl), "svg") for _ in range(2))
    assert first == second


def test_text_stays_text_and_is_escaped(strange):
    root = ElementTree.fromstring(saved(plots.forest(cs.pool(strange, "CE")), "svg"))
    said = {"".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")}
    short = {label for label in strange.labels if len(label) < 30}
    assert short <= said


def test_no_text_is_read_as_mathematics(fit, effects, dl, texts):
    drawn = (plots.forest(fit, dl), plots.funnel(effects, fit), plots.prior_posterior(fit))
    for figure in (*drawn, plots.predictive_check(cs.check(fit))):
        assert not any(text.get_parse_math() or text.get_usetex() for text in texts(figure))


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_figures_can_be_saved_in_every_kind(kind, strange, tmp_path):
    file = tmp_path / f"forest.{kind}"
    plots.forest(cs.pool(strange, "DL")).savefig(file)
    assert file.stat().st_size > 5_000
