"""Rough standardised differences, for looking at rows, never for analysing them."""

import numpy as np

from consilience.trials.checks.view import Floats, View


def pooled_sd(view: View, prefix: str = "") -> Floats:
    """Return the pooled SD of both arms (k,); equal weights where sizes are unknown."""
    sd1, sd2 = view.numbers(f"{prefix}sd1"), view.numbers(f"{prefix}sd2")
    n1, n2 = view.numbers("n1"), view.numbers("n2")
    w1, w2 = np.where(np.isnan(n1 + n2), 1, n1 - 1), np.where(np.isnan(n1 + n2), 1, n2 - 1)
    with np.errstate(all="ignore"):
        sd = np.sqrt((w1 * sd1**2 + w2 * sd2**2) / (w1 + w2))
    return np.where(np.isfinite(sd) & (sd > 0), sd, np.nan)


def difference(view: View, prefix: str = "") -> Floats:
    """Return (mean1 - mean2) / pooled SD (k,), without small-sample correction.

    NaN where a row has a correlation and no arms: there both means are of the same participants.
    """
    paired = ~np.isnan(view.numbers("r")) | ~np.isnan(view.numbers("ri"))
    paired &= np.isnan(view.numbers("n1"))
    with np.errstate(all="ignore"):
        gap = view.numbers(f"{prefix}mean1") - view.numbers(f"{prefix}mean2")
        return np.where(paired, np.nan, gap / pooled_sd(view, prefix))


def sizes(view: View) -> tuple[Floats, Floats]:
    """Return n1 and n2 (k,); halves of `n_total` where only that is known."""
    half = view.numbers("n_total") / 2
    n1, n2 = view.numbers("n1"), view.numbers("n2")
    return np.where(np.isnan(n1), half, n1), np.where(np.isnan(n2), half, n2)


def standard_error(view: View, d: Floats) -> Floats:
    """Return the large-sample standard error of a standardised difference (k,)."""
    n1, n2 = sizes(view)
    with np.errstate(all="ignore"):
        variance = 1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2))
    return np.sqrt(np.where(variance > 0, variance, np.nan))
