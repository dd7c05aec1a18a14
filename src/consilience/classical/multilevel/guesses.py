"""The random effects themselves, guessed from the estimates."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from consilience.classical.multilevel.solve import Solution


def random_effects(solution: Solution, *, level: float, df: Sequence[float]) -> pd.DataFrame:
    """Tabulate the best linear unbiased predictions of all random effects.

    ``E(u | y) = G Z'Ω⁻¹(y - X beta)``, with the standard error of ``E(u | y) - u``.

    Parameters
    ----------
    solution : Solution
    level : float
        Of the intervals.
    df : sequence of float
        Of Student's t behind those of each term.

    Returns
    -------
    DataFrame
        Index ``component, cluster, inner``; columns ``estimate, se, lower, upper, level,
        interval``.

    References
    ----------
    Robinson GK (1991). Statistical Science 6:15–32. doi:10.1214/ss/1177011926
    """
    objective, point = solution.objective, solution.point
    spread = np.zeros((objective.p + 1,) * 2)
    spread[:-1, :-1] = point.cov
    parts = []
    for place, term in enumerate(objective.parameters.terms):
        found = point.state.guess(place, weights=point.weights, spread=spread)
        names = {
            "component": term.label,
            "cluster": np.array(term.outer.levels, dtype=object)[found.outer],
            "inner": np.array(term.inner.levels, dtype=object)[found.inner],
        }
        scale = np.sqrt(objective.unit)
        values = {"estimate": scale * found.mean, "se": scale * np.sqrt(found.variance)}
        width = {"half": stdtrit(df[place], 0.5 + level / 2) * values["se"]}
        parts.append(pd.DataFrame({**names, **values, **width}))
    columns = ["component", "cluster", "inner", "estimate", "se", "half"]
    table = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    table = table.set_index(columns[:3])
    half = table.pop("half")
    ends = {"lower": table["estimate"] - half, "upper": table["estimate"] + half}
    return table.assign(**ends, level=level, interval="prediction")
