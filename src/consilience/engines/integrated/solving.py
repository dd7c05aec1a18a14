"""Integration over a model of curves to a stated accuracy, inner rules included."""

from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from consilience.engines.exact.integrand import values_at
from consilience.engines.exact.rule import OWED, Integrated, Rule, integrate
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.frame import Frame
from consilience.engines.integrated.frames import frames_of
from consilience.errors import ConvergenceError

_HALVINGS = 3
_HEAVY = 1e-5
_CUT = 1e-9
_ROUNDING = 1e-9


class Solved(NamedTuple):
    """The axes, and the rule along them."""

    frame: Frame
    integrated: Integrated


def solved(whole: Whole, wanted: float) -> Solved:
    """Integrate in the first frame in which two rules agree to what is owed.

    Raises
    ------
    ConvergenceError
        If they do in none.
    """
    *first, last = frames_of(whole)
    for frame in first:
        with suppress(ConvergenceError):
            return solved_in(frame, wanted)
    return solved_in(last, wanted)


def solved_in(frame: Frame, wanted: float) -> Solved:
    """Integrate, halving the steps of the inner rule until it does not matter.

    The accuracy is the largest of three: two rules over the parameters, the inner rule with steps
    of half the size, and the tables of the curves.

    Raises
    ------
    ConvergenceError
        If it stays above 1e-6, or the rule ends where there is mass.
    """
    for _ in range(_HALVINGS):
        found = integrate(frame, wanted=wanted)
        inner = _inner(frame, found.rule)
        if inner <= found.wanted:
            break
        frame = frame.sharper()
    _refuse_cut(found.rule)
    accuracy = max(found.accuracy, inner, frame.error)
    if accuracy > OWED:
        raise ConvergenceError(
            f"The integrals over the trials' own parameters are known to {accuracy:.1e} only, and "
            f"{OWED:.0e} relative is owed. Use engines.Nuts(), or simpler priors."
        )
    return Solved(frame, replace(found, accuracy=accuracy))


def _inner(frame: Frame, rule: Rule) -> float:
    """How much the likelihood moves at the nodes that matter when inner rules are sharper."""
    heavy = rule.weights > _HEAVY
    points = values_at(rule.coordinates, rule.panels)[heavy]
    gap = frame.sharper().log_likelihood(points) - rule.conditional.log_likelihood[heavy]
    return float(rule.weights[heavy] @ np.abs(gap))


def _refuse_cut(rule: Rule) -> None:
    """Refuse a rule whose ends cut the posterior off: the search overlooked part of it.

    At an end that is not that of the axis itself, marginal densities are next to nothing of their
    highest.

    Raises
    ------
    ConvergenceError
        If there is an end where they are not.
    """
    for place, (axis, panels) in enumerate(zip(rule.coordinates, rule.panels, strict=True)):
        others = tuple(other for other in range(len(rule.panels)) if other != place)
        density = rule.weights.reshape(rule.shape).sum(axis=others) / panels.weights
        step = _ROUNDING * panels.length
        open_ends = (panels.lower - step > axis.nearest, panels.upper + step < axis.farthest)
        high = density[[0, -1]] > _CUT * density.max()
        if np.any(high & open_ends):
            raise ConvergenceError(
                f"The search for the posterior of {rule.hypers[place].name} overlooked part of it: "
                "it is far narrower for some values of the other parameters than for most. Use "
                "engines.Nuts(), or simpler priors."
            )
