"""The answer under every prior of mu that a reader might hold, and the nearest that changes it.

Given the hyperparameters φ the data enter through one normal curve in μ, N(a(φ), b(φ)²) times a
constant, whatever its prior. So one pass over the nodes of φ serves all normal priors:

    μ | φ, y ~ N((a s² + m b²)/(s² + b²), s² b²/(s² + b²)),  p(φ | y) ∝ c(φ) N(a; m, b² + s²).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from consilience.engines.exact.coordinate import Coordinate
from consilience.engines.exact.form import Form, assemble
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import (
    OWED,
    WANTED,
    coordinates_of,
    log_prior,
    product_weights,
    search,
    values_at,
)
from consilience.engines.summary import tails
from consilience.errors import ConvergenceError, ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.priors import Flat

_ORDERS = (20, 24)
_PANELS = {0: 1, 1: 3, 2: 2, 3: 2}
_DOUBLINGS = 3
_NEGLIGIBLE = 1e-12
_SCALES = np.geomspace(0.05, 5.0, 161)


def prior_map(
    fit: Fit,
    locations: Sequence[float],
    scales: Sequence[float],
    *,
    threshold: float = 0.0,
    level: float = 0.95,
) -> xr.Dataset:
    """Map the pooled effect and P(μ > threshold) over normal priors of μ.

    Parameters
    ----------
    fit : Fit
        A fit of a model that is Gaussian given its hyperparameters; its own prior of μ does not
        matter.
    locations, scales : sequences of float
        Means m and standard deviations s of the priors, on the effect's scale.
    threshold : float
        What μ must exceed.
    level : float
        Mass of the equal-tailed credible intervals.

    Returns
    -------
    Dataset
        ``mean, sd, lower, upper, p_gt`` over ``location`` and ``scale``; the accuracy reached in
        `attrs`.

    Raises
    ------
    ModelError
        If the model has no Gaussian form, or a scale is not positive.
    ConvergenceError
        If two rules differ by more than 1e-6 for any prior.
    """
    m, s = (
        part.ravel() for part in np.meshgrid(_finite(locations), _positive(scales), indexing="ij")
    )
    curves = _curves(fit, m, s)
    mixture = curves.posterior(m, s)
    lower, upper = tails(level)
    found = {
        "mean": mixture.mean(),
        "sd": mixture.sd(),
        "lower": mixture.quantile(lower),
        "upper": mixture.quantile(upper),
        "p_gt": mixture.survival(np.full(len(m), threshold)),
    }
    shape = (len(locations), len(scales))
    dims = ("location", "scale")
    return xr.Dataset(
        {name: (dims, values.reshape(shape)) for name, values in found.items()},
        {"location": _finite(locations), "scale": _positive(scales)},
        {"threshold": threshold, "level": level, "accuracy": curves.accuracy},
    )


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """The nearest normal prior of μ under which the conclusion is another one.

    Parameters
    ----------
    location, scale : float
        The prior N(location, scale²); nan if there is none within reach.
    distance : float
        How far it is from the prior held: √((m − m₀)² + (s − s₀)²), the 2-Wasserstein distance of
        the two normal distributions, on the effect's scale.
    probability : float
        P(μ > threshold) under the prior held.
    words : str
        What it means.
    """

    location: float
    scale: float
    distance: float
    probability: float
    words: str


def tipping_point(fit: Fit, *, threshold: float = 0.0, certainty: float = 0.975) -> TippingPoint:
    """Find the nearest prior of μ at which the conclusion changes.

    The conclusion is "above the threshold" if P(μ > threshold) ≥ certainty, "below" if it is
    ≤ 1 − certainty, otherwise "open". Along every prior scale s the location at which the
    probability crosses a boundary is found by bisection (it rises with the location), and the
    crossing nearest to the prior held is the tipping point.

    Parameters
    ----------
    fit : Fit
        A fit whose prior of μ is normal.
    threshold : float
        What μ must exceed.
    certainty : float
        The probability from which a conclusion is drawn, above 0.5.
    """
    block = fit.posterior.layout.parts[0]
    held, width = block.prior.normal_moments()
    if not np.isfinite(width):
        raise ModelError("The prior of mu is flat: there is no prior held to start from.")
    scales = width * _SCALES
    reach = 4.0 * max(width, float(np.ptp(fit.effects.y)), float(np.sqrt(fit.effects.v.max())))
    corners = np.array([held - reach, held, held + reach]), np.array([scales[0], width, scales[-1]])
    curves = _curves(fit, *(part.ravel() for part in np.meshgrid(*corners)))
    now = float(curves.exceed(np.array([held]), np.array([width]), threshold)[0])
    ends = (held - reach, held + reach)
    crossings = [
        (curves.cross(scales, target, (threshold, *ends)), scales)
        for target in (certainty, 1.0 - certainty)
    ]
    location, scale, distance = _nearest(crossings, (held, width))
    words = _words((location, scale), now, (threshold, certainty))
    return TippingPoint(location, scale, distance, now, words)


@dataclass(frozen=True, slots=True)
class _Curves:
    """The data's normal curves in μ over the nodes: log c, a and b² (nodes,)."""

    log_c: Array
    a: Array
    b2: Array
    accuracy: float = np.nan

    def weights(self, m: Array, s: Array) -> Array:
        """Posterior mass of the nodes (nodes, priors)."""
        log_w = self._log_weights(m, s)
        shares = np.exp(log_w - log_w.max(axis=0))
        return shares / shares.sum(axis=0)

    def pruned(self, m: Array, s: Array) -> "_Curves":
        """Leave out the nodes that no prior can see."""
        seen = self.weights(m, s).max(axis=1) > _NEGLIGIBLE / len(self.a)
        return _Curves(self.log_c[seen], self.a[seen], self.b2[seen], self.accuracy)

    def log_evidence(self, m: Array, s: Array) -> Array:
        """Log marginal likelihood under each prior, (priors,)."""
        log_w = self._log_weights(m, s)
        peak = log_w.max(axis=0)
        return peak + np.log(np.exp(log_w - peak).sum(axis=0))

    def posterior(self, m: Array, s: Array) -> Mixture:
        """Posterior of μ under each prior."""
        b2 = self.b2[:, None]
        total = b2 + s**2
        means = (self.a[:, None] * s**2 + m * b2) / total
        return Mixture(self.weights(m, s), means, np.sqrt(s**2 * b2 / total))

    def exceed(self, m: Array, s: Array, threshold: float) -> Array:
        """P(μ > threshold) under each prior."""
        return self.posterior(m, s).survival(np.full(len(m), threshold))

    def cross(self, s: Array, target: float, search_in: tuple[float, float, float]) -> Array:
        """Location at which the probability crosses the target for each scale; nan if it does not."""
        threshold, low, high = search_in
        lower, upper = np.full(len(s), low), np.full(len(s), high)
        reached = (self.exceed(lower, s, threshold) < target) & (
            self.exceed(upper, s, threshold) > target
        )
        for _ in range(60):
            middle = (lower + upper) / 2.0
            below = self.exceed(middle, s, threshold) < target
            lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
        return np.where(reached, (lower + upper) / 2.0, np.nan)

    def _log_weights(self, m: Array, s: Array) -> Array:
        variance = self.b2[:, None] + s**2
        fit_of_prior = -0.5 * ((self.a[:, None] - m) ** 2 / variance + np.log(2 * np.pi * variance))
        return self.log_c[:, None] + fit_of_prior


