"""Why a row gives no effect: what its source prints, and what a conversion of it still lacks."""

from collections.abc import Iterator, Sequence

import pandas as pd

from consilience.errors import DataError
from consilience.measures import Measure
from consilience.review.conversions import ROW, Converted, Mask
from consilience.trials import conversions
from consilience.trials.conversions import Ready, Rule
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.table import Trials

CONTRASTS = {
    "se1": "standard errors",
    "md": "a mean difference",
    "d": "a standardised difference",
    "g": "a standardised difference",
    "t_stat": "a t statistic",
    "f_stat": "an F statistic",
    "p_value": "a p value",
}
"""Columns from which an effect may be converted, as a reason names them."""

_UNSIGNED = {"t_stat": "a direction of the test (column `favours`)"}


def no_effect(made: Converted, measure: Measure, *, rules: Sequence[Rule]) -> pd.Series:
    """Say for each row why the measure cannot be computed from it; empty where it can.

    Parameters
    ----------
    made : Converted
        The table after the declared conversions.
    measure : Measure
    rules : sequence of Rule
        The declared conversions.

    Returns
    -------
    Series of str, (rows,)
    """
    table, lacking = made.trials.frame, made.lacking(measure)
    ways = _undeclared(made, measure, lacking=lacking)
    sheet = Sheet(table)
    told = [
        _why(sheet, row, measure=measure, rules=rules, way=ways.get(place, ())) if short else ""
        for row, (short, place) in enumerate(zip(lacking, table[ROW], strict=True))
    ]
    return pd.Series(told, table.index, dtype="str")


def _why(
    sheet: Sheet, row: int, *, measure: Measure, rules: Sequence[Rule], way: Sequence[str]
) -> str:
    printed = dict.fromkeys(
        words for name, words in CONTRASTS.items() if not sheet.empty(name)[row]
    )
    absent = ", ".join(_absent(sheet, row, measure))
    if not printed:
        return f"Not printed: {absent}."
    begin = f"Printed only as {' and '.join(printed)}"
    if way:
        return f"{begin}: needs a conversion that review.toml does not declare ({', '.join(way)})."
    short = _shortest(sheet, row, code=measure.code, rules=(*rules, *conversions.DEFAULT))
    return f"{begin}, and no conversion makes an effect of it: it lacks {short or absent}."


def _absent(sheet: Sheet, row: int, measure: Measure) -> Iterator[str]:
    yield from (name for name in measure.needs if sheet.empty(name)[row])
    if measure.either and all(sheet.empty(name)[row] for name in measure.either):
        known = [name for name in measure.either if name in sheet.table] or measure.either
        yield " or ".join(known)


def _shortest(sheet: Sheet, row: int, *, code: str, rules: Sequence[Rule]) -> str:
    """Name the cells that the rule that comes nearest still lacks."""
    ready = [rule for rule in rules if isinstance(rule, Ready) and rule.measure == code]
    lacks = [[name for name in rule.needs if sheet.empty(name)[row]] for rule in ready]
    tested = any(not sheet.empty(name)[row] for name in ("f_stat", "p_value"))
    begun = [
        lack
        for lack, rule in zip(lacks, ready, strict=True)
        if set(rule.needs) - {*lack, "n1", "n2"} or ("t_stat" in lack and tested)
    ]
    return ", ".join(_UNSIGNED.get(name, name) for name in min(begun, key=len)) if begun else ""


def _undeclared(
    made: Converted, measure: Measure, *, lacking: Mask
) -> dict[float, tuple[str, ...]]:
    """Return the names of the default conversions that would help, by the row's place."""
    left = made.trials.keep(lacking)
    if left.frame.empty:
        return {}
    places = left.frame[ROW]
    named = Trials(left.frame.assign(study=places.astype(str)))
    try:
        after = conversions.run(named, measure, rules=conversions.DEFAULT)
    except DataError:
        return {}
    kinds = {rule.title: type(rule).__name__ for rule in conversions.DEFAULT}
    able = set(places[~conversions.lacking(after.frame, measure)])
    way: dict[float, tuple[str, ...]] = {}
    for step in after.log:
        place, kind = float(step.study), kinds[step.rule.partition(":")[0]]
        if place in able:
            way[place] = tuple(dict.fromkeys((*way.get(place, ()), kind)))
    return way
