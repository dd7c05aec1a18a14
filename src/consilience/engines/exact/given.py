"""A model given the location of a curve: which models have one, and their Gaussian forms."""

from dataclasses import dataclass, replace

import numpy as np

from consilience.effects import Effects
from consilience.engines.base import Combination
from consilience.engines.exact.form import Form
from consilience.engines.exact.outer import Outer, Piece, Stratum, constant, refined
from consilience.engines.exact.rule import integrate
from consilience.errors import RefusalError
from consilience.gaussian import Array, Block, Hyper
from consilience.model import Model, blocks, resolve


def bends(model: Model, effects: Effects) -> bool:
    """Whether a term of the model bends with a location."""
    return any(term.bends for term in model.terms) and bool(bent(model, effects))


def refuse_latent(model: Model, effects: Effects) -> None:
    """Say nothing if at most one location is unknown, and no exposure.

    Raises
    ------
    RefusalError
        Otherwise; the message names what is unknown.
    """
    if not any(term.bends for term in model.terms):
        return
    names = [hyper.name for part in bent(model, effects) for hyper in part.curve.hypers]
    if len(names) > 1:
        raise RefusalError(
            f"engines.Exact integrates one location and no uncertain exposure; this model has "
            f"{', '.join(names[:4])}{' and others' if len(names) > 4 else ''}. Use engines.Nuts(), "
            "or leave out the term's error and unknown."
        )


def bent(model: Model, effects: Effects) -> list[Block]:
    """Give the blocks whose columns bend."""
    return [part for part in blocks(resolve(model, effects), effects) if part.curve.hypers]


@dataclass(frozen=True)
class Given:
    """The model given a location.

    Parameters
    ----------
    form : Form
        At any location.
    part : Block
        The block that bends.
    place : int
        Of its coefficient.
    wanted : float
        What two inner rules must agree to.
    """

    form: Form
    part: Block
    place: int
    wanted: float

    @property
    def location(self) -> Hyper:
        """The location."""
        return self.part.curve.hypers[0]

    def at(self, c: float, log_prior: float) -> Stratum:
        """Integrate the inner hyperparameters at a location."""
        point = {self.location.name: np.array([c])}
        column = self.part.curve.columns(self.part.matrix, point)[0, :, 0]
        W, truth = self.form.W.copy(), self.form.truth.copy()
        W[:, self.place] = truth[:, self.place] = column
        form = replace(self.form, W=W, truth=truth)
        return Stratum(c, log_prior, form, integrate(form, wanted=self.wanted))

    def over(self, edges: Array, *, jumps: bool) -> Outer:
        """Integrate over the location, cut at edges."""
        prior = self.location.prior
        if jumps:
            return constant(edges, prior, self.at)
        return refined(edges, prior, self.at, wanted=self.wanted)

    def mean(self, c: float) -> float:
        """Give the mean of the curve over the trials."""
        return float(self.part.curve.mean({self.location.name: np.asarray(c)}))

    def weights(self, combination: Combination, c: float) -> Combination:
        """Turn weights on all coefficients into weights on those that are free at a location."""
        point, weights = {self.location.name: np.asarray(c)}, combination.weights.copy()
        for place, curve in combination.curves:
            weights[place] += float(curve.columns(np.empty((0, 1)), point)[0, 0])
        if self.part.curve.carries:
            weights[self.place] += weights[0] * self.mean(c)
            weights[0] = 0.0
        return replace(combination, weights=weights, curves=())

    def free(self, weights: Array, c: float) -> Array:
        """Give the coefficients (…, m) with mu as it follows from the curve."""
        found = weights.copy()
        if self.part.curve.carries:
            found[..., 0] = found[..., self.place] * self.mean(c)
        return found


type _Half = tuple[float, float]


def halves(piece: Piece, location: float, combination: Combination) -> tuple[_Half, _Half]:
    """Cut an interval where a new row jumps: a location of each half, and its share of the mass."""
    whole = ((location, 1.0), (location, 0.0))
    if not (piece.constant and combination.curves):
        return whole
    cut = float(combination.curves[0][1].breaks(0)[0])
    if not piece.lower < cut < piece.upper:
        return whole
    ends = piece.prior.cdf(np.array([piece.lower, cut, piece.upper]))
    share = float((ends[1] - ends[0]) / (ends[2] - ends[0]))
    return (0.5 * (piece.lower + cut), share), (0.5 * (cut + piece.upper), 1.0 - share)
