"""Nagashima, Noma and Furukawa's prediction interval from a confidence distribution of tau²."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.forms import QuadraticForm
from consilience.classical.prediction.base import Outlook, Prediction
from consilience.classical.quantile import tau2_at_probability
from consilience.classical.wls import Floats
from consilience.errors import RefusalError

_KNOTS, _LAST = 96, 1e-6


@final
@dataclass(frozen=True, slots=True)
class Nagashima(Prediction):
    """Quantiles of ``z tau_b + m_b - t_b s_b``, tau_b drawn from its confidence distribution.

    ``P(tau_b² <= x) = P(Q > observed; x)``, Q Cochran's; z normal, t Student's with k - 1 degrees
    of freedom; ``m_b`` the weighted mean at tau_b² and ``s_b`` Knapp and Hartung's standard error.

    Parameters
    ----------
    draws : int
        Of the simulation.
    seed : int
        Of the draws.

    References
    ----------
    Nagashima K, Noma H, Furukawa TA (2019). Statistical Methods in Medical Research 28:1689–1702.
    doi:10.1177/0962280218773520
    """

    code: ClassVar[str] = "nagashima"
    draws: int = 50_000
    seed: int = 1

    def ends(self, outlook: Outlook, *, level: float) -> tuple[float, float]:
        """Simulate; for analyses without moderators. Nan for estimates that agree exactly.

        Raises
        ------
        RefusalError
            For moderators, and for estimates that share participants.
        """
        y, v, X = outlook.problem.data
        if X.shape[1] != 1:
            raise RefusalError(
                'The convention "nagashima" knows no moderators; use "k-2", or pool without them.'
            )
        if np.ptp(X) > 1e-9:
            raise RefusalError(
                'The convention "nagashima" takes independent estimates, and some of these share '
                'participants; use "k-2".'
            )
        if not y.any():
            return math.nan, math.nan
        rng = np.random.default_rng(self.seed)
        tau2 = _confidence(QuadraticForm(y, X, 1 / v), v)(rng.random(self.draws))
        mean, se = _about(y, v, tau2)
        df = len(y) - 1
        drawn = rng.standard_normal(self.draws) * np.sqrt(tau2) + mean
        drawn -= rng.standard_t(df, self.draws) * se
        # y is about its plain mean here; the estimate tells where that lies.
        w = 1 / (v + outlook.tau2)
        origin = outlook.estimate - float(w @ y / w.sum())
        lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        return origin + float(lower), origin + float(upper)

    def label(self, outlook: Outlook) -> str:
        """Name the method."""
        if not outlook.problem.data[0].any():
            return "none: estimates that agree exactly tell nothing of their scatter"
        draws = f"{self.draws} draws, seed {self.seed}"
        return f"Nagashima, Noma and Furukawa's, k = {outlook.problem.df + 1}, {draws}"


class _Quantiles:
    """The quantile function of tau², interpolated between exact knots."""

    def __init__(self, probability: Floats, tau2: Floats) -> None:
        self._probability, self._tau = probability, np.sqrt(tau2)

    def __call__(self, u: Floats) -> Floats:
        return np.asarray(np.interp(u, self._probability, self._tau) ** 2)


def _confidence(form: QuadraticForm, v: Floats) -> _Quantiles:
    """Tabulate ``P(tau_b² <= x)`` from zero to where it is nearly one."""
    top = tau2_at_probability(form, v, probability=_LAST)
    tau2 = top * np.linspace(0, 1, _KNOTS) ** 3
    probability = [1 - form.cdf(form.value, v + each) for each in tau2]
    return _Quantiles(np.array(probability), tau2)


def _about(y: Floats, v: Floats, tau2: Floats) -> tuple[Floats, Floats]:
    w = 1 / (v + tau2[:, None])
    mean = w @ y / w.sum(axis=1)
    squares = np.sum(w * (y - mean[:, None]) ** 2, axis=1)
    return mean, np.sqrt(squares / (len(y) - 1) / w.sum(axis=1))
