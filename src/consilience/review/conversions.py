"""The conversions that a review declares: rules by name, and what they made of which row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience import priors
from consilience.errors import DataError, Problem
from consilience.measures import Measure
from consilience.review.declared import Conversion, Declaration
from consilience.review.kinds import kind_problems
from consilience.trials import Trials, conversions
from consilience.trials.conversions import Rule
from consilience.trials.table import Conversion as Step

ROW = "table_row"
"""The column that keeps a row's place in trials.csv, from 1."""

COLUMNS = ("row", "column", "was", "now", "rule", "given", "source")
SPREAD = "Spread by what was assumed"
"""The rule of a line that says how far a cell may lie from its value."""

type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """A trial table before and after the declared conversions.

    Parameters
    ----------
    trials : Trials
        After them, with the column `table_row`; rows that a rule merged are gone.
    steps : DataFrame
        One line for each cell that was filled or changed: `row` of trials.csv (0 where a rule
        names no single row), `column, was, now, rule, given, source`.
    """

    trials: Trials
    steps: pd.DataFrame

    def rules(self, row: int) -> tuple[str, ...]:
        """Return the titles of the rules that worked on a row of trials.csv, in their order."""
        made = (self.steps["row"] == row) & (self.steps["rule"] != SPREAD)
        told = self.steps.loc[made, "rule"]
        return tuple(dict.fromkeys(rule.partition(":")[0] for rule in told))

    def lacking(self, measure: Measure) -> Mask:
        """Say from which rows the measure cannot be computed, (rows,)."""
        return conversions.lacking(self.trials.frame, measure)


def conversion_problems(declared: Declaration) -> Iterator[Problem]:
    """Find the declared conversions that do not exist or cannot be set up, all of them."""
    yield from _faults(declared.conversions, "conversions")
    for one in declared.sensitivity:
        yield from _faults(one.conversions, f"sensitivity ({one.name}).conversions")


def rules_of(declared: Sequence[Conversion]) -> tuple[Rule, ...]:
    """Return the declared rules in their order.

    Raises
    ------
    ModelError, DataError
        For a rule that cannot be set up; see `conversion_problems`.
    """
    return tuple(_rule(one) for one in declared)


def exchanged(
    declared: Sequence[Conversion], others: Sequence[Conversion]
) -> tuple[Conversion, ...]:
    """Return the declared conversions with others in the place of those of the same kind."""
    new = {one.kind: one for one in others}
    kept = tuple(new.pop(one.kind, one) for one in declared)
    return (*kept, *new.values())


def converted(trials: Trials, measure: Measure, *, rules: Sequence[Rule]) -> Converted:
    """Apply rules to a whole trial table, and tell of each row what they did.

    Parameters
    ----------
    trials : Trials
    measure : Measure
        What is to be computed.
    rules : sequence of Rule
        In the order in which they are tried; none leave every cell as it is.

    Raises
    ------
    DataError
        For a table with the column `table_row`, and for rows that a rule names and cannot find.
    """
    frame = trials.frame
    if ROW in frame:
        remedy = "Give it another name: it is needed for the row's place."
        raise DataError([Problem("trials.csv has a column of this name", remedy, column=ROW)])
    places = pd.Series(range(1, len(frame) + 1), frame.index)
    names = frame["study"] + " (row " + places.astype(str) + ")"
    told = replace(trials, frame=frame.assign(study=names, **{ROW: places.astype(float)}))
    made = conversions.run(told, measure, rules=rules)
    rows = dict(zip(names, places, strict=True))
    steps = [
        (
            *(rows.get(one.study, 0), one.column, one.was, one.now),
            *(one.rule if one.source else SPREAD, one.given, one.source),
        )
        for one in made.log[len(trials.log) :]
    ]
    study = made.frame[ROW].map(dict(zip(places.astype(float), frame["study"], strict=True)))
    whole = replace(made, frame=made.frame.assign(study=study))
    return Converted(whole, pd.DataFrame(steps, columns=list(COLUMNS)))


def log_of(log: Sequence[Step], frame: pd.DataFrame) -> tuple[Step, ...]:
    """Return the lines of a log that tell of rows of this table, by their `table_row`."""
    marks = tuple(f"(row {place:.0f})" for place in frame[ROW])
    return tuple(line for line in log if line.study.endswith(marks))


def _faults(declared: Sequence[Conversion], key: str) -> Iterator[Problem]:
    registry = conversions.REGISTRY
    yield from kind_problems(declared, _rule, registry=registry, key=key, what="conversion")
    kinds = [one.kind for one in declared]
    for kind in dict.fromkeys(kind for kind in kinds if kinds.count(kind) > 1):
        remedy = "Declare each conversion once."
        yield Problem(f"review.toml, key `{key}`: declared several times", remedy, value=kind)


def _rule(one: Conversion) -> Rule:
    settings = {name: _setting(value) for name, value in one.settings.items()}
    return conversions.get(one.kind, **settings)


def _setting(value: object) -> object:
    if isinstance(value, Mapping) and "kind" in value:
        given = {name: _setting(each) for name, each in value.items() if name != "kind"}
        return priors.get(str(value["kind"]), **given)
    if isinstance(value, list):
        return tuple(_setting(each) for each in value)
    return value
