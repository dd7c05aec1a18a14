"""The maximum likelihood of a model of counts, with as many nodes as it takes."""

import math
from dataclasses import dataclass

import numpy as np

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.ascent import Ascent, Summit, climb
from consilience.classical.glmm.base import Glmm, Start, Task
from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError

_NODES = (11, 21, 41, 81)
_ACCURACY = 1e-8
_RAISED = 1e-9
_TAUS = (0.2, 0.8)


@dataclass(frozen=True, slots=True, eq=False)
class CountsSolution:
    """Where the likelihood of a model of counts is highest.

    Parameters
    ----------
    beta : ndarray, shape (p,)
    cov : ndarray, shape (p, p)
        Their part of the inverse of the observed information of all parameters.
    tau2 : float
    tau2_se : float
        nan where tau² is zero.
    log_likelihood : float
        With every constant.
    saturated : float
        Log likelihood with one free effect for each trial.
    common : float
        Log likelihood with one effect for all trials (``tau² = 0``).
    wald : float
        Wald's statistic of heterogeneity.
    nodes : int
        Of the quadrature.
    nuisance : tuple of float
        Other common parameters, by the names of the model.
    accuracy : float
        Change of the log likelihood when nodes are doubled; nan where they were given.
    """

    beta: Floats
    cov: Floats
    tau2: float
    tau2_se: float
    log_likelihood: float
    saturated: float
    common: float
    wald: float
    nodes: int
    nuisance: tuple[float, ...]
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The maxima by one rule of integration.

    Parameters
    ----------
    plain, full : Summit
        Without and with scatter; the same where there is none to be found.
    task : Task
        The likelihood with scatter, or without where there is none to be estimated.
    nodes : int
    """

    plain: Summit
    full: Summit
    task: Task
    nodes: int

    @property
    def scatters(self) -> bool:
        """Whether scatter raises the likelihood at all."""
        return self.full.height > self.plain.height + _RAISED

    @property
    def best(self) -> Summit:
        """The higher maximum."""
        return self.full if self.scatters else self.plain


def maximise(model: Glmm, arms: tuple[Arm, ...], start: Start) -> CountsSolution:
    """Find the highest likelihood, doubling nodes until it stands where none were given.

    Raises
    ------
    ConvergenceError
        If it does not stand with 81 nodes, or the climb does not end.
    ModelError
        If the likelihood rises without end.
    """
    stage, accuracy = highest(model, arms, start)
    found, constant = stage.best, model.constant(arms)
    saturated, wald = model.saturated(arms, start, nodes=stage.nodes)
    tau = abs(float(found.parameters[-1])) if stage.scatters else 0.0
    cov = np.linalg.inv(found.information)
    return CountsSolution(
        beta=found.parameters[stage.task.beta],
        cov=cov[stage.task.beta, stage.task.beta],
        tau2=tau**2,
        tau2_se=2 * tau * math.sqrt(max(cov[-1, -1], 0.0)) if tau else math.nan,
        log_likelihood=found.height + constant,
        saturated=saturated + constant,
        common=stage.plain.height + constant,
        wald=wald,
        nodes=stage.nodes,
        nuisance=model.nuisances(found.parameters, stage.task.beta),
        accuracy=accuracy,
    )


def highest(model: Glmm, arms: tuple[Arm, ...], start: Start) -> tuple[Stage, float]:
    """Find the maximum, and by how much the last doubling of nodes changed it.

    Raises
    ------
    ConvergenceError
        If it does not stand with 81 nodes.
    """
    rules = (model.nodes,) if model.nodes else _NODES
    stage, change = _cold(model, arms, start, nodes=rules[0]), math.nan
    for nodes in rules[1:]:
        last = stage
        stage = _warm(model, arms, start, last=last, nodes=nodes)
        change = abs(stage.best.height - last.best.height)
        if change < _ACCURACY:
            return stage, change
    if model.nodes:
        return stage, change
    raise ConvergenceError(
        f"The likelihood of {model.code} still changes by {change:.1g} between 41 and 81 nodes. "
        "Give nodes, such as nodes=161, and see whether the answer stands."
    )


def _cold(model: Glmm, arms: tuple[Arm, ...], start: Start, *, nodes: int) -> Stage:
    """Climb from the estimates of single trials; with scatter, from little and from much."""
    task = model.task(arms, start, nodes=nodes, scatters=False)
    plain = _top(task, task.parameters, task.own)
    if model.common or len(start.y) <= start.X.shape[1]:
        return Stage(plain, plain, task, nodes)
    task = model.task(arms, start, nodes=nodes, scatters=True)
    starts = [np.append(plain.parameters, tau) for tau in _TAUS]
    reached = [_top(task, each, plain.own) for each in starts]
    return Stage(plain, max(reached, key=lambda one: one.height), task, nodes)


def _warm(model: Glmm, arms: tuple[Arm, ...], start: Start, *, last: Stage, nodes: int) -> Stage:
    """Climb on from where fewer nodes ended."""
    task = model.task(arms, start, nodes=nodes, scatters=False)
    plain = _top(task, last.plain.parameters, last.plain.own)
    if last.full is last.plain:
        return Stage(plain, plain, task, nodes)
    task = model.task(arms, start, nodes=nodes, scatters=True)
    return Stage(plain, _top(task, last.full.parameters, last.full.own), task, nodes)


def _top(task: Task, parameters: Floats, own: Floats) -> Summit:
    """Climb, and once more where a standard deviation came out below zero.

    Its sign says nothing of the likelihood, but the last digits of differences depend on it.
    """
    found = climb(task.ascent, parameters, own)
    upright = found.parameters.copy()
    upright[task.beta.stop :] = np.abs(upright[task.beta.stop :])
    if np.array_equal(upright, found.parameters):
        return found
    return climb(task.ascent, upright, found.own)


def profile(stage: Stage, tau: float) -> float:
    """Height of the likelihood where tau is fixed and all else is climbed anew."""
    ascent, summit = stage.task.ascent, stage.full
    known = ascent.columns[..., -1] * tau
    shift = np.vstack([known, np.zeros_like(known[:1])]) if ascent.free else known
    fixed = Ascent(
        lambda at: ascent.height(at + shift[:, None]),
        ascent.columns[..., :-1],
        ascent.scale,
        ascent.free,
    )
    return climb(fixed, summit.parameters[:-1], summit.own).height
