"""The answer of a method for counts, as a labelled row."""

import math

import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from consilience import measures
from consilience.classical.wls import Floats


def row(estimate: float, se: float, *, level: float) -> dict[str, object]:
    """Test and interval by the normal."""
    z = estimate / se if se > 0 else math.nan
    half = float(ndtri(0.5 + level / 2)) * se
    return {
        "estimate": estimate, "se": se, "statistic": z, "p_value": float(2 * ndtr(-abs(z))),
        "lower": estimate - half, "upper": estimate + half, "level": level,
        "interval": "confidence",
    }  # fmt: skip


def heterogeneity(y: Floats, v: Floats, *, estimate: float) -> dict[str, object]:
    """Cochran's Q about the pooled answer, and I² and H² from it."""
    known = v > 0
    Q, df = float(((y - estimate)[known] ** 2 / v[known]).sum()), int(known.sum()) - 1
    nothing = df < 1
    return {
        "Q": Q, "Q_df": df, "Q_p": math.nan if nothing else float(chdtrc(df, Q)),
        "I2": math.nan if nothing else 100 * max(0.0, 1 - df / Q) if Q > 0 else 0.0,
        "H2": math.nan if nothing else Q / df,
    }  # fmt: skip


def series(values: dict[str, object], *, method: str, measure: str) -> pd.Series:
    """Name the method, the measure and the direction in the ``attrs``."""
    chosen = measures.get(measure)
    found = pd.Series(values, dtype=object)
    found.attrs = {
        "direction": chosen.stands,
        "measure": chosen.code,
        "estimator": method,
        "inference": "normal",
        "k": values["k"],
    }
    return found
