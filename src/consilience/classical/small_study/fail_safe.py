"""How many unpublished null results would undo a finding."""

import math

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from consilience.classical.independent import refuse_shared
from consilience.effects import Effects
from consilience.errors import ModelError


def fail_safe_n(effects: Effects, *, alpha: float = 0.05) -> pd.DataFrame:
    """Count them three ways; none of the three is a model of how trials go missing.

    Rosenthal: studies of mean z zero that lift Stouffer's one-sided p above ``alpha``. Orwin:
    studies of effect zero that halve the unweighted mean. Rosenberg: studies of effect zero, of
    average weight, that lift the two-sided p of the common effect above ``alpha``.

    Returns
    -------
    DataFrame
        Rows ``Rosenthal, Orwin, Rosenberg``; columns ``n`` (rounded up), ``p_value`` of the
        observed result (nan for Orwin), ``estimate`` and ``target`` (nan where none).

    Raises
    ------
    ModelError
        For an alpha outside (0, ½).
    RefusalError
        If estimates share participants.

    References
    ----------
    Rosenthal R (1979). Psychological Bulletin 86:638–641. doi:10.1037/0033-2909.86.3.638
    Orwin RG (1983). Journal of Educational Statistics 8:157–159. doi:10.3102/10769986008002157
    Rosenberg MS (2005). Evolution 59:464–468. doi:10.1111/j.0014-3820.2005.tb01004.x
    """
    if not 0 < alpha < 0.5:
        raise ModelError(f"alpha {alpha!r} lies outside 0 to 0.5; give 0.05, say.")
    refuse_shared(effects, "A fail-safe number")
    y, v, k = effects.y, effects.v, effects.k
    stouffer = abs(float(np.sum(y / np.sqrt(v)))) / math.sqrt(k)
    weight = float(np.sum(1 / v))
    mean = float(np.sum(y / v)) / weight
    z = abs(mean) * math.sqrt(weight)
    rows = {
        "Rosenthal": {
            "n": _up(k * (stouffer / float(ndtri(alpha))) ** 2 - k),
            "p_value": float(ndtr(-stouffer)),
        },
        # Halving the mean takes as many again, whatever it is.
        "Orwin": {"n": float(k), "estimate": float(y.mean()), "target": float(y.mean()) / 2},
        "Rosenberg": {
            "n": _up(k * (z / float(ndtri(alpha / 2))) ** 2 - k),
            "p_value": float(2 * ndtr(-z)),
            "estimate": mean,
        },
    }
    columns = ["n", "p_value", "estimate", "target"]
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns)
    table.attrs = {"direction": effects.direction, "alpha": alpha}
    return table


def _up(n: float) -> float:
    return float(math.ceil(max(0.0, n)))
