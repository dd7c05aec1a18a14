"""The exact posterior: every marginal a mixture over the nodes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from consilience.effects import Effects
from consilience.engines.base import Combination, Posterior
from consilience.engines.exact.form import Form, identified
from consilience.engines.exact.marginals import HyperMarginal, Marginal, draw, hyper_marginals
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.newcomers import combined, marginals, true_effects
from consilience.engines.exact.rule import Integrated, integrate
from consilience.engines.exact.store import to_dataset
from consilience.engines.summary import ordered, table, tails
from consilience.engines.tree import Draws, Layout, grow
from consilience.errors import ModelError
from consilience.gaussian import Array, Bonds, Scatter

_GRID = 257
_END = 1e-6


@dataclass(frozen=True)
class ExactPosterior(Posterior):
    """The posterior as a mixture of closed forms over quadrature nodes.

    Parameters
    ----------
    form : Form
        The Gaussian form.
    integrated : Integrated
        The rule over the hyperparameters and the accuracy it achieved.
    effects : Effects
        The trials.
    seed, chains, draws : int
        How to draw when draws are asked for.
    """

    form: Form
    integrated: Integrated
    effects: Effects
    seed: int
    chains: int
    draws: int

    @property
    def layout(self) -> Layout:
        """See `Posterior.layout`."""
        return Layout(self.form.parts, self.form.hypers)

    @property
    def scatter(self) -> Scatter:
        """See `Posterior.scatter`."""
        return self.form.scatter

    @property
    def bonds(self) -> Bonds:
        """See `Posterior.bonds`."""
        return self.form.bonds

    @property
    def coefficients(self) -> tuple[str, ...]:
        """See `Posterior.coefficients`."""
        return self.form.coefficients

    @property
    def log_evidence(self) -> float | None:
        """See `Posterior.log_evidence`."""
        proper = all(hyper.prior.proper for hyper in self.form.hypers)
        return self.integrated.rule.log_evidence if proper and not self.form.flat.any() else None

    @property
    def accuracy(self) -> float:
        """See `Posterior.accuracy`."""
        return self.integrated.accuracy

    @property
    def faults(self) -> tuple[str, ...]:
        """See `Posterior.faults`; the engine refuses rather than answer badly."""
        return ()

    @property
    def steps(self) -> tuple[str, ...]:
        """See `Posterior.steps`."""
        rule = self.integrated.rule
        if not rule.shape:
            return ("In closed form: there is no standard deviation to integrate over.",)
        names, nodes = ", ".join(self._hyper_names), " × ".join(map(str, rule.shape))
        return (
            f"Integrated over {names} with {nodes} nodes; two rules agree to {self.accuracy:.0e}.",
        )

    def summary(self, level: float) -> pd.DataFrame:
        """See `Posterior.summary`."""
        own = self._of_coefficients()
        effects = true_effects(self.form, self.integrated.rule)
        names = tuple(f"theta[{label}]" for label in self.form.labels)
        pieces = [
            _from_mixture(self.coefficients, own, level=level, moments=self._moments),
            hyper_rows(self._hyper_names, self._hypers, level),
            _from_mixture(names, effects, level=level, moments=2),
        ]
        first = tuple(hyper.name for hyper in self.form.scatter.hypers)
        whole = ordered(pd.concat(pieces), first)
        return table(whole, level=level, accuracy=self.accuracy)

    def scales(self, level: float) -> pd.DataFrame:
        """See `Posterior.scales`."""
        rows = hyper_rows(self._hyper_names, self._hypers, level)
        return table(rows, level=level, accuracy=self.accuracy)

    def combine(self, combinations: tuple[Combination, ...], *, level: float) -> pd.DataFrame:
        """See `Posterior.combine`."""
        mixture = combined(self.form, self.integrated.rule, combinations)
        loose = any(each.scatter.hypers or each.fresh for each in combinations)
        moments = self.integrated.rule.moments if loose else self._moments
        names = tuple(each.name for each in combinations)
        rows = _from_mixture(names, mixture, level=level, moments=moments)
        return table(rows, level=level, accuracy=self.accuracy)

    def cdf(self, values: Mapping[str, float]) -> dict[str, float]:
        """See `Posterior.cdf`."""
        mixture = self._of_coefficients()
        at = np.array([values.get(name, np.nan) for name in self.coefficients])
        found = dict(zip(self.coefficients, mixture.cdf(at).tolist(), strict=True))
        for name, marginal in zip(self._hyper_names, self._hypers, strict=True):
            if name in values:
                found[name] = float(marginal.cdf(np.array([values[name]]))[0])
        return {name: found[name] for name in values}

    def again(self, y: Array) -> "ExactPosterior":
        """Answer the same questions for other estimates of the same trials."""
        form = replace(self.form, y=y - self.form.known)
        integrated = integrate(form, wanted=self.integrated.wanted)
        return replace(self, form=form, integrated=integrated, effects=replace(self.effects, y=y))

    def foresee(self) -> Array:
        """See `Posterior.foresee`; by exact refits without each trial."""
        return np.array([self._foresee_one(place) for place in range(len(self.form.y))])

    def tree(self) -> xr.DataTree:
        """See `Posterior.tree`; with the groups ``marginals`` and ``nodes`` added."""
        grown = grow(self.layout, self.sample(), effects=self.effects, seed=self.seed)
        grown["marginals"] = xr.DataTree(self._marginals())
        grown["nodes"] = xr.DataTree(to_dataset(self.integrated))
        return grown

    @property
    def _hypers(self) -> tuple[HyperMarginal, ...]:
        return hyper_marginals(self.integrated.rule)

    @property
    def _hyper_names(self) -> tuple[str, ...]:
        return tuple(hyper.name for hyper in self.form.hypers)

    @property
    def _moments(self) -> int:
        """Highest moment of the coefficients: proper priors bound them whatever the scales do."""
        return self.integrated.rule.moments if self.form.flat.any() else 2

    def _mixture(self, means: Array, variances: Array) -> Mixture:
        return marginals(self.integrated.rule, means, variances)

    def _of_coefficients(self) -> Mixture:
        given = self.integrated.rule.conditional
        return self._mixture(given.mean, given.variance)

    def _foresee_one(self, place: int) -> float:
        """Give P(new y ≤ y | all others) of one estimate; NaN where they leave it improper."""
        form, others = self.form, self.form.without(place)
        if not identified(others):
            return np.nan  # without this trial nothing is known: an improper prior stays improper
        try:
            rule = integrate(others, wanted=self.integrated.wanted).rule
        except ModelError:
            return np.nan  # the same for an improper prior of a standard deviation
        reported = float(self.effects.v[place])
        row, y, error = form.observation(rule.phi, place, left=(), own=reported)
        variances = rule.conditional.variance_of(row[:, None]) + error[:, None]
        means = np.sum(rule.conditional.mean * row, axis=1) - y
        mixture = Mixture(rule.weights, means[:, None], np.sqrt(variances))
        return float(mixture.cdf(np.zeros(1))[0])

    def sample(self) -> Draws:
        """Draw φ from the rule, then coefficients and true effects given φ, jointly.

        Independent draws, as many as `chains` times `draws`, by the seed of the posterior.
        """
        rng = np.random.default_rng(self.seed)
        count, form = self.chains * self.draws, self.form
        phi = draw(self.integrated.rule, count, rng)
        given = form.given(phi)
        noise = rng.standard_normal((count, len(self.coefficients), 1))
        beta = given.mean + (given.root @ noise)[:, :, 0]
        joint, residual = form.joint(phi), form.y - beta @ form.W.T
        theta = form.known + beta @ form.truth.T + joint.true(residual, rng)
        shape = (self.chains, self.draws)
        return Draws(
            {name: values.reshape(shape) for name, values in form.point(phi).items()},
            beta.reshape(*shape, -1),
            theta.reshape(*shape, -1),
            joint.log_density(residual).reshape(*shape, -1),
        )

    def _marginals(self) -> xr.Dataset:
        """Give densities and distribution functions of all but the trials' own effects."""
        curves = [*self._coefficient_curves(), *map(hyper_curve, self._hypers)]
        return laid_out((*self.coefficients, *self._hyper_names), curves)

    def _coefficient_curves(self) -> list[tuple[Array, ...]]:
        mixture = self._of_coefficients()
        lower, upper = mixture.quantiles(np.array([_END, 1.0 - _END]))
        x = np.linspace(lower, upper, _GRID)
        density, cdf = mixture.curves(x)
        return [(x[:, q], density[:, q], cdf[:, q]) for q in range(x.shape[1])]