def _curves(fit: Fit, m: Array, s: Array) -> _Curves:
    """Integrate once for all these priors; two rules must agree for each of them."""
    flat = assemble(replace(fit.model, mu=Flat()), fit.effects)
    coordinates = coordinates_of(flat)
    ends, some = _reach(flat, coordinates, (m, s)), _representative(m, s)
    count = _PANELS[len(coordinates)]
    for _ in range(_DOUBLINGS):
        coarse, fine = (
            _at_nodes(flat, coordinates, [Panels(a, b, count, order) for a, b in ends])
            for order in _ORDERS
        )
        accuracy = _disagreement(coarse, fine, some)
        if accuracy <= WANTED:
            break
        count *= 2
    if accuracy > OWED:
        raise ConvergenceError(
            f"Two integration rules differ by {accuracy:.1e} for some of these priors; ask for "
            "priors that are not as far apart."
        )
    return replace(fine.pruned(m, s), accuracy=accuracy)


def _reach(
    flat: Form, coordinates: tuple[Coordinate, ...], priors: tuple[Array, Array]
) -> list[tuple[float, float]]:
    """Bracket the hyperparameters for the extreme priors, and take the union."""
    if not coordinates:
        return []
    m, s = priors
    extremes = {(x, y) for x in (m.min(), m.max()) for y in (s.min(), s.max())}
    brackets = [search(_with_mu(flat, *extreme), coordinates) for extreme in sorted(extremes)]
    lower = np.min([each.lower for each in brackets], axis=0)
    upper = np.max([each.upper for each in brackets], axis=0)
    return [(float(a), float(b)) for a, b in zip(lower, upper, strict=True)]


