"""The maximum of a sum of trials' log likelihoods, by safeguarded Newton steps.

A trial's log likelihood is a function of a few arguments of its own; each argument is a linear
function of the common parameters, and one may be free in every trial (its intercept). Free ones
are eliminated from each step, so that the cost is linear in the number of trials.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError, ModelError

_FIRST = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60
_SECOND = np.array([2.0, -27.0, 270.0, 270.0, -27.0, 2.0]) / 180
_CENTRE = -490.0 / 180
_PLACES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_STEP = 0.05
_ENOUGH = 1e-20
_STEPS = 200
_HALVINGS = 40
_LONGEST = 1.5
_FLAT = 1e-9
_FARTHEST = 25.0
_POLISHED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """What is to be maximised.

    Parameters
    ----------
    height : callable
        From arguments of shape (d, n, k) to log likelihoods of shape (n, k).
    columns : ndarray, shape (g, k, P)
        The arguments that are linear in the P parameters; they come first.
    scale : ndarray, shape (d, k)
        How far each argument moves before the trial's log likelihood changes its shape.
    free : bool
        Whether the last argument is free in every trial (d is g + 1).
    """

    height: Callable[[Floats], Floats]
    columns: Floats
    scale: Floats
    free: bool


@dataclass(frozen=True, slots=True, eq=False)
class Summit:
    """Where the maximum is.

    Parameters
    ----------
    parameters : ndarray, shape (P,)
    own : ndarray, shape (k,)
        The free arguments; zeros where there are none.
    height : float
        Log likelihood.
    information : ndarray, shape (P, P)
        Minus its second derivatives, free arguments eliminated.
    own_information : ndarray, shape (k,)
        Minus the second derivatives by the free arguments.
    mixed : ndarray, shape (P, k)
        Minus the mixed second derivatives.
    """

    parameters: Floats
    own: Floats
    height: float
    information: Floats
    own_information: Floats
    mixed: Floats


def climb(ascent: Ascent, parameters: Floats, own: Floats) -> Summit:
    """Climb from a starting point to the nearest maximum.

    First and second derivatives of each trial's log likelihood are central differences of the
    sixth order; a step that does not rise is halved.

    Raises
    ------
    ModelError
        If the likelihood rises without end.
    ConvergenceError
        If the steps run out; the message says how far they came.
    """
    gain, near = np.inf, 0
    for _ in range(_STEPS):
        height, slope, bend = _derivatives(ascent, _arguments(ascent, parameters, own))
        here = _summit(ascent, (parameters, own, height), bend)
        step, own_step, gain = _newton(ascent, here, slope)
        near += gain < _FLAT
        if near > _POLISHED or (gain < _ENOUGH and near > 1):
            return here
        if near:
            # Rounding hides so small a rise, and the step is good to far more digits.
            parameters, own = parameters + step, own + own_step
            continue
        parameters, own, moved = _move(ascent, here, (step, own_step))
        if not moved:
            break
    raise _stuck(gain)


def _stuck(gain: float) -> ConvergenceError:
    return ConvergenceError(
        "Newton's steps on the marginal likelihood ended where another might raise it by "
        f"{gain:.2g} still. Give more nodes, such as nodes=41, or pool with common=True."
    )


def _arguments(ascent: Ascent, parameters: Floats, own: Floats) -> Floats:
    linear = ascent.columns @ parameters
    return np.vstack([linear, own]) if ascent.free else linear


def _derivatives(ascent: Ascent, at: Floats) -> tuple[float, Floats, Floats]:
    """Height of the sum, slopes (d, k) and curvatures (d, d, k) of each trial."""
    d = len(at)
    steps = _STEP * ascent.scale
    pairs = list(combinations(range(d), 2))
    lines = np.vstack([np.eye(d), *(np.eye(d)[[i]] + np.eye(d)[[j]] for i, j in pairs)])
    moves = (lines[:, None, :] * _PLACES[:, None]).reshape(-1, d)
    points = at[:, None, :] + np.vstack([np.zeros(d), moves]).T[:, :, None] * steps[:, None, :]
    found = ascent.height(points)
    centre, around = found[0], found[1:].reshape(len(lines), len(_PLACES), -1)
    slope = np.einsum("q,dqk->dk", _FIRST, around[:d])
    second = np.einsum("q,lqk->lk", _SECOND, around) + _CENTRE * centre
    bend = np.zeros((d, d, at.shape[1]))
    bend[range(d), range(d)] = second[:d]
    for (i, j), along in zip(pairs, second[d:], strict=True):
        bend[i, j] = bend[j, i] = (along - second[i] - second[j]) / 2
    return float(centre.sum()), slope / steps, bend / (steps[:, None] * steps)


def _summit(ascent: Ascent, point: tuple[Floats, Floats, float], bend: Floats) -> Summit:
    """Gather what is curved at the highest point, the trials' own arguments profiled out."""
    columns = ascent.columns
    g = len(columns)
    information = -np.einsum("ikp,ijk,jkq->pq", columns, bend[:g, :g], columns)
    mixed = np.zeros((columns.shape[2], columns.shape[1]))
    alone = np.ones(columns.shape[1])
    if ascent.free:
        mixed = -np.einsum("ikp,ik->pk", columns, bend[:g, g])
        own = -bend[g, g]
        # A free argument that nothing is known of, or not yet bent downwards, is left alone.
        alone = np.where(own > _FLAT, own, np.maximum(np.abs(own), 1.0))
        information = information - (mixed / alone) @ mixed.T
    parameters, own_values, height = point
    return Summit(parameters, own_values, height, information, alone, mixed)


def _newton(ascent: Ascent, here: Summit, slope: Floats) -> tuple[Floats, Floats, float]:
    """Give the step, and twice by how much it would raise the sum if that were quadratic."""
    g = len(ascent.columns)
    rise = np.einsum("ikp,ik->p", ascent.columns, slope[:g])
    own_rise = slope[g] if ascent.free else np.zeros(slope.shape[1])
    left = own_rise / here.own_information
    reduced = rise - here.mixed @ left
    size = np.sqrt(np.maximum(np.abs(np.diag(here.information)), 1e-300))
    values, vectors = np.linalg.eigh(here.information / np.outer(size, size))
    along = vectors.T @ (reduced / size) / np.maximum(np.abs(values), _FLAT)
    step = vectors @ along / size
    own_step = left - here.mixed.T @ step / here.own_information
    gain = float(reduced @ step + own_rise @ left)
    return step, own_step * ascent.free, abs(gain)


def _move(ascent: Ascent, here: Summit, step: tuple[Floats, Floats]) -> tuple[Floats, Floats, bool]:
    """Go along the step until the sum has risen."""
    change = _arguments(ascent, *step)
    share = min(1.0, _LONGEST / max(float(np.abs(change).max()), 1e-300))
    for _ in range(_HALVINGS):
        parameters, own = here.parameters + share * step[0], here.own + share * step[1]
        at = _arguments(ascent, parameters, own)
        reached = float(ascent.height(at[:, None]).sum())
        if reached > here.height:
            _refuse_far(at)
            return parameters, own, True
        share /= 2
    return here.parameters, here.own, False


def _refuse_far(at: Floats) -> None:
    """Refuse coefficients that have run off to infinity."""
    if float(np.abs(at).max()) > _FARTHEST:
        raise ModelError(
            "The likelihood rises without end: in some group of trials one arm has no events, or "
            "nothing else, so that a coefficient is infinite. Leave out the moderator that singles "
            "these trials out, or use a model with priors (cs.fit)."
        )
