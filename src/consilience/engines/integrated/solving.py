"""Integration over a model of curves to a stated accuracy, inner rules included."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from consilience.engines.exact.rule import OWED, Integrated, integrate
from consilience.engines.integrated.form import Whole
from consilience.errors import ConvergenceError

_HALVINGS = 3
_HEAVY = 1e-5


class Solved(NamedTuple):
    """A model and its rule."""

    form: Whole
    integrated: Integrated


def solved(form: Whole, wanted: float) -> Solved:
    """Integrate, halving the steps of the inner rule until it does not matter.

    The accuracy is the largest of three: two rules over the parameters, the inner rule with steps
    of half the size, and the tables of the curves.

    Raises
    ------
    ConvergenceError
        If it stays above 1e-6.
    """
    for _ in range(_HALVINGS):
        found = integrate(form, wanted=wanted)
        inner = _inner(form, found)
        if inner <= wanted:
            break
        form = form.sharper()
    accuracy = max(found.accuracy, inner, form.error)
    if accuracy > OWED:
        raise ConvergenceError(
            f"The integrals over the trials' own parameters are known to {accuracy:.1e} only, and "
            f"{OWED:.0e} relative is owed. Use engines.Nuts(), or simpler priors."
        )
    return Solved(form, replace(found, accuracy=accuracy))


def _inner(form: Whole, found: Integrated) -> float:
    """How much the likelihood moves at the nodes that matter when inner rules are sharper."""
    heavy = found.rule.weights > _HEAVY
    psi = found.rule.phi[heavy]
    plain, sharp = form.masses(psi).log_mass, form.sharper().masses(psi).log_mass
    gap = np.abs((plain - sharp)[:, form.kept].sum(axis=1))
    return float(found.rule.weights[heavy] @ gap)
