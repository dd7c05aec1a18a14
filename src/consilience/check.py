"""Whether the model foresees the data: replicated and left-out trials against the observed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from consilience.engines.summary import tails
from consilience.fit import Fit, seeded
from consilience.gaussian import Array, Bonds, Errors, Point
from consilience.model import resolve

STATISTICS: Mapping[str, Callable[[Array], Array]] = {
    "largest": lambda values: values.max(axis=-1),
    "smallest": lambda values: values.min(axis=-1),
    "spread (SD)": lambda values: values.std(axis=-1),
}
"""What is compared between observed and replicated sets of trials, along the last axis."""
_SURPRISING = 0.05


@dataclass(frozen=True, slots=True)
class Check:
    """How well a model foresees the trials it was fitted to.

    Parameters
    ----------
    trials : DataFrame
        By estimate: ``observed``, the replicates' ``mean, lower, upper, level``, the two-sided
        posterior predictive ``p_value``, and ``p_value_loo``: the same with the trial left out.
    statistics : DataFrame
        By statistic (largest, smallest, spread): ``observed``, the replicates' ``mean, lower,
        upper, level``, and the two-sided ``p_value``.
    replicates : DataTree
        Group ``posterior_predictive`` with ``yi`` over chain, draw and estimate, and
        ``observed_data``.
    words : tuple of str
        What it means.
    """

    trials: pd.DataFrame
    statistics: pd.DataFrame
    replicates: xr.DataTree
    words: tuple[str, ...]


def check(fit: Fit, *, level: float = 0.95, seed: int = 0) -> Check:
    """Hold replicated data against the observed, and each trial against the others.

    Replicates are new trials of the same sizes and moderators, with true effects of their own:
    y ~ N(η, H(φ) + V). The leave-one-out column asks the harder question, whether the model
    foresees each trial from the others: 2·min(p, 1 − p) with p = P(new yᵢ < observed yᵢ | others),
    of the arms' own data as `exact_loo` says. For sampled fits it is estimated by reweighted draws,
    and stays empty where these say too little (Pareto k above 0.7).

    Parameters
    ----------
    fit : Fit
        The fit.
    level : float
        Mass of the replicates' intervals.
    seed : int
        Seed of the replicates.

    Raises
    ------
    RefusalError
        If the bias selects which estimates come to light.
    ModelError
        For a level that is no share between 0 and 1.

    References
    ----------
    Gelman, Meng & Stern (1996), Statistica Sinica 6, 733–807. Marshall & Spiegelhalter (2003),
    doi:10.1002/sim.1403.
    """
    fit.stamped(pd.DataFrame())
    fit.model.bias.refuse_selection("check()", instead="Compare refits with fit(...) instead.")
    seed = seeded(seed)
    replicated = _replicate(fit, np.random.default_rng(seed))
    flat = replicated.reshape(-1, fit.effects.k)
    doubted, found = fit.posterior.doubted(), fit.posterior.foresee()
    foreseen = np.where(doubted, np.nan, found)
    trials = _against(fit.effects.y, flat, level).set_axis(list(fit.effects.labels))
    trials["p_value_loo"] = _two_sided(foreseen)
    trials.index.name = "estimate"
    statistics, replicates = _statistics(fit, flat, level), _tree(fit, replicated)
    words = (*_words(trials, np.isnan(found) & ~doubted), *_words_of_statistics(statistics))
    return Check(fit.stamped(trials), fit.stamped(statistics), replicates, words)


def _replicate(fit: Fit, rng: np.random.Generator) -> Array:
    """Draw replicated estimates, (chain, draw, k)."""
    layout = fit.posterior.layout
    beta, hypers = layout.read(fit.draws["posterior"].to_dataset())
    point = {name: values.ravel() for name, values in hypers.items()}
    eta = layout.seen(beta, hypers)
    shape = (eta[..., 0].size, fit.effects.k)
    if fit.model.likelihood.by_curves:
        return _replicated_arms(fit, (eta, point), rng)
    ties = fit.posterior.bonds.ties.sized(np.sqrt(fit.effects.v))
    bonds = Bonds(Errors.of(fit.effects.v, fit.effects.shared), ties)
    drawn = bonds.replicate(fit.posterior.scatter.draw(point, shape, rng), point, rng)
    return eta + drawn.reshape(eta.shape)


def _replicated_arms(fit: Fit, drawn: tuple[Array, Point], rng: np.random.Generator) -> Array:
    """Draw the arms' data of trials with new true effects, and compute their estimates."""
    eta, point = drawn
    flat = eta.reshape(-1, eta.shape[-1])
    posterior = fit.draws["posterior"].to_dataset()
    beta, hypers = fit.posterior.layout.read(posterior)
    shift = eta - fit.posterior.layout.true(beta, hypers)
    own = posterior["theta"].transpose("chain", "draw", "estimate").to_numpy() + shift
    h = fit.posterior.scatter.draw(point, flat.shape, rng)
    new = flat + np.sqrt(h) * rng.standard_normal(flat.shape)
    names = [hyper.name for hyper in fit.model.likelihood.hypers(fit.effects)]
    omega = {name: point[name] for name in names}
    both = (own.reshape(flat.shape), new)
    likelihood = resolve(fit.model, fit.effects).likelihood
    return likelihood.replicated(both, omega, effects=fit.effects, rng=rng).reshape(eta.shape)


