"""The nearest normal prior of mu under which the conclusion is another one."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.smoothing import GOOD
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.prior_map.crossing import NONE, Exactly, Found, Rule, Search, Source
from consilience.prior_map.drawn import Drawn
from consilience.prior_map.likelihood import likelihood_of
from consilience.prior_map.normals import number

_CORNERS = 5
_Z = float(ndtri(0.975))


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """The nearest normal prior of μ under which the conclusion is another one.

    Parameters
    ----------
    location, scale : float
        The prior N(location, scale²); nan if there is none short of certainty.
    distance : float
        From the prior held: √((m − m₀)² + (s − s₀)²), the 2-Wasserstein distance of the two normal
        distributions, on the effect's scale; infinite if there is none, nan where it lies beyond
        the priors to which draws can be reweighted.
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
    error : float
        Monte Carlo standard error of the distance; 0 where no draws are involved, nan where there
        is no distance.
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
    error: float = 0.0

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
        A fit whose prior of μ is normal. Where its model is not Gaussian given at most three
        hyperparameters its draws are reweighted, by π(μ)/π₀(μ): the answer has a Monte Carlo error
        then, and is not given where the Pareto k of the weights exceeds 0.7.
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

    References
    ----------
    Vehtari et al. (2024), JMLR 25(72), for the limit of k.
    """
    rule = Rule(number(threshold, "threshold"), _share(certainty, "certainty", (0.5, 1.0)))
    share = _share(narrowest, "narrowest", (0.0, 1.0))
    held = held_prior(fit)
    search = _search(fit, held, rule=rule, narrowest=share)
    now = float(search.source.at(*(np.array([part]) for part in held))[0][0])
    found, sampled = search.nearest(now), isinstance(search.source, Drawn)
    reached = bool(np.isfinite(found[2])) and search.source.pareto_k(*found[:2]) <= GOOD
    location, scale, distance, boundary = found if reached else _none(sampled=sampled)
    return TippingPoint(
        location,
        scale,
        distance,
        boundary,
        held=held,
        probability=now,
        conclusion=rule.conclusion(now),
        rule=rule,
        words=_words(found, held, rule=rule, now=now, doubtful=sampled and not reached),
        error=_error(search, found) if reached else np.nan,
    )


def _none(*, sampled: bool) -> Found:
    """Say that there is none; that nothing is known, where draws do not show one."""
    location, scale, distance, boundary = NONE
    return location, scale, np.nan if sampled else distance, boundary


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


def _search(fit: Fit, held: tuple[float, float], *, rule: Rule, narrowest: float) -> Search:
    reach = float(np.hypot(held[0] - rule.threshold, held[1]))
    least = narrowest * held[1]
    locations = held[0] + reach * np.linspace(-1.0, 1.0, _CORNERS)
    scales = np.geomspace(least, held[1] + reach, _CORNERS)
    return Search(_source(fit, (locations, scales), rule.threshold), held, rule, reach, least)


def _source(fit: Fit, priors: tuple[Array, Array], threshold: float) -> Source:
    """Work the answers out exactly; from draws where that cannot be done and there are some."""
    try:
        return Exactly(likelihood_of(fit, *priors), threshold)
    except ModelError:
        if not isinstance(fit.posterior, SampledPosterior):
            raise
        return Drawn(fit.posterior, threshold)


def _error(search: Search, found: Found) -> float:
    """Turn the error of the location into that of the distance."""
    location, scale, distance, _ = found
    return search.source.error(location, scale) * abs(location - search.held[0]) / distance


def _words(
    found: Found, held: tuple[float, float], *, rule: Rule, now: float, doubtful: bool
) -> str:
    """Say what is concluded now, and which prior would change it."""
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
    if doubtful:
        where = f" It may be near {_centred(location, scale)}." if np.isfinite(distance) else ""
        return (
            f"{first} Where the nearest prior that changes this lies these draws do not show: they "
            f"cannot be reweighted that far (Pareto k above 0.7).{where} Fit again with priors of "
            "mu that matter: replace(model, mu=priors.Normal(m, s))."
        )
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
