"""Which estimates an answer hangs on, and how well it fits."""

from consilience.classical.diagnostics.cumulative import cumulative
from consilience.classical.diagnostics.fit_statistics import fit_statistics
from consilience.classical.diagnostics.gosh import gosh
from consilience.classical.diagnostics.influence import baujat, influence
from consilience.classical.diagnostics.leave_one_out import leave_one_out
from consilience.classical.diagnostics.profile_likelihood import profile_likelihood
from consilience.classical.diagnostics.residual_quantiles import residual_quantiles
from consilience.classical.diagnostics.residuals import hat_values, residuals, shrunken
from consilience.classical.diagnostics.variance_inflation import variance_inflation

__all__ = [
    "baujat",
    "cumulative",
    "fit_statistics",
    "gosh",
    "hat_values",
    "influence",
    "leave_one_out",
    "profile_likelihood",
    "residual_quantiles",
    "residuals",
    "shrunken",
    "variance_inflation",
]
