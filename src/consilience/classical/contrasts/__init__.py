"""Marginal means and their contrasts, adjusted for how many are made."""

from consilience.classical.contrasts import adjustments, averaging
from consilience.classical.contrasts.means import MarginalMeans, marginal_means

__all__ = ["MarginalMeans", "adjustments", "averaging", "marginal_means"]
