"""The NUTS engine: nutpie on the PyMC model, with a gate and a ladder."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from consilience.effects import Effects
from consilience.engines.base import Engine
from consilience.engines.nuts.gate import faults
from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.nuts.sampler import Compiled, Run, Settings, compile_model
from consilience.engines.tree import Draws, Layout, normal_log_density
from consilience.errors import ModelError
from consilience.gaussian import Array, Scatter
from consilience.model import Model, blocks, resolve, variable_names

_LADDER: tuple[tuple[str, Callable[[Settings], Settings]], ...] = (
    ("target_accept raised to 0.95", lambda settings: replace(settings, target_accept=0.95)),
    ("target_accept raised to 0.99", lambda settings: replace(settings, target_accept=0.99)),
    (
        "twice the draws",
        lambda settings: replace(settings, draws=2 * settings.draws, tune=2 * settings.tune),
    ),
)


@dataclass(frozen=True, slots=True)
class Nuts(Engine):
    """Sample with the No-U-Turn sampler (nutpie), for every model PyMC can write down.

    θ is marginalised where the model is normal and drawn back from its conditional afterwards.
    Draws must pass the gate (R-hat ≤ 1.01, bulk and tail ESS ≥ 400 for every reported quantity, no
    divergence, E-BFMI ≥ 0.3); otherwise the engine climbs a ladder: target_accept 0.95, 0.99, then
    twice the draws. What still fails is reported as not converged.

    Parameters
    ----------
    seed : int
        The same seed gives the same draws whatever the number of cores.
    draws, tune : int
        Draws kept and warm-up draws of each chain.
    chains : int
        Number of chains.
    target_accept : float
        Acceptance rate of the first attempt.

    References
    ----------
    Hoffman & Gelman (2014), JMLR 15, 1593–1623.
    """

    seed: int = 0
    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    target_accept: float = 0.9

    def run(self, model: Model, effects: Effects) -> SampledPosterior:
        """See `Engine.run`."""
        concrete = resolve(model, effects)
        layout, scatter = _layout(concrete, effects), concrete.heterogeneity.scatter(effects)
        _refuse_improper(layout)
        compiled = compile_model(concrete.pymc(effects))
        names = ("mu", *variable_names(concrete, effects))
        described = _Described(layout, scatter, effects, names, self.seed)
        return self._climb(compiled, described)

    def restore(self, model: Model, effects: Effects, tree: xr.DataTree) -> SampledPosterior:
        """See `Engine.restore`."""
        concrete = resolve(model, effects)
        layout, scatter = _layout(concrete, effects), concrete.heterogeneity.scatter(effects)
        posterior = tree["posterior"].to_dataset()
        beta, hypers = layout.read(posterior)
        theta = posterior["theta"].to_numpy()
        draws = Draws(hypers, beta, theta, tree["log_likelihood"]["yi"].to_numpy())
        quality = tree["sample_stats"].to_dataset()
        return SampledPosterior(layout, scatter, draws, effects, self.seed, quality)

    def _climb(self, compiled: Compiled, described: "_Described") -> SampledPosterior:
        settings = Settings(self.draws, self.tune, self.chains, self.target_accept)
        steps = [f"Sampled {self.chains} chains of {self.draws} draws after {self.tune}."]
        found = described.judged(compiled.run(settings, self.seed), steps)
        for words, climb in _LADDER:
            if not found.faults:
                return found
            settings = climb(settings)
            steps = [*steps, f"Not converged ({'; '.join(found.faults)}): {words}."]
            found = described.judged(compiled.run(settings, self.seed), steps)
        return found


@dataclass(frozen=True, slots=True)
class _Described:
    layout: Layout
    scatter: Scatter
    effects: Effects
    names: tuple[str, ...]
    seed: int

    def judged(self, run: Run, steps: list[str]) -> SampledPosterior:
        """Draw the true effects back and hold the draws against the gate."""
        draws = self._draws(run)
        quality = xr.Dataset(attrs={"faults": "", "steps": "\n".join(steps)})
        first = SampledPosterior(self.layout, self.scatter, draws, self.effects, self.seed, quality)
        found = faults(first.summary(0.95), divergences=run.divergences, bfmi=run.bfmi)
        attrs = {
            "faults": "\n".join(found),
            "steps": "\n".join(steps),
            "divergences": run.divergences,
            "bfmi": run.bfmi,
        }
        return replace(first, quality=xr.Dataset(attrs=attrs))

    def _draws(self, run: Run) -> Draws:
        shape = run.posterior["mu"].shape
        columns = [run.posterior[name].to_numpy().reshape(*shape, -1) for name in self.names]
        beta = np.concatenate(columns, axis=-1)
        hypers = {hyper.name: run.posterior[hyper.name].to_numpy() for hyper in self.layout.hypers}
        point = {name: values.ravel() for name, values in hypers.items()}
        theta, log_likelihood = self._true_effects(beta.reshape(-1, beta.shape[-1]), point)
        return Draws(hypers, beta, theta.reshape(*shape, -1), log_likelihood.reshape(*shape, -1))

    def _true_effects(self, beta: Array, point: dict[str, Array]) -> tuple[Array, Array]:
        rng = np.random.default_rng([self.seed, 3])
        y, v = self.effects.y, self.effects.v
        eta = beta @ np.hstack([part.matrix for part in self.layout.parts]).T
        h = np.broadcast_to(self.scatter.variance(point), eta.shape)
        s = h / (h + v)
        theta = eta + s * (y - eta) + np.sqrt(s * v) * rng.standard_normal(eta.shape)
        return theta, normal_log_density(y, eta, h + v)


def _layout(model: Model, effects: Effects) -> Layout:
    parts = blocks(model, effects)
    scatter = model.heterogeneity.scatter(effects)
    return Layout(parts, (*scatter.hypers, *(each for part in parts for each in part.scales)))


def _refuse_improper(layout: Layout) -> None:
    bad = [hyper.name for hyper in layout.hypers if not hyper.prior.proper]
    if bad:
        raise ModelError(
            f"engines.Nuts needs proper priors on standard deviations; {', '.join(bad)} has an "
            "improper one. Use engines.Exact(), or a proper prior such as HalfNormal."
        )
