"""Likelihoods and information criteria of a multilevel model."""

import pandas as pd

from consilience.classical.diagnostics.fit_statistics import criteria_row
from consilience.classical.multilevel import criteria
from consilience.classical.multilevel.solve import Solution


def fit_table(solution: Solution) -> pd.DataFrame:
    """Tabulate both likelihoods at the estimates, and the criteria that follow from them.

    Returns
    -------
    DataFrame
        Rows ``ML`` and ``REML``; columns ``log_likelihood, deviance, AIC, BIC, AICc, parameters``.
        The deviance of ML is against a model that fits each estimate perfectly.
    """
    objective, point = solution.objective, solution.point
    k, p = objective.k, objective.p
    parameters = p + objective.parameters.count
    full = objective.heights(point, criteria.get("ML"))
    bare = objective.without_scatter()
    perfect = objective.heights(bare, criteria.get("ML")) + 0.5 * objective.Q(bare)
    restricted = objective.heights(point, criteria.get("REML"))
    rows = {
        "ML": criteria_row(full, 2 * (perfect - full), n=k, parameters=parameters),
        "REML": criteria_row(restricted, -2 * restricted, n=k - p, parameters=parameters),
    }
    return pd.DataFrame.from_dict(rows, orient="index")
