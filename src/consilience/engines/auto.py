"""Choosing an engine, and saying why."""

from functools import lru_cache
from typing import NamedTuple

from consilience.effects import Effects
from consilience.engines.base import Engine, Posterior
from consilience.engines.exact import Exact
from consilience.engines.nuts import Nuts
from consilience.errors import ConvergenceError, RefusalError
from consilience.model import Model

_EXACT = {
    False: "exact, because the model is Gaussian given its standard deviations",
    True: "exact, because few parameters are left beside the trials' own",
}
"""Why the exact engine, by whether the trials speak by curves."""


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
    exact = _exact(seed)
    try:
        exact.accept(model, effects)
    except RefusalError as refusal:
        return _sampled(seed, refusal)
    return Choice(exact, _EXACT[model.likelihood.by_curves])


def run(model: Model, effects: Effects, *, seed: int = 0) -> tuple[Choice, Posterior]:
    """Choose as `auto` does and run the engine, without asking the model twice.

    Where the exact engine does not reach the accuracy that it owes, the reason says so.
    """
    exact = _exact(seed)
    try:
        return Choice(exact, _EXACT[model.likelihood.by_curves]), exact.run(model, effects)
    except (RefusalError, ConvergenceError) as refusal:
        choice = _sampled(seed, refusal)
    return choice, choice.engine.run(model, effects)


@lru_cache(maxsize=1)
def _exact(seed: int) -> Exact:
    return Exact(seed=seed)


def _sampled(seed: int, refusal: RefusalError | ConvergenceError) -> Choice:
    said = str(refusal).rstrip(".")  # the reason stands inside a sentence
    return Choice(Nuts(seed=seed), f"NUTS, because the exact engine cannot: {said}")
