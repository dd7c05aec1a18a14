"""Random points of a model, and the log density of its PyMC twin at them."""

import warnings
from collections.abc import Callable

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Hyper
from consilience.model import Model, blocks, coefficient_names

type Drawn = tuple[tuple[Hyper, ...], dict[str, float], list[np.ndarray]]


def drawn(model: Model, effects: Effects, rng: np.random.Generator) -> Drawn:
    """Hyperparameters, and coefficients in units of their scales, from within their priors."""
    parts = blocks(model, effects)
    scales = [hyper for part in parts for hyper in (*part.scales, *part.curve.hypers)]
    scatter = model.heterogeneity.population(effects)
    hypers = (*scatter.hypers, *model.likelihood.hypers(effects), *scales)
    point = {hyper.name: float(hyper.prior.ppf(rng.uniform(0.1, 0.9))) for hyper in hypers}
    units = [part.prior.ppf(rng.uniform(0.1, 0.9, len(part.labels))) for part in parts]
    return hypers, point, units


def in_pymc(model: Model, effects: Effects, built, *, point, units) -> dict[str, np.ndarray]:
    """Name the same point as the PyMC model does, where `log_density_of` has been there before."""
    values: dict[str, list] = {}
    for name, value in point.items():
        values.setdefault(name.partition("[")[0], []).append(value)
    pairs = zip(coefficient_names(model, effects), blocks(model, effects), units, strict=True)
    values |= {f"{name}_unit" if part.scales else name: unit for name, part, unit in pairs}
    return {
        built.rvs_to_values[variable].name: _shaped(values[variable.name], variable.ndim)
        for variable in built.free_RVs
        if variable.name in values
    }


def _shaped(value: list | np.ndarray, ndim: int) -> np.ndarray:
    found = np.array(value, float)
    return found[0] if ndim == 0 else found


def log_density_of(built) -> Callable[[dict[str, np.ndarray]], float]:
    """Give log p of all of a PyMC model's variables, on the scales of the parameters themselves.

    The sum of what PyMC says of each variable given the others, and of the potentials. Nothing is
    rewritten or optimised, for it is evaluated a few times: compile_logp takes thrice as long.
    """
    import pymc as pm
    import pytensor
    from pytensor.compile.mode import Mode
    from pytensor.graph.replace import graph_replace

    values = {variable: built.rvs_to_values[variable] for variable in built.basic_RVs}
    with warnings.catch_warnings(), pytensor.config.change_flags(traceback__limit=0):
        warnings.simplefilter("ignore")
        terms = [pm.logp(rv, value, warn_rvs=False).sum() for rv, value in values.items()]
        total = sum([*terms, *(potential.sum() for potential in built.potentials)])
        free = {rv: values[rv] for rv in built.free_RVs}
        whole = graph_replace(total, free, strict=False)
        mode = Mode(linker="py", optimizer=None)
        found = pytensor.function(list(free.values()), whole, mode=mode, on_unused_input="ignore")
    names = [value.name for value in free.values()]
    return lambda point: float(found(*(point[name] for name in names)))
