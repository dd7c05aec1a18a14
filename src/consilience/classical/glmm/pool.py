"""The verb: pool events by a generalised linear mixed model."""

from dataclasses import replace

import numpy as np
import pandas as pd

from consilience import measures
from consilience.classical import glmm
from consilience.classical.given import inference_of
from consilience.classical.glmm.arms import Arm, Moved
from consilience.classical.glmm.base import Glmm, Start
from consilience.classical.glmm.counts import telling, turned, unit_time
from consilience.classical.glmm.pooled_counts import PooledCounts
from consilience.classical.glmm.solution import CountsSolution, maximise
from consilience.classical.inference import Inference
from consilience.classical.offsets import separated
from consilience.classical.pool import readable
from consilience.classical.wls import Floats, Weighted
from consilience.design import constant, encode
from consilience.effects import Effects, effect_sizes
from consilience.errors import ModelError
from consilience.trials import Trials


def pool_counts(
    trials: Trials | pd.DataFrame,
    model: str | Glmm = "OR.CM.EL",
    *,
    moderators: str | None = None,
    inference: str | Inference = "z",
    level: float = 0.95,
) -> PooledCounts:
    """Pool events by their own likelihood, without an estimate for each trial first.

    Where events are rare, estimates of single trials need half an event added here and there, and
    their variances are poor weights; these models take the counts as they are.

    Parameters
    ----------
    trials : Trials or DataFrame
        With `events1, n1, events2, n2` for odds ratios; `events1, person_time1, events2,
        person_time2` for rate ratios; `events, n` or `events, person_time` for one group.
    model : str or Glmm
        ``"OR.UM.FS"``, ``"OR.UM.RS"``, ``"OR.CM.EL"``, ``"OR.CM.AL"``, ``"IRR.UM.FS"``,
        ``"IRR.UM.RS"``, ``"IRR.CM.EL"``, ``"PLO"`` or ``"IRLN"``; settings by
        ``classical.glmm.get("OR.UM.FS", common=True, nodes=7)``.
    moderators : str, optional
        A formula such as ``"year + setting"`` or ``"year + offset(known_bias)"``: the column of an
        offset, on the logarithmic scale, has the coefficient one, so that ``mu`` is the expectation
        where it is zero.
    inference : str or Inference
        ``"z"`` or ``"t"``.
    level : float
        Of every interval, between 0 and 1.

    Returns
    -------
    PooledCounts
        On the logarithmic (or logit) scale. Trials of two arms that both have no events, or nothing
        but events, are left out, as in metafor, and named: they tell a conditional model nothing
        and a trial intercept everything. One trial is answered by itself, without scatter.

    Raises
    ------
    ModelError
        For unknown names, an arm without any events (or with nothing else) in all trials together,
        too many coefficients, a method of inference that rescales by the residuals of estimates.
    DataError
        For counts that cannot be: study, column, value.
    ConvergenceError
        If the maximum is not found.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    Jackson D, Law M, Stijnen T, Viechtbauer W, White IR (2018). Statistics in Medicine
    37:1059–1085. doi:10.1002/sim.7588
    """
    chosen = glmm.get(model) if isinstance(model, str) else model
    method = inference_of(inference)
    _refuse_rescaling(method)
    effects, left_out = _read(trials, chosen)
    known, names, formula = separated(effects, moderators)
    if names:
        line = f"Known shifts of every effect: {', '.join(names)}."
        effects = replace(effects, log=(*effects.log, line))
    design = constant(effects.k) if formula is None else encode(formula, effects.frame)
    readable(effects, design, inference=method, level=level)
    return PooledCounts(
        effects=effects, design=design, model=chosen, inference=method, level=level,
        solution=_solved(effects, chosen, design.full, known=known), left_out=left_out,
        known=known,
    )  # fmt: skip


def _solved(effects: Effects, model: Glmm, X: Floats, *, known: Floats) -> CountsSolution:
    """Maximise in a unit of time near 1, and turn the answer back into the one that was given."""
    arms, start, unit = likelihood(effects, model, X, known=known)
    found = maximise(model, arms, start)
    if "person_time" in effects.table:
        # The unit of time moves the intercept, which every design of one group must span.
        shift = np.linalg.lstsq(X, np.full(len(X), unit), rcond=None)[0]
        return replace(found, beta=found.beta - shift)
    if found.nuisance:
        level, *rest = found.nuisance
        return replace(found, nuisance=(level - unit, *rest))
    return found


def likelihood(
    effects: Effects, model: Glmm, X: Floats, *, known: Floats
) -> tuple[tuple[Arm, ...], Start, float]:
    """Set up the likelihoods of the arms, where to start, and the logarithm of the unit of time.

    Raises
    ------
    ModelError
        If the answer is infinite.
    """
    table, unit = unit_time(turned(effects))
    _refuse_one_sided(table)
    y = effects.y - known + (unit if "person_time" in table else 0.0)
    beta = Weighted(y, effects.v, X, _moments(y, effects.v)).beta
    # What is known is the effect's own, and effects move the predictor of the first arm.
    first, *others = model.arms(table)
    arms = (Moved(first, known) if known.any() else first, *others)
    return arms, Start(y, effects.v, X, beta), unit


def _moments(y: Floats, v: Floats) -> float:
    return max(0.0, float(np.var(y) - v.mean()))


def _read(trials: Trials | pd.DataFrame, model: Glmm) -> tuple[Effects, tuple[str, ...]]:
    """Read the counts; name the trials that tell nothing and are left out by this model."""
    effects = effect_sizes(trials, measures.get(model.measure))
    if not model.drops:
        return effects, ()
    told = telling(effects.table)
    if not told.any():
        raise ModelError(
            "No trial has both events and something else: there is no ratio to pool. Report the "
            "counts, or compare risks (cs.classical.counts.mantel_haenszel with measure='RD')."
        )
    left_out = tuple(str(label) for label in np.array(effects.labels, dtype=object)[~told])
    return effects.keep(told), left_out


def _refuse_one_sided(table: pd.DataFrame) -> None:
    """Refuse what has an infinite answer."""
    for events, size in (("events1", "n1"), ("events2", "n2"), ("events", "n")):
        if events not in table:
            continue
        total = float(table[events].sum())
        whole = float(table[size].sum()) if size in table else np.inf
        if total in {0.0, whole}:
            nothing = "no events" if total == 0 else "nothing but events"
            raise ModelError(
                f"All trials together have {nothing} in the column {events!r}, so that the answer "
                "is infinite. Use a model with priors (cs.fit), or a risk difference."
            )


def _refuse_rescaling(method: Inference) -> None:
    if method.factor(2.0) != 1.0:
        raise ModelError(
            f"Inference {method.code!r} rescales by the residuals of estimates, and a model of "
            'counts has none. Use inference="z" or "t".'
        )
