"""L'Abbé's plot on logarithmic and logit axes, where equal effects are straight lines."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

import consilience as cs
from consilience import plots
from consilience.errors import ModelError


@pytest.mark.parametrize(
    ("axis", "code", "turn"),
    [("log", "RR", np.log), ("logit", "OR", logit), ("log", "IRR", np.log)],
)
def test_equal_effects_are_parallel_to_the_diagonal(axis, code, turn, vaccine, plots_of, drawn):
    table = vaccine
    if code == "IRR":
        table = vaccine.rename(columns={"n1": "person_time1", "n2": "person_time2"})
    pooled = cs.pool(cs.effect_sizes(table, code), "REML")
    axes = plots_of(plots.labbe(pooled, axis=axis))
    across, up = drawn(axes, "curve").T
    np.testing.assert_allclose(up - across, pooled.beta[0], atol=1e-9)
    assert len(across) > 100
    places = [line.get_xydata()[0] for line in axes.get_lines() if line.get_label() == "trial"]
    np.testing.assert_allclose(places[0], turn([11 / 139, 4 / 123]))


def test_labels_of_a_logarithmic_axis_are_risks(vaccine, plots_of):
    axes = plots_of(plots.labbe(cs.pool(cs.effect_sizes(vaccine, "RR")), axis="log"))
    values = [float(text.get_text()) for text in axes.get_xticklabels()]
    np.testing.assert_allclose(np.log(values), axes.get_xticks(), atol=1e-9)
    assert max(values) < 1


def test_arms_without_events_are_drawn_with_half_an_event(plots_of):
    table = pd.DataFrame({"study": list("abc"), "events1": [0, 20, 40], "n1": 200,
                          "events2": [20, 40, 80], "n2": 200})  # fmt: skip
    pooled = cs.pool(cs.effect_sizes(table, "RR"), "DL")
    axes = plots_of(plots.labbe(pooled, axis="log"))
    places = [line.get_xydata()[0] for line in axes.get_lines() if line.get_label() == "trial"]
    np.testing.assert_allclose(places[0], np.log([20 / 200, 0.5 / 201]))
    lowest = axes.get_xlim()[0]
    assert np.isfinite(lowest)
    assert places[0][1] > lowest


def test_axes_that_cannot_be_are_refused(vaccine):
    pooled = cs.pool(cs.effect_sizes(vaccine, "RR"))
    with pytest.raises(ModelError, match=r"no axis 'sqrt'\. Known: risk, log, logit"):
        plots.labbe(pooled, axis="sqrt")
    rates = vaccine.rename(columns={"n1": "person_time1", "n2": "person_time2"})
    with pytest.raises(ModelError, match="Rates have no odds"):
        plots.labbe(cs.pool(cs.effect_sizes(rates, "IRR")), axis="logit")


def test_a_funnel_refuses_what_it_cannot_show(vaccine):
    effects = cs.effect_sizes(vaccine, "RR")
    with pytest.raises(ModelError, match="not a PooledMultilevel"):
        plots.funnel(effects, cs.pool_multilevel(effects, "study"))
    with pytest.raises(ModelError, match="not a Robust"):
        plots.funnel(effects, cs.robust(cs.pool(effects)))
