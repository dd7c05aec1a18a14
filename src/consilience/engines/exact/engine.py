"""The exact engine: quadrature over up to three hyperparameters, closed forms for the rest."""

from dataclasses import dataclass

import xarray as xr

from consilience.effects import Effects
from consilience.engines import integrated
from consilience.engines.base import Engine, Posterior
from consilience.engines.exact.form import Form, assemble
from consilience.engines.exact.given import bends, refuse_latent
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.exact.proof import prove
from consilience.engines.exact.rule import OWED, WANTED, Integrated, integrate
from consilience.engines.exact.store import from_dataset
from consilience.engines.exact.strata import StrataPosterior, over_strata
from consilience.errors import ModelError, RefusalError
from consilience.model import Model, resolve

MOST_HYPERS = 3
_LEAST = 1e-12  # nearer, and rounding decides


@dataclass(frozen=True, slots=True)
class Exact(Engine):
    """Integrate the hyperparameters numerically, everything else in closed form.

    For y | β, u, φ ~ N(Xβ + Zu, V + H(φ)), u | φ ~ N(0, D(φ)), the posterior of (β, u) is
    ∫ p(β, u | φ, y) p(φ | y) dφ with p(φ | y) ∝ p(y | φ) p(φ). Bracketed from the integrand,
    Gauss–Legendre panels, refined until rules of two orders agree; the bound achieved is part of
    the answer, and beyond 1e-6 the engine refuses. Likelihoods of the arms' own data (Binomial,
    Poisson, …) have no closed form: there coefficients and hyperparameters, three at most, are
    integrated over together, each trial's own parameters inside; four where baselines are draws
    from a population and the effect shifts an arm, and there no closer than to 1e-7.

    Parameters
    ----------
    seed : int
        Seed of the independent draws that are made when asked for.
    draws : int
        Draws in each chain.
    chains : int
        Chains in which the draws are arranged, for tools that expect them.
    tolerance : float
        What two rules must agree to, relative; from 1e-12 to 1e-6.

    Raises
    ------
    ModelError
        If the tolerance is out of its range.
    """

    seed: int = 0
    draws: int = 1000
    chains: int = 4
    tolerance: float = WANTED

    def __post_init__(self) -> None:
        """Refuse what cannot be reached, or would be refused."""
        Engine.__post_init__(self)
        if not _LEAST <= self.tolerance <= OWED:
            raise ModelError(
                f"tolerance lies between {_LEAST:.0e} and {OWED:.0e}; {self.tolerance!r} does not."
            )

    def accept(self, model: Model, effects: Effects) -> None:
        """Say nothing if the engine can do this model.

        Raises
        ------
        RefusalError
            If a component has no Gaussian form, or there are too many hyperparameters.
        """
        if model.likelihood.by_curves:
            integrated.assemble(model, effects)
        else:
            self._form(model, effects)

    def run(self, model: Model, effects: Effects) -> Posterior:
        """See `Engine.run`."""
        if model.likelihood.by_curves:
            whole = integrated.assemble(model, effects)
            found = integrated.solved(whole, self.tolerance)
            own = resolve(model, effects).likelihood
            return integrated.posterior_of(found, effects, drawing=self._drawing, likelihood=own)
        if bends(model, effects):
            return self._strata(model, effects)
        form = self._form(model, effects)
        return self._posterior(form, effects, integrate(form, wanted=self.tolerance))

    def restore(self, model: Model, effects: Effects, tree: xr.DataTree) -> Posterior:
        """See `Engine.restore`; what bends with a location is integrated again: milliseconds."""
        if model.likelihood.by_curves:
            whole = integrated.assemble(model, effects)
            stored = integrated.restored(whole, tree["nodes"].to_dataset())
            own = resolve(model, effects).likelihood
            return integrated.posterior_of(stored, effects, drawing=self._drawing, likelihood=own)
        if bends(model, effects):
            return self._strata(model, effects)
        form = self._form(model, effects)
        return self._posterior(form, effects, from_dataset(form, tree["nodes"].to_dataset()))

    def _form(self, model: Model, effects: Effects) -> Form:
        """Give the Gaussian form, proved proper and with at most three hyperparameters."""
        refuse_latent(model, effects)
        form = assemble(model, effects)
        if len(form.hypers) > MOST_HYPERS:
            names = ", ".join(hyper.name for hyper in form.hypers)
            raise RefusalError(
                f"engines.Exact integrates up to {MOST_HYPERS} hyperparameters; this model has "
                f"{len(form.hypers)} ({names}). Use engines.Nuts(), or fewer exchangeable terms."
            )
        prove(form)
        return form

    @property
    def _drawing(self) -> tuple[int, int, int]:
        return self.seed, self.chains, self.draws

    def _strata(self, model: Model, effects: Effects) -> StrataPosterior:
        form, drawing = self._form(model, effects), self._drawing
        return over_strata(form, model, effects=effects, wanted=self.tolerance, drawing=drawing)

    def _posterior(self, form: Form, effects: Effects, found: Integrated) -> ExactPosterior:
        return ExactPosterior(form, found, effects, *self._drawing)
