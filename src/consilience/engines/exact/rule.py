"""Integration over the hyperparameters to a stated accuracy."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from consilience.engines.exact.form import Conditional, Form
from consilience.engines.exact.line import Axis, axis_of
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.search import Bracket, bracket
from consilience.errors import ConvergenceError
from consilience.gaussian import Array

_ORDERS = (20, 24)
_START = {1: 3, 2: 2, 3: 2}
_MOST_NODES = 1_000_000
_BETWEEN, _LOOSER = 7, 0.01
WANTED = 1e-9
OWED = 1e-6


@dataclass(frozen=True, slots=True)
class Rule:
    """A product rule over the hyperparameters, with all that was computed at its nodes.

    Parameters
    ----------
    coordinates : tuple of Axis
        The map of each hyperparameter.
    panels : tuple of Panels
        The rule along each dimension, on the x scale.
    phi : array (nodes, d)
        Hyperparameters at the nodes, last dimension fastest.
    weights : array (nodes,)
        Posterior mass of each node; they add up to 1.
    density : array (nodes,)
        The posterior density on the x scale, normalised.
    conditional : Conditional
        The closed-form answers at the nodes.
    log_evidence : float
        log p(y), up to the constant of improper priors.
    moments : int
        Highest moment of the hyperparameters that exists.
    """

    coordinates: tuple[Axis, ...]
    panels: tuple[Panels, ...]
    phi: Array
    weights: Array
    density: Array
    conditional: Conditional
    log_evidence: float
    moments: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of nodes along each dimension."""
        return tuple(panel.count * panel.order for panel in self.panels)


@dataclass(frozen=True, slots=True)
class Integrated:
    """A rule and the relative error bound that it achieved."""

    rule: Rule
    accuracy: float


def integrate(form: Form) -> Integrated:
    """Integrate over the hyperparameters until two rules of different order agree.

    Evidence, means and standard deviations of all coefficients and hyperparameters by Gauss–
    Legendre panels of order 20 and 24 must agree to 1e-9 (means relative to their SD), and the
    distribution functions of the hyperparameters to 1e-7; panels are doubled until they do. The
    disagreement achieved is the bound on the coarser rule's error; the finer rule is the one that
    answers.

    Raises
    ------
    ModelError
        If the posterior is improper.
    ConvergenceError
        If the rules still disagree by more than 1e-6 when the nodes run out.
    """
    coordinates = coordinates_of(form)
    if not coordinates:
        return Integrated(_single(form), float(np.finfo(float).eps))
    best = _refine(form, coordinates, search(form, coordinates))
    if best.accuracy > OWED:
        raise ConvergenceError(
            f"Two integration rules over {', '.join(h.name for h in form.hypers)} still differ by "
            f"{best.accuracy:.1e}, more than {OWED:.0e} relative. Use engines.Nuts(), or simpler "
            "priors: the integrand is not smooth."
        )
    return best


def _refine(form: Form, coordinates: tuple[Axis, ...], found: Bracket) -> Integrated:
    """Double the panels until the rules agree to what is wanted, or the nodes run out."""
    count = _START[len(coordinates)]
    while True:
        coarse, fine = (_rule(form, coordinates, _cut(found, count, order)) for order in _ORDERS)
        best = Integrated(fine, _disagreement(coarse, fine))
        count *= 2
        exhausted = (count * _ORDERS[1]) ** len(coordinates) > _MOST_NODES
        if best.accuracy <= WANTED or exhausted:
            return best


def log_density(form: Form, coordinates: tuple[Axis, ...], x: Array) -> Array:
    """Give the log of likelihood × priors × Jacobian at points x (n, d)."""
    phi = values(coordinates, x)
    return form.given(phi).log_likelihood + _log_prior(form, coordinates, x)


def values(coordinates: tuple[Axis, ...], x: Array) -> Array:
    """Map points x (n, d) to hyperparameters (n, d)."""
    columns = [coordinate.value(x[:, place]) for place, coordinate in enumerate(coordinates)]
    return np.stack(columns, axis=1) if columns else np.empty((len(x), 0))


def _log_prior(form: Form, coordinates: tuple[Axis, ...], x: Array) -> Array:
    total = np.zeros(len(x))
    for place, (hyper, coordinate) in enumerate(zip(form.hypers, coordinates, strict=True)):
        column = x[:, place]
        total += hyper.prior.logpdf(coordinate.value(column)) + coordinate.log_jacobian(column)
    return total


def coordinates_of(form: Form) -> tuple[Axis, ...]:
    """Give the map of each hyperparameter."""
    return tuple(axis_of(hyper, form.unit) for hyper in form.hypers)


def search(form: Form, coordinates: tuple[Axis, ...]) -> Bracket:
    """Bracket the posterior of the hyperparameters on the x scale."""
    scales = np.array([coordinate.scale for coordinate in coordinates])
    return bracket(
        lambda x: log_density(form, coordinates, x),
        lambda x: np.log1p((np.abs(values(coordinates, x)) / scales).max(axis=1)),
        nearest=np.array([coordinate.nearest for coordinate in coordinates]),
        farthest=np.array([coordinate.farthest for coordinate in coordinates]),
    )


