"""What a table says beside its numbers, where these need a word of caution."""

from collections.abc import Hashable

import numpy as np

from consilience.classical.linear import exact_agreement
from consilience.classical.wls import Floats
from consilience.effects import Effects

_WILD = 1e6


def noted(effects: Effects, cov: Floats) -> dict[Hashable | None, object]:
    """Give the ``notes`` of an analysis: none, or sentences; what they are of is named.

    Sampling variances that differ by a factor of more than a million, and standard errors that are
    unknown as the estimates agree exactly.

    Parameters
    ----------
    effects : Effects
        What was pooled.
    cov : ndarray, shape (p, p)
        Covariance of the coefficients.
    """
    known = exact_agreement(cov).get("notes", ())
    notes = (*known, *_unequal(effects)) if isinstance(known, tuple) else ()
    return {"notes": notes} if notes else {}


def _unequal(effects: Effects) -> tuple[str, ...]:
    """Name the estimates whose sampling variances differ beyond belief."""
    low, high = int(np.argmin(effects.v)), int(np.argmax(effects.v))
    ratio = float(effects.v[high]) / float(effects.v[low])
    if not ratio > _WILD:
        return ()
    names = effects.labels
    return (
        f"Sampling variances differ by a factor of {ratio:.0e}: {effects.v[low]:.3g} of "
        f"{names[low]} and {effects.v[high]:.3g} of {names[high]}. Look both up in their sources: "
        "a standard error read as a variance, or another unit, looks like this.",
    )
