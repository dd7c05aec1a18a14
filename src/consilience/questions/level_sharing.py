"""What the levels of an exchangeable term learn from one another."""

import numpy as np
import pandas as pd

from consilience.engines import Combination
from consilience.fit import Fit
from consilience.questions.nodes import Nodes

_COLUMNS = ["mean", "sd", "lower", "upper", "level", "interval"]


def levels_of(fit: Fit, nodes: Nodes, level: float) -> pd.DataFrame:
    """Tabulate each level of every exchangeable term: by itself, and as the model sees it.

    By itself a level is the precision-weighted mean of its own trials, with the heterogeneity of
    the model and as if no other term told them apart.

    Parameters
    ----------
    fit : Fit
        The fit.
    nodes : Nodes
        Where it is Gaussian.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        By level: ``factor, k, own, own_sd, mean, sd, lower, upper, level, interval, shrinkage,
        borrowed, worth``; no rows without exchangeable terms.
    """
    parts = fit.posterior.layout.parts
    places = range(1, len(fit.model.terms) + 1)
    tables = [
        _of_block(fit, nodes, place, level=level)
        for place in places
        if parts[place].scales and not parts[place].distorts
    ]
    return pd.concat(tables) if tables else pd.DataFrame()


def _of_block(fit: Fit, nodes: Nodes, place: int, *, level: float) -> pd.DataFrame:
    """Give each level's answer from its own trials, its shrunken one, and the variance saved."""
    parts = fit.posterior.layout.parts
    part, start = parts[place], sum(len(each.labels) for each in parts[:place])
    columns = np.arange(len(part.labels))
    weights = np.zeros((len(columns), len(fit.posterior.coefficients)))
    weights[:, 0] = weights[columns, start + columns] = 1.0
    wanted = tuple(map(Combination, part.labels, weights))
    table = fit.combine(wanted, level=level)[_COLUMNS]
    rows = [np.flatnonzero(part.matrix[:, column] > 0.0) for column in columns]
    alone = [nodes.alone(own) for own in rows]
    means, variances = (np.stack(each, axis=1) for each in zip(*alone, strict=True))
    own = nodes.mass @ means
    own_variance = nodes.mass @ (variances + (means - own) ** 2)
    scale = nodes.scale(part.scales[0].name)[:, None] ** 2
    table.insert(0, "factor", part.variable)
    table.insert(1, "k", [len(each) for each in rows])
    table.insert(2, "own", own)
    table.insert(3, "own_sd", np.sqrt(own_variance))
    table["shrinkage"] = nodes.mass @ (1.0 - scale / (scale + variances))
    table["worth"] = own_variance / table["sd"] ** 2
    table["borrowed"] = 1.0 - 1.0 / table["worth"]
    table.index = pd.Index([_level(part.variable, label) for label in part.labels], name="label")
    return table


def _level(variable: str, label: str) -> str:
    return label.removeprefix(f"{variable}[").removesuffix("]")
