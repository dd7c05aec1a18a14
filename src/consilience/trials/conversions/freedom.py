"""The degrees of freedom of a comparison of two means."""

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.sheet import Sheet


def residual_df(sheet: Sheet) -> Floats:
    """Return the printed `f_df`, else n1 + n2 − 2, else n_total − 2, (rows,); NaN without any."""
    n1, n2, total, printed = sheet.columns("n1", "n2", "n_total", "f_df")
    n = np.where(np.isnan(n1 + n2), total, n1 + n2)
    df = np.where(np.isnan(printed), n - 2, printed)
    return np.where(df >= 1, df, np.nan)
