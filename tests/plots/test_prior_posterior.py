"""Prior against posterior: the curves are the densities, one panel for each parameter."""

import numpy as np
import pytest

import consilience as cs
from consilience import plots
from consilience.errors import ConvergenceError

TITLES = (
    "μ: mean effect",
    "τ: SD of true effects",
    "intervention_type: SD between levels",
    "comparator_type[TAU]",
    "comparator_type[waitlist]",
)


def panels(figure):
    return [axes for axes in figure.axes if axes.axison]


def curve(axes, label):
    (found,) = [line for line in axes.lines if line.get_label() == label]
    return found.get_xdata(), found.get_ydata()


def test_every_parameter_but_the_exchangeable_levels_has_a_panel(fit, words):
    figure = plots.prior_posterior(fit)
    said = words(figure)
    assert len(panels(figure)) == len(TITLES)
    assert [said.count(title) for title in TITLES] == [1] * len(TITLES)


def test_both_curves_are_densities(given, model):
    figure = plots.prior_posterior(cs.fit(model, given([0.4, 0.2], [0.05, 0.1])))
    for axes in panels(figure):
        x, density = curve(axes, "density")
        assert np.trapezoid(density, x) == pytest.approx(1.0, abs=2e-3)
    x, density = curve(panels(figure)[0], "prior")
    assert density == pytest.approx(np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi))


def test_the_prior_of_a_standard_deviation_begins_at_zero(fit):
    axes = panels(plots.prior_posterior(fit))[1]
    assert axes.get_xlim()[0] == 0.0
    assert curve(axes, "prior")[1][0] == pytest.approx(2.0 / np.sqrt(2.0 * np.pi) / 0.5)


def test_the_words_are_those_of_prior_and_summary(fit, words):
    said = words(plots.prior_posterior(fit))
    row = fit.summary().loc["tau"]
    assert "prior HalfNormal(sigma = 0.5)" in said
    expected = f"posterior {row['median']:.2f} [{row['lower']:.2f}, {row['upper']:.2f}]"
    assert expected in said


def test_an_improper_prior_has_no_curve(given):
    model = cs.Model(mu=cs.priors.Flat(), heterogeneity="Nothing")
    (axes,) = panels(plots.prior_posterior(cs.fit(model, given([0.4, 0.2], [0.05, 0.1]))))
    assert "prior" not in {line.get_label() for line in axes.lines}


def test_nothing_overlaps(fit, simulated, model, touching):
    assert not touching(plots.prior_posterior(fit))
    assert not touching(plots.prior_posterior(cs.fit(model, simulated(1))))
    many = cs.Model(mu=model.mu, terms=cs.terms.Linear("kind", prior=cs.priors.Normal(0.0, 1.0)))
    long = cs.Model(mu=many.mu, terms=many.terms, heterogeneity=model.heterogeneity)
    assert not touching(plots.prior_posterior(cs.fit(long, simulated(12))))


def test_a_fit_that_failed_is_refused_or_marked(failed, forced):
    with pytest.raises(ConvergenceError):
        plots.prior_posterior(failed)
    assert plots.prior_posterior(forced).texts