def _against(observed: Array, replicated: Array, level: float) -> pd.DataFrame:
    """Compare observed values (q,) with replicated ones (draws, q)."""
    ends = np.quantile(replicated, tails(level), axis=0)
    below = np.mean(replicated < observed, axis=0) + 0.5 * np.mean(replicated == observed, axis=0)
    return pd.DataFrame(
        {
            "observed": observed,
            "mean": replicated.mean(axis=0),
            "lower": ends[0],
            "upper": ends[1],
            "level": level,
            "p_value": _two_sided(below),
        }
    )


def _statistics(fit: Fit, flat: Array, level: float) -> pd.DataFrame:
    observed = np.array([take(fit.effects.y) for take in STATISTICS.values()])
    replicated = np.stack([take(flat) for take in STATISTICS.values()], axis=1)
    table = _against(observed, replicated, level).set_axis(list(STATISTICS))
    table.index.name = "statistic"
    return table


def _tree(fit: Fit, replicated: Array) -> xr.DataTree:
    """Put replicated beside observed estimates, in the groups that ArviZ's plots read."""
    source = fit.draws["observed_data"].to_dataset()
    posterior = fit.draws["posterior"]
    coords = {name: posterior[name] for name in ("chain", "draw", "estimate")}
    predictive = xr.Dataset({"yi": (("chain", "draw", "estimate"), replicated)}, coords)
    groups = {"posterior_predictive": predictive, "observed_data": source}
    return xr.DataTree.from_dict(groups)


def _two_sided(below: Array) -> Array:
    return 2.0 * np.minimum(below, 1.0 - below)


def _words(trials: pd.DataFrame, mute: NDArray[np.bool_]) -> list[str]:
    """Count the trials that the others do not foresee, beside how many chance would give."""
    surprising = trials[trials["p_value_loo"] < _SURPRISING]
    expected = _SURPRISING * len(trials)
    count = len(surprising)
    if len(trials) == 1:
        return ["There is one trial: no other can foresee it."]
    sentences = [
        f"{count} of {len(trials)} trials lie{'s' * (count == 1)} where the others would put a new "
        f"trial with a two-sided probability below {_SURPRISING:.0%}; by chance alone about "
        f"{expected:.1f} would."
    ]
    sentences += [
        f"{name} is not foreseen by the other trials (p = {row['p_value_loo']:.3f}): observed "
        f"{row['observed']:.2f}."
        for name, row in surprising.iterrows()
    ]
    if mute.any():
        sentences.append(
            f"{', '.join(map(str, trials.index[mute]))} cannot be held against the others, which "
            "say nothing about it, or nobody or everybody had the event."
        )
    unsure = [str(name) for name in trials.index[trials["p_value_loo"].isna() & ~mute]]
    if unsure:
        sentences.append(
            f"Of {', '.join(unsure)} the draws do not say whether the others foresee it (Pareto k "
            "above 0.7): fit again without it."
        )
    return sentences


def _words_of_statistics(statistics: pd.DataFrame) -> list[str]:
    """Name each statistic that replicated reviews do not show."""
    failed = statistics[statistics["p_value"] < _SURPRISING]
    return [
        f"The {name} of the observed estimates, {row['observed']:.2f}, is not what replicated "
        f"reviews show ({row['lower']:.2f} to {row['upper']:.2f}, p = {row['p_value']:.3f})."
        for name, row in failed.iterrows()
    ]
