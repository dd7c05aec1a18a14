"""An SD for each outcome, and a correlation for each pair."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from consilience.errors import ModelError
from consilience.gaussian import CORRELATION, Array, Hyper, Point
from consilience.heterogeneity.base import settle
from consilience.heterogeneity.structures.base import Levels, Structure
from consilience.priors import LKJ, HalfWeaklyInformative, Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Unstructured(Structure):
    """Σ = diag(τ) R diag(τ), R ~ LKJ(η): an SD for each outcome, a correlation for each pair.

    R is built from canonical partial correlations, which are independent under LKJ(η):
    ``rho_partial_j_i`` is that of outcomes i and j given those before i; ``rho[a, b]`` follows from
    them. Of two outcomes they are the same, called ``rho``, and the model is exact.

    Parameters
    ----------
    tau : Prior
        Prior of each outcome's τ, on the effect's scale. The default is a HalfNormal of a quarter
        of a unit-information SD; on log ratios, of 0.5.
    eta : float
        Shape of the LKJ distribution; > 0. 1 is uniform over correlation matrices; larger values
        draw correlations towards zero.

    Raises
    ------
    ModelError
        If tau is no prior on [0, ∞), or eta no number > 0.

    References
    ----------
    Lewandowski, Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008, section 2.
    """

    code: ClassVar[str] = "UN"

    tau: Prior = field(default_factory=HalfWeaklyInformative)
    eta: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no prior of its parameter."""
        settle(self, "tau")
        try:
            object.__setattr__(self, "eta", LKJ(self.eta).eta)
        except ModelError as error:
            raise ModelError(f"Unstructured takes eta, the shape of LKJ: {error}") from error

    def hypers(self, levels: Levels) -> tuple[Hyper, ...]:
        """See `Structure.hypers`."""
        taus = (Hyper(f"tau[{level}]", self.tau) for level in levels)
        return (*taus, *self._partials(len(levels)))

    def covariance(self, point: Point, levels: Levels) -> Array:
        """See `Structure.covariance`."""
        tau = np.stack([point[f"tau[{level}]"] for level in levels], axis=1)
        return np.asarray(tau[:, :, None] * self._correlations(point, levels) * tau[:, None])

    def derived(self, point: Point, levels: Levels) -> Mapping[str, Array]:
        """See `Structure.derived`: the correlations, where they are not the hyperparameters."""
        if len(levels) == 2:
            return {}
        found = self._correlations(point, levels)
        return {
            f"rho[{levels[i]}, {levels[j]}]": found[:, j, i]
            for j in range(len(levels))
            for i in range(j)
        }

    def pymc(self, levels: Levels) -> "TensorVariable":
        """See `Structure.pymc`."""
        import pytensor.tensor as pt

        tau = self.tau.pymc("tau", dims="tau_level")
        own = self._partials(len(levels))
        partials = {hyper.name: hyper.prior.pymc(hyper.name) for hyper in own}
        lower = pt.zeros((len(levels), len(levels)))
        for j in range(len(levels)):
            left = pt.as_tensor(1.0)
            for i in range(j):
                z = partials[_name(j, i, len(levels))]
                lower = pt.set_subtensor(lower[j, i], z * pt.sqrt(left))
                left = left * (1.0 - z**2)
            lower = pt.set_subtensor(lower[j, j], pt.sqrt(left))
        scaled = tau[:, None] * lower
        return scaled @ scaled.T

    def _partials(self, p: int) -> Iterator[Hyper]:
        """Give the partial correlations, each Beta on (−1, 1) as LKJ has it."""
        for j in range(p):
            for i in range(j):
                prior = LKJ(self.eta + 0.5 * (p - 2 - i))
                yield Hyper(_name(j, i, p), prior, CORRELATION)

    @staticmethod
    def _correlations(point: Point, levels: Levels) -> Array:
        """Build R from its Cholesky factor, row by row, (nodes, p, p)."""
        p, nodes = len(levels), len(point[f"tau[{levels[0]}]"])
        lower = np.zeros((nodes, p, p))
        for j in range(p):
            left = np.ones(nodes)
            for i in range(j):
                z = point[_name(j, i, p)]
                lower[:, j, i] = z * np.sqrt(left)
                left = left * (1.0 - z**2)
            lower[:, j, j] = np.sqrt(np.maximum(left, 0.0))
        return lower @ np.swapaxes(lower, 1, 2)


def _name(j: int, i: int, p: int) -> str:
    """Name a partial correlation; of two outcomes it is the correlation."""
    return "rho" if p == 2 else f"rho_partial_{j + 1}_{i + 1}"
