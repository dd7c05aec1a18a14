"""What a new trial would find."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from consilience.engines import Combination
from consilience.engines.summary import from_draws, table, tails
from consilience.errors import ModelError
from consilience.fit import Fit, seeded
from consilience.gaussian import Array, Joint, Point, Population, draw, tied_to
from consilience.likelihoods.cells import native
from consilience.likelihoods.counted import Counted, World, recounted
from consilience.likelihoods.newcomers import concluded, place_of, refuse_stated
from consilience.model import resolve
from consilience.new_trial import NewTrial
from consilience.rows import combinations, complete, ignored

_COLUMN = np.empty((0, 1))
_DIMS = ("chain", "draw", "trial")
_STAMPS = ("direction", "watermark", "ignored")


def predict(
    fit: Fit, new: NewTrial | Sequence[NewTrial], *, seed: int = 0, level: float = 0.95
) -> xr.DataTree:
    """Foresee new trials: their expectation, their true effect, and their estimate.

    mu = w'β (with fresh draws for levels never seen), theta ~ N(mu, h(φ)),
    yi ~ N(theta, v(theta, n1, n2)).

    Of a likelihood of the arms' own data (Binomial, Poisson, …) the data themselves are foreseen:
    events1, events2 (mean1, mean2) ~ likelihood(theta, b), with the comparator's baseline b that
    the new trial states (``risk2=``, ``rate2=``, ``mean2=``), or else from the population of an
    Exchangeable baseline, and of these data the estimate that the trial would report. Nobody is
    missing in a new trial. Where neither is known, yi is normal as above, and `ignored` says so.

    Parameters
    ----------
    fit : Fit
        A fit; one draw of a new trial is made for each of its draws.
    new : NewTrial or sequence of NewTrial
        The trials to foresee.
    seed : int
        Seed of the draws.
    level : float
        Of the intervals that new trials of events or means would report.

    Returns
    -------
    DataTree
        Group ``predictions`` with ``mu``, ``theta`` and, where the trials' sizes are known, ``yi``,
        over chain, draw and trial; the group ``posterior`` they were drawn from beside it. Where
        the arms' data are foreseen also these, the trial's own standard error ``sei``, and as 0 or
        1 ``lower_gt_0`` and ``upper_lt_0`` (its interval lies above, below 0), ``no_events1`` and
        ``no_events2``: their means are probabilities.

    Raises
    ------
    ModelError
        If nothing or something else than new trials is given, a moderator that the model needs is
        missing, a linear term does not know a level, or what is stated of the comparator is not of
        the model's likelihood, or incomplete.
    ConvergenceError
        If the fit did not converge and was not forced.
    """
    trials, seed = _trials(new), seeded(seed)
    tails(level)
    stamps = fit.stamped(pd.DataFrame()).attrs
    drawn = _Drawn(fit, np.random.default_rng(seed))
    rows = complete(fit, trials)
    mu = np.stack([drawn.expectation(each) for each in combinations(fit, rows)], axis=-1)
    theta = drawn.scattered(mu, fit.posterior.scatter.at(rows))
    groups = {"mu": (_DIMS, mu), "theta": (_DIMS, theta)}
    told = _told(drawn, theta, trials, level=level)
    if told:
        groups |= {name: (_DIMS, values) for name, values in told.items()}
    elif all(trial.sized for trial in trials):
        groups["yi"] = (_DIMS, drawn.estimated(theta, trials))
    posterior = fit.draws["posterior"].to_dataset()
    coords = {
        "chain": posterior["chain"],
        "draw": posterior["draw"],
        "trial": np.array([trial.name for trial in trials], dtype=object),
    }
    stamps["ignored"] = " ".join(filter(None, (ignored(fit, rows), _uncounted(fit, told))))
    measure = fit.effects.measure.code
    attrs = {
        "seed": seed,
        "measure": measure,
        **{name: stamps[name] for name in _STAMPS if name in stamps},
    }
    predictions = xr.Dataset(groups, coords, attrs)
    return xr.DataTree.from_dict({"posterior": posterior, "predictions": predictions})


def _told(
    drawn: "_Drawn", theta: Array, trials: tuple[NewTrial, ...], *, level: float
) -> dict[str, Array]:
    """Foresee the arms' data of all trials, (chain, draw, trial) by name; nothing if of none."""
    likelihood = resolve(drawn.fit.model, drawn.fit.effects).likelihood
    stated = [trial for trial in trials if trial.baseline]
    if not isinstance(likelihood, Counted):
        refuse_stated(stated, type(likelihood).__name__)
        return {}
    design, anyway = likelihood.design, likelihood.populated or likelihood.design.spared
    if not stated and not (anyway and not any(design.lacking(trial) for trial in trials)):
        return {}
    columns = [
        drawn.arms(theta[..., place], trial, likelihood, level=level)
        for place, trial in enumerate(trials)
    ]
    shared = [name for name in columns[0] if all(name in each for each in columns)]
    return {name: np.stack([each[name] for each in columns], axis=-1) for name in shared}


