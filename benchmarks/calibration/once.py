"""NUTS compiled once for a model and a design, then given one set of estimates after another.

Compiling takes several times as long as sampling; the estimates enter the compiled model as shared
data instead of constants, and nothing else differs from `engines.Nuts`.
"""

from dataclasses import dataclass

import numpy as np
import pymc
import pytensor
import xarray as xr

from consilience.effects import Effects
from consilience.engines import Engine, Nuts, Posterior
from consilience.engines.nuts.engine import _described
from consilience.engines.nuts.ladder import climb
from consilience.engines.nuts.parametrisation import Forms
from consilience.engines.nuts.sampler import Compiled, Settings, compile_model
from consilience.errors import RefusalError
from consilience.model import Model, resolve

_DATA = "estimates_seen"


class NutsOnce(Engine):
    """`engines.Nuts` for trials that differ in their estimates alone.

    Parameters
    ----------
    nuts : Nuts
        The settings; every data set has a seed of its own.
    model : Model
        The one model that it can do.
    design : Effects
        The trials; their estimates are not used.
    """

    def __init__(self, nuts: Nuts, model: Model, design: Effects) -> None:
        self.nuts, self.seed = nuts, nuts.seed
        self.forms = _Opened(_opened(resolve(model, design).pymc(design)), frozenset())
        if self.forms.units:
            raise RefusalError("Models with levels are parametrised by their data: use Nuts().")
        self.template = compile_model(self.forms.model)

    def run(self, model: Model, effects: Effects) -> Posterior:
        """See `Engine.run`."""
        nuts = self.nuts
        seed = int(np.random.default_rng(np.abs(effects.y).view(np.uint64)).integers(2**31))
        described = _described(resolve(model, effects), effects, seed)
        settings = Settings(nuts.draws, nuts.tune, nuts.chains, nuts.target_accept)
        seen = Compiled(self.template.model.with_data(**{_DATA: effects.y}))
        forms = _Opened(self.forms.model, frozenset(), seen=seen)
        return climb(forms, described.judged, settings=settings, seed=seed)

    def restore(self, model: Model, effects: Effects, tree: xr.DataTree) -> Posterior:
        """See `Engine.restore`."""
        return self.nuts.restore(model, effects, tree)


@dataclass(frozen=True)
class _Opened(Forms):
    """A model that is compiled already."""

    seen: Compiled | None = None

    def compiled(self, *, turned: bool) -> Compiled:
        """See `Forms.compiled`."""
        del turned
        return self.seen


def _opened(model: pymc.Model) -> pymc.Model:
    """Let the observed estimates be shared data."""
    (seen,) = model.observed_RVs
    old = model.rvs_to_values[seen]
    value = pytensor.shared(np.array(old.data), name=_DATA)
    model.rvs_to_values[seen] = value
    model.values_to_rvs.pop(old)
    model.values_to_rvs[value] = seen
    return model
