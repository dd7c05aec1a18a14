"""Running a calibration."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from consilience.calibration.ranks import Calibration
from consilience.calibration.simulator import Simulated, Simulator, simulator
from consilience.effects import Effects
from consilience.engines import Engine, Exact, Posterior
from consilience.errors import ConvergenceError, ModelError
from consilience.model import Model

type Answer = Callable[[Simulated], Posterior]
_EXACT = Exact()


def calibrate(
    model: Model,
    effects: Effects,
    replications: int,
    *,
    seed: int,
    engine: Engine = _EXACT,
) -> Calibration:
    """Calibrate a model on the design of a set of trials.

    Parameters
    ----------
    model : Model
        A model whose priors are all proper.
    effects : Effects
        Gives the sampling variances and moderators; its estimates are not used.
    replications : int
        Number of simulated reviews, at least 1. Each has a random generator of its own, so that
        fewer replications are the first ones of more.
    seed : int
        Seed of the simulation.
    engine : Engine
        What is calibrated; the exact engine by default.

    Returns
    -------
    Calibration
        Ranks by parameter; `Calibration.table` says what they mean.

    Raises
    ------
    ModelError
        If a prior is improper, or there are no replications to be made.
    RefusalError
        If the engine cannot do the model, or the model cannot be simulated.

    References
    ----------
    Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788. Cook, Gelman & Rubin
    (2006), doi:10.1198/106186006X136976. Modrák et al. (2025), doi:10.1214/23-BA1404, for
    quantities that depend on the data.
    """
    return resume(model, effects, range(_count(replications)), seed=seed, engine=engine)


def resume(
    model: Model, effects: Effects, which: range, *, seed: int, engine: Engine = _EXACT
) -> Calibration:
    """Make only some replications of a calibration, by their numbers from 0.

    Parameters
    ----------
    model, effects, seed, engine
        As in `calibrate`.
    which : range
        Numbers of the replications.

    Raises
    ------
    ModelError
        For an improper prior, from which nothing can be drawn.
    """
    source, answer = simulator(model, effects), _answering(engine, model, effects)
    typical = source.typical_excess(seed)
    ranks, directions, faulty = [], [], 0
    for number in which:
        drawn = source.draw(np.random.default_rng([seed, number]))
        row, fault = _rank(source, drawn, answer)
        ranks.append(row)
        faulty += fault
        directions.append(source.directions(drawn.y, typical))
    names = list(source.names)
    return Calibration(
        pd.DataFrame(ranks, columns=names, dtype=float),
        pd.DataFrame(directions, columns=names, dtype=bool),
        faulty,
        seed,
    )


def _rank(source: Simulator, drawn: Simulated, answer: Answer) -> tuple[Mapping[str, float], bool]:
    """Ranks of the truth, and whether the engine does not stand by them."""
    try:
        found = answer(drawn)
        return found.cdf(drawn.truth), bool(found.faults)
    except ConvergenceError:
        return dict.fromkeys(source.names, float("nan")), True


def _answering(engine: Engine, model: Model, effects: Effects) -> Answer:
    """Give what answers for other estimates of the same trials; the exact engine keeps its form."""
    if isinstance(engine, Exact) and not model.likelihood.by_curves:
        form = engine.run(model, effects)
        return lambda drawn: form.again(drawn.y)  # type: ignore[attr-defined]
    return lambda drawn: engine.run(model, drawn.effects)


def _count(replications: int) -> int:
    """Read a number of replications; True is no number."""
    whole = isinstance(replications, int | np.integer) and not isinstance(replications, bool)
    if not whole or replications < 1:
        raise ModelError(
            f"replications is a whole number of at least 1; {replications!r} is not. Try 200."
        )
    return int(replications)
