"""Figures: data in, a matplotlib figure out. Drawn without pyplot, so that nothing is left open."""

from consilience.plots.bias_dial import bias_dial
from consilience.plots.borrowing import borrowing
from consilience.plots.cumulative import cumulative
from consilience.plots.forest import forest
from consilience.plots.funnel import funnel
from consilience.plots.new_trials import new_trials
from consilience.plots.predictive_check import predictive_check
from consilience.plots.prior_map import prior_map
from consilience.plots.prior_posterior import prior_posterior
from consilience.plots.ranks import ranks
from consilience.plots.sensitivity import sensitivity

__all__ = [
    "bias_dial",
    "borrowing",
    "cumulative",
    "forest",
    "funnel",
    "new_trials",
    "predictive_check",
    "prior_map",
    "prior_posterior",
    "ranks",
    "sensitivity",
]
