"""What the rules for crossover trials share."""

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.sheet import Sheet

NEEDS = ("n_pairs", "mean1", "sd1", "mean2", "sd2")
USES = ("pair_r",)
LIMITS = {"correlation": (-1.0, 1.0)}
SOURCE = (
    "Elbourne et al. (2002), Int. J. Epidemiol. 31, 140-149, doi:10.1093/ije/31.1.140; "
    "Becker (1988), Br. J. Math. Stat. Psychol. 41, 257-278, "
    "doi:10.1111/j.2044-8317.1988.tb00901.x"
)


def pairs(sheet: Sheet, correlation: float) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return pairs, mean difference, both SDs and the correlation, printed or assumed, (rows,)."""
    n, mean1, sd1, mean2, sd2, printed = sheet.columns(*NEEDS, *USES)
    n = np.where(n >= 2, n, np.nan)
    return n, mean1 - mean2, sd1, sd2, np.where(np.isnan(printed), correlation, printed)
