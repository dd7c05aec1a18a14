"""What a user hands over, checked once and refused in words."""

from numbers import Real

from consilience import classical
from consilience.classical import inference as inferences
from consilience.classical.base import Estimator
from consilience.classical.inference import Inference
from consilience.errors import ModelError


def refuse_level(level: object) -> None:
    """Say nothing if this is the level of an interval.

    Raises
    ------
    ModelError
        For anything but a number between 0 and 1.
    """
    if not isinstance(level, Real) or not 0.0 < float(level) < 1.0:
        raise ModelError(f"The level {level!r} is no probability between 0 and 1; give 0.95, say.")


def refuse_alpha(alpha: object, *, usual: float) -> None:
    """Say nothing if p values can be held against this.

    Parameters
    ----------
    alpha : float
        The p value below which something is found.
    usual : float
        What is customary, for the words of the refusal.

    Raises
    ------
    ModelError
        For anything but a number between 0 and 1.
    """
    if not isinstance(alpha, Real) or not 0.0 < float(alpha) < 1.0:
        raise ModelError(f"alpha {alpha!r} is no probability between 0 and 1; give {usual:g}, say.")


def estimator_of(given: str | Estimator) -> Estimator:
    """Look an estimator of tau² up by its name, or take it as it is.

    Raises
    ------
    ModelError
        For an unknown name and for what is no estimator; the known names are listed.
    """
    found = classical.get(given) if isinstance(given, str) else given
    if not isinstance(found, Estimator):
        known = ", ".join(sorted(classical.REGISTRY))
        raise ModelError(f"{given!r} is no tau² estimator. Known: {known}.")
    return found


def inference_of(given: str | Inference) -> Inference:
    """Look a method of inference up by its name, or take it as it is.

    Raises
    ------
    ModelError
        For an unknown name and for what is no method of inference; the known names are listed.
    """
    found = inferences.get(given) if isinstance(given, str) else given
    if not isinstance(found, Inference):
        known = ", ".join(sorted(inferences.REGISTRY))
        raise ModelError(f"{given!r} is no method of inference. Known: {known}.")
    return found
