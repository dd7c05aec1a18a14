"""Integration over the hyperparameters to a stated accuracy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.agreement import Disagreement, disagreement, looser
from consilience.engines.exact.along import along
from consilience.engines.exact.integrand import (
    Form,
    added,
    coordinates_of,
    log_density,
    log_priors,
    product_weights,
    search,
    values_at,
)
from consilience.engines.exact.ladder import FIRST, Rungs, climbed, panels_on, telling_rungs
from consilience.engines.exact.line import Axis
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.profile import foretell
from consilience.engines.exact.search import Bracket
from consilience.engines.exact.solve import Conditional
from consilience.engines.exact.trimming import most_of, size_of, trimmed
from consilience.errors import ConvergenceError
from consilience.gaussian import Array, Hyper

WANTED = 1e-9
OWED = 1e-6
_MANY, _TRIM, _BEHIND = 4, 1, 5  # axes; rungs that say where a box is empty, and how far below
_CLOSEST, _EMPTY = 1e-7, 24.2  # along many axes no closer; e^-24 of the top is not felt
_DROP = 36.0  # e^-36 = 2e-16 of the heaviest node: below what the sum of all can feel


@dataclass(frozen=True, slots=True)
class Rule:
    """A product rule over the hyperparameters, with all that was computed at its nodes.

    Parameters
    ----------
    hypers : tuple of Hyper
        The hyperparameters.
    coordinates : tuple of Axis
        The map of each.
    panels : tuple of Panels
        The rule along each dimension, on the x scale.
    log_priors : tuple of array
        Log prior density along each dimension, on the x scale, at its nodes.
    phi : array (nodes, d)
        Hyperparameters at the nodes, last dimension fastest; where the form has coordinates of its
        own, the parameters that they stand for.
    weights : array (nodes,)
        Posterior mass of each node; they add up to 1.
    log_density : array (nodes,)
        Log of the posterior density on the x scale, normalised.
    conditional : Conditional
        The closed-form answers at the nodes.
    log_evidence : float
        log p(y), up to the constant of improper priors.
    moments : int
        Highest moment of the hyperparameters that exists.
    """

    hypers: tuple[Hyper, ...]
    coordinates: tuple[Axis, ...]
    panels: tuple[Panels, ...]
    log_priors: tuple[Array, ...]
    phi: Array
    weights: Array
    log_density: Array
    conditional: Conditional
    log_evidence: float
    moments: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of nodes along each dimension."""
        return tuple(panel.count * panel.order for panel in self.panels)


@dataclass(frozen=True, slots=True)
class Integrated:
    """A rule, the relative error bound that it achieved, and the one that was asked for."""

    rule: Rule
    accuracy: float
    wanted: float = WANTED


