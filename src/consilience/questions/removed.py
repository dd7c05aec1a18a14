"""The log likelihood of some estimates given all others, at the draws of a fit."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from consilience.fit import Fit
from consilience.gaussian import Array, Bonds, Errors, Joint


class Removed:
    """What draws say of estimates that are taken away together.

    Parameters
    ----------
    fit : Fit
        By any engine; its draws hold the log likelihood of each estimate given the others.
    """

    def __init__(self, fit: Fit) -> None:
        """Read the draws once."""
        self.fit = fit
        found = fit.draws["log_likelihood"]["yi"].transpose("chain", "draw", "estimate")
        self.each = found.to_numpy().reshape(-1, fit.effects.k)
        bias = fit.model.bias
        errors = Errors.of(bias.variance(fit.effects), fit.effects.shared)
        self.bonds = Bonds(errors, fit.posterior.bonds.ties)

    @property
    def integrated(self) -> bool:
        """Whether correlated errors were integrated out, so that estimates are not independent."""
        return self.fit.posterior.scatter.normal and not self.bonds.independent

    def log_density_of(self, places: Sequence[int]) -> Array:
        """Log density (draws,) of the estimates at these places, given all others and a draw."""
        if not self.integrated:
            return np.asarray(self.each[:, list(places)].sum(axis=1))
        return self._joint.log_density_of(self._residual, places)

    def log_likelihood(self) -> Array:
        """Log likelihood (draws,) of all estimates together."""
        return self.log_density_of(range(self.fit.effects.k))

    @cached_property
    def _read(self) -> tuple[Array, dict[str, Array]]:
        beta, hypers = self.fit.posterior.layout.read(self.fit.draws["posterior"].to_dataset())
        return beta.reshape(-1, beta.shape[-1]), {name: v.ravel() for name, v in hypers.items()}

    @cached_property
    def _residual(self) -> Array:
        return np.asarray(self.fit.effects.y - self.fit.posterior.layout.seen(*self._read))

    @cached_property
    def _joint(self) -> Joint:
        h = self.fit.posterior.scatter.variance(self._read[1])
        return Joint(self.bonds, np.broadcast_to(h, self._residual.shape), self._read[1])
