"""What is left when estimates are taken away, at given hyperparameters: downdates, no refits.

Given φ everything is Gaussian, so that leaving estimate a out is a step of rank one. With the
residual r = y − w'm, the variance q = w'Cw of its expectation, s = v + h its own, c = Cov(μ, w'β):

    1 − q/s = d,  log p(y_a | rest) = log N(r/d; 0, s/d),  E μ: −c·r/(s·d),  Var μ: +c²/(s·d).

Several estimates are taken away one after the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.form import Form
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
    given = form.given(phi)
    h = np.broadcast_to(form.variance(phi), (len(phi), len(form.y)))[:, sets]
    loads = form.W[sets] @ given.root[:, None]
    state = _State(
        precision=1.0 / (form.v[sets] + h),
        r=form.y[sets] - np.einsum("dgm,nm->ndg", form.W[sets], given.mean),
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
    predicted = state.q[:, :, 0, 0] + h[:, :, 0] + reported[sets[:, 0]]
    return Swept(state.others, state.mean, state.variance, state.r[:, :, 0], predicted, state.pivot)


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
