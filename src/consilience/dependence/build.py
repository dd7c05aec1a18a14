"""From rules to the blocks of the sampling covariance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.covariance import INDEPENDENT, Covariance
from consilience.dependence.base import Dependence, Floats, Mask, Rows, Spoken
from consilience.dependence.pairs import Pairs, Positions
from consilience.errors import DataError


class Built(NamedTuple):
    """A sampling covariance, and what was assumed for it."""

    covariance: Covariance
    log: tuple[str, ...]


def build(rules: Sequence[Dependence], rows: Rows) -> Built:
    """Build the sampling covariance of estimates, in time linear in the pairs that are related.

    Parameters
    ----------
    rules : sequence of Dependence
    rows : Rows

    Returns
    -------
    Built

    Raises
    ------
    DataError
        For what a rule cannot judge, all rows at once, and for a covariance that is none, naming
        the study.
    RefusalError
        For a measure that does not know its covariance under a shared arm.
    """
    if not rules:
        return Built(INDEPENDENT, ())
    spoken = [rule.speak(rows) for rule in rules]
    heard = _heard(rules, spoken, k=len(rows))
    _refuse_doubts(rules, spoken, rows=rows, counts=heard.counts)
    related = heard.correlation != 0
    covariance = _blocks(heard.pairs.where(related), heard.correlation[related], v=rows.v)
    covariance.checked(tuple(map(str, rows.table["study"])))
    return Built(covariance, (*_told(rules, spoken), _summary(covariance, heard, k=len(rows))))


class Heard(NamedTuple):
    """Each pair once, with the product of what the rules that are heard say of it."""

    pairs: Pairs
    correlation: Floats
    counts: tuple[NDArray[np.intp], ...]
    """How many rules speak of each pair, for each rule's own pairs."""


def _heard(rules: Sequence[Dependence], spoken: Sequence[Spoken], *, k: int) -> Heard:
    """Hear the rules of lowest rank on each pair; correlations of several multiply."""
    keys = np.concatenate([_keys(each.pairs, k) for each in spoken])
    ranks = np.repeat([rule.rank for rule in rules], [len(each.correlation) for each in spoken])
    values = np.concatenate([each.correlation for each in spoken])
    distinct, at = np.unique(keys, return_inverse=True)
    lowest = np.full(len(distinct), np.iinfo(np.intp).max)
    np.minimum.at(lowest, at, ranks)
    product = np.ones(len(distinct))
    np.multiply.at(product, at, np.where(ranks == lowest[at], values, 1.0))
    counts = np.bincount(at, minlength=len(distinct))[at]
    ends = np.cumsum([len(each.correlation) for each in spoken])[:-1]
    pairs = Pairs(distinct // k, distinct % k)
    return Heard(pairs, product, tuple(np.split(counts, ends)))


def _keys(pairs: Pairs, k: int) -> NDArray[np.intp]:
    return np.minimum(pairs.first, pairs.second) * k + np.maximum(pairs.first, pairs.second)


def _refuse_doubts(
    rules: Sequence[Dependence],
    spoken: Sequence[Spoken],
    *,
    rows: Rows,
    counts: tuple[NDArray[np.intp], ...],
) -> None:
    """Refuse all pairs of which some rule is in doubt, at once."""
    found = [
        problem
        for rule, each, count in zip(rules, spoken, counts, strict=True)
        for problem in rule.doubts(rows, each, alone=count == 1)
    ]
    if found:
        raise DataError(found)


def _blocks(pairs: Pairs, correlation: Floats, *, v: Floats) -> Covariance:
    """Gather pairs into blocks of linked estimates, with their covariances."""
    members = _components(pairs, len(v))
    number, place = np.zeros(len(v), dtype=np.intp), np.zeros(len(v), dtype=np.intp)
    blocks = []
    for block, at in enumerate(members):
        number[at], place[at] = block, np.arange(len(at))
        blocks.append(np.diag(v[at]))
    order = np.argsort(number[pairs.first], kind="stable")
    edges = np.searchsorted(number[pairs.first][order], np.arange(len(members) + 1))
    values = correlation * np.sqrt(v[pairs.first] * v[pairs.second])
    for block, whole in enumerate(blocks):
        here = order[edges[block] : edges[block + 1]]
        i, j = place[pairs.first[here]], place[pairs.second[here]]
        whole[i, j] = whole[j, i] = values[here]
    return Covariance(members, tuple(blocks))


def _components(pairs: Pairs, k: int) -> tuple[Positions, ...]:
    """Return the rows that are related, directly or through others: two or more at a time."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs.first)), pairs), shape=(k, k))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(labels))[:-1])
    return tuple(np.asarray(part, dtype=np.intp) for part in parts if len(part) > 1)


def _told(rules: Sequence[Dependence], spoken: Sequence[Spoken]) -> list[str]:
    lines = []
    for rule, each in zip(rules, spoken, strict=True):
        told = int((each.correlation != 0).sum())
        lines.append(f"{rule.title}: {rule.label} ({told} pairs of estimates).")
    return lines


def _summary(covariance: Covariance, heard: Heard, *, k: int) -> str:
    """Say how many estimates are correlated, and how strongly."""
    if covariance.independent:
        return "No two estimates share participants by these rules: they are independent."
    related: Mask = heard.correlation != 0
    low, high = heard.correlation[related].min(), heard.correlation[related].max()
    held = sum(map(len, covariance.members))
    return (
        f"Sampling errors of {held} of {k} estimates are correlated, in {len(covariance.members)} "
        f"blocks; correlations from {low:.3g} to {high:.3g}."
    )
