"""The nearest normal prior of mu under which the conclusion is another one."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.prior_map.likelihood import Likelihood, likelihood_of
from consilience.prior_map.normals import Normals, number
from consilience.prior_map.posteriors import posteriors

_SCALES, _CLOSER, _ZOOMS, _CORNERS = 65, 17, 6, 5
_STEPS, _SETTLED = 60, 1e-12
_ROOT_2PI, _Z = float(np.sqrt(2.0 * np.pi)), float(ndtri(0.975))


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


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """The nearest normal prior of μ under which the conclusion is another one.

    Parameters
    ----------
    location, scale : float
        The prior N(location, scale²); nan if there is none short of certainty.
    distance : float
        From the prior held: √((m − m₀)² + (s − s₀)²), the 2-Wasserstein distance of the two normal
        distributions, on the effect's scale; infinite if there is none.
    boundary : float
        P(μ > threshold) under that prior; nan if there is none.
    held : tuple of float
        Location and scale of the prior held.
    probability : float
        P(μ > threshold) under the prior held.
    conclusion : str
        Under the prior held: ``above``, ``below`` or ``open``.
    rule : Rule
        When a conclusion is drawn.
    words : str
        What it means.
    """

    location: float
    scale: float
    distance: float
    boundary: float
    held: tuple[float, float]
    probability: float
    conclusion: str
    rule: Rule
    words: str

    @property
    def prior(self) -> str:
        """The prior in words: where it is centred, its SD; and that there is none."""
        return _centred(self.location, self.scale) if self.exists else "no normal prior"

    @property
    def exists(self) -> bool:
        """Whether any prior short of certainty changes the conclusion."""
        return bool(np.isfinite(self.distance))


def tipping_point(
    fit: Fit, *, threshold: float = 0.0, certainty: float = 0.975, narrowest: float = 0.05
) -> TippingPoint:
    """Find the nearest normal prior of mu at which the conclusion changes.

    The conclusion is "above" the threshold if P(μ > threshold) ≥ certainty, "below" if it is
    ≤ 1 − certainty, otherwise "open". Under a prior that is all but certain that μ is the threshold
    no conclusion can be drawn, nor under one that is certain of the contrary; so only priors that
    are no further from the one held than that, and not narrower than a share of it, are of
    interest. Along every prior scale s the probability rises with the location m, and crosses a
    boundary once; the nearest of these crossings is the tipping point.

    Parameters
    ----------
    fit : Fit
        A fit whose prior of μ is normal, of a model that is Gaussian given at most three
        hyperparameters.
    threshold : float
        What μ must exceed.
    certainty : float
        The probability from which a conclusion is drawn, above 0.5.
    narrowest : float
        The scale, as a share of that of the prior held, below which a prior counts as certainty.

    Raises
    ------
    ModelError
        If the prior of μ is not normal, or the model has no such form; for settings out of range.
    ConvergenceError
        If two rules of integration differ by more than 1e-6 for any prior.
    """
    rule = Rule(number(threshold, "threshold"), _share(certainty, "certainty", (0.5, 1.0)))
    share = _share(narrowest, "narrowest", (0.0, 1.0))
    held = held_prior(fit)
    search = _search(fit, held, rule=rule, narrowest=share)
    now = float(search.at(*(np.array([part]) for part in held))[0][0])
    found = search.nearest(now)
    return TippingPoint(
        *found,
        held=held,
        probability=now,
        conclusion=rule.conclusion(now),
        rule=rule,
        words=_words(found, held, rule=rule, now=now),
    )


def held_prior(fit: Fit) -> tuple[float, float]:
    """Give location and scale of the normal prior of mu that a fit holds.

    Raises
    ------
    ModelError
        If its prior of mu is flat or no normal one.
    """
    if not isinstance(fit, Fit):
        raise ModelError(f"This asks about what fit() gives, not about {type(fit).__name__}.")
    prior = fit.posterior.layout.parts[0].prior
    location, scale = prior.normal_moments()
    if not np.isfinite(scale):
        raise ModelError(
            f"The prior of mu is {prior.label}: it has no scale, so there is no place to measure "
            "the distance of other priors from. Fit with mu=priors.Normal(m, s)."
        )
    return float(location), float(scale)


type _Found = tuple[float, float, float, float]
"""Location, scale, distance and boundary."""

_NONE: _Found = (np.nan, np.nan, np.inf, np.nan)


@dataclass(frozen=True, slots=True)
class _Search:
    """The priors within reach of the one held, and the likelihood that serves them all."""

    likelihood: Likelihood
    held: tuple[float, float]
    rule: Rule
    reach: float
    least: float

    def at(self, locations: Array, scales: Array) -> tuple[Array, Array]:
        """Give P(μ > threshold) under priors, and its derivative with respect to the location."""
        found = posteriors(self.likelihood, Normals(locations, scales))
        return found.tail(self.rule.threshold)

    def nearest(self, now: float) -> _Found:
        """Find the nearest crossing of the boundaries of the conclusion that is drawn now."""
        upper, lower = self.rule.boundaries
        first = {"above": (upper,), "below": (lower,), "open": (upper, lower)}
        found = [self._along_scales(each) for each in first[self.rule.conclusion(now)]]
        best = min(found, key=lambda each: each[2])
        return best if best[2] <= self.reach else _NONE

    def _along_scales(self, boundary: float) -> _Found:
        """Look along all scales, then ever closer about the best of them."""
        scales = np.geomspace(self.least, self.held[1] + self.reach, _SCALES)
        best = _NONE
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
        first, last = (self.at(end, scales)[0] for end in ends)
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
            p, slope = self.at(m, scales)
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


def _search(fit: Fit, held: tuple[float, float], *, rule: Rule, narrowest: float) -> _Search:
    reach = float(np.hypot(held[0] - rule.threshold, held[1]))
    least = narrowest * held[1]
    locations = held[0] + reach * np.linspace(-1.0, 1.0, _CORNERS)
    scales = np.geomspace(least, held[1] + reach, _CORNERS)
    return _Search(likelihood_of(fit, locations, scales), held, rule, reach, least)


def _words(found: _Found, held: tuple[float, float], *, rule: Rule, now: float) -> str:
    drawn = {
        "above": f"the conclusion is that mu is above {rule.threshold:g}",
        "below": f"the conclusion is that mu is not above {rule.threshold:g}",
        "open": f"it is open whether mu is above {rule.threshold:g}",
    }
    first = (
        f"Under the prior held, {_centred(*held)}, P(mu > {rule.threshold:g}) = {now:.3f}: at a "
        f"certainty of {rule.certainty:g}, {drawn[rule.conclusion(now)]}."
    )
    location, scale, distance, _ = found
    if not np.isfinite(distance):
        return (
            f"{first} No normal prior changes this, short of one that is all but certain that mu "
            f"is {rule.threshold:g}."
        )
    ends = f"{location - _Z * scale:.2g} and {location + _Z * scale:.2g}"
    return (
        f"{first} The nearest prior that changes this is {_centred(location, scale)}: it holds "
        f"that mu lies between {ends} with a probability of 0.95."
    )


def _centred(location: float, scale: float) -> str:
    return f"a normal one centred at {location:.3g} with an SD of {scale:.3g}"


def _share(value: float, name: str, ends: tuple[float, float]) -> float:
    found = number(value, name)
    if not ends[0] < found < ends[1]:
        raise ModelError(f"{name} lies between {ends[0]:g} and {ends[1]:g}; {value!r} does not.")
    return found
