"""True effects of new trials that are tied to trials that were seen."""

import numpy as np

from consilience.gaussian.blocks import Array
from consilience.gaussian.bonds import root_of
from consilience.gaussian.joint import Joint
from consilience.gaussian.population import Population


def tied_to(
    joint: Joint, residual: Array, *, seen: Population, new: Population, variance: Array
) -> tuple[Array, Array]:
    """Give θ − η of new trials, given the estimates: conditional means and covariances.

    With C = Cov(θ_new, θ): N(C (V + H)⁻¹ r, H_new − C (V + H)⁻¹ C'). A trial of a cluster that was
    seen leans on that cluster's estimates; one of a new cluster does not.

    Parameters
    ----------
    joint : Joint
        The estimates about their expectation.
    residual : array (nodes, k)
        Estimates less their expectation.
    seen, new : Population
        The scatter of the trials that were seen, and of the r new ones.
    variance : array (nodes, r)
        Variances of the new true effects.

    Returns
    -------
    mean : array (nodes, r)
    covariance : array (nodes, r, r)
    """
    rows = variance.shape[1]
    within = variance[:, :, None] * np.eye(rows)
    across = np.zeros((len(variance), rows, residual.shape[1]))
    for old, own in zip(seen.ties, new.ties, strict=True):
        across += own.between(old, joint.point)
        within += own.between(own, joint.point) * (1.0 - np.eye(rows))
    turned = np.swapaxes(across, 1, 2)
    mean = np.einsum("drk,dk->dr", across, joint.solved(residual))
    return mean, within - across @ joint.solved(turned)


def draw(mean: Array, covariance: Array, rng: np.random.Generator) -> Array:
    """Draw N(mean, covariance), (nodes, r), from covariances that may be singular."""
    unit = rng.standard_normal(mean.shape)
    return np.asarray(mean + np.einsum("drs,ds->dr", root_of(covariance), unit))
