"""Likelihoods of events given a linear predictor: their height, slope and curvature."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from scipy.special import gammaln, xlogy

from consilience.classical.wls import Floats

type Curve = tuple[Floats, Floats, Floats]


class Arm(ABC):
    """The log likelihood of k trials' events, each as a concave function of its predictor.

    Heights are relative to the best that any predictor could reach, so that they stay small; what
    is taken off is `constant`.
    """

    @abstractmethod
    def at(self, eta: Floats) -> Curve:
        """Give height, slope and curvature at predictors of shape (…, k)."""

    @property
    @abstractmethod
    def constant(self) -> Floats:
        """Log probability of the events at the best predictor, shape (k,)."""

    @property
    @abstractmethod
    def best(self) -> Floats:
        """The best predictor, infinite where the events are all or nothing, shape (k,)."""

    @property
    @abstractmethod
    def information(self) -> Floats:
        """Minus the curvature at the best predictor, shape (k,)."""


@final
@dataclass(frozen=True)
class Moved(Arm):
    """Another likelihood whose predictor is beyond ``eta`` by what is known.

    Parameters
    ----------
    arm : Arm
    known : ndarray, shape (k,)
        What is added to the predictor of each trial.
    """

    arm: Arm
    known: Floats

    def at(self, eta: Floats) -> Curve:
        """Height, slope and curvature at ``eta + known``."""
        return self.arm.at(eta + self.known)

    @property
    def constant(self) -> Floats:
        """As of the other."""
        return self.arm.constant

    @property
    def best(self) -> Floats:
        """The best predictor of the other, less what is known."""
        return self.arm.best - self.known

    @property
    def information(self) -> Floats:
        """As of the other."""
        return self.arm.information


@final
@dataclass(frozen=True)
class Binomial(Arm):
    """``x ~ Binomial(n, expit(eta + offset))``.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and participants.
    offset : ndarray, shape (k,)
        Log odds at ``eta = 0``.
    """

    x: Floats
    n: Floats
    offset: Floats

    def at(self, eta: Floats) -> Curve:
        """``x eta - n log(1 + exp eta)`` less its maximum."""
        logit = eta + self.offset
        p = 1 / (1 + np.exp(-np.clip(logit, -700, 700)))
        height = self.x * logit - self.n * np.logaddexp(0.0, logit) - self._top
        return height, self.x - self.n * p, -self.n * p * (1 - p)

    @cached_property
    def _top(self) -> Floats:
        x, n = self.x, self.n
        return np.asarray(xlogy(x, x / n) + xlogy(n - x, (n - x) / n))

    @cached_property
    def constant(self) -> Floats:
        """Log probability of x at ``p = x / n``."""
        x, n = self.x, self.n
        return self._top + gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)

    @cached_property
    def best(self) -> Floats:
        """``logit(x / n) - offset``."""
        with np.errstate(divide="ignore"):
            return np.log(self.x) - np.log(self.n - self.x) - self.offset

    @cached_property
    def information(self) -> Floats:
        """``x (n - x) / n``."""
        return self.x * (self.n - self.x) / self.n


@final
@dataclass(frozen=True)
class Poisson(Arm):
    """``x ~ Poisson(t exp eta)``.

    Parameters
    ----------
    x, t : ndarray, shape (k,)
        Events and person-time.
    """

    x: Floats
    t: Floats

    def at(self, eta: Floats) -> Curve:
        """``x eta - t exp eta`` less its maximum."""
        log_rate = eta + np.log(self.t)
        rate = np.exp(np.minimum(log_rate, 700.0))
        return self.x * log_rate - rate - self._top, self.x - rate, -rate

    @cached_property
    def _top(self) -> Floats:
        return np.asarray(xlogy(self.x, self.x) - self.x)

    @cached_property
    def constant(self) -> Floats:
        """Log probability of x at the rate ``x / t``."""
        return self._top - gammaln(self.x + 1)

    @cached_property
    def best(self) -> Floats:
        """``log(x / t)``."""
        with np.errstate(divide="ignore"):
            return np.log(self.x) - np.log(self.t)

    @cached_property
    def information(self) -> Floats:
        """``x``."""
        return self.x
