"""Fitting a model, and what a fit answers."""

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from consilience import engines
from consilience.archive import effects_from_text, effects_to_text, read_tree, write_tree
from consilience.diagnosis import Diagnosis, few_trials, idle, prior_conflict, scatter_conflict
from consilience.effects import Effects
from consilience.engines import Combination, Engine, Posterior
from consilience.engines.conflict import prior_tail, silent
from consilience.engines.scattering import scatter_tail
from consilience.errors import ConsilienceError, ConvergenceError, DataError, ModelError
from consilience.model import Model
from consilience.spec import from_mapping, to_mapping

WATERMARK = "NOT CONVERGED (forced)"
"""What stands on every answer of a fit that did not converge and was forced to speak."""

_HEADER, _SCHEMA = "consilience_fit", 1
_DAMAGED = (ConsilienceError, KeyError, ValueError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True)
class Fit:
    """A model, the effects it was fitted to, and the posterior.

    Parameters
    ----------
    model : Model
        What was assumed.
    effects : Effects
        The trials.
    engine : Engine
        How it was computed.
    posterior : Posterior
        What the engine answered.
    reason : str
        Why this engine.
    forced : bool
        Whether answers are given although the computation failed its gate.
    """

    model: Model
    effects: Effects
    engine: Engine
    posterior: Posterior
    reason: str = ""
    forced: bool = field(default=False, kw_only=True)

    def __repr__(self) -> str:
        """Say in one line what was fitted, to what, and how."""
        engine = type(self.engine).__name__
        return f"<Fit by {engine}, k = {self.effects.k}: {self.model}>"

    @property
    def log_evidence(self) -> float | None:
        """Natural log of the marginal likelihood; None for improper priors and for NUTS."""
        return self.posterior.log_evidence

    @cached_property
    def draws(self) -> xr.DataTree:
        """Joint draws with ArviZ's groups, made when first asked for."""
        tree = self.posterior.tree()
        tree.attrs["direction"] = self.effects.direction
        return tree

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """May these answers be trusted? In words."""
        tail, mean = prior_tail(self.posterior, self.effects)
        scattered, q = scatter_tail(self.posterior, self.effects)
        cautions = (
            *few_trials(self.effects.k),
            *idle(silent(self.posterior, self.effects)),
            *prior_conflict(tail, mean=mean),
            *scatter_conflict(scattered, q=q),
        )
        reason = (f"Engine: {self.reason}.",) if self.reason else ()
        steps = (*reason, *self.posterior.steps, *self.effects.shared.words(self.effects.k))
        return Diagnosis(self.posterior.faults, steps, cautions)

    def summary(self, level: float = 0.95) -> pd.DataFrame:
        """Summarise every parameter.

        Parameters
        ----------
        level : float
            Mass of the equal-tailed intervals.

        Returns
        -------
        DataFrame
            By parameter: ``mean, sd, median, lower, upper, level, interval, p_gt_0, ess_bulk,
            ess_tail, r_hat, mcse, accuracy``; the Monte Carlo columns are empty for exact fits,
            `accuracy` for draws.

        Raises
        ------
        ConvergenceError
            If the fit did not converge and was not forced.
        """
        return self.stamped(self.posterior.summary(level))

    def scales(self, level: float = 0.95) -> pd.DataFrame:
        """Summarise the hyperparameters alone, in the columns of `summary`.

        Raises
        ------
        ConvergenceError
            If the fit did not converge and was not forced.
        """
        return self.stamped(self.posterior.scales(level))

    def combine(
        self, combinations: tuple[Combination, ...], *, level: float = 0.95
    ) -> pd.DataFrame:
        """Summarise linear combinations of coefficients, in the columns of `summary`.

        Raises
        ------
        ConvergenceError
            If the fit did not converge and was not forced.
        """
        return self.stamped(self.posterior.combine(combinations, level=level))

    def stamped(self, table: pd.DataFrame) -> pd.DataFrame:
        """Refuse to show a table of a fit that failed, or watermark it where it was forced.

        Raises
        ------
        ConvergenceError
            If the fit did not converge and was not forced.
        """
        table.attrs["direction"] = self.effects.direction
        table.attrs["cautions"] = list(few_trials(self.effects.k))
        if not self.posterior.faults:
            return table
        if not self.forced:
            raise ConvergenceError(
                f"The fit did not converge ({'; '.join(self.posterior.faults)}), so no estimate "
                "is shown. Give the sampler more draws, tighter priors or a simpler model; "
                "fit(..., force=True) shows the numbers under a watermark."
            )
        table.attrs["watermark"] = WATERMARK
        return table

    def save(self, path: str | Path) -> None:
        """Write the fit to a netCDF file, from which `load_fit` gives it back.

        The file holds ArviZ's groups, so that `arviz.from_netcdf` reads the draws as well.

        Raises
        ------
        ModelError
            If the model has a component that is in no registry, and so cannot be written down.
        """
        tree = self.draws.copy()
        tree.attrs |= {
            _HEADER: _SCHEMA,
            "model": json.dumps(to_mapping(self.model)),
            "effects": effects_to_text(self.effects),
            "engine": json.dumps({"name": _engine_name(self.engine), **asdict(self.engine)}),  # type: ignore[call-overload]
            "reason": self.reason,
            "forced": int(self.forced),
        }
        write_tree(tree, path)


