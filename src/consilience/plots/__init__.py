"""Figures: data in, a matplotlib figure out. Drawn without pyplot, so that nothing is left open."""

from consilience.plots.forest import forest
from consilience.plots.funnel import funnel
from consilience.plots.new_trials import new_trials
from consilience.plots.predictive_check import predictive_check
from consilience.plots.prior_posterior import prior_posterior
from consilience.plots.sensitivity import sensitivity

__all__ = ["forest", "funnel", "new_trials", "predictive_check", "prior_posterior", "sensitivity"]
