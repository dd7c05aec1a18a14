"""Running nutpie on a PyMC model."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from consilience.engines.nuts.machine import UnwritableError, translated
from consilience.engines.nuts.trace import kept, read, stacked
from consilience.gaussian import Array

if TYPE_CHECKING:
    import pymc
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run of the sampler is asked for.

    Parameters
    ----------
    draws, tune, chains : int
        Draws kept and warm-up draws of each chain, and number of chains.
    target_accept : float
        Acceptance rate that the step size is tuned to.
    """

    draws: int
    tune: int
    chains: int
    target_accept: float


@dataclass(frozen=True, slots=True)
class Run:
    """What the sampler gave.

    Parameters
    ----------
    posterior : Dataset
        Draws of the model's own variables over chain and draw.
    divergences : int
        Number of divergent transitions after warm-up.
    bfmi : float
        Lowest energy Bayesian fraction of missing information of the chains.
    settings : Settings
        How it was run.
    """

    posterior: "xr.Dataset"
    divergences: int
    bfmi: float
    settings: Settings


@dataclass(frozen=True, slots=True)
class Compiled:
    """A PyMC model compiled once, to be run with several settings."""

    model: Any

    def run(self, settings: Settings, seed: int) -> Run:
        """Sample; chains depend on the seed alone, not on the number of cores."""
        trace = self._sampled(settings, seed, return_raw_trace=True).get_arrow_trace()
        draws, stats = kept(*trace)
        energy, diverging = (stacked(stats, name)[0] for name in ("energy", "diverging"))
        posterior = read(draws, self.model)
        return Run(posterior, int(diverging.sum()), _bfmi(energy), settings)

    def unconstrained(
        self, settings: Settings, seed: int, *, names: Sequence[str]
    ) -> dict[str, Array]:
        """Sample, and give the parameters as the sampler moves them, on scales without bounds.

        Parameters
        ----------
        settings, seed
            As for `run`.
        names : sequence of str
            The model's value variables.

        Returns
        -------
        dict of str to array (chain, draw, …)
            By value variable.
        """
        trace = self._sampled(settings, seed, store_unconstrained=True)
        own, moved = (trace[name].to_dataset() for name in ("posterior", "unconstrained_posterior"))
        return {name: (moved if name in moved else own)[name].to_numpy() for name in names}

    def _sampled(self, settings: Settings, seed: int, **more: bool) -> Any:  # noqa: ANN401
        """Run nutpie with the settings of one rung, without warm-up draws or a progress bar."""
        import nutpie

        return nutpie.sample(
            self.model,
            draws=settings.draws,
            tune=settings.tune,
            chains=settings.chains,
            target_accept=settings.target_accept,
            seed=seed,
            save_warmup=False,
            progress_bar=False,
            **more,
        )


def compile_model(model: "pymc.Model") -> Compiled:
    """Give a PyMC model to nutpie: by the machine, or compiled where that has no instruction."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Compiled(translated(model))
        except UnwritableError:
            import nutpie

            return Compiled(nutpie.compile_pymc_model(model))


def _bfmi(energy: Array) -> float:
    """Lowest Σ(E_t − E_{t−1})² / Σ(E_t − Ē)² of the chains (Betancourt 2016, arXiv:1604.00695)."""
    steps = np.mean(np.diff(energy, axis=1) ** 2, axis=1)
    return float(np.min(steps / np.var(energy, axis=1)))
