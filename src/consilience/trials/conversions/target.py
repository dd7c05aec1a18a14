"""What a measure still lacks, and which rules can help it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from consilience.trials.conversions.base import Filling, Ready, Rule
from consilience.trials.conversions.sheet import Mask, Sheet


class Target(Protocol):
    """What a conversion must know of an effect measure."""

    @property
    def code(self) -> str:
        """Its name, as in the column `measure`."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that every row must fill."""

    @property
    def either(self) -> tuple[str, ...]:
        """Columns of which every row must fill at least one."""


def ready(table: pd.DataFrame, code: str) -> Mask:
    """Say which rows give the effect itself: `yi` and `vi` with this `measure`, (rows,)."""
    sheet = Sheet(table)
    if "measure" not in table:
        return np.zeros(len(table), dtype=bool)
    filled = ~sheet.empty("yi") & ~sheet.empty("vi")
    return filled & (table["measure"] == code).to_numpy(dtype=bool, na_value=False)


def paired(table: pd.DataFrame, target: Target) -> Mask:
    """Say which rows are crossover trials that a measure of two arms would misread, (rows,)."""
    if not {"n1", "n2"} <= set(target.needs):
        return np.zeros(len(table), dtype=bool)
    return ~Sheet(table).empty("n_pairs") & ~ready(table, target.code)


def lacking(table: pd.DataFrame, target: Target) -> Mask:
    """Say which rows do not yet have an effect, (rows,)."""
    sheet = Sheet(table)
    empty = [sheet.empty(name) for name in target.needs]
    if target.either:
        empty.append(np.logical_and.reduce([sheet.empty(name) for name in target.either]))
    short = np.logical_or.reduce(empty) if empty else np.zeros(len(table), dtype=bool)
    return (short | paired(table, target)) & ~ready(table, target.code)


def useful(rules: Sequence[Rule], target: Target) -> tuple[Rule, ...]:
    """Return the rules that lead, directly or through others, to what the measure needs."""
    wanted = {target.code}
    for _ in rules:
        wanted |= {rule.origin for rule in rules if rule.origin and rule.measure in wanted}
    columns = {*target.needs, *target.either}
    for rule in rules:
        if isinstance(rule, Ready) and rule.measure in wanted:
            columns |= {*rule.needs, *rule.uses}
    for _ in rules:
        for rule in rules:
            if isinstance(rule, Filling) and columns & set(rule.gives):
                columns |= {*rule.needs, *rule.uses}
    return tuple(rule for rule in rules if _helps(rule, wanted, columns=columns))


def _helps(rule: Rule, wanted: set[str], *, columns: set[str]) -> bool:
    if isinstance(rule, Ready):
        return rule.measure in wanted
    return not isinstance(rule, Filling) or bool(columns & set(rule.gives))