def integrate(form: Form, *, wanted: float = WANTED) -> Integrated:
    """Integrate over the hyperparameters until two rules of different order agree.

    p(y) = ∫ p(y | φ) p(φ) dφ, and every other answer as a mean over p(φ | y). Evidence, means and
    standard deviations of all coefficients and hyperparameters by two Gauss–Legendre rules must
    agree to what is wanted (means relative to their SD), and their distribution functions to three
    times that along one axis, thirty times along several; finer rules are taken until they do. The
    disagreement achieved is the bound on the coarser rule's error; the finer rule answers.

    Raises
    ------
    ModelError
        If the posterior is improper.
    ConvergenceError
        If the rules still disagree by more than 1e-6 when the nodes run out.
    """
    coordinates = coordinates_of(form)
    if not coordinates:
        return Integrated(_single(form), float(np.finfo(float).eps), wanted)
    wanted = max(wanted, _CLOSEST) if len(coordinates) >= _MANY else wanted
    best = _refine(_Domain(form, coordinates, search(form, coordinates), wanted))
    if best.accuracy > OWED:
        raise ConvergenceError(
            f"Two integration rules over {', '.join(h.name for h in form.hypers)} still differ by "
            f"{best.accuracy:.1e}, more than {OWED:.0e} relative. Use engines.Nuts(), or simpler "
            "priors: the integrand is not smooth."
        )
    return best


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a rule's nodes before they are evaluated.

    Parameters
    ----------
    foretold : array (nodes,)
        Log of the integrand; of no account where a node matters.
    matters : array (n,)
        Places of the nodes that are to be evaluated.
    """

    foretold: Array
    matters: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Domain:
    """What is integrated, and where it lies."""

    form: Form
    coordinates: tuple[Axis, ...]
    found: Bracket
    wanted: float

    def begin(self) -> Rungs:
        """Say at which rungs of the ladder to begin, along several axes."""
        return telling_rungs(
            lambda x: log_density(self.form, self.coordinates, x),
            self._priors,
            self.found,
            wanted=(self.wanted, self.wanted / looser(len(self.coordinates))),
            unseen=tuple(hyper.name in self.form.unseen for hyper in self.form.hypers),
        )

    def cut(self, rungs: Rungs) -> tuple[Panels, ...]:
        """Cut the axes as these rungs say."""
        return panels_on(self.found, rungs)

    def rule(self, panels: tuple[Panels, ...], seen: Outlook) -> Rule:
        """Evaluate a rule at the nodes that are seen.

        Were a node with mass overlooked, two rules would disagree, and a finer one would be asked.
        """
        phi, weights = values_at(self.coordinates, panels), product_weights(panels)
        conditional = self.form.given_some(phi, seen.matters)
        priors = self._priors(panels)
        log_f = seen.foretold.copy()
        log_f[seen.matters] = (conditional.log_likelihood + added(priors))[seen.matters]
        peak = log_f.max()
        evidence = float(peak + np.log(weights @ np.exp(log_f - peak)))
        height, axes = log_f - evidence, (self.form.hypers, self.coordinates, panels)
        mass = weights * np.exp(height)
        where, last = self.form.placed(phi), self.found.moments
        return Rule(*axes, priors, where, mass, height, conditional, evidence, last)

    def pair(self) -> tuple[Rule, Disagreement]:
        """Evaluate the first two rules of a single axis, and compare them; give the finer one."""
        from consilience.engines.exact.pair import Seen, first_nodes, unit, weighed

        (hyper,), (axis,), rules = self.form.hypers, self.coordinates, unit(FIRST, FIRST + 1)
        fine = self.cut((FIRST + 1,))
        _, phi, prior, _ = along(hyper, axis, ends=self.ends, unit=first_nodes)
        if self.found.moments < 2 or not np.isfinite(prior.sum()):
            return self._compared(self.cut((FIRST,)), fine)
        given, last = self.form.given(phi), slice(rules.first, None)
        seen = Seen(given.log_likelihood, prior, phi[:, 0], given.mean, given.variance)
        found, apart = weighed(rules, seen, length=fine[0].length, close=self.wanted)
        own = self.form.hypers, self.coordinates, fine, (prior[last],), phi[last]
        evidence = found.evidence.item(1)
        answers = found.mass[last], found.height[last], self.form.part(given, phi, last)
        return Rule(*own, *answers, evidence, 2), apart

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of a single axis."""
        return self.found.lower.item(), self.found.upper.item()

    def _compared(
        self, coarse: tuple[Panels, ...], fine: tuple[Panels, ...]
    ) -> tuple[Rule, Disagreement]:
        first, second = (self.rule(panels, self.everywhere(panels)) for panels in (coarse, fine))
        return second, disagreement(first, second, close=self.wanted)

    def trimmed(self) -> "_Domain":
        """Cut off what a search with few points along each axis has left empty at its ends."""
        panels = self.cut((_TRIM,) * len(self.coordinates))
        rule = self.rule(panels, self.everywhere(panels))
        felt = rule.log_density + added(tuple(self._felt(panels)))
        inside = felt > felt.max() - _EMPTY
        return replace(self, found=trimmed(self.found, panels, inside.reshape(rule.shape)))

    def first(self, rungs: Rungs) -> Outlook:
        """See every node of a first rule; along many axes, what lower rungs say of them."""
        panels = self.cut(rungs)
        if len(rungs) < _MANY:
            return self.everywhere(panels)
        lower = self.cut(tuple(max(rung - _BEHIND, 0) for rung in rungs))
        return self.outlook(self.rule(lower, self.everywhere(lower)), panels)

    def everywhere(self, panels: tuple[Panels, ...]) -> Outlook:
        """See every node."""
        return Outlook(np.empty(size_of(panels)), np.arange(size_of(panels)))

    def outlook(self, coarse: Rule, finer: tuple[Panels, ...]) -> Outlook:
        """See the nodes whose mass, or share of a moment, is foretold to be felt.

        Along several axes most of the box around a posterior is empty; along one nothing is.
        """
        if len(finer) == 1:
            return self.everywhere(finer)
        foretold = foretell(coarse, finer) + coarse.log_evidence
        felt = foretold + added(tuple(self._felt(finer)))
        return Outlook(foretold, np.flatnonzero(felt > felt.max() - _DROP))

    def _felt(self, panels: tuple[Panels, ...]) -> Iterator[Array]:
        """Give, along each axis, log weights and the growth of the highest moment."""
        for axis, each in zip(self.coordinates, panels, strict=True):
            size = np.log1p(np.abs(axis.value(each.nodes)) / axis.scale)
            yield np.log(each.weights) + self.found.moments * size

    def _priors(self, panels: tuple[Panels, ...]) -> tuple[Array, ...]:
        return log_priors(self.form, self.coordinates, panels)


