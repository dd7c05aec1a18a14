"""The curves along an exposure that are compared."""

from dataclasses import fields

import numpy as np

from consilience.effects import Effects
from consilience.terms import Emax, Hinge, Linear, Spline, Term, Threshold
from consilience.terms.exposures import Columns

_SPLINE = 3


def candidates(effects: Effects, step: Threshold) -> dict[str, tuple[Term, ...]]:
    """Give the terms of each curve, with the priors of location and effect of the threshold.

    Parameters
    ----------
    effects : Effects
    step : Threshold

    Returns
    -------
    dict of str to tuple of Term
        By the curve's name; a spline only where more than three exposures differ.
    """
    column, effect = step.column, step.effect
    x = Columns(exposure=column).read(effects.table).x
    width = float(np.ptp(x))
    found: dict[str, tuple[Term, ...]] = {
        "none": (),
        "linear": (Linear(f"center({1.0 / width:.15f} * `{column}`)", effect),),
        "threshold": (step,),
        "hinge": (_copied(step, Hinge),),
        "Emax": (_copied(step, Emax),),
    }
    if len(np.unique(x)) > _SPLINE:
        found["spline"] = (Spline(column, _SPLINE, effect),)
    return found


def _copied(step: Threshold, kind: type[Hinge] | type[Emax]) -> Term:
    """Give another curve with the settings of a threshold that it knows."""
    known = {slot.name for slot in fields(kind)}
    settings = {slot.name: getattr(step, slot.name) for slot in fields(step) if slot.name in known}
    return kind(**settings)
