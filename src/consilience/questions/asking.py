"""What every question to a fit needs: a fit that may answer, and its exact marginals."""

from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd

from consilience.engines.exact.mixture import Mixture, side_by_side
from consilience.engines.exact.newcomers import marginals
from consilience.engines.exact.newcomers import true_effects as of_trials
from consilience.engines.exact.posterior import ExactPosterior
from consilience.errors import ModelError, RefusalError
from consilience.fit import Fit


def answering(fit: object, verb: str) -> Fit:
    """Give the fit back if it is one that may answer.

    Raises
    ------
    ModelError
        If it is no fit.
    ConvergenceError
        If it did not converge and was not forced.
    """
    if not isinstance(fit, Fit):
        raise ModelError(f"{verb}() asks a fit: give what fit() returned, not {fit!r}.")
    fit.stamped(pd.DataFrame())
    return fit


def exact_of(fit: Fit, verb: str, *, instead: str) -> ExactPosterior:
    """Give the exact posterior of a fit.

    Raises
    ------
    RefusalError
        If it has none; the message ends with what can be done instead.
    """
    posterior = fit.posterior
    if not isinstance(posterior, ExactPosterior):
        raise RefusalError(
            f"{verb}() needs refits or densities that only the exact engine gives, and this fit is "
            f"by {type(fit.engine).__name__}{_over(fit)}. {instead}"
        )
    return posterior


def _over(fit: Fit) -> str:
    bent = any(term.bends for term in fit.model.terms)
    return " over the unknown location of a curve" if bent else ""


def unselected(fit: Fit, verb: str) -> None:
    """Let through only fits whose estimates are taken as come to light whatever they showed.

    Raises
    ------
    RefusalError
        If the model's bias selects: the log likelihoods of its draws are those without selection.
    """
    fit.model.bias.refuse_selection(f"{verb}()", instead="Compare refits with fit(...) instead.")


def coefficients(posterior: ExactPosterior) -> Mixture:
    """Give the marginals of all coefficients."""
    given = posterior.integrated.rule.conditional
    return marginals(posterior.integrated.rule, given.mean, given.variance)


def true_effects(posterior: ExactPosterior) -> Mixture:
    """Give the marginals of the trials' true effects."""
    return of_trials(posterior.form, posterior.integrated.rule)


def named(posterior: ExactPosterior) -> tuple[tuple[str, ...], Mixture]:
    """Give the exact marginals of coefficients and true effects with their row names."""
    own, effects = coefficients(posterior), true_effects(posterior)
    theta = (f"theta[{label}]" for label in posterior.form.labels)
    return (*posterior.coefficients, *theta), side_by_side([own, effects])


def finite(name: str, value: object) -> float:
    """Read a finite number.

    Raises
    ------
    ModelError
        If it is none.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not np.isfinite(float(value)):  # type: ignore[arg-type]
        raise ModelError(f"{name} is a finite number on the effect's scale; {value!r} is not.")
    return float(value)  # type: ignore[arg-type]


def sure(certainty: object) -> float:
    """Read the probability from which a conclusion is drawn.

    Raises
    ------
    ModelError
        If it does not lie between 0.5 and 1.
    """
    number = isinstance(certainty, Real) and not isinstance(certainty, bool)
    if not number or not 0.5 < float(certainty) < 1.0:  # type: ignore[arg-type]
        raise ModelError(f"certainty lies between 0.5 and 1; {certainty!r} does not. Try 0.975.")
    return float(certainty)  # type: ignore[arg-type]


def listed(names: Sequence[object]) -> str:
    """Write names as English does: ``a, b and c``."""
    texts = [str(name) for name in names]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def percent(share: float, digits: int = 0) -> str:
    """Write a share as a percentage."""
    return f"{100.0 * share:.{digits}f}\N{NO-BREAK SPACE}%"
