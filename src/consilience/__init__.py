"""Bayesian meta-analysis of trials, with its frequentist twin always beside it.

trials → effect sizes → model + engine → fit → questions → report: each arrow is one verb, each
noun one frozen type. Everything loads when it is first used.
"""

import sys
from types import ModuleType

import lazy_loader

__version__ = "0.1.0"

_VERBS = {
    "bias_dial": ["bias_dial"],
    "calibration": ["Calibration", "calibrate"],
    "check": ["Check", "check"],
    "classical.contrasts.means": ["marginal_means"],
    "classical.glmm.pool": ["pool_counts"],
    "classical.hypotheses.combination": ["hypothesis"],
    "classical.location_scale.model": ["LocationScale"],
    "classical.location_scale.pool": ["pool_location_scale"],
    "classical.many": ["pool_many"],
    "classical.multilevel.pool": ["pool_multilevel"],
    "classical.multilevel.pooled": ["PooledMultilevel"],
    "classical.multilevel.profile": ["profile_likelihood"],
    "classical.pool": ["pool"],
    "classical.pooled": ["Pooled"],
    "classical.robust.result": ["Robust"],
    "classical.robust.sandwich": ["robust"],
    "compare": ["compare", "explain"],
    "convert": ["convert"],
    "effects": ["Effects", "effect_sizes"],
    "exposure": [
        "ExposureComparison",
        "compare_exposure",
        "exposed",
        "read_exposure",
        "with_exposure",
    ],
    "findings": ["summary_of_findings"],
    "fit": ["Fit", "fit", "load_fit"],
    "grid": ["Grid", "grid"],
    "many": ["fit_many", "moments_many"],
    "model": ["Model"],
    "new_trial": ["NewTrial"],
    "predict": ["predict", "summarise"],
    "questions": [
        "BayesFactor",
        "Borrowing",
        "ExactLoo",
        "Influence",
        "OutcomeBorrowing",
        "Ranks",
        "bayes_factor",
        "borrowing",
        "compare_models",
        "conflict",
        "cumulative",
        "exact_loo",
        "influence",
        "loo",
        "outcome_borrowing",
        "outliers",
        "power_scaling",
        "probabilities",
        "ranks",
        "savage_dickey",
        "shortest",
    ],
    "prior_map": ["TippingPoint", "prior_map", "tipping_point"],
    "report": ["report"],
    "review": ["Review", "read_review"],
    "spec": ["read_model"],
    "subgroups": ["subgroups"],
    "twins": ["classical_twins"],
    "trials": ["Trials", "read_trials"],
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "bias",
        "classical",
        "dependence",
        "engines",
        "errors",
        "exposure",
        "findings",
        "flow",
        "heterogeneity",
        "likelihoods",
        "measures",
        "plots",
        "priors",
        "questions",
        "risk_of_bias",
        "sensitivity",
        "terms",
    ],
    submod_attrs=_VERBS,
)


class _Package(ModuleType):
    """A package whose verbs may bear the names of the modules that define them."""

    def __setattr__(self, name: str, value: object) -> None:
        """Keep a verb a verb: importing its module must not put the module in its place."""
        if not (isinstance(value, ModuleType) and name in _VERBS.get(name, ())):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
