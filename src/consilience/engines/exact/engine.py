"""The exact engine: quadrature over up to three hyperparameters, closed forms for the rest."""

from dataclasses import dataclass

import xarray as xr

from consilience.effects import Effects
from consilience.engines.base import Engine
from consilience.engines.exact.form import Form, assemble
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.exact.proof import prove
from consilience.engines.exact.rule import OWED, WANTED, Integrated, integrate
from consilience.engines.exact.store import from_dataset
from consilience.errors import ModelError, RefusalError
from consilience.model import Model

MOST_HYPERS = 3
_LEAST = 1e-12  # nearer, and rounding decides


@dataclass(frozen=True, slots=True)
class Exact(Engine):
    """Integrate the hyperparameters numerically, everything else in closed form.

    p(β | y) = ∫ p(β | φ, y) p(φ | y) dφ, with p(φ | y) ∝ p(y | φ) p(φ). Bracketed from the
    integrand, Gauss–Legendre panels, refined until rules of two orders agree; the bound achieved is
    part of the answer, and beyond 1e-6 the engine refuses.

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
        self._form(model, effects)

    def run(self, model: Model, effects: Effects) -> ExactPosterior:
        """See `Engine.run`."""
        form = self._form(model, effects)
        return self._posterior(form, effects, integrate(form, wanted=self.tolerance))

    def restore(self, model: Model, effects: Effects, tree: xr.DataTree) -> ExactPosterior:
        """See `Engine.restore`."""
        form = self._form(model, effects)
        return self._posterior(form, effects, from_dataset(form, tree["nodes"].to_dataset()))

    def _form(self, model: Model, effects: Effects) -> Form:
        form = assemble(model, effects)
        if len(form.hypers) > MOST_HYPERS:
            names = ", ".join(hyper.name for hyper in form.hypers)
            raise RefusalError(
                f"engines.Exact integrates up to {MOST_HYPERS} hyperparameters; this model has "
                f"{len(form.hypers)} ({names}). Use engines.Nuts(), or fewer exchangeable terms."
            )
        prove(form)
        return form

    def _posterior(self, form: Form, effects: Effects, integrated: Integrated) -> ExactPosterior:
        return ExactPosterior(form, integrated, effects, self.seed, self.chains, self.draws)
