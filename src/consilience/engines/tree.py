"""Draws as a DataTree with ArviZ's groups, the same for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from consilience.effects import Effects
from consilience.gaussian import Array, Block, Hyper, Point

_PRIOR_DRAWS = 1000

NOWHERE: Point = {}
"""No hyperparameters: those of a design that does not bend."""

type Variables = dict[str, tuple[tuple[str, ...], Array]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which parameters a model has: coefficients by block, and hyperparameters.

    Parameters
    ----------
    parts : tuple of Block
        Where the coefficients come from, in their order.
    hypers : tuple of Hyper
        The hyperparameters.
    """

    parts: tuple[Block, ...]
    hypers: tuple[Hyper, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Row names of all coefficients."""
        return tuple(label for part in self.parts for label in part.labels)

    @property
    def places(self) -> dict[str, list[int]]:
        """Places of each variable's coefficients among all coefficients."""
        found: dict[str, list[int]] = {}
        every = [part.variable for part in self.parts for _ in part.labels]
        for place, variable in enumerate(every):
            found.setdefault(variable, []).append(place)
        return found

    def seen(self, beta: Array, point: Point = NOWHERE) -> Array:
        """Give the expectation (…, k) of the estimates for coefficients (…, m).

        Columns that bend need the hyperparameters (…) that they bend with.
        """
        ends = np.cumsum([len(part.labels) for part in self.parts])[:-1]
        pieces = zip(self.parts, np.split(beta, ends, axis=-1), strict=True)
        return sum((part.seen(own, point) + part.known for part, own in pieces), np.zeros(1))

    def true(self, beta: Array, point: Point = NOWHERE) -> Array:
        """Give the expectation (…, k) of the true effects: without what distorts the estimates."""
        kept = [0.0 if part.distorts else 1.0 for part in self.parts for _ in part.labels]
        return self.seen(beta * np.array(kept), point)

    def completed(self, beta: Array, point: Point) -> Array:
        """Give coefficients (…, m) with mu as it follows from a curve that carries the level."""
        found, place = beta.copy(), 0
        for part in self.parts:
            if part.curve.carries:
                found[..., 0] = found[..., place] * part.curve.mean(point)
            place += len(part.labels)
        return found

    def read(self, posterior: xr.Dataset) -> tuple[Array, dict[str, Array]]:
        """Read coefficients (chain, draw, m) and hyperparameters (chain, draw) off a posterior."""
        shape = (posterior.sizes["chain"], posterior.sizes["draw"])
        beta = np.empty((*shape, len(self.labels)))
        for name, columns in self.places.items():
            beta[..., columns] = posterior[name].to_numpy().reshape(*shape, -1)
        return beta, self.read_hypers(posterior)

    def read_hypers(self, posterior: xr.Dataset) -> dict[str, Array]:
        """Read the hyperparameters (chain, draw); several of one variable lie along an axis."""
        found: dict[str, Array] = {}
        for variable in dict.fromkeys(hyper.variable for hyper in self.hypers):
            own = [hyper.name for hyper in self.hypers if hyper.variable == variable]
            values = posterior[variable].to_numpy()
            columns = values.reshape(*values.shape[:2], -1)
            found |= {name: columns[..., place] for place, name in enumerate(own)}
        return {hyper.name: found[hyper.name] for hyper in self.hypers}


@dataclass(frozen=True, slots=True)
class Draws:
    """Joint draws of everything that a model knows.

    Parameters
    ----------
    hypers : mapping of str to array (chain, draw)
        Hyperparameters by name.
    beta : array (chain, draw, m)
        Coefficients.
    theta : array (chain, draw, k)
        True effects of the trials.
    log_likelihood : array (chain, draw, k)
        Log density of each estimate with its true effect integrated out.
    derived : mapping of str to array (chain, draw)
        What follows from the hyperparameters and is reported beside them.
    verdicts : mapping of str to array (chain, draw, k)
        What is said of each trial, such as the probability that it is an outlier.
    """

    hypers: Mapping[str, Array]
    beta: Array
    theta: Array
    log_likelihood: Array
    derived: Mapping[str, Array] = field(default_factory=dict)
    verdicts: Mapping[str, Array] = field(default_factory=dict)


def grow(layout: Layout, draws: Draws, *, effects: Effects, seed: int) -> xr.DataTree:
    """Build the tree: posterior, prior, log_likelihood, log_prior, observed and constant data.

    Parameters
    ----------
    layout : Layout
        The model's parameters.
    draws : Draws
        The joint draws.
    effects : Effects
        The trials.
    seed : int
        Seed of the draws from the prior.
    """
    labels = {"estimate": np.array(effects.labels, dtype=object)}
    per_trial = ("chain", "draw", "estimate")
    posterior = _named(layout, {**draws.hypers, **draws.derived}, draws.beta)
    trials = {"theta": draws.theta, **draws.verdicts}
    groups: dict[str, Variables] = {
        "posterior": posterior | {name: (per_trial, values) for name, values in trials.items()},
        "prior": _prior(layout, seed),
        "log_likelihood": {"yi": (per_trial, draws.log_likelihood)},
        "log_prior": _log_prior(layout, draws),
        "observed_data": {"yi": (("estimate",), effects.y)},
        "constant_data": {"vi": (("estimate",), effects.v)},
    }
    coords = labels | _coords(layout, (*draws.hypers, *draws.derived))
    return xr.DataTree.from_dict({name: _dataset(found, coords) for name, found in groups.items()})


def _dataset(variables: Variables, coords: Mapping[str, Array]) -> xr.Dataset:
    """Put variables into a dataset, numbering the dimensions that have no names."""
    used = {
        dim: values.shape[place]
        for dims, values in variables.values()
        for place, dim in enumerate(dims)
    }
    known = {dim: coords.get(dim, np.arange(size)) for dim, size in used.items()}
    return xr.Dataset(variables, coords=known)


def _named(layout: Layout, hypers: Mapping[str, Array], beta: Array) -> Variables:
    found: Variables = {}
    for name, columns in layout.places.items():
        dims = ("chain", "draw") if name == "mu" else ("chain", "draw", _dim(name))
        found[name] = (dims, beta[..., columns[0]] if name == "mu" else beta[..., columns])
    return found | _gathered(hypers)


def _gathered(values: Mapping[str, Array]) -> Variables:
    """Lay the values of one variable along an axis: ``tau[a]`` and ``tau[b]`` become ``tau``."""
    found: Variables = {}
    for variable, names in _levels(tuple(values)).items():
        if names == [variable]:
            found[variable] = (("chain", "draw"), values[variable])
        else:
            stacked = np.stack([values[name] for name in names], axis=-1)
            found[variable] = (("chain", "draw", _dim(variable)), stacked)
    return found


def _levels(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Gather names by what stands before their bracket."""
    found: dict[str, list[str]] = {}
    for name in names:
        variable = name.partition("[")[0] if name.endswith("]") else name
        found.setdefault(variable, []).append(name)
    return found


def _dim(variable: str) -> str:
    return "coef" if variable == "beta" else f"{variable}_level"


def _coords(layout: Layout, others: tuple[str, ...]) -> dict[str, Array]:
    """Name the levels of each dimension; a parameter of one value needs none."""
    every = layout.labels
    names = {
        name: [every[place] for place in columns]
        for name, columns in layout.places.items()
        if name != "mu"
    }
    names |= {name: own for name, own in _levels(others).items() if own != [name]}
    return {
        _dim(name): np.array([_level(name, label) for label in own], dtype=object)
        for name, own in names.items()
    }


def _level(variable: str, label: str) -> str:
    """Strip the variable's name from a level's label; regression coefficients keep theirs."""
    return label if variable == "beta" else label.removeprefix(f"{variable}[").removesuffix("]")


def _scales(layout: Layout, hypers: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Scale of every coefficient at every draw, (chain, draw, m)."""
    columns = [
        hypers[part.scales[0].name] if part.scales else np.ones(shape)
        for part in layout.parts
        for _ in part.labels
    ]
    return np.stack(columns, axis=-1)


def _log_prior(layout: Layout, draws: Draws) -> Variables:
    """Give the log prior of each parameter; of scaled coefficients, on their own scale."""
    scales = _scales(layout, draws.hypers, draws.beta.shape[:2])
    tiny = np.finfo(float).tiny
    unit = draws.beta / np.maximum(scales, tiny)
    priors = [part.prior for part in layout.parts for _ in part.labels]
    columns = [prior.logpdf(unit[..., place]) for place, prior in enumerate(priors)]
    own = [0.0 if part.implied else 1.0 for part in layout.parts for _ in part.labels]
    beta = (np.stack(columns, axis=-1) - np.log(np.maximum(scales, tiny))) * np.array(own)
    hypers = {hyper.name: hyper.prior.logpdf(draws.hypers[hyper.name]) for hyper in layout.hypers}
    return _named(layout, hypers, beta)


def _prior(layout: Layout, seed: int) -> Variables:
    """Draw from the priors; parameters with improper ones are left out."""
    rng = np.random.default_rng([seed, 1])
    shape = (1, _PRIOR_DRAWS)
    hypers = {
        hyper.name: hyper.prior.ppf(rng.random(shape))
        for hyper in layout.hypers
        if hyper.prior.proper
    }
    kept = tuple(part for part in layout.parts if _drawable(part, hypers))
    smaller = Layout(kept, ())
    if not smaller.labels:
        return _named(smaller, hypers, np.empty((*shape, 0)))
    unit = [part.prior.ppf(rng.random(shape)) for part in kept for _ in part.labels]
    beta = np.stack(unit, axis=-1) * _scales(smaller, hypers, shape)
    return _named(smaller, hypers, smaller.completed(beta, hypers))


def _drawable(part: Block, hypers: Mapping[str, Array]) -> bool:
    return part.prior.proper and all(hyper.name in hypers for hyper in part.hypers)