def _uncounted(fit: Fit, told: dict[str, Array]) -> str:
    """Say why no events are foreseen where the model is one of events; empty if they are."""
    likelihood = fit.model.likelihood
    return likelihood.design.asks if isinstance(likelihood, Counted) and not told else ""


def summarise(tree: xr.DataTree, level: float = 0.95) -> pd.DataFrame:
    """Summarise the predictions of a tree.

    Parameters
    ----------
    tree : DataTree
        What `predict` gives.
    level : float
        Mass of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        By ``mu[trial]``, ``theta[trial]``, ``yi[trial]``: the columns of `Fit.summary`, with the
        Monte Carlo error of the draws.

    Raises
    ------
    ModelError
        If the tree holds no predictions.
    """
    if "predictions" not in tree.children:
        raise ModelError(
            "This tree has no group 'predictions'. summarise() takes what predict() gives; for "
            "parameters use fit.summary()."
        )
    predictions = tree["predictions"].to_dataset()
    pieces = [_summarised(predictions[name], level) for name in predictions.data_vars]
    rows = table(pd.concat(pieces), level=level, accuracy=np.nan)
    rows.attrs |= {name: predictions.attrs[name] for name in _STAMPS if name in predictions.attrs}
    return rows


def _trials(new: object) -> tuple[NewTrial, ...]:
    """Read one new trial or several; refuse what is none."""
    given = tuple(new) if isinstance(new, list | tuple) else (new,)
    others = [each for each in given if not isinstance(each, NewTrial)]
    if others or not given:
        raise ModelError(
            "predict() takes a NewTrial(n1, n2, moderator=value, …) or several in a list, not "
            f"{others[0]!r}."
            if others
            else "predict() needs at least one NewTrial; the list is empty."
        )
    return given


