"""A declared model over a whole grid, and what it says of every cell."""

from dataclasses import dataclass

from consilience.engines import Exact
from consilience.errors import ConsilienceError, RefusalError
from consilience.grid.answers import Grid
from consilience.grid.whole import Joint, joint
from consilience.model import Model
from consilience.spec import Declared

# Tables show three decimals at most; nodes for nine would take ten times as long.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A model over the whole grid.

    Parameters
    ----------
    declared : Declared
    joint : Joint or None
        None where it could not be fitted, or did not converge.
    note : str
        Why not; empty otherwise.
    """

    declared: Declared
    joint: Joint | None
    note: str

    @property
    def title(self) -> str:
        """Its title, or the name of its file."""
        return self.declared.title or self.declared.name


def join(grid: Grid, declared: Declared, *, seed: int) -> Joined:
    """Fit a declared model to the whole grid; what cannot be fitted says why.

    Parameters
    ----------
    grid : Grid
    declared : Declared
    seed : int
        Of a model that is sampled.
    """
    try:
        found = _fitted(grid, declared.model, seed=seed)
    except ConsilienceError as refusal:
        return Joined(declared, None, str(refusal))
    faults = found.fit.diagnosis.faults
    if faults:
        return Joined(declared, None, f"not converged: {'; '.join(faults)}")
    return Joined(declared, found, "")


def _fitted(grid: Grid, model: Model, *, seed: int) -> Joint:
    try:
        return joint(grid, model, Exact(tolerance=_TOLERANCE), seed=seed)
    except RefusalError:
        return joint(grid, model, seed=seed)
