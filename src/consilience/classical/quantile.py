"""The tau² at which an observed sum of squares has a given probability of not being exceeded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from consilience.classical.forms import QuadraticForm
from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError

_MAX_STEPS = 200
_TOLERANCE = 1e-13
_FEW = 100.0
_ROUNDS = 8
_FARTHEST = 4.0
_SMALLEST_ROOT = 0.05
_SMALLEST_START = 1e-3
_NUDGE = 1e-4

type Places = NDArray[np.int64]
type Excess = Callable[[Places, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Growth:
    """Mean and variance of quadratic forms as tau² grows, each shape (n,).

    ``E Q = mean + trace tau²`` and ``Var Q = variance + mixed tau² + square tau⁴``.

    Parameters
    ----------
    value : ndarray
        The observed forms.
    mean, trace, variance, mixed, square : ndarray
    """

    value: Floats
    mean: Floats
    trace: Floats
    variance: Floats
    mixed: Floats
    square: Floats

    @classmethod
    def of(cls, form: QuadraticForm, v: Floats) -> Self:
        """Read them off one form at the sampling variances and one step of tau² beyond."""
        step = float(v.mean())
        whole, none = form.variance(v + step), form.variance(v)
        square = form.variance(np.ones_like(v))
        mixed = (whole - none) / step - square * step
        numbers = (form.value, form.mean(v), form.trace, none, mixed, square)
        return cls(*(np.array([each]) for each in numbers))

    def rows(self, kept: NDArray[np.bool_]) -> "Growth":
        """Keep some of the forms."""
        return Growth(
            self.value[kept],
            self.mean[kept],
            self.trace[kept],
            self.variance[kept],
            self.mixed[kept],
            self.square[kept],
        )

    def spread(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Give the mean, and the variance of the cube root about it (Wilson and Hilferty)."""
        mean = self.mean + self.trace * tau2
        return mean, (self.variance + tau2 * (self.mixed + self.square * tau2)) / (9 * mean**2)

    def score(self, tau2: Floats) -> Floats:
        """Give about the normal score of the observed form at a tau², in which it falls."""
        mean, w = self.spread(tau2)
        return (np.cbrt(self.value / mean) - 1 + w) / np.sqrt(w)

    def start(self, score: float) -> Floats:
        """Find about the tau² at which the score is this."""
        least = _SMALLEST_START * self.value / self.trace
        tau2 = least
        for _ in range(_ROUNDS):
            _, w = self.spread(tau2)
            root = np.maximum(1 - w + score * np.sqrt(w), _SMALLEST_ROOT)
            tau2 = np.maximum((self.value / root**3 - self.mean) / self.trace, least)
        return tau2

    def slope(self, tau2: Floats) -> Floats:
        """Give about the derivative of ``P(Q <= observed)`` by tau²."""
        score = self.score(tau2)
        rise = (self.score(tau2 * (1 + _NUDGE)) - score) / (tau2 * _NUDGE)
        return rise * np.exp(-0.5 * score**2) / np.sqrt(2 * np.pi)


def tau2_at_probability(form: QuadraticForm, v: Floats, *, probability: float) -> float:
    """Solve ``P(Q <= q; tau²) = probability``, q the observed value; the left side falls in tau².

    Parameters
    ----------
    form : QuadraticForm
        With weights that do not depend on tau².
    v : ndarray, shape (k,)
        Sampling variances.
    probability : float
        Between 0 and 1.

    Returns
    -------
    float
        Zero where the left side is below already at ``tau² = 0``.

    Raises
    ------
    ConvergenceError
        If no such tau² is found.
    """
    observed = form.value
    if not observed > 0:
        return 0.0

    def excess(_: Places, tau2: Floats) -> Floats:
        return np.array([form.cdf(observed, v + float(tau2[0])) - probability])

    noise = _TOLERANCE * max(1.0, len(v) / _FEW)
    growth = Growth.of(form, v)
    found = falling_quantiles(excess, growth, score=float(ndtri(probability)), noise=noise)
    if np.isnan(found[0]):
        message = f"No tau² makes Q = {observed!r} as unlikely as {probability!r}."
        raise ConvergenceError(message)
    return float(found[0])


def falling_quantiles(
    excess: Excess, growth: Growth, *, score: float, noise: float = _TOLERANCE
) -> Floats:
    """Solve ``P(Q <= q; tau²) - probability = 0`` by secants that a bracket keeps safe.

    Parameters
    ----------
    excess : callable
        ``places, tau² -> P(Q <= q; tau²) - probability`` of the forms at these places.
    growth : Growth
        Of n forms, for the first guess and the first slope.
    score : float
        Normal score of the probability.
    noise : float
        Error of the probabilities, which ends the search.

    Returns
    -------
    ndarray, shape (n,)
        Zero where the excess is not positive at ``tau² = 0``; nan where the search did not end.
    """
    found = np.zeros(len(growth.value))
    positive = excess(np.arange(len(found)), found) > 0
    places, growth = np.flatnonzero(positive), growth.rows(positive)
    found[places] = np.nan
    start = growth.start(score)
    empty = np.full_like(start, np.nan)
    open_end = np.full_like(start, np.inf)
    first = [start, np.zeros_like(start), open_end, growth.slope(start), empty, empty]
    state = np.stack(first)
    for _ in range(_MAX_STEPS):
        if not len(places):
            break
        value = excess(places, state[0])
        stepped = _stepped(state, value)
        done = (np.abs(value) <= noise) | (np.abs(stepped[0] - state[0]) <= _TOLERANCE * state[0])
        found[places[done]] = stepped[0, done]
        places, state = places[~done], stepped[:, ~done]
    return found


def _stepped(state: Floats, value: Floats) -> Floats:
    """Step once: x, low, high, the slope, and the x and the value before."""
    x, low, high, slope, last, before = state
    low, high = np.where(value > 0, x, low), np.where(value > 0, high, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(np.isnan(last), slope, (value - before) / (x - last))
        new = x - value / slope
    within = (slope < 0) & (low <= new) & (new <= np.minimum(high, _FARTHEST * x))
    aside = np.where(np.isinf(high), _FARTHEST * x, (low + high) / 2)
    return np.stack([np.where(within, new, aside), low, high, slope, x, value])