def _summarised(values: xr.DataArray, level: float) -> pd.DataFrame:
    draws = values.transpose(*_DIMS).to_numpy()
    names = tuple(f"{values.name}[{trial}]" for trial in values["trial"].to_numpy())
    return from_draws(draws, names, level)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A fit's draws and the random numbers that are added to them."""

    fit: Fit
    rng: np.random.Generator
    drawn: dict[tuple[str, str], Array] = field(default_factory=dict)

    def expectation(self, combination: Combination) -> Array:
        """Draws (chain, draw) of w'β, with fresh levels: one for all trials that share it."""
        beta, hypers = self.fit.posterior.layout.read(self.fit.draws["posterior"].to_dataset())
        mean = beta @ combination.weights + combination.known
        for place, curve in combination.curves:
            mean = mean + curve.seen(_COLUMN, beta[..., place, None], hypers)[..., 0]
        for name, level in zip(combination.fresh, combination.levels, strict=True):
            if (name, level) not in self.drawn:
                self.drawn[name, level] = hypers[name] * self.rng.standard_normal(mean.shape)
            mean = mean + self.drawn[name, level]
        return mean

    def scattered(self, mu: Array, population: Population) -> Array:
        """Draws of true effects (chain, draw, trial) about their expectations."""
        _, hypers = self.fit.posterior.layout.read(self.fit.draws["posterior"].to_dataset())
        point = {name: values.ravel() for name, values in hypers.items()}
        shape = (mu[..., 0].size, mu.shape[-1])
        if population.ties:
            return mu + self._tied(population, point, shape).reshape(mu.shape)
        sd = np.sqrt(population.draw(point, shape, self.rng)).reshape(mu.shape)
        return mu + sd * self.rng.standard_normal(mu.shape)

    def _tied(self, population: Population, point: Point, shape: tuple[int, int]) -> Array:
        """Draws of θ − μ of trials that have something in common with those that were seen."""
        posterior, k = self.fit.posterior, self.fit.effects.k
        read = posterior.layout.read(self.fit.draws["posterior"].to_dataset())
        residual = self.fit.effects.y - posterior.layout.seen(*read).reshape(-1, k)
        h = np.broadcast_to(posterior.scatter.variance(point), residual.shape)
        variance = population.draw(point, shape, self.rng)
        joint, seen = Joint(posterior.bonds, h, point), posterior.scatter
        moments = tied_to(joint, residual, seen=seen, new=population, variance=variance)
        return draw(*moments, self.rng)

    def estimated(self, theta: Array, trials: tuple[NewTrial, ...]) -> Array:
        """Draws of estimates about the true effects, with each trial's own precision."""
        columns = [self._variance(theta[..., place], trial) for place, trial in enumerate(trials)]
        return theta + np.sqrt(np.stack(columns, axis=-1)) * self.rng.standard_normal(theta.shape)

    def arms(
        self, theta: Array, trial: NewTrial, likelihood: Counted, *, level: float
    ) -> dict[str, Array]:
        """Draw the data of a new trial's arms, (chain, draw) by name, and what it would report."""
        many = likelihood.design.begin(self.fit.effects, trial, theta.size)
        _, hypers = self.fit.posterior.layout.read(self.fit.draws["posterior"].to_dataset())
        names = [hyper.name for hyper in likelihood.hypers(self.fit.effects)]
        point = {name: hypers[name].ravel() for name in names}
        b = self._baseline(trial, likelihood, point)
        world = World(native(many) * theta.ravel(), b, point, self.rng)
        cells = likelihood.begun(many, world)
        told = concluded(recounted(many, cells), cells, level)
        if likelihood.design.spared and not trial.baseline:
            told = {name: own for name, own in told.items() if name not in cells}
        return {name: values.reshape(theta.shape) for name, values in told.items()}

    def _baseline(self, trial: NewTrial, likelihood: Counted, point: Point) -> Array:
        """Draw the comparator's baseline (draws,): as stated, or from its population."""
        design, rows = likelihood.design, self.fit.draws["posterior"]["mu"].size
        if not trial.baseline and likelihood.populated:
            return likelihood.prior_baselines(point, rows, self.rng)  # type: ignore[arg-type]
        if not trial.baseline and design.spared:
            return np.zeros(rows)
        value = design.read(trial, type(likelihood).__name__)
        if not isinstance(value, str):
            return design.baselines(value, rows, self.rng)
        if ("", value) not in self.drawn:
            self.drawn["", value] = self._seen(value, likelihood, point)
        return self.drawn["", value]

    def _seen(self, name: str, likelihood: Counted, point: Point) -> Array:
        """Draw the baseline (draws,) of a trial that was seen."""
        effects, posterior = self.fit.effects, self.fit.draws["posterior"].to_dataset()
        place = place_of(name, effects)
        layout = self.fit.posterior.layout
        read = layout.read(posterior)
        theta = posterior["theta"].transpose(*_DIMS[:2], "estimate").to_numpy()
        own = (theta + layout.seen(*read) - layout.true(*read)).reshape(-1, effects.k)[:, [place]]
        alone = effects.keep(np.arange(effects.k) == place)
        return likelihood.comparators(alone, own, point=point, rng=self.rng)[:, 0]

    def _variance(self, theta: Array, trial: NewTrial) -> Array:
        """Give the sampling variances of a new trial from its error, or its arms' sizes."""
        if trial.sei is not None:
            return np.full(theta.shape, trial.sei**2)
        effects = self.fit.effects
        return effects.measure.new_variance(
            theta, n1=int(trial.n1 or 0), n2=int(trial.n2 or 0), observed=effects.frame
        )
