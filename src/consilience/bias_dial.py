"""The dial from leaving doubtful trials out to taking them as they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from consilience.bias import PowerWeight, RiskOfBias
from consilience.bias.columns import marked
from consilience.effects import Effects
from consilience.engines import Combination, Engine
from consilience.errors import ConsilienceError, ModelError
from consilience.fit import Fit, fit
from consilience.model import Model
from consilience.rows import newcomer, typical

_OWN = ("mean", "sd", "median", "lower", "upper", "level", "interval", "p_gt_0")

COLUMNS = (
    *("bias", "weight", *_OWN),
    *("tau", "prediction_lower", "prediction_upper", "k", "note"),
)
"""Columns of a dial."""

_UNITLESS = (
    "The priors of the bias (of its mean b and its spread κ) are stated in unit-information SDs, "
    "and that of these effects is unknown. Give the trials' sample sizes (n1, n2), or fit "
    "Model(bias=bias.RiskOfBias(mean=…, spread=…)) with priors in the effect's own units."
)

_TENTHS = tuple(n / 10 for n in range(11))


def bias_dial(
    model: Model,
    effects: Effects,
    weights: Sequence[float] = _TENTHS,
    *,
    level: float = 0.95,
    engine: Engine | str | None = None,
) -> pd.DataFrame:
    """Turn the weight of doubtful trials from 0 (left out) to 1 (as they stand).

    At weight w the likelihood of a doubtful trial is raised to the power w, so that it counts as if
    it had w times as many participants. Beside the dial stands the model that estimates the bias of
    these trials instead.

    Parameters
    ----------
    model : Model
        Its bias, a `bias.PowerWeight`, says which trials are doubtful; the dial turns its weight.
    effects : Effects
        The trials, with the column that the bias reads.
    weights : sequence of float
        From 0 to 1.
    level : float
        Mass of the equal-tailed credible intervals.
    engine : Engine, str or None
        How to compute, as in `fit`.

    Returns
    -------
    DataFrame
        By analysis, one row for each weight in increasing order, and a last one for the bias
        estimated (`bias.RiskOfBias`, whose weight is nan): ``bias, weight, mean, sd, median, lower,
        upper, level, interval, p_gt_0`` of mu, ``tau`` (median; nan where there is not one),
        ``prediction_lower, prediction_upper`` of the true effect of a new trial, ``k`` trials that
        count, and a ``note`` where the bias could not be estimated. `attrs` holds the
        ``column`` and ``levels`` of the judgement, the ``doubtful`` trials, the ``direction``, and
        the bias that was estimated (``bias_mean, bias_lower, bias_upper``).

    Raises
    ------
    ModelError
        If the model's bias is no PowerWeight, a weight is not between 0 and 1, no trial is
        doubtful, or all of them are and one of the weights is 0.
    DataError
        For what is no set of effects.

    References
    ----------
    Ibrahim & Chen (2000), doi:10.1214/ss/1009212673, for the weight; Welton et al. (2009),
    doi:10.1111/j.1467-985X.2008.00548.x, for the bias that is estimated.
    """
    doubt = _doubt(model)
    dial = [replace(doubt, weight=weight) for weight in _sorted(weights)]
    fits = [fit(replace(model, bias=each), effects, engine) for each in dial]
    flagged = marked(effects.table, doubt.column, tuple(doubt.levels))
    rows = {
        f"weight {each.weight:g}": _row(found, level)[0]
        | {"bias": "PowerWeight", "weight": each.weight}
        | {"k": effects.k - (int(flagged.sum()) if each.weight == 0.0 else 0), "note": ""}
        for each, found in zip(dial, fits, strict=True)
    }
    last, bias = _estimated(model, effects, level=level, engine=engine)
    rows["bias estimated"] = last
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(COLUMNS))
    table.index.name = "analysis"
    table.attrs |= {
        "column": doubt.column,
        "levels": list(doubt.levels),
        "doubtful": [name for name, yes in zip(effects.labels, flagged, strict=True) if yes],
        "direction": effects.direction,
        **bias,
    }
    return table


def _doubt(model: Model) -> PowerWeight:
    """Find the weights that the dial turns; refuse a model that doubts no trial."""
    if not isinstance(model, Model):
        raise ModelError(
            f"bias_dial() takes a Model first, and then the effects; not {type(model).__name__}."
        )
    if not isinstance(model.bias, PowerWeight):
        raise ModelError(
            f"The model's bias is {type(model.bias).__name__}, which does not say which trials are "
            "in doubt. Give it Model(bias=bias.PowerWeight(column, levels)): the column of the "
            "trial table and the judgements that the dial turns."
        )
    return model.bias


def _sorted(weights: Sequence[float]) -> list[float]:
    """Put the weights in order; what is no weight is refused by the bias itself."""
    if not isinstance(weights, Iterable) or isinstance(weights, str):
        raise ModelError(
            f"The weights of a dial are several, such as [0, 0.5, 1]; not {weights!r}."
        )
    found = list(dict.fromkeys(weights))
    if not found:
        raise ModelError("A dial needs at least one weight from 0 (left out) to 1, such as [0, 1].")
    for weight in found:
        PowerWeight(weight=weight)
    return sorted(map(float, found))


def _row(found: Fit, level: float, *more: Combination) -> tuple[dict[str, object], pd.DataFrame]:
    """Read the columns of a row off a fit; and the rows of further combinations."""
    asked = (typical(found, "mu"), newcomer(found, "new"), *more)
    rows = found.combine(asked, level=level)
    scales = found.scales(level)["median"]
    none = not found.posterior.scatter.hypers
    own = rows[list(_OWN)].iloc[0].to_dict()
    return own | {
        "tau": 0.0 if none else float(scales.get("tau", np.nan)),
        "prediction_lower": rows.loc["new", "lower"],
        "prediction_upper": rows.loc["new", "upper"],
    }, rows.iloc[2:]


def _estimated(
    model: Model, effects: Effects, *, level: float, engine: Engine | str | None
) -> tuple[dict[str, object], dict[str, float]]:
    """Fit the model that estimates the bias of the doubtful trials; if it cannot be, say why."""
    doubt = _doubt(model)
    own = {"bias": "RiskOfBias", "weight": np.nan, "k": effects.k}
    if np.isnan(effects.unit_sd()):
        return own | {"note": _UNITLESS}, {}
    bias = RiskOfBias(column=doubt.column, high=doubt.levels)
    try:
        found = fit(replace(model, bias=bias), effects, engine)
    except ConsilienceError as error:
        return own | {"note": str(error)}, {}
    coefficients = found.posterior.coefficients
    place = coefficients.index(f"bias[{doubt.column}]")
    row, rest = _row(found, level, Combination("bias", np.eye(len(coefficients))[place]))
    said = {f"bias_{name}": float(rest[name]["bias"]) for name in ("mean", "lower", "upper")}
    return own | row | {"note": ""}, said
