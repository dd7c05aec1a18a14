"""Exact posteriors of likelihoods that are not normal: the trials' own parameters inside."""

from consilience.engines.integrated.form import Whole, assemble
from consilience.engines.integrated.populated_posterior import posterior_of
from consilience.engines.integrated.posterior import IntegratedPosterior
from consilience.engines.integrated.solving import solved
from consilience.engines.integrated.storing import restored

__all__ = ["IntegratedPosterior", "Whole", "assemble", "posterior_of", "restored", "solved"]