def _refine(domain: _Domain) -> Integrated:
    """Climb the ladder from its first rungs."""
    if len(domain.coordinates) == 1:
        return _refine_line(domain)
    domain = domain.trimmed() if len(domain.coordinates) >= _MANY else domain
    rungs = domain.begin()
    coarse = domain.rule(domain.cut(rungs), domain.first(rungs))
    return _climb(domain, _Stage(rungs, coarse, (1,) * len(rungs), 0.0))


def _refine_line(domain: _Domain) -> Integrated:
    """Take the first two rules of a single axis at once: most often they agree."""
    fine, found = domain.pair()
    behind, settled = found.behind(domain.wanted), found.settled(domain.wanted)
    if not any(behind):
        return Integrated(fine, found.worst, domain.wanted)
    return _climb(domain, _Stage((FIRST + 1,), fine, behind, settled))


@dataclass(frozen=True, slots=True)
class _Stage:
    """A rule, its rungs, how far behind each axis is, and what need not be looked at again."""

    rungs: Rungs
    rule: Rule
    behind: tuple[int, ...]
    settled: float


def _climb(domain: _Domain, stage: _Stage) -> Integrated:
    """Climb the ladder until neighbours agree to what is wanted, or the nodes run out."""
    wanted, (rungs, coarse) = domain.wanted, (stage.rungs, stage.rule)
    behind, settled = stage.behind, stage.settled
    while True:
        rungs = climbed(rungs, behind)
        finer = domain.cut(rungs)
        fine = domain.rule(finer, domain.outlook(coarse, finer))
        found = disagreement(coarse, fine, close=wanted)
        behind = found.behind(wanted)
        following = domain.cut(climbed(rungs, behind))
        if following == finer:
            return Integrated(fine, max(found.worst, settled), wanted)
        if size_of(following) > most_of(following):
            found = disagreement(coarse, fine, close=np.inf)
            return Integrated(fine, max(found.worst, settled), wanted)
        coarse, settled = fine, max(settled, found.settled(wanted))


def _single(form: Form) -> Rule:
    conditional = form.given(np.empty((1, 0)))
    evidence = float(conditional.log_likelihood[0])
    node, mass = np.empty((1, 0)), np.ones(1)
    return Rule((), (), (), (), node, mass, np.zeros(1), conditional, evidence, 2)