def _cut(found: Bracket, count: int, order: int) -> tuple[tuple[Panels, ...], int]:
    ends = zip(found.lower.tolist(), found.upper.tolist(), strict=True)
    both_sides = 1  # one panel more where there are two tails
    cut = (Panels(a, b, count + both_sides * (a < 0.0), order) for a, b in ends)
    return tuple(cut), found.moments


def _rule(form: Form, coordinates: tuple[Axis, ...], cut: tuple[tuple[Panels, ...], int]) -> Rule:
    panels, moments = cut
    x, weights = _grid(panels), product_weights(panels)
    phi = values(coordinates, x)
    conditional = form.given(phi)
    log_f = conditional.log_likelihood + _log_prior(form, coordinates, x)
    peak = log_f.max()
    scaled = np.exp(log_f - peak)
    total = float(weights @ scaled)
    mass = weights * scaled / total
    evidence = float(peak + np.log(total))
    return Rule(coordinates, panels, phi, mass, scaled / total, conditional, evidence, moments)


def values_at(coordinates: tuple[Axis, ...], panels: tuple[Panels, ...]) -> Array:
    """Give the hyperparameters (nodes, d) at the nodes of a product rule."""
    return values(coordinates, _grid(panels))


def log_prior(form: Form, coordinates: tuple[Axis, ...], panels: tuple[Panels, ...]) -> Array:
    """Give the log prior density of the hyperparameters on the x scale, at the nodes of a rule."""
    return _log_prior(form, coordinates, _grid(panels))


def product_weights(panels: tuple[Panels, ...]) -> Array:
    """Give the weights (nodes,) of a product rule; 1 for no dimension."""
    return np.prod(_product([panel.weights for panel in panels]), axis=1)


def _grid(panels: tuple[Panels, ...]) -> Array:
    return _product([panel.nodes for panel in panels])


def _product(columns: list[Array]) -> Array:
    if not columns:
        return np.empty((1, 0))
    return np.stack([grid.ravel() for grid in np.meshgrid(*columns, indexing="ij")], axis=1)


def _single(form: Form) -> Rule:
    conditional = form.given(np.empty((1, 0)))
    evidence = float(conditional.log_likelihood[0])
    return Rule((), (), np.empty((1, 0)), np.ones(1), np.ones(1), conditional, evidence, 2)


def _disagreement(coarse: Rule, fine: Rule) -> float:
    """Largest relative difference in evidence, means (per SD), SDs and distribution functions."""
    (mean_a, sd_a), (mean_b, sd_b) = _moments(coarse), _moments(fine)
    sizes = np.where(sd_b > 0, sd_b, 1.0)
    parts = (
        np.abs(np.expm1(coarse.log_evidence - fine.log_evidence)),
        np.max(np.abs(mean_a - mean_b) / sizes, initial=0.0),
        np.max(np.abs(sd_a - sd_b) / sizes, initial=0.0),
        _LOOSER * max(_gap(coarse, fine, place) for place in range(len(fine.panels))),
    )
    return float(max(parts)) if np.all(np.isfinite(parts)) else np.inf


def _gap(coarse: Rule, fine: Rule, place: int) -> float:
    """Largest difference between the two distribution functions of a hyperparameter.

    Quantiles come from densities interpolated between the nodes, which may need more of them than
    the moments do. Where the rules differ by 1e-7 in them, the finer is off by some 1e-9.
    """
    return float(np.max(np.abs(_reached(coarse, place) - _reached(fine, place))))


def _reached(rule: Rule, place: int) -> Array:
    """Distribution function of a hyperparameter at points inside each panel, (count, points)."""
    panels = rule.panels[place]
    others = tuple(axis for axis in range(len(rule.panels)) if axis != place)
    mass = rule.weights.reshape(rule.shape).sum(axis=others)
    by_panel = mass.reshape(panels.count, panels.order)
    density = (mass / panels.weights).reshape(by_panel.shape)
    before = np.cumsum(by_panel.sum(axis=1)) - by_panel.sum(axis=1)
    half = (panels.upper - panels.lower) / (2 * panels.count)
    return before[:, None] + half * density @ _partial(panels.order)


@lru_cache
def _partial(order: int) -> Array:
    """Integrals from −1 to points of [−1, 1] of what interpolates each node alone."""
    panel, points = Panels(-1.0, 1.0, 1, order), np.linspace(-1.0, 1.0, _BETWEEN + 2)[1:-1]
    return np.stack([panel.cumulative(alone, points) for alone in np.eye(order)])


def _moments(rule: Rule) -> tuple[Array, Array]:
    """Means and SDs of all parameters; of φ/(|φ| + scale) where the variance does not exist."""
    beta = rule.conditional
    if rule.moments < 2:
        scales = np.array([coordinate.scale for coordinate in rule.coordinates])
        bounded = rule.phi / (np.abs(rule.phi) + scales)
        mean = rule.weights @ bounded
        return mean, np.sqrt(rule.weights @ (bounded - mean) ** 2)
    both = np.hstack([beta.mean, rule.phi])
    within = np.hstack([np.sum(beta.root**2, axis=2), np.zeros_like(rule.phi)])
    mean = rule.weights @ both
    return mean, np.sqrt(rule.weights @ ((both - mean) ** 2 + within))
