"""In which coordinates the levels of a population are sampled.

Levels u ~ N(0, s²) are sampled non-centred, as z = u/s, where the data say little about them, and
centred, as u itself, where the data say much: each form has a funnel where the other is smooth. One
vector of levels to which all trials belong is centred about mu as well, as mu + u, which the data
know even where they cannot tell mu from the mean of the levels. The PyMC model of a component is
written non-centred; here it is turned round.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from consilience.effects import Effects
from consilience.engines.nuts.sampler import Compiled, compile_model
from consilience.gaussian import Block, Population

if TYPE_CHECKING:
    import pymc
    from pytensor.graph import Variable
    from pytensor.tensor import TensorVariable

_STRONG = 0.9
"""Share of the variance between levels that the data alone resolve, from which on centred pays."""


@dataclass(frozen=True)
class Forms:
    """A PyMC model in both parametrisations, each compiled when it is first asked for.

    Parameters
    ----------
    model : pymc.Model
        The model, non-centred.
    strong : frozenset of str
        Variables of levels about which the data say much.
    home : str
        The variable of levels that are centred about mu; empty for none.
    """

    model: "pymc.Model"
    strong: frozenset[str]
    home: str = ""

    @cached_property
    def units(self) -> Mapping[str, "TensorVariable"]:
        """The scale of each standard normal vector that the model multiplies by one."""
        return dict(_scaled(self.model))

    def centred(self, *, turned: bool) -> frozenset[str]:
        """Name the variables that are sampled centred: the strong ones, or if turned the others."""
        chosen = self.strong & set(self.units)
        return frozenset(self.units) - chosen if turned else chosen

    def compiled(self, *, turned: bool) -> Compiled:
        """Compile the model as chosen, or with every choice turned round."""
        centred = self.centred(turned=turned)
        return compile_model(recentred(self.model, centred, home=self.home))

    def words(self, *, turned: bool) -> str:
        """Say how the levels are sampled; nothing where there are none."""
        centred = self.centred(turned=turned)
        pairs = (("centred", centred), ("non-centred", frozenset(self.units) - centred))
        named = (f"{', '.join(sorted(map(_plain, names)))} {how}" for how, names in pairs if names)
        return " and ".join(named)


def informed(
    parts: Mapping[str, Block], population: Population, effects: Effects
) -> frozenset[str]:
    """Name the variables of levels about which the data say much.

    At the priors' medians (of no more than the spread of the estimates) a level has the prior
    variance s² and the data a precision of Σ wᵢⱼ²/(vᵢ + hᵢ); where s²Σ/(1 + s²Σ) is above 0.9 even
    for the level that is known least, centred is the better form.

    Parameters
    ----------
    parts : mapping of str to Block
        The blocks that have a scale, by the name of their standard normal variable.
    population : Population
        The scatter of true effects.
    effects : Effects
        The trials, with the variances that the bias lets them have.

    References
    ----------
    Betancourt & Girolami (2015), Hamiltonian Monte Carlo for hierarchical models,
    doi:10.1201/b18502-5. Papaspiliopoulos, Roberts & Sköld (2007), doi:10.1214/088342307000000014.
    """
    point = {hyper.name: hyper.prior.ppf(np.array([0.5])) for hyper in population.hypers}
    precision = 1.0 / (effects.v + population.variance(point)[0])
    spread = float(np.std(effects.y))
    found = []
    for name, part in parts.items():
        scale = min(float(part.scales[0].prior.ppf(0.5)), spread)
        known = scale**2 * (part.matrix**2).T @ np.broadcast_to(precision, effects.v.shape)
        if np.min(known / (1.0 + known), initial=1.0) > _STRONG:
            found.append(name)
    return frozenset(found)


def housing(parts: Mapping[str, Block]) -> str:
    """Name the first levels to which every trial belongs, each to one; empty where there are none.

    Parameters
    ----------
    parts : mapping of str to Block
        As for `informed`.
    """
    whole = (
        name
        for name, part in parts.items()
        if not part.distorts and np.all(part.matrix.sum(axis=1) == 1.0)
    )
    return next(whole, "")


def recentred(model: "pymc.Model", centred: frozenset[str], *, home: str = "") -> "pymc.Model":
    """Sample the levels named as they are, u ~ N(0, s²), and their units as z = u/s.

    Those called home are sampled as mu + u ~ N(mu, s²). The posterior of every variable stays the
    same.
    """
    import pymc as pm

    if not centred:
        return model
    replaced = {}
    with model.copy() as turned:
        scales = dict(_scaled(turned))
        for name in sorted(centred):
            dims = turned.named_vars_to_dims[name]
            location = turned["mu"] if name == home else 0.0
            levels = pm.Normal(f"{name}_centred", location, scales[name], dims=dims)
            replaced[turned[name]] = (levels - location) / scales[name]
    return pm.do(turned, replaced)


def _scaled(model: "pymc.Model") -> Iterator[tuple[str, "TensorVariable"]]:
    """Find the free standard normal vectors that are multiplied by something that is not known."""
    from pytensor.graph.traversal import ancestors

    free = {unit: unit.name for unit in model.free_RVs if _is_unit(unit)}
    found: dict[str, TensorVariable] = {}
    for variable in ancestors([*model.observed_RVs, *model.deterministics]):
        for unit, other in _factors(variable):
            if unit in free and set(model.free_RVs) & set(ancestors([other])):
                found.setdefault(free[unit], other)
    yield from found.items()


def _is_unit(variable: "TensorVariable") -> bool:
    """Say whether a variable is a vector of independent N(0, 1)."""
    from pytensor.tensor.basic import get_underlying_scalar_constant_value as constant

    if variable.owner.op.name != "normal" or variable.ndim != 1:
        return False
    settings = variable.owner.op.dist_params(variable.owner)
    values = [constant(value, raise_not_constant=False) for value in settings]
    return all(isinstance(value, np.ndarray | np.number) for value in values) and values == [0, 1]


def _factors(variable: "Variable") -> Iterator[tuple["TensorVariable", "TensorVariable"]]:
    """Give both readings of a product of two: each factor with the other."""
    from pytensor.scalar import Mul
    from pytensor.tensor.elemwise import Elemwise

    made = variable.owner
    product = made and isinstance(made.op, Elemwise) and isinstance(made.op.scalar_op, Mul)
    if product and len(made.inputs) == 2:
        yield made.inputs[0], made.inputs[1]
        yield made.inputs[1], made.inputs[0]


def _plain(unit: str) -> str:
    return unit.removesuffix("_unit")
