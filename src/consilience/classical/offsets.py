"""Known shifts of the effects, taken off before a regression."""

import re
from dataclasses import replace

import numpy as np

from consilience.classical.wls import Floats
from consilience.design.columns import Number
from consilience.effects import Effects
from consilience.errors import ModelError

_OFFSET = re.compile(r"(?<![\w`])([-+]?)\s*offset\(\s*(`[^`]+`|[^\W\d]\w*)\s*\)")


def shifted(effects: Effects, formula: str | None) -> tuple[Effects, str | None]:
    """Take the ``offset(column)`` terms of a formula off the effects.

    The coefficient of an offset is one. What is left is regressed on the rest of the formula, so
    that ``mu`` is the expectation where all offsets are zero.

    Parameters
    ----------
    effects : Effects
    formula : str or None
        Such as ``"year + offset(known_bias)"``.

    Returns
    -------
    tuple
        The shifted effects, whose log names each column, and the rest of the formula; None where
        nothing is left of it.

    Raises
    ------
    ModelError
        For an offset that is subtracted, multiplied or crossed, and for an unknown column.
    DataError
        For offsets that are no finite numbers, listing the studies.
    """
    known, names, rest = separated(effects, formula)
    if not names:
        return effects, formula
    line = f"Known shifts were taken off every effect: {', '.join(names)}."
    return replace(effects, y=effects.y - known, log=(*effects.log, line)), rest


def separated(effects: Effects, formula: str | None) -> tuple[Floats, list[str], str | None]:
    """Read the ``offset(column)`` terms of a formula.

    Parameters
    ----------
    effects : Effects
    formula : str or None

    Returns
    -------
    tuple
        Their sum, shape (k,); the names of their columns; and the rest of the formula, None where
        nothing is left of it.

    Raises
    ------
    ModelError, DataError
        As `shifted`.
    """
    if not isinstance(formula, str) or "offset" not in formula or not _OFFSET.search(formula):
        return np.zeros(effects.k), [], formula
    if any(found[1] == "-" for found in _OFFSET.finditer(formula)):
        raise ModelError(
            f"The formula {formula!r} subtracts an offset, which is a term that is known to be "
            "there. Turn the sign of its column instead."
        )
    names = [found[2].strip("`") for found in _OFFSET.finditer(formula)]
    rest = _OFFSET.sub("", formula).strip().removeprefix("+").strip()
    if re.search(r"[*:(]\s*$|^\s*[*:]|[-+*:]\s*[*:)]", rest):
        raise ModelError(
            f"In the formula {formula!r} an offset is multiplied or crossed; it is added only: "
            '"year + offset(x)".'
        )
    known = np.sum([Number(name).read(effects.frame) for name in names], axis=0)
    return known, names, rest or None