def load_fit(path: str | Path) -> Fit:
    """Read a fit that `Fit.save` wrote; nothing is computed again.

    Raises
    ------
    DataError
        If the file is not a saved fit, or of a schema that this version does not know.
    """
    tree = read_tree(path)
    if tree.attrs.get(_HEADER) != _SCHEMA:
        raise DataError(
            f"The file {str(path)!r} is not a fit saved by this version (schema {_SCHEMA}): "
            f"found {tree.attrs.get(_HEADER, 'none')}. Fit the model again and save it."
        )
    try:
        model = from_mapping(json.loads(tree.attrs["model"]))
        effects = effects_from_text(tree.attrs["effects"])
        settings = json.loads(tree.attrs["engine"])
        engine = engines.get(settings.pop("name"), **settings)
        posterior = engine.restore(model, effects, tree)
        _refuse_strangers(tree, posterior, effects)
        reason, forced = str(tree.attrs["reason"]), bool(tree.attrs["forced"])
    except _DAMAGED as error:
        raise DataError(f"The saved fit {str(path)!r} is damaged: {error!r}.") from error
    loaded = Fit(model, effects, engine, posterior, reason, forced=forced)
    loaded.__dict__["draws"] = tree
    return loaded


def _refuse_strangers(tree: xr.DataTree, posterior: Posterior, effects: Effects) -> None:
    drawn = tree["posterior"]
    labels = tuple(str(label) for label in drawn["estimate"].to_numpy())
    if set(drawn.data_vars) != posterior.variables or labels != effects.labels:
        raise ValueError("its draws belong to another model or to other trials")


def fit(
    model: Model,
    effects: Effects,
    engine: Engine | str | None = None,
    *,
    seed: int | None = None,
    force: bool = False,
) -> Fit:
    """Fit a model to effects.

    Parameters
    ----------
    model : Model
        What is assumed.
    effects : Effects
        The trials.
    engine : Engine, str or None
        How to compute; None chooses the exact engine where the model allows it, else NUTS, and
        says why.
    seed : int, optional
        Seed of all draws; overrides the engine's own.
    force : bool
        Show answers, watermarked, even if the computation fails its gate.

    Raises
    ------
    ModelError
        If the model cannot be built on these effects, or the engine cannot do it.
    ConvergenceError
        If the exact engine cannot reach 1e-6.
    DataError
        For what is no set of effects.
    """
    _refuse_others(model, effects)
    if engine is None:
        choice, posterior = engines.run(model, effects, seed=seeded(seed or 0))
        return Fit(model, effects, choice.engine, posterior, choice.reason, forced=force)
    chosen = engines.get(engine) if isinstance(engine, str) else engine
    if not isinstance(chosen, Engine):
        raise ModelError(
            f"An engine is engines.Exact(...), engines.Nuts(...) or its name, not {engine!r}."
        )
    if seed is not None:
        chosen = replace(chosen, seed=seeded(seed))  # type: ignore[type-var]
    reason = f"{type(chosen).__name__}, as asked"
    return Fit(model, effects, chosen, chosen.run(model, effects), reason, forced=force)


def _refuse_others(model: object, effects: object) -> None:
    """Refuse what is no model or no effects, naming what would make one."""
    if not isinstance(model, Model):
        raise ModelError(
            f"fit() takes a Model, not {type(model).__name__}: Model(...), or "
            "read_model(path).model for a file."
        )
    if not isinstance(effects, Effects):
        raise DataError(
            f"fit() takes Effects, not {type(effects).__name__}: make them of a trial table by "
            "effect_sizes(trials, measure)."
        )


def _engine_name(engine: Engine) -> str:
    names = [name for name, kind in engines.REGISTRY.items() if type(engine) is kind]
    return names[0]


def seeded(seed: int) -> int:
    """Check a seed.

    Raises
    ------
    ModelError
        If it is no whole number of 0 or more.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ModelError(f"A seed is a whole number of 0 or more; {seed!r} is not.")
    return int(seed)
