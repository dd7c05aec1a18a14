"""Questions to a fit, one in a file. Each takes a `Fit` and answers with a table, or refuses.

The modules bear other names than the verbs, so that importing one never hides the other.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "accumulation": ["cumulative"],
        "chances": ["probabilities"],
        "conflicts": ["conflict"],
        "evidence": ["BayesFactor", "bayes_factor", "savage_dickey"],
        "influential": ["Influence", "influence"],
        "leave_one_out": ["ExactLoo", "exact_loo", "loo"],
        "models": ["compare_models"],
        "narrowest": ["shortest"],
        "outlying": ["outliers"],
        "outcomes": ["OutcomeBorrowing", "outcome_borrowing"],
        "ranking": ["Ranks", "ranks"],
        "scaling": ["power_scaling"],
        "sharing": ["Borrowing", "borrowing"],
    },
)
