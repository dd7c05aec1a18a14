"""Estimates that allow for missing participants, with their record."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import native
from consilience.trials import Conversion


class Adjusted(NamedTuple):
    """Estimates as intervention minus comparator, and what is on record of them."""

    y: Array
    v: Array
    rule: str
    """What was assumed, in words."""


def recorded(effects: Effects, found: Adjusted) -> Effects:
    """Put adjusted estimates in the place of the computed ones, and write each down.

    Parameters
    ----------
    effects : Effects
        The trials.
    found : Adjusted
        Their adjusted estimates and variances, (k,).
    """
    y = native(effects) * found.y + 0.0
    cells = [
        Conversion(label, column, f"{before:.6g}", f"{after:.6g}", found.rule, "missing1, missing2")
        for label, *pairs in zip(effects.labels, zip(effects.y, y, strict=True),
                                 zip(effects.v, found.v, strict=True), strict=True)
        for column, (before, after) in zip(("yi", "vi"), pairs, strict=True)
        if not np.isclose(before, after, rtol=1e-12, atol=0.0)
    ]  # fmt: skip
    return replace(
        effects, y=y, v=found.v, log=(*effects.log, found.rule + "."),
        conversions=(*effects.conversions, *cells),
    )  # fmt: skip
