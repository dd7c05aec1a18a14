"""Choosing an engine, and saying why."""

from typing import NamedTuple

from consilience.effects import Effects
from consilience.engines.base import Engine
from consilience.engines.exact import Exact
from consilience.engines.nuts import Nuts
from consilience.errors import RefusalError
from consilience.model import Model


class Choice(NamedTuple):
    """An engine and the reason for it."""

    engine: Engine
    reason: str


def auto(model: Model, effects: Effects, *, seed: int = 0) -> Choice:
    """Choose the exact engine where the model has the form for it, otherwise NUTS.

    Examples
    --------
    The reason repeats what the exact engine said when it refused, e.g. that a prior is not normal.
    """
    exact = Exact(seed=seed)
    try:
        exact.accept(model, effects)
    except RefusalError as refusal:
        return Choice(Nuts(seed=seed), f"NUTS, because the exact engine cannot: {refusal}")
    return Choice(exact, "exact, because the model is Gaussian given its standard deviations")