def laid_out(names: tuple[str, ...], curves: Iterable[tuple[Array, ...]]) -> xr.Dataset:
    """Lay points, densities and distribution functions of parameters out for figures."""
    stacked = (np.stack(part) for part in zip(*curves, strict=True))
    dims, labels = ("parameter", "point"), np.array(names, dtype=object)
    named = zip(("x", "density", "cdf"), stacked, strict=True)
    return xr.Dataset({name: (dims, rows) for name, rows in named}, {"parameter": labels})


def hyper_curve(marginal: HyperMarginal) -> tuple[Array, ...]:
    """Give points across a marginal, its density and its distribution function there."""
    lower, upper = marginal.quantile(np.array([_END, 1.0 - _END]))
    start = 0.0 if marginal.coordinate.lower >= 0.0 else lower
    x = np.linspace(start, upper, _GRID)
    return x, marginal.density(x), marginal.cdf(x)


def _from_mixture(
    names: tuple[str, ...], mixture: Mixture, *, level: float, moments: int
) -> pd.DataFrame:
    """Summarise mixtures, one row each; moments that do not exist stay NaN and infinite."""
    median, lower, upper = mixture.quantiles(np.array([0.5, *tails(level)]))
    return pd.DataFrame(
        {
            "mean": mixture.mean() if moments >= 1 else np.nan,
            "sd": mixture.sd() if moments == 2 else np.inf,
            "median": median,
            "lower": lower,
            "upper": upper,
            "p_gt_0": mixture.survival(np.zeros(len(names))),
        },
        index=list(names),
    )


def hyper_rows(names: tuple[str, ...], marginals: Sequence[Marginal], level: float) -> pd.DataFrame:
    """Summarise marginals of hyperparameters: moments, quantiles and P(> 0) of each."""
    wanted = np.array([0.5, *tails(level)])
    quantiles = np.array([marginal.quantile(wanted) for marginal in marginals]).reshape(-1, 3)
    return pd.DataFrame(
        {
            "mean": [marginal.mean() for marginal in marginals],
            "sd": [marginal.sd() for marginal in marginals],
            "median": quantiles[:, 0],
            "lower": quantiles[:, 1],
            "upper": quantiles[:, 2],
            "p_gt_0": [marginal.above_zero() for marginal in marginals],
        },
        index=list(names),
    )
