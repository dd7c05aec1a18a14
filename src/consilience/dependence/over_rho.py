"""An assumed correlation, tried at several values."""

from collections.abc import Sequence
from dataclasses import replace

from consilience.dependence.base import Dependence
from consilience.errors import ModelError


def over_rho(
    rules: Sequence[Dependence], values: Sequence[float]
) -> dict[float, tuple[Dependence, ...]]:
    """Return the rules with each value in place of every single `rho` that they assume.

    Parameters
    ----------
    rules : sequence of Dependence
        A rule without one, or with several, stays as it is.
    values : sequence of float

    Raises
    ------
    ModelError
        If no rule assumes a correlation, and for a value that is none.
    """
    if not any(_assumes(rule) for rule in rules):
        raise ModelError("No rule assumes a correlation `rho`. Give Correlated(0.5), for example.")
    return {
        rho: tuple(replace(rule, **{"rho": rho}) if _assumes(rule) else rule for rule in rules)
        for rho in values
    }


def _assumes(rule: Dependence) -> bool:
    return isinstance(getattr(rule, "rho", None), float)
