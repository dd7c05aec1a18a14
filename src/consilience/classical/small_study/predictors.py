"""Measures of a study's size, on which regression tests for small-study effects regress."""

from collections.abc import Callable

import numpy as np

from consilience.classical.independent import refuse_shared
from consilience.classical.magnitude import refuse_unreachable
from consilience.classical.wls import Floats
from consilience.effects import Effects
from consilience.errors import ModelError


def sample_size(effects: Effects) -> Floats:
    """Read the total number of participants of each row: `n`, or `n1` and `n2`.

    Raises
    ------
    ModelError
        If neither is in the table, or values are missing.
    RefusalError
        If estimates share participants.
    """
    table = effects.table
    if "n" in table:
        size = table["n"].to_numpy(dtype=float)
    elif {"n1", "n2"} <= set(table.columns):
        size = table["n1"].to_numpy(dtype=float) + table["n2"].to_numpy(dtype=float)
    else:
        raise ModelError('Sample sizes are needed: a column "n", or "n1" and "n2". Or use "sei".')
    if not np.all(np.isfinite(size) & (size > 0)):
        bad = ", ".join(np.array(effects.labels)[~(size > 0)][:5])
        raise ModelError(f"The sample size is missing or not above zero for {bad}.")
    return size


PREDICTORS: dict[str, Callable[[Effects], Floats]] = {
    "sei": lambda effects: np.sqrt(effects.v),
    "vi": lambda effects: effects.v,
    "ni": sample_size,
    "ninv": lambda effects: 1 / sample_size(effects),
    "sqrtni": lambda effects: np.sqrt(sample_size(effects)),
    "sqrtninv": lambda effects: 1 / np.sqrt(sample_size(effects)),
}


def predictor(effects: Effects, name: str) -> Floats:
    """Compute a predictor by name, shape (k,).

    Raises
    ------
    ModelError
        For an unknown name (the known ones are listed), fewer than three estimates, or a predictor
        that is the same in all of them.
    RefusalError
        If estimates share participants.
    """
    if name not in PREDICTORS:
        raise ModelError(f"Unknown predictor {name!r}. Known: {', '.join(sorted(PREDICTORS))}.")
    refuse_shared(effects, "A regression test for small-study effects")
    refuse_unreachable(effects)
    if effects.k < 3:
        raise ModelError(
            f"{effects.k} estimates are too few for a regression test; three at least."
        )
    values = PREDICTORS[name](effects)
    if np.ptp(values) <= 1e-10 * np.abs(values).max():
        raise ModelError(f"{name!r} is the same for all estimates: no slope can be told from it.")
    return values
