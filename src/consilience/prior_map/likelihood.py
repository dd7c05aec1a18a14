"""The likelihood of mu with all else integrated out, as a curve known everywhere in a range."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre

from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import OWED
from consilience.errors import ConvergenceError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.prior_map.curves import Curves, Moments, flat_form, integrated
from consilience.prior_map.normals import net

_DEGREE = 15
_FIRST, _LAST = 24, 384
_SMALL, _ROUNDING = 1e-10, 1e-15
_DROP = 36.0  # e^-36 = 2e-16: what is left out cannot be seen in double precision


@dataclass(frozen=True, slots=True)
class Likelihood:
    """log L(μ) as polynomials on panels that are equal on the scale x, μ = middle + unit·sinh(x).

    Near the trials' own estimate x is as good as μ; far out, where log L changes ever more slowly,
    panels grow with the distance.

    Parameters
    ----------
    middle, unit : float
        Of the scale x.
    lower, upper : float
        The range of x in which it is known.
    powers : array (degree + 1, panels)
        Coefficients of powers on each panel, the highest first.
    accuracy : float
        Relative: the larger of what two rules over the hyperparameters differ by, and what the
        polynomials leave out.
    """

    middle: float
    unit: float
    lower: float
    upper: float
    powers: Array
    accuracy: float

    def mu(self, x: Array) -> tuple[Array, Array]:
        """Give μ at points of the scale x, and log dμ/dx there."""
        return self.middle + self.unit * np.sinh(x), np.log(self.unit * np.cosh(x))

    def x(self, mu: float) -> float:
        """Give the place of μ on the scale x."""
        return float(np.arcsinh((mu - self.middle) / self.unit))

    def log_at(self, x: Array) -> Array:
        """Give log L at points of any shape inside the range of x."""
        count = self.powers.shape[1]
        where = (x - self.lower) * (count / (self.upper - self.lower))
        panel = np.clip(where.astype(np.intp), 0, count - 1)
        local = 2.0 * (where - panel) - 1.0
        found = self.powers[0].take(panel)
        for row in self.powers[1:]:
            found *= local
            found += row.take(panel)
        return found


def likelihood_of(fit: Fit, locations: Array, scales: Array) -> Likelihood:
    """Integrate once for all priors with these locations and scales.

    Two rules over the hyperparameters must agree under a net of priors that spans those asked for.

    Raises
    ------
    ModelError
        If the model does not allow it.
    ConvergenceError
        If the two rules differ by more than 1e-6 under any prior.
    """
    form = flat_form(fit)
    centre = float(np.average(fit.effects.y, weights=1.0 / fit.effects.v))
    curves, found, accuracy = integrated(form, net(locations, scales, centre))
    likelihood = _interpolated(curves, found, accuracy)
    if likelihood.accuracy > OWED:
        raise ConvergenceError(
            f"Two integration rules differ by {likelihood.accuracy:.1e} for some of these priors "
            f"of mu, more than {OWED:.0e}. Ask for priors that lie closer together."
        )
    return likelihood


@lru_cache
def to_series(order: int) -> Array:
    """Matrix from values at the Gauss–Legendre nodes of [−1, 1] to Legendre coefficients."""
    nodes, weights = legendre.leggauss(order)
    half = np.arange(order) + 0.5
    return np.asarray(half[:, None] * (legendre.legvander(nodes, order - 1) * weights[:, None]).T)


def _interpolated(curves: Curves, found: Moments, accuracy: float) -> Likelihood:
    """Double the panels until the last coefficients on each of them hardly count."""
    widest = int(np.argmax(found.sd))
    middle, unit = float(found.mean[widest]), 2.5 * float(found.sd[widest])
    ends = np.array([found.lower.min(), found.upper.max()])
    lower, upper = np.arcsinh((ends - middle) / unit).tolist()
    count = _FIRST
    while True:
        x = Panels(lower, upper, count, _DEGREE + 1).nodes.reshape(count, -1)
        logs = np.array([_log_sum(curves, row) for row in middle + unit * np.sinh(x)])
        series = to_series(_DEGREE + 1) @ logs.T
        left = float(np.max(np.abs(series[-2:])))
        count *= 2
        if left <= _SMALL + _ROUNDING * np.max(np.abs(logs)) or count > _LAST:
            powers = _to_powers(_DEGREE + 1) @ series
            return Likelihood(middle, unit, lower, upper, powers, max(accuracy, left))


def _log_sum(curves: Curves, mu: Array) -> Array:
    """Give log Σ c N(a; μ, b²) at points close to each other, from the nodes that they can see."""
    height = curves.log_c - 0.5 * np.log(2.0 * np.pi * curves.b2)
    precision = -0.5 / curves.b2
    best = [np.max(height + precision * (curves.a - at) ** 2) for at in (mu[0], mu[-1])]
    distance = np.maximum(np.maximum(mu[0] - curves.a, curves.a - mu[-1]), 0.0)
    seen = height + precision * distance**2 > min(best) - _DROP
    terms = height[seen] + precision[seen] * (curves.a[seen] - mu[:, None]) ** 2
    peak = terms.max(axis=1)
    return np.asarray(peak + np.log(np.exp(terms - peak[:, None]).sum(axis=1)))


@lru_cache
def _to_powers(order: int) -> Array:
    """Matrix from Legendre coefficients to those of powers, the highest first."""
    columns = [np.pad(legendre.leg2poly(row), (0, order))[:order] for row in np.eye(order)]
    return np.stack(columns, axis=1, dtype=float)[::-1]
