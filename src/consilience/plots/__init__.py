"""Figures: data in, a matplotlib figure out. Drawn without pyplot, so that nothing is left open."""

from consilience.plots import columns
from consilience.plots.baujat import baujat
from consilience.plots.bias_dial import bias_dial
from consilience.plots.borrowing import borrowing
from consilience.plots.bubble import bubble
from consilience.plots.cumulative import cumulative
from consilience.plots.drapery import drapery
from consilience.plots.exposure_curve import exposure_curve
from consilience.plots.forest import forest
from consilience.plots.forest_pages import forest_pages
from consilience.plots.funnel import funnel
from consilience.plots.gosh import gosh
from consilience.plots.labbe import labbe
from consilience.plots.leave_one_out import leave_one_out
from consilience.plots.new_trials import new_trials
from consilience.plots.outcome_matrix import outcome_matrix
from consilience.plots.predictive_check import predictive_check
from consilience.plots.prior_map import prior_map
from consilience.plots.prior_posterior import prior_posterior
from consilience.plots.prisma_flow import prisma_flow
from consilience.plots.profile import profile
from consilience.plots.radial import radial
from consilience.plots.ranks import ranks
from consilience.plots.residual_qq import residual_qq
from consilience.plots.risk_of_bias_summary import risk_of_bias_summary
from consilience.plots.sensitivity import sensitivity
from consilience.plots.style import narrow
from consilience.plots.traffic_light import traffic_light

__all__ = [
    "baujat",
    "bias_dial",
    "borrowing",
    "bubble",
    "columns",
    "cumulative",
    "drapery",
    "exposure_curve",
    "forest",
    "forest_pages",
    "funnel",
    "gosh",
    "labbe",
    "leave_one_out",
    "narrow",
    "new_trials",
    "outcome_matrix",
    "predictive_check",
    "prior_map",
    "prior_posterior",
    "prisma_flow",
    "profile",
    "radial",
    "ranks",
    "residual_qq",
    "risk_of_bias_summary",
    "sensitivity",
    "traffic_light",
]
