"""The exact posterior over an unknown location: a mixture of Gaussian forms, one at each place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from consilience.effects import Effects
from consilience.engines.base import Combination, Posterior
from consilience.engines.exact.form import Form
from consilience.engines.exact.given import Given, halves
from consilience.engines.exact.location import LocationMarginal, mixed
from consilience.engines.exact.marginals import Marginal, hyper_marginals
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.newcomers import combined, true_effects
from consilience.engines.exact.outer import FELT, Outer, Stratum, seen
from consilience.engines.exact.piled import piled, rows_of
from consilience.engines.exact.posterior import hyper_rows
from consilience.engines.exact.rule import integrate
from consilience.engines.exact.strata_draws import curves, sampled
from consilience.engines.summary import ordered, table
from consilience.engines.tree import Layout, grow
from consilience.gaussian import Array, Block, Bonds, Scatter
from consilience.model import Model, blocks, resolve


def over_strata(
    form: Form,
    model: Model,
    *,
    effects: Effects,
    wanted: float,
    drawing: tuple[int, int, int],
) -> "StrataPosterior":
    """Integrate over the location.

    Parameters
    ----------
    form : Form
        The Gaussian form at one location.
    model : Model
        With one term that bends.
    effects : Effects
        The trials.
    wanted : float
        What two rules must agree to, relative.
    drawing : tuple of int
        Seed, chains and draws.
    """
    concrete = resolve(model, effects)
    (term,) = (each for each in concrete.terms if each.bends)
    parts = blocks(concrete, effects)
    place = next(n for n, part in enumerate(parts) if part.curve.hypers)
    found = Given(form, parts[place], sum(len(part.labels) for part in parts[:place]), wanted)
    outer = found.over(term.edges(effects), jumps=term.jumps(effects))
    return StrataPosterior(found, outer, parts, effects, drawing)


@dataclass(frozen=True)
class StrataPosterior(Posterior):
    """A mixture of exact posteriors over the location of a curve.

    Where the curve jumps, the intervals between the trials' exposures are exact strata; elsewhere
    the strata are the nodes of Gauss–Legendre rules between the exposures.

    Parameters
    ----------
    given : object
        The model given a location.
    outer : Outer
        The strata.
    parts : tuple of Block
        Of the model.
    effects : Effects
        The trials.
    drawing : tuple of int
        Seed, chains and draws.
    """

    given: Given
    outer: Outer
    parts: tuple[Block, ...]
    effects: Effects
    drawing: tuple[int, int, int]

    @property
    def layout(self) -> Layout:
        """See `Posterior.layout`."""
        own = self.given.form.hypers
        count = len(self.scatter.hypers)
        return Layout(self.parts, (*own[:count], self.given.location, *own[count:]))

    @property
    def scatter(self) -> Scatter:
        """See `Posterior.scatter`."""
        return self.given.form.scatter

    @property
    def bonds(self) -> Bonds:
        """See `Posterior.bonds`."""
        return self.given.form.bonds

    @property
    def coefficients(self) -> tuple[str, ...]:
        """See `Posterior.coefficients`."""
        return self.given.form.coefficients

    @property
    def log_evidence(self) -> float | None:
        """See `Posterior.log_evidence`."""
        form = self.given.form
        proper = all(hyper.prior.proper for hyper in form.hypers) and not form.flat.any()
        return self.outer.log_evidence if proper else None

    @property
    def accuracy(self) -> float:
        """See `Posterior.accuracy`: the outer rule's disagreement and the inner ones' together."""
        inner = max(each.integrated.accuracy for _, each in self._seen)
        return self.outer.error + inner

    @property
    def faults(self) -> tuple[str, ...]:
        """See `Posterior.faults`; the engine refuses rather than answer badly."""
        return ()

    @property
    def steps(self) -> tuple[str, ...]:
        """See `Posterior.steps`."""
        name, count = self.given.location.name, len(self.outer.strata)
        inner = ", ".join(hyper.name for hyper in self.given.form.hypers) or "nothing else"
        found = [
            f"Integrated over {name} at {count} places, and over {inner} at each; the rules agree "
            f"to {self.accuracy:.0e}."
        ]
        if self.given.part.curve.carries:
            found.append(
                "The curve begins at no effect: mu follows from it, as the mean of the expected "
                "effects over the trials, and the prior of mu is not used."
            )
        return tuple(found)

    def summary(self, level: float) -> pd.DataFrame:
        """See `Posterior.summary`."""
        names = tuple(f"theta[{label}]" for label in self.given.form.labels)
        parts = [(mass, true_effects(each.form, each.integrated.rule)) for mass, each in self._seen]
        pieces = [
            self.of_coefficients(level),
            hyper_rows(tuple(self.marginals), tuple(self.marginals.values()), level),
            rows_of(names, piled(parts), level),
        ]
        first = tuple(hyper.name for hyper in self.scatter.hypers)
        return table(ordered(pd.concat(pieces), first), level=level, accuracy=self.accuracy)

    def scales(self, level: float) -> pd.DataFrame:
        """See `Posterior.scales`."""
        rows = hyper_rows(tuple(self.marginals), tuple(self.marginals.values()), level)
        return table(rows, level=level, accuracy=self.accuracy)

    def combine(self, combinations: tuple[Combination, ...], *, level: float) -> pd.DataFrame:
        """See `Posterior.combine`."""
        found = self.mixture(combinations)
        rows = rows_of(tuple(each.name for each in combinations), found, level)
        return table(rows, level=level, accuracy=self.accuracy)

    def of_coefficients(self, level: float) -> pd.DataFrame:
        """Summarise the coefficients alone."""
        return rows_of(self.coefficients, self._of_coefficients, level)

    def mixture(self, combinations: tuple[Combination, ...]) -> Mixture:
        """Give the marginals of linear combinations as mixtures of normals."""
        return piled(list(self._layers(combinations)))

    def cdf(self, values: Mapping[str, float]) -> dict[str, float]:
        """See `Posterior.cdf`."""
        mixture = self._of_coefficients
        at = np.array([values.get(name, np.nan) for name in self.coefficients])
        found = dict(zip(self.coefficients, mixture.cdf(at).tolist(), strict=True))
        for name, marginal in self.marginals.items():
            if name in values:
                found[name] = float(marginal.cdf(np.array([values[name]]))[0])
        return {name: found[name] for name in values}

    def again(self, y: Array) -> "StrataPosterior":
        """Answer the same questions for other estimates of the same trials."""
        form = replace(self.given.form, y=y - self.given.form.known)
        given = replace(self.given, form=form)
        pieces = self.outer.pieces
        edges = np.array([pieces[0].lower, *(piece.upper for piece in pieces)])
        outer = given.over(edges, jumps=all(piece.constant for piece in pieces))
        return replace(self, given=given, outer=outer, effects=replace(self.effects, y=y))

    def foresee(self) -> Array:
        """See `Posterior.foresee`; by exact refits without each trial at every place."""
        return np.array([self._foresee_one(place) for place in range(self.effects.k)])

    def tree(self) -> xr.DataTree:
        """See `Posterior.tree`; with the groups ``marginals`` and ``nodes`` added."""
        grown = grow(
            self.layout,
            sampled(self.given, self.outer, self.layout, drawing=self.drawing),
            effects=self.effects,
            seed=self.drawing[0],
        )
        grown["marginals"] = xr.DataTree(
            curves(self.coefficients, self._of_coefficients, self.marginals)
        )
        masses, places = self.outer.masses, [each.location for each in self.outer.strata]
        grown["nodes"] = xr.DataTree(
            xr.Dataset(
                {"mass": ("stratum", masses), "location": ("stratum", np.array(places))},
                attrs={"log_evidence": self.outer.log_evidence, "accuracy": self.accuracy},
            )
        )
        return grown

    @cached_property
    def place(self) -> LocationMarginal:
        """The marginal of the location."""
        return LocationMarginal(self.outer)

    @cached_property
    def marginals(self) -> dict[str, Marginal]:
        """Marginals of all hyperparameters by name, in the order of the layout."""
        found: dict[str, Marginal] = {}
        inner = [(mass, hyper_marginals(each.integrated.rule)) for mass, each in self._seen]
        for n, hyper in enumerate(self.given.form.hypers):
            found[hyper.name] = mixed([(mass, own[n]) for mass, own in inner])
        found[self.given.location.name] = self.place
        return {hyper.name: found[hyper.name] for hyper in self.layout.hypers}

    @cached_property
    def _seen(self) -> list[tuple[float, Stratum]]:
        return seen(self.outer)

    @cached_property
    def _of_coefficients(self) -> Mixture:
        eye = np.eye(len(self.coefficients))
        return self.mixture(
            tuple(Combination(name, row) for name, row in zip(self.coefficients, eye, strict=True))
        )

    def _layers(
        self, combinations: tuple[Combination, ...]
    ) -> Iterator[tuple[Array | float, Mixture]]:
        """Give the mixture at each place, in two layers where new rows jump inside an interval."""
        pieces = (piece for piece in self.outer.pieces for _ in piece.strata)
        for mass, stratum, piece in zip(self.outer.masses, self.outer.strata, pieces, strict=True):
            if mass <= FELT:
                continue
            cut = [halves(piece, stratum.location, each) for each in combinations]
            for layer in (0, 1):
                shares = np.array([each[layer][1] for each in cut])
                if shares.any():
                    own = tuple(
                        self.given.weights(one, half[layer][0])
                        for one, half in zip(combinations, cut, strict=True)
                    )
                    rule = stratum.integrated.rule
                    yield mass * shares, combined(stratum.form, rule, own)

    def _foresee_one(self, place: int) -> float:
        pairs = [_without(each, place, float(self.effects.v[place])) for each in self.outer.strata]
        logs = np.array([log for log, _ in pairs])
        weights = np.exp(logs - logs.max())
        return float(weights @ np.array([below for _, below in pairs]) / weights.sum())


def _without(stratum: Stratum, place: int, reported: float) -> tuple[float, float]:
    """Log mass without a trial, and P(new estimate of it < the observed)."""
    form = stratum.form
    rule = integrate(form.without(place), wanted=stratum.integrated.wanted).rule
    row, y, error = form.observation(rule.phi, place, left=(), own=reported)
    variances = rule.conditional.variance_of(row[:, None]) + error[:, None]
    means = np.sum(rule.conditional.mean * row, axis=1) - y
    mixture = Mixture(rule.weights, means[:, None], np.sqrt(variances))
    return stratum.log_prior + rule.log_evidence, float(mixture.cdf(np.zeros(1))[0])
