"""Numbers as people type them: what is read, and what is refused."""

import math
import re

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def tidy(text: str) -> str:
    """Return a cell without the spaces around it and with ``-`` for the Unicode minus."""
    return text.strip().replace("\N{MINUS SIGN}", "-")


def parse_number(text: str) -> float:
    """Read one tidied cell as a number.

    Parameters
    ----------
    text : str
        Empty means missing.

    Returns
    -------
    float
        NaN for an empty cell.

    Raises
    ------
    ValueError
        For anything else than a finite number with a decimal point: a decimal comma, a thousands
        separator, ``NA``, ``inf``, words.
    """
    if not text:
        return math.nan
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return value


def how_to_write(text: str) -> str:
    """Say what to do about a cell that is no number."""
    if DECIMAL_COMMA.fullmatch(text):
        return "Write a decimal point, not a comma, and no thousands separator."
    return "Write a number with a decimal point, or leave the cell empty if it is not known."
