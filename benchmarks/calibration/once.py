"""NUTS compiled once for a model and a design, then given one set of estimates after another.

Reading a model takes about as long as sampling it; what was observed enters the model as
shared data instead of constants, and nothing else differs from `engines.Nuts`.
"""

from dataclasses import dataclass, field

import numpy as np
import pymc
import pytensor
import xarray as xr

from consilience.effects import Effects
from consilience.engines import Engine, Nuts, Posterior
from consilience.engines.nuts.engine import _described
from consilience.engines.nuts.ladder import climb
from consilience.engines.nuts.parametrisation import Forms, recentred
from consilience.engines.nuts.sampler import Compiled, Settings, compile_model
from consilience.errors import RefusalError
from consilience.model import Model, resolve


class NutsOnce(Engine):
    """`engines.Nuts` for trials that differ in what was observed alone.

    Parameters
    ----------
    nuts : Nuts
        The settings; every data set has a seed of its own.
    model : Model
        The one model that it can do.
    design : Effects
        The trials; their estimates are not used.

    Raises
    ------
    RefusalError
        If the model has levels, whose first form follows from the data, or data in a potential.
    """

    def __init__(self, nuts: Nuts, model: Model, design: Effects) -> None:
        self.nuts, self.seed = nuts, nuts.seed
        self.model, self.design = resolve(model, design), design
        described = _described(self.model, design, nuts.seed)
        if any(part.scales for part in described.layout.parts):
            raise RefusalError("Models with levels are parametrised by their data: use Nuts().")
        built = self.model.pymc(design)
        if built.potentials:
            raise RefusalError("Data in a potential cannot be exchanged: use Nuts().")
        self.forms = described.forms(built)
        self.templates: dict[bool, Compiled] = {}

    def run(self, model: Model, effects: Effects) -> Posterior:
        """See `Engine.run`."""
        nuts, concrete = self.nuts, resolve(model, effects)
        seed = int(np.random.default_rng(np.abs(effects.y).view(np.uint64)).integers(2**31))
        described = _described(concrete, effects, seed)
        settings = Settings(nuts.draws, nuts.tune, nuts.chains, nuts.target_accept)
        seen = observed(concrete.pymc(effects))
        forms = _Seen(self.forms.model, self.forms.strong, self.forms.home, once=self, seen=seen)
        return climb(forms, described.judged, settings=settings, seed=seed)

    def restore(self, model: Model, effects: Effects, tree: xr.DataTree) -> Posterior:
        """See `Engine.restore`."""
        return self.nuts.restore(model, effects, tree)

    def template(self, *, turned: bool) -> Compiled:
        """Compile the model with exchangeable data, when it is first asked for."""
        if turned not in self.templates:
            centred = self.forms.centred(turned=turned)
            built = recentred(self.model.pymc(self.design), centred, home=self.forms.home)
            self.templates[turned] = compile_model(_opened(built))
        return self.templates[turned]


@dataclass(frozen=True)
class _Seen(Forms):
    """A model that is compiled already, with the data of one set."""

    once: NutsOnce | None = None
    seen: dict[str, np.ndarray] = field(default_factory=dict)

    def compiled(self, *, turned: bool) -> Compiled:
        """See `Forms.compiled`."""
        template = self.once.template(turned=turned)
        return Compiled(template.model.with_data(**self.seen))


def observed(model: pymc.Model) -> dict[str, np.ndarray]:
    """Give what each observed variable of a model holds, by the name of its shared data."""
    return {
        f"{variable.name}_seen": np.array(model.rvs_to_values[variable].data)
        for variable in model.observed_RVs
    }


def _opened(model: pymc.Model) -> pymc.Model:
    """Let everything that was observed be shared data."""
    for variable in model.observed_RVs:
        old = model.rvs_to_values[variable]
        value = pytensor.shared(np.array(old.data), name=f"{variable.name}_seen")
        model.rvs_to_values[variable] = value
        model.values_to_rvs.pop(old)
        model.values_to_rvs[value] = variable
    return model
