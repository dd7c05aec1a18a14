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
    scales = [hyper for part in parts for hyper in part.scales]
    scatter = model.heterogeneity.population(effects)
    hypers = (*scatter.hypers, *model.likelihood.hypers(effects), *scales)
    point = {hyper.name: float(hyper.prior.ppf(rng.uniform(0.1, 0.9))) for hyper in hypers}
    units = [part.prior.ppf(rng.uniform(0.1, 0.9, len(part.labels))) for part in parts]
    return hypers, point, units


def in_pymc(model: Model, effects: Effects, built, *, point, units) -> dict[str, np.ndarray]:
    """Name the same point as the PyMC model does, on its transformed scales."""
    values = {}
    for name, value in point.items():
        values.setdefault(name.partition("[")[0], []).append(value)
    pairs = zip(coefficient_names(model, effects), blocks(model, effects), units, strict=True)
    values |= {f"{name}_unit" if part.scales else name: unit for name, part, unit in pairs}
    found = {}
    for variable in built.free_RVs:
        inner, transform = built.rvs_to_values[variable], built.rvs_to_transforms[variable]
        value = np.array(values[variable.name], float)
        value = value[0] if variable.ndim == 0 else value
        forward = transform and transform.forward(value, *variable.owner.inputs).eval()
        found[inner.name] = value if transform is None else np.asarray(forward)
    return found


def log_density_of(built) -> Callable[[dict[str, np.ndarray]], float]:
    """Compile log p(y, β, φ) of a PyMC model, on the scales of its own variables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return built.compile_logp(jacobian=False, mode="FAST_COMPILE")
