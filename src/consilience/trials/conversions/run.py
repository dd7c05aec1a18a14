"""Running rules over a table: once as they stand, once for each value of what they assume."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.trials.assumed import Assumed
from consilience.trials.conversions.assumption import Floats, nodes
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.diary import changes
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.conversions.target import Target, lacking, useful
from consilience.trials.rows import row_names
from consilience.trials.table import Conversion, Trials


def run(trials: Trials, target: Target, *, rules: Sequence[Rule]) -> Trials:
    """Apply rules in order and write down every change.

    Parameters
    ----------
    trials : Trials
    target : Target
        The measure; rules that do not lead to it are left out, rows that already have an effect
        are left alone by the rules that fill cells.
    rules : sequence of Rule

    Returns
    -------
    Trials
        With `assumed` where a rule has a distribution.

    Raises
    ------
    ModelError
        For a table that already rests on a distribution.
    """
    if trials.assumed.rows.size:
        raise ModelError(
            "These trials already rest on an assumed distribution. Give all rules in one call of "
            "convert(), from the trials as they were read."
        )
    chosen = useful(rules, target)
    table, log = trials.frame, list(trials.log)
    names = _names(table)
    for rule in (each.settled() for each in chosen):
        before = table
        table = rule.apply(table, lacking=lacking(table, target))
        if table is not before:
            log += changes(before, table, rule=rule, rows=names)
            names = names if len(names) == len(table) else _names(table)
    assumed = _assumed(trials.frame, target, rules=chosen, table=table)
    return Trials(table, (*log, *_doubts(table, assumed, chosen)), assumed)


def _names(table: pd.DataFrame) -> NDArray[np.object_]:
    return row_names(table["study"]).to_numpy(dtype=object)


def _assumed(
    start: pd.DataFrame, target: Target, *, rules: Sequence[Rule], table: pd.DataFrame
) -> Assumed:
    dimensions = sum(len(rule.uncertain) for rule in rules)
    if not dimensions:
        return Assumed()
    z, weights = nodes(dimensions)
    versions = [_version(start, target, rules=rules, z=point) for point in z]
    numeric = [str(name) for name in table if pd.api.types.is_numeric_dtype(table[name])]
    cells = {name: np.stack([Sheet(each).numbers(name) for each in versions]) for name in numeric}
    moved = {name: _moves(values) for name, values in cells.items()}
    rows = np.flatnonzero(np.logical_or.reduce(list(moved.values())))
    kept = {name: cells[name][:, rows] for name, where in moved.items() if where.any()}
    return Assumed(rows, weights, kept)


def _version(
    table: pd.DataFrame, target: Target, *, rules: Sequence[Rule], z: Floats
) -> pd.DataFrame:
    at = 0
    for rule in rules:
        now = rule.at(z[at : at + len(rule.uncertain)].tolist())
        at += len(rule.uncertain)
        table = now.apply(table, lacking=lacking(table, target))
    return table


def _moves(values: Floats) -> NDArray[np.bool_]:
    same = (values == values[0]) | (np.isnan(values) & np.isnan(values[0]))
    return ~same.all(axis=0)


def _doubts(table: pd.DataFrame, assumed: Assumed, rules: Sequence[Rule]) -> list[Conversion]:
    if not assumed.rows.size:
        return []
    labels = "; ".join(rule.label for rule in rules if rule.uncertain)
    names = _names(table)[assumed.rows]
    lines = []
    for column, sds in assumed.scatter().items():
        values = Sheet(table).numbers(column)[assumed.rows]
        for study, value, sd in zip(names, values, sds, strict=True):
            if sd > 0:
                shown = f"{value:.10g}"
                note = f"{shown} (standard deviation {sd:.3g} by what was assumed)"
                lines.append(Conversion(study, column, shown, note, labels))
    return lines
