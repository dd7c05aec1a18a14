"""Refusing what is no number of its kind, and what comes from nowhere."""

from numbers import Real

import numpy as np

from consilience.errors import ModelError


def inside(value: object, what: str, *, most: float) -> None:
    """Let through a number above 0 and below `most`.

    Raises
    ------
    ModelError
        For anything else.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    if number and np.isfinite(float(value)) and 0.0 < float(value) < most:  # type: ignore[arg-type]
        return
    ends = "between 0 and 1, both excluded" if most == 1.0 else "above 0"
    raise ModelError(f"{what} is a number {ends}; {value!r} is not. Give one, such as 0.2.")


def said(text: object, what: str, wanted: str) -> None:
    """Let through a text that says something.

    Raises
    ------
    ModelError
        For anything else.
    """
    if not (isinstance(text, str) and text.strip()):
        raise ModelError(f"{what} must say {wanted}; {text!r} does not.")


def chosen(word: object, what: str, known: tuple[str, ...]) -> None:
    """Let through a word that is known.

    Raises
    ------
    ModelError
        For any other; the known ones are listed.
    """
    if word not in known:
        raise ModelError(f"{what} {word!r} is not known. Choose from: {', '.join(known)}.")