def _representative(m: Array, s: Array) -> tuple[Array, Array]:
    """Pick the extremes and the middle of the priors, among which the rules are compared."""
    places = [np.quantile(part, [0.0, 0.5, 1.0]) for part in (m, s)]
    location, scale = np.meshgrid(*places)
    return location.ravel(), scale.ravel()


def _with_mu(flat: Form, location: float, scale: float) -> Form:
    mean, sd = flat.mean.copy(), flat.sd.copy()
    mean[0], sd[0] = location, scale
    return replace(flat, mean=mean, sd=sd)


def _at_nodes(flat: Form, coordinates: tuple[Coordinate, ...], panels: list[Panels]) -> _Curves:
    cut = tuple(panels)
    phi = values_at(coordinates, cut)
    given = flat.given(phi)
    log_c = given.log_likelihood + np.log(product_weights(cut))
    if coordinates:
        log_c = log_c + log_prior(flat, coordinates, cut)
    return _Curves(log_c, given.mean[:, 0], np.sum(given.root[:, 0, :] ** 2, axis=1))


def _disagreement(coarse: _Curves, fine: _Curves, priors: tuple[Array, Array]) -> float:
    first, second = coarse.posterior(*priors), fine.posterior(*priors)
    size = second.sd()
    parts = (
        np.abs(first.mean() - second.mean()) / size,
        np.abs(first.sd() - size) / size,
        np.abs(np.expm1(coarse.log_evidence(*priors) - fine.log_evidence(*priors))),
    )
    return float(np.max(parts))


def _nearest(
    crossings: list[tuple[Array, Array]], held: tuple[float, float]
) -> tuple[float, float, float]:
    location = np.concatenate([found for found, _ in crossings])
    scale = np.concatenate([scales for _, scales in crossings])
    distance = np.hypot(location - held[0], scale - held[1])
    if np.all(np.isnan(distance)):
        return np.nan, np.nan, np.inf
    place = int(np.nanargmin(distance))
    return float(location[place]), float(scale[place]), float(distance[place])


def _words(found: tuple[float, float], now: float, rule: tuple[float, float]) -> str:
    threshold, certainty = rule
    verdict = "above" if now >= certainty else "below" if now <= 1 - certainty else "open"
    held = (
        f"Under the prior held, P(mu > {threshold:g}) = {now:.3f}: the conclusion is open."
        if verdict == "open"
        else f"Under the prior held, P(mu > {threshold:g}) = {now:.3f}: mu is {verdict} {threshold:g}."
    )
    if np.isnan(found[0]):
        return f"{held} No normal prior within reach changes it."
    return f"{held} The nearest prior that changes it is Normal({found[0]:.2f}, {found[1]:.2f}²)."


def _finite(values: Sequence[float]) -> Array:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or not len(found) or not np.all(np.isfinite(found)):
        raise ModelError("Prior locations are a list of finite numbers on the effect's scale.")
    return found


def _positive(values: Sequence[float]) -> Array:
    found = _finite(values)
    if np.any(found <= 0):
        raise ModelError("Prior scales are standard deviations: each must be above 0.")
    return found
