"""Tests of several coefficients, of nested models, and by permutation; what moderators explain."""

from consilience.classical.hypotheses.combination import hypothesis
from consilience.classical.hypotheses.explained import explained
from consilience.classical.hypotheses.likelihood_ratio import likelihood_ratio, profile_interval
from consilience.classical.hypotheses.permutation import permutation_test
from consilience.classical.hypotheses.permutation_interval import permutation_interval
from consilience.classical.hypotheses.wald import wald_test

__all__ = [
    "explained",
    "hypothesis",
    "likelihood_ratio",
    "permutation_interval",
    "permutation_test",
    "profile_interval",
    "wald_test",
]
