"""The exposure curve: what it shows, with its caveat, wide and narrow."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, plots, priors, terms
from consilience.errors import ModelError
from consilience.exposure import CAVEAT, curve_of

N = priors.Normal(0.0, 1.0)


@pytest.fixture(scope="module")
def compared():
    rng = np.random.default_rng(5)
    x = np.array([20.0, 31, 44, 52, 63, 70, 88, 91])
    table = pd.DataFrame({
        "study": ["A $x_1$", "B", "C", "中文", "E", "F" * 60, "G", "H"],
        "yi": rng.normal(0.5 * (x > 50), 0.1), "vi": 0.03, "attended": x, "se": 3.0,
    })  # fmt: skip
    base = cs.Model(mu=N, heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)))
    step = terms.Threshold("attended", effect=N)
    return cs.compare_exposure(cs.effect_sizes(table, "GEN"), "attended", threshold=step, base=base)


def written(figure):
    return " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


def labelled(figure, name):
    return [line for axes in figure.axes for line in axes.get_lines() if line.get_label() == name]


def test_it_is_readable_wide_and_narrow_and_prints_the_caveat(compared, touching):
    wide = plots.exposure_curve(compared, error="se")
    with plots.narrow():
        narrow = plots.exposure_curve(compared, error="se")
    for figure, width in ((wide, 800.0), (narrow, 390.0)):
        assert figure.get_size_inches()[0] * figure.dpi == pytest.approx(width)
        assert not touching(figure)
        assert "Ecological caveat" in written(figure)
        assert figure.alt.endswith((".", "%"))
    assert CAVEAT.split(".")[0] in " ".join(written(wide).split())


def test_trials_errors_curve_and_threshold_stand_where_they_belong(compared):
    figure = plots.exposure_curve(compared.fits["threshold"], "attended", error="se")
    effects = compared.effects
    seen = sorted(
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in labelled(figure, "trial")
    )
    assert seen == sorted(zip(effects.table["attended"], effects.y, strict=True))
    assert all(np.ptp(line.get_xdata()) == pytest.approx(6.0) for line in labelled(figure, "error"))
    (line,) = labelled(figure, "curve")
    x = np.asarray(line.get_xdata())
    expected = curve_of(compared.fits["threshold"], "attended", x)["mean"]
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-9, atol=1e-12)
    hill = [c for axes in figure.axes for c in axes.collections if c.get_label() == "location"]
    assert len(hill) == 1
    at = hill[0].get_paths()[0].vertices
    peak = at[np.argmax(at[:, 1]), 0]
    low, high = compared.threshold()[["lower", "upper"]]
    assert low <= peak <= high


def test_what_does_not_depend_on_the_exposure_is_refused(compared):
    with pytest.raises(ModelError, match="no term that reads 'attended'"):
        plots.exposure_curve(compared.fits["none"], "attended")
    with pytest.raises(ModelError, match="no column 'typo'"):
        plots.exposure_curve(compared, error="typo")
