"""What terms along an exposure with an unknown location have in common."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import REAL, Array, Block, Hyper, Rows
from consilience.priors import Prior, standing
from consilience.terms.base import Term
from consilience.terms.bent import Bent
from consilience.terms.exposures import Columns, Exposures
from consilience.terms.mixing import UNMIXED, Mixing, Places
from consilience.terms.shapes import Shape

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_TAIL = 1e-13


class Located(Term):
    """A curve β·g(xᵢ; c) along an exposure, with the location c to be found.

    Raises
    ------
    ModelError
        For an improper prior of the effect, which the trials do not bound beyond their exposures.
    """

    __slots__ = ()

    column: str
    location: Prior
    effect: Prior
    spread: str = ""
    error: str
    unknown: tuple[Prior, ...]
    from_zero: bool

    def __post_init__(self) -> None:
        """Look names up, and refuse what cannot stand there."""
        settled(self)

    @property
    def columns(self) -> Columns:
        """Where the exposures stand."""
        return Columns(
            exposure=self.column, spread=self.spread, error=self.error, unknown=self.unknown
        )

    @abstractmethod
    def shape(self, trials: Exposures) -> Shape:
        """Give g."""

    @property
    def bends(self) -> bool:
        """See `Term.bends`: it does."""
        return True

    @property
    def variable(self) -> str:
        """Name of β."""
        return f"{self.column}_effect"

    @property
    def place(self) -> Hyper:
        """The location."""
        return Hyper(f"{self.column}_location", self.location, REAL)

    def block(self, effects: Effects) -> Block:
        """See `Term.block`.

        Raises
        ------
        ModelError
            If fewer than three exposures differ: two cannot tell one curve from another.
        """
        trials = self._trials(effects)
        curve = self._curve(trials, trials)
        matrix = _middle(curve)
        return Block(self.variable, (self.variable,), matrix, self.effect, curve=curve)

    def rows(self, effects: Effects, new: pd.DataFrame) -> Rows:
        """See `Term.rows`; the exposure of a new trial is taken as it is given."""
        curve = self._curve(self._new(effects, new), self._trials(effects))
        return Rows(_middle(curve), np.zeros(len(new)), curve=curve)

    def pymc(self, effects: Effects, name: str) -> "TensorVariable":
        """See `Term.pymc`; (J, k) where the likelihood is summed over the places of a threshold."""
        import pymc as pm
        import pytensor.tensor as pt

        trials = self._trials(effects)
        effect = self.effect.pymc(name, dims=f"{name}_level")[0]
        shape, found = self.shape(trials), self.over(effects)
        if found.middles.size:
            shares = pt.as_tensor_variable(shape.share(trials.x, trials.s, found.middles[:, None]))
        else:
            location = self.location.pymc(self.place.name)
            shares = shape.tensor(trials.tensor(), trials.s, location)
        mean = pt.mean(shares, axis=-1, keepdims=True)
        if self.from_zero:
            pm.Deterministic("mu", effect * pt.mean(mean))
        return effect * (shares if self.from_zero else shares - mean)

    def over(self, effects: Effects) -> Mixing:
        """See `Term.over`: over the intervals between exposures, where the curve jumps.

        Raises
        ------
        ModelError
            If the curve jumps and exposures are not known: then no sum is finite.
        """
        trials = self._trials(effects)
        if not self.jumps(effects):
            return UNMIXED
        if trials.hypers:
            raise ModelError(
                f"{type(self).__name__}({self.column!r}) jumps at its location, and exposures that "
                "are uncertain or unknown would jump with it. Name the column of their standard "
                "deviation between participants (spread=…), or leave those trials out by "
                "exposed(effects, column)."
            )
        return Places(self.place.name, self.location, self.edges(effects))

    def jumps(self, effects: Effects) -> bool:
        """Say whether the likelihood is constant between the exposures.

        Raises
        ------
        ModelError
            If fewer than three exposures differ.
        """
        trials = self._trials(effects)
        return self.shape(trials).jumps(trials.s)

    def reads(self, column: str) -> bool:
        """See `Term.reads`."""
        return column in self.columns.names

    def edges(self, effects: Effects) -> Array:
        """Give the ends of the location's prior, and the exposures between them in order.

        Raises
        ------
        ModelError
            If fewer than three exposures differ.
        """
        lower, upper = self.location.support
        ends = [
            lower if np.isfinite(lower) else float(self.location.ppf(_TAIL)),
            upper if np.isfinite(upper) else float(self.location.ppf(1.0 - _TAIL)),
        ]
        inside = np.unique(self._trials(effects).x)
        inside = inside[(inside > ends[0]) & (inside < ends[1])]
        return np.array([ends[0], *inside, ends[1]])

    def _trials(self, effects: Effects) -> Exposures:
        """Read the exposures, of which three must differ."""
        found = self.columns.read(effects.table)
        known = np.unique(found.printed)
        if len(known) < 3:
            shown = ", ".join(f"{value:g}" for value in known) or "none"
            raise ModelError(
                f"{type(self).__name__}({self.column!r}) needs at least three different exposures "
                f"among the trials; there are {len(known)} ({shown}). Compare two by "
                f"Linear({self.column!r}), or leave the term out."
            )
        return found

    def _new(self, effects: Effects, new: pd.DataFrame) -> Exposures:
        """Read new trials' exposures, with the spread of the others where none is given."""
        trials, columns = self._trials(effects), self.columns
        table = new if columns.spread in new or not columns.spread else new.assign(
            **{columns.spread: np.median(trials.s)}
        )  # fmt: skip
        return Columns(exposure=columns.exposure, spread=columns.spread).read(table)

    def _curve(self, rows: Exposures, trials: Exposures) -> Bent:
        """Give the curve of some rows, centred over the trials."""
        return Bent(self.place, self.shape(trials), rows, trials, self.from_zero)


def settled(term: Located) -> None:
    """Look priors up, and refuse what is no column, no prior on a location, or no yes or no.

    Raises
    ------
    ModelError
        Naming the setting.
    """
    kind, put = type(term).__name__, object.__setattr__
    for name in ("column", "spread", "error"):
        value = getattr(term, name)
        if not isinstance(value, str) or (name == "column" and not value):
            raise ModelError(f"{kind}: {name} is the name of a column, not {value!r}.")
    for name in ("location", "effect"):
        put(term, name, standing(getattr(term, name), f"{kind}: {name}"))
    if not term.effect.proper:
        raise ModelError(
            f"{kind}: the prior of the effect, {term.effect.label}, is improper, and beyond the "
            "highest exposure the trials say nothing about it. Use a prior such as Normal."
        )
    if not isinstance(term.from_zero, bool):
        raise ModelError(f"{kind}: from_zero is True or False, not {term.from_zero!r}.")
    given = term.unknown if isinstance(term.unknown, list | tuple) else (term.unknown,)
    put(term, "unknown", tuple(standing(each, f"{kind}: unknown") for each in given[:1]))
    if len(given) > 1 or any(not each.proper for each in term.unknown):
        raise ModelError(f"{kind}: unknown is one proper prior of exposure, or nothing.")
    term.place  # noqa: B018 - refuses a location's prior that is improper


def _middle(curve: Bent) -> Array:
    """Give the column at the medians of its hyperparameters."""
    medians = {hyper.name: np.asarray(hyper.prior.ppf(0.5)) for hyper in curve.hypers}
    return curve.columns(np.empty((0, 1)), medians).reshape(-1, 1)
