"""The variants that a grid declares: by name, and every fault of them."""

from collections.abc import Iterator, Sequence

import pandas as pd

from consilience.errors import ConsilienceError, Problem
from consilience.review import variants
from consilience.review.declared_grid import DeclaredVariant
from consilience.review.shared import tuples
from consilience.review.variants import Variant


def variant_problems(declared: Sequence[DeclaredVariant], table: pd.DataFrame) -> Iterator[Problem]:
    """Find the variants that do not exist, cannot be set up or name nothing of the review.

    Parameters
    ----------
    declared : sequence of DeclaredVariant
    table : DataFrame
        The trials with what is stated of their conduct.
    """
    for place, one in enumerate(declared, 1):
        where = f"review.toml, key `grid.variants[{place}]` ({one.name})"
        try:
            rule = variant_of(one)
        except ConsilienceError as error:
            what, _, remedy = str(error).rstrip(".").partition(". ")
            yield Problem(f"{where}: {what}", f"{remedy or 'Correct it'}.", value=one.kind)
            continue
        for what, name, known in rule.unknown(table):
            remedy = f"Choose from: {', '.join(map(str, known))}."
            yield Problem(f"{where}: {what}", remedy, value=name)


def variant_of(one: DeclaredVariant) -> Variant:
    """Set a declared variant up.

    Parameters
    ----------
    one : DeclaredVariant

    Raises
    ------
    ModelError
        If it does not exist, or does not take its settings.
    """
    settings = {name: tuples(value) for name, value in one.settings.items()}
    return variants.get(one.kind, **settings)
