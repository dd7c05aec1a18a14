"""What is left when estimates are taken away, at given hyperparameters: downdates, no refits.

Given φ everything is Gaussian, so that leaving estimate a out is a step of rank one. With the
residual r = y − w'm, the variance q = w'Cw of its expectation, s = v + h its own, c = Cov(μ, w'β):

    1 − q/s = d,  log p(y_a | rest) = log N(r/d; 0, s/d),  E μ: −c·r/(s·d),  Var μ: +c²/(s·d).

Several estimates are taken away one after the other. Of estimates that share participants each is
an observation of β by itself once the others of its block are given (`Form.observation`), with
another row, estimate and variance than its own; so taken, nothing else changes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.form import Form
from consilience.engines.exact.mates import observations
from consilience.gaussian import Array

type Sets = NDArray[np.intp]
"""Places of the estimates to be left out, one set of g estimates in each of D rows."""

_CELLS = 500_000
_LOG_2PI = float(np.log(2.0 * np.pi))
_ROUNDED = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class Swept:
    """What holds at n nodes without each of D sets of estimates; all arrays (n, D).

    Parameters
    ----------
    others : array
        log p(the others | φ).
    mean, variance : array
        Conditional moments of μ.
    residual : array
        The first estimate of the set less its expectation from the others.
    predicted : array
        Variance of a new estimate with that one's reported precision.
    pivot : array
        The smallest 1 − q/s that was divided by: digits are lost as it goes to zero.
    """

    others: Array
    mean: Array
    variance: Array
    residual: Array
    predicted: Array
    pivot: Array

    @property
    def parts(self) -> tuple[Array, ...]:
        """The arrays, in their order."""
        return (
            *(self.others, self.mean, self.variance),
            *(self.residual, self.predicted, self.pivot),
        )


def sweep(form: Form, phi: Array, *, sets: Sets, reported: Array) -> Swept:
    """Leave out each set at each node.

    Parameters
    ----------
    form : Form
        The Gaussian form of all estimates.
    phi : array (n, d)
        Hyperparameters.
    sets : array (D, g)
        What is left out.
    reported : array (k,)
        Sampling variances with which the estimates are foreseen.
    """
    nodes, (count, size) = len(phi), sets.shape
    found = Swept(*(np.empty((nodes, count)) for _ in range(6)))
    width = count * size * (size + form.W.shape[1]) + form.W.size
    chunk = max(1, _CELLS // width)
    for start in range(0, nodes, chunk):
        part = slice(start, start + chunk)
        pieces = _swept(form, phi[part], sets=sets, reported=reported).parts
        for whole, piece in zip(found.parts, pieces, strict=True):
            whole[part] = piece
    return found


def _swept(form: Form, phi: Array, *, sets: Sets, reported: Array) -> Swept:
    """Take the estimates of each set away one by one, as rank-one downdates at every node."""
    given = form.given(phi)
    seen = _seen(form, phi, sets=sets, reported=reported)
    loads = seen.W @ given.root[:, None]
    state = _State(
        precision=1.0 / seen.variance,
        r=seen.y - (seen.W @ given.mean[:, None, :, None])[..., 0],
        q=loads @ np.swapaxes(loads, 2, 3),
        c=np.einsum("ndgm,nm->ndg", loads, given.root[:, 0]),
        others=np.repeat(given.log_likelihood[:, None], len(sets), axis=1),
        mean=np.repeat(given.mean[:, :1], len(sets), axis=1),
        variance=np.repeat(np.sum(given.root[:, :1] ** 2, axis=2), len(sets), axis=1),
        pivot=np.ones((len(phi), len(sets))),
    )
    with np.errstate(over="ignore"):  # far out, where the search looks and no mass lies
        for step in range(sets.shape[1]):
            state.leave(step)
    at = seen.foreseen
    predicted = state.q[:, :, at, at] + seen.predicted
    return Swept(
        state.others, state.mean, state.variance, state.r[:, :, at], predicted, state.pivot
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """The estimates of each set as observations of β, each given those not yet taken away.

    Rows W (n or 1, D, g, m), estimates y (n or 1, D, g), variances (n, D, g). Where some share
    participants there is one observation more: the first as the others foresee it; `foreseen` is
    its place, and `predicted` (n, D) its variance.
    """

    W: Array
    y: Array
    variance: Array
    foreseen: int
    predicted: Array


def _seen(form: Form, phi: Array, *, sets: Sets, reported: Array) -> _Seen:
    """Give what each set saw; within a block, each estimate is conditional on those that stay."""
    h = np.broadcast_to(form.variance(phi), (len(phi), len(form.y)))[:, sets]
    first, variance = sets[:, 0], form.v[sets] + h
    predicted = h[:, :, 0] + reported[first]
    if not form.bonds.related[sets].any():
        return _Seen(form.W[sets][None], form.y[sets][None], variance, 0, predicted)
    if sets.shape[1] == 1 and np.array_equal(form.errors.given[first], reported[first]):
        W, y, alone = observations(form, phi, first, reported=reported)
        return _Seen(W[:, :, None], y[:, :, None], alone[:, :, None], 0, alone)
    whole = np.concatenate([sets, sets[:, :1]], axis=1)
    shape = (len(phi), *whole.shape)
    W, y = np.array(np.broadcast_to(form.W[whole], (*shape, form.W.shape[1]))), np.empty(shape)
    y[:] = form.y[whole]
    variance = np.concatenate([variance, predicted[:, :, None]], axis=2)
    for row, each in enumerate(sets.tolist()):
        for step, place in enumerate([*each, each[0]]):
            last = step == len(each)
            if (form.bonds.related if last else form.bonds.blocked)[place]:
                left = each if last else each[:step]
                own = float((reported if last else form.errors.given)[place])
                found = form.observation(phi, place, left=left, own=own)
                W[:, row, step], y[:, row, step], variance[:, row, step] = found
    return _Seen(W, y, variance, len(sets[0]), variance[:, :, -1])


@dataclass(slots=True)
class _State:
    """Residuals r and precisions 1/s (n, D, g), covariances q and c, and the moments of μ."""

    precision: Array
    r: Array
    q: Array
    c: Array
    others: Array
    mean: Array
    variance: Array
    pivot: Array

    def leave(self, step: int) -> None:
        """Take one estimate of every set away; one that does not count changes nothing."""
        p, r = self.precision[:, :, step].copy(), self.r[:, :, step].copy()
        q, c = self.q[:, :, :, step].copy(), self.c[:, :, step].copy()
        d = np.maximum(1.0 - p * q[:, :, step], _ROUNDED)
        gain = p / d
        counted = p > 0.0
        logs = np.log(np.where(counted, p * d, 1.0)) - _LOG_2PI
        self.others -= np.where(counted, 0.5 * (logs - gain * r**2), 0.0)
        self.mean -= c * gain * r
        self.variance += c**2 * gain
        self.r += q * (gain * r)[:, :, None]
        self.c += q * (gain * c)[:, :, None]
        self.q += q[:, :, :, None] * (q * gain[:, :, None])[:, :, None, :]
        self.pivot = np.minimum(self.pivot, d)
