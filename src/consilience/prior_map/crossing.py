"""Where, among normal priors of mu, the conclusion changes: the search for the nearest."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from consilience.gaussian import Array
from consilience.prior_map.likelihood import Likelihood
from consilience.prior_map.normals import Normals
from consilience.prior_map.posteriors import posteriors

_SCALES, _CLOSER, _ZOOMS = 65, 17, 6
_STEPS, _SETTLED = 60, 1e-12
_ROOT_2PI = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Rule:
    """When a conclusion is drawn: "above" if P(μ > threshold) ≥ certainty, "below" if ≤ 1 − it.

    Parameters
    ----------
    threshold : float
        On the effect's scale.
    certainty : float
        Above 0.5.
    """

    threshold: float
    certainty: float

    @property
    def boundaries(self) -> tuple[float, float]:
        """The probabilities at which the conclusion changes."""
        return self.certainty, round(1.0 - self.certainty, 15)

    def conclusion(self, probability: float) -> str:
        """Say what a probability means: ``above``, ``below`` or ``open``."""
        upper, lower = self.boundaries
        return "above" if probability >= upper else "below" if probability <= lower else "open"


class Source(Protocol):
    """What gives P(μ > threshold) under normal priors of μ."""

    def at(self, locations: Array, scales: Array) -> tuple[Array, Array]:
        """Give P(μ > threshold) under priors (q,), and its derivative by the location."""

    def pareto_k(self, location: float, scale: float) -> float:
        """Give the Pareto k of what it rests on: above 0.7 it is not to be trusted."""

    def error(self, location: float, scale: float) -> float:
        """Give the Monte Carlo standard error of a location at which a probability stands."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """From the likelihood of μ: no draws, and no error of theirs."""

    likelihood: Likelihood
    threshold: float

    def at(self, locations: Array, scales: Array) -> tuple[Array, Array]:
        """See `Source.at`."""
        return posteriors(self.likelihood, Normals(locations, scales)).tail(self.threshold)

    def pareto_k(self, location: float, scale: float) -> float:  # noqa: ARG002
        """See `Source.pareto_k`."""
        return 0.0

    def error(self, location: float, scale: float) -> float:  # noqa: ARG002
        """See `Source.error`."""
        return 0.0


type Found = tuple[float, float, float, float]
"""Location, scale, distance and boundary."""

NONE: Found = (np.nan, np.nan, np.inf, np.nan)


@dataclass(frozen=True, slots=True)
class Search:
    """The priors within reach of the one held, and what answers for them all.

    Parameters
    ----------
    source : Source
        Gives the probability under each.
    held : tuple of float
        Location and scale of the prior held.
    rule : Rule
        When a conclusion is drawn.
    reach : float
        How far off priors are looked for.
    least : float
        The smallest scale.
    """

    source: Source
    held: tuple[float, float]
    rule: Rule
    reach: float
    least: float

    def nearest(self, now: float) -> Found:
        """Find the nearest crossing of the boundaries of the conclusion that is drawn now."""
        upper, lower = self.rule.boundaries
        first = {"above": (upper,), "below": (lower,), "open": (upper, lower)}
        found = [self._along_scales(each) for each in first[self.rule.conclusion(now)]]
        best = min(found, key=lambda each: each[2])
        return best if best[2] <= self.reach else NONE

    def _along_scales(self, boundary: float) -> Found:
        """Look along all scales, then ever closer about the best of them."""
        scales = np.geomspace(self.least, self.held[1] + self.reach, _SCALES)
        best = NONE
        for _ in range(_ZOOMS):
            locations = self._crossings(scales, boundary)
            distances = np.hypot(locations - self.held[0], scales - self.held[1])
            if np.all(np.isnan(distances)):
                return best
            place = int(np.nanargmin(distances))
            best = (
                float(locations[place]),
                float(scales[place]),
                float(distances[place]),
                boundary,
            )
            ends = float(scales[max(place - 1, 0)]), float(scales[min(place + 1, len(scales) - 1)])
            scales = np.linspace(*ends, num=_CLOSER)
        return best

    def _crossings(self, scales: Array, boundary: float) -> Array:
        """Location at which the probability crosses the boundary for each scale, nan if none."""
        found = np.full(len(scales), np.nan)
        ends = [np.full(len(scales), self.held[0] + sign * self.reach) for sign in (-1.0, 1.0)]
        first, last = (self.source.at(end, scales)[0] for end in ends)
        within = (first < boundary) & (last > boundary)
        if within.any():
            found[within] = self._crossing(scales[within], boundary)
        return found

    def _crossing(self, scales: Array, boundary: float) -> Array:
        """Newton's method on the probit scale, kept inside a shrinking bracket."""
        goal, tolerance = ndtri(boundary), _SETTLED * self.held[1]
        lower, upper = (np.full(len(scales), self.held[0] + sign * self.reach) for sign in (-1, 1))
        m = np.full(len(scales), self.held[0])
        for _ in range(_STEPS):
            p, slope = self.source.at(m, scales)
            lower, upper = np.where(p < boundary, m, lower), np.where(p > boundary, m, upper)
            with np.errstate(all="ignore"):
                z = ndtri(p)
                step = m - (z - goal) * np.exp(-0.5 * z**2) / (_ROOT_2PI * slope)
            inside = (step >= lower) & (step <= upper)
            following = np.where(inside, step, (lower + upper) / 2.0)
            settled, m = np.all(np.abs(following - m) <= tolerance), following
            if settled:
                break
        return m
