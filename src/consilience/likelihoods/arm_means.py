"""Means of both arms whose standard deviations are only estimated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np
from scipy.special import logsumexp

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array, scale_mixture
from consilience.likelihoods import missing
from consilience.likelihoods.cells import MEAN, SAMPLE, SPREAD, native, read
from consilience.likelihoods.counted import Counted, World
from consilience.likelihoods.curves import ORDER, Curves
from consilience.likelihoods.missing import Missing
from consilience.likelihoods.missing.imdom import missing_shares
from consilience.likelihoods.parts import part

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_NAMES = {
    **{"mean1": MEAN, "sd1": SPREAD, "n1": SAMPLE},
    **{"mean2": MEAN, "sd2": SPREAD, "n2": SAMPLE},
}
_CELLS = 4_000_000
_LOG_2PI = float(np.log(2.0 * np.pi))


@final
@dataclass(frozen=True, slots=True)
class ArmMeans(Counted):
    """Means of both arms, their standard deviations estimated: y₁ − y₂ = θ + e₁ − e₂.

    With p(σⱼ) ∝ 1/σⱼ integrated out, eⱼ = sⱼ/√nⱼ · t with nⱼ − 1 degrees of freedom: the sample
    standard deviations are data, and small arms are believed less than their standard errors say.
    The comparator's mean has a flat prior, which leaves the density of the difference of means.

    Parameters
    ----------
    missing : Missing
        Participants without an outcome: ``Complete()``, or ``IMDoM``.

    Raises
    ------
    ModelError
        If the setting is not of its kind.

    References
    ----------
    Behrens (1929); Fisher (1935), The fiducial argument in statistical inference,
    doi:10.1111/j.1469-1809.1935.tb02120.x.
    """

    missing: Missing = field(default_factory=missing.Complete)

    def __post_init__(self) -> None:
        """Look a name up."""
        found = part(self.missing, missing.get, kind=Missing)
        object.__setattr__(self, "missing", found)
        if isinstance(found, missing.IMOR):
            raise ModelError(
                "missing.IMOR is about events; of means take missing.IMDoM(...), or "
                "missing.Complete() for available cases."
            )

    @property
    def speaks_of(self) -> str:
        """See `Likelihood.speaks_of`."""
        return "estimates"

    @property
    def codes(self) -> tuple[str, ...]:
        """See `Counted.codes`."""
        return ("MD",)

    def curves(self, effects: Effects) -> Curves:
        """See `Likelihood.curves`."""
        self.check(effects)
        found, (shift, extra) = self._arms(effects), self._lost(effects)
        difference = found["mean1"] - found["mean2"] + shift
        parts = [_errors(found, place) for place in range(effects.k)]
        longest = max(len(variances) for variances, _ in parts)
        variances, shares = np.ones((effects.k, longest)), np.full((effects.k, longest), -np.inf)
        for place, (some, log_shares) in enumerate(parts):
            variances[place, : len(some)] = some + extra[place]
            shares[place, : len(some)] = log_shares
        sign = native(effects)
        width = np.sqrt(effects.v + extra)
        silent = np.zeros(effects.k, bool)
        return _Differences(sign * difference, width, (), silent, variances, shares)

    def cells(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.cells`.

        σⱼ is drawn from what its arm's data say of it, and the sample standard deviation stays:
        that is the distribution of the mean that the likelihood is made of.
        """
        found, (shift, extra) = self._arms(effects), self._lost(effects)
        rng = world.rng
        true = world.d - shift + np.sqrt(extra) * rng.standard_normal(effects.k)
        errors = [
            found[f"sd{arm}"] / np.sqrt(found[f"n{arm}"]) * rng.standard_t(found[f"n{arm}"] - 1.0)
            for arm in "12"
        ]
        return {"mean1": found["mean2"] + true + errors[0] - errors[1], "mean2": found["mean2"]}

    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """See `Counted.observe`; the comparator's error is sampled, the other one observed."""
        import pymc as pm

        found, (shift, extra) = self._arms(effects), self._lost(effects)
        se = [found[f"sd{arm}"] / np.sqrt(found[f"n{arm}"]) for arm in "12"]
        unit = pm.StudentT("mean2_unit", found["n2"] - 1.0, 0.0, 1.0, dims="estimate")
        if np.any(extra > 0.0):
            d = d + np.sqrt(extra) * pm.Normal("imdom_unit", 0.0, 1.0, dims="estimate")
        pm.StudentT(
            "yi", found["n1"] - 1.0, d - se[1] * unit, se[0],
            observed=found["mean1"] - found["mean2"] + shift, dims="estimate",
        )  # fmt: skip

    def _arms(self, effects: Effects) -> dict[str, Array]:
        return read(effects, _NAMES, reader="ArmMeans")

    def _lost(self, effects: Effects) -> tuple[Array, Array]:
        """Give expectation and variance (k,) of what the missing add to the difference of means."""
        if not self.missing.columns:
            return np.zeros(effects.k), np.zeros(effects.k)
        shares, _ = missing_shares(effects, reader="ArmMeans")
        contrast = shares * np.array([1.0, -1.0])
        mean, covariance = self.missing.departure
        return contrast @ mean, np.einsum("ki,ij,kj->k", contrast, covariance, contrast)


@dataclass(frozen=True, eq=False)
class _Differences(Curves):
    """Mixtures of normals about the differences of means."""

    variances: Array
    log_shares: Array

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:  # noqa: ARG002
        pieces = np.array_split(theta, max(1, theta.size * self.variances.shape[1] // _CELLS))
        return np.concatenate([self._some(some) for some in pieces])

    def _some(self, theta: Array) -> Array:
        square = (theta - self.centre)[..., None] ** 2
        heights = self.log_shares - 0.5 * (np.log(self.variances) + square / self.variances)
        return logsumexp(heights, axis=-1) - 0.5 * _LOG_2PI


def _errors(found: Mapping[str, Array], place: int) -> tuple[Array, Array]:
    """Variances of e₁ − e₂ and the logarithms of their shares: t by t as mixtures of normals."""
    pieces = []
    for arm in "12":
        n, sd = found[f"n{arm}"][place], found[f"sd{arm}"][place]
        multiples, shares = scale_mixture(float(n) - 1.0)
        pieces.append((sd**2 / n * multiples, np.log(np.maximum(shares, 1e-300))))
    return np.add.outer(pieces[0][0], pieces[1][0]).ravel(), np.add.outer(
        pieces[0][1], pieces[1][1]
    ).ravel()
