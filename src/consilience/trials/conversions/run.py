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

_STACKED = 2**17
"""Rows that pass the rules at once, so that memory stays bounded."""


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
    states, log = [trials.frame], list(trials.log)
    names, short = _names(trials.frame), lacking(trials.frame, target)
    for rule in (each.settled() for each in chosen):
        before = states[-1]
        table = rule.apply(before, lacking=short)
        if table is not before:
            log += changes(before, table, rule=rule, rows=names)
            names = names if len(names) == len(table) else _names(table)
            short = lacking(table, target)
        states.append(table)
    assumed = _assumed(states, target, rules=chosen)
    return Trials(states[-1], (*log, *_doubts(states[-1], assumed, chosen)), assumed)


def _names(table: pd.DataFrame) -> NDArray[np.object_]:
    return row_names(table["study"]).to_numpy(dtype=object)


def _assumed(states: Sequence[pd.DataFrame], target: Target, *, rules: Sequence[Rule]) -> Assumed:
    """Run the rules from the first uncertain one on at the nodes of all that is assumed.

    Parameters
    ----------
    states : sequence of DataFrame
        The table before each rule, every distribution settled at its mean.
    target : Target
    rules : sequence of Rule
    """
    dimensions = sum(len(rule.uncertain) for rule in rules)
    if not dimensions:
        return Assumed()
    first = next(place for place, rule in enumerate(rules) if rule.uncertain)
    z, weights = nodes(dimensions)
    part, places = _reached(states, target, rules=rules, z=z)
    cells = _at_nodes(part, target, rules=rules[first:], z=z)
    moved = {name: _moves(values) for name, values in cells.items()}
    rows = np.flatnonzero(np.logical_or.reduce(list(moved.values())))
    kept = {name: cells[name][:, rows] for name, where in moved.items() if where.any()}
    return Assumed(places[rows] if len(places) else rows, weights, kept)


def _at_nodes(
    part: pd.DataFrame, target: Target, *, rules: Sequence[Rule], z: Floats
) -> dict[str, Floats]:
    """Return the columns of numbers at each node, (nodes, rows).

    Behind the last uncertain rule all nodes follow the same rules: where these look at each row
    alone, many nodes pass them in one table.
    """
    last = 1 + max(place for place, rule in enumerate(rules) if rule.uncertain)
    alone = all(rule.alone for rule in rules)
    at_once = max(_STACKED // max(len(part), 1), 1) if alone else 1
    found = []
    for start in range(0, len(z), at_once):
        points = z[start : start + at_once]
        versions = [_version(part, target, rules=rules[:last], z=point) for point in points]
        stacked = pd.concat(versions, ignore_index=True) if len(versions) > 1 else versions[0]
        found.append(_version(stacked, target, rules=rules[last:], z=z[0, :0]))
    names = {str(n): None for each in found for n in each.select_dtypes("number")}
    return {
        name: np.concatenate([Sheet(each).numbers(name) for each in found]).reshape(len(z), -1)
        for name in names
    }


def _reached(
    states: Sequence[pd.DataFrame], target: Target, *, rules: Sequence[Rule], z: Floats
) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return the rows that an uncertain rule can move, before the first one, and their places.

    Where a rule from there on looks at other rows too, these are all rows, without places: their
    number may change. A row that no uncertain rule moves as the others stand settled goes the
    settled way at every node.
    """
    first = next(place for place, rule in enumerate(rules) if rule.uncertain)
    if not all(rule.alone for rule in rules[first:]):
        return states[first], np.zeros(0, dtype=np.intp)
    reached, at = np.zeros(len(states[first]), dtype=bool), 0
    for before, rule in zip(states, rules, strict=False):
        points = np.unique(z[:, at : at + len(rule.uncertain)], axis=0)
        at += len(rule.uncertain)
        if rule.uncertain:
            short = np.flatnonzero(lacking(before, target))
            reached[short[_moved_by(rule, before.iloc[short], points)]] = True
    places = np.flatnonzero(reached)
    return states[first].iloc[places], places


def _moved_by(rule: Rule, table: pd.DataFrame, points: Floats) -> NDArray[np.bool_]:
    """Say which rows one rule makes different from point to point, (rows,)."""
    everyone = np.ones(len(table), dtype=bool)
    found = [Sheet(rule.at(each.tolist()).apply(table, lacking=everyone)) for each in points]
    names = [name for name in rule.gives if name != "measure"]
    moves = [_moves(np.stack([each.numbers(name) for each in found])) for name in names]
    return np.logical_or.reduce(moves)


def _version(
    table: pd.DataFrame, target: Target, *, rules: Sequence[Rule], z: Floats
) -> pd.DataFrame:
    """Run the rules with each assumption at its own coordinates of z."""
    at, short = 0, lacking(table, target)
    for rule in rules:
        now = rule.at(z[at : at + len(rule.uncertain)].tolist())
        at += len(rule.uncertain)
        before, table = table, now.apply(table, lacking=short)
        short = short if table is before else lacking(table, target)
    return table


def _moves(values: Floats) -> NDArray[np.bool_]:
    same = (values == values[0]) | (np.isnan(values) & np.isnan(values[0]))
    return ~same.all(axis=0)


def _doubts(table: pd.DataFrame, assumed: Assumed, rules: Sequence[Rule]) -> list[Conversion]:
    """Log the cells that move with what was assumed, and how far."""
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
