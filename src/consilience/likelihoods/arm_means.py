"""Means of both arms whose standard deviations are only estimated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple, final

import numpy as np
from scipy.special import logsumexp

from consilience.effects import Effects
from consilience.gaussian import Array, scale_mixture
from consilience.likelihoods import missing
from consilience.likelihoods.cells import MEAN, SAMPLE, SPREAD, native, read
from consilience.likelihoods.counted import Counted, World
from consilience.likelihoods.curves import ORDER, Curves
from consilience.likelihoods.falling import Told
from consilience.likelihoods.inner import drawn_from
from consilience.likelihoods.missing import Missing
from consilience.likelihoods.missing.base import refuse_outside
from consilience.likelihoods.missing.means import missing_shares
from consilience.likelihoods.newcomers import OF_MEANS, Design
from consilience.likelihoods.parts import part

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_NAMES = {
    **{"mean1": MEAN, "sd1": SPREAD, "n1": SAMPLE},
    **{"mean2": MEAN, "sd2": SPREAD, "n2": SAMPLE},
}
_CELLS = 200_000
_STEP = 0.5  # of the logarithm of a variance, where both arms have few participants
_REACH, _FINE = 15.0, 6001
_NOTHING = 1e-290
_REACH_B = 60.0  # standard errors
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

    design: ClassVar[Design] = OF_MEANS

    def __post_init__(self) -> None:
        """Look a name up."""
        found = part(self.missing, missing.get, kind=Missing)
        object.__setattr__(self, "missing", found)
        refuse_outside(found, "means", fit="IMDoM")

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

    def told(
        self, effects: Effects, place: int, *, theta: Array, point: Mapping[str, Array]
    ) -> Told:
        """See `Likelihood.told`: P(y < yᵢ | θ) is the share of ℓᵢ above θ, for θ is a location."""
        curves = self.curves(effects)
        away = np.sinh(np.linspace(-_REACH, _REACH, _FINE))[:, None]
        step = np.sqrt(1.0 + away[:, 0] ** 2)
        height = curves.log(curves.centre + away * curves.width, point)[:, place]
        mass = np.exp(height - height.max()) * step
        above = np.cumsum((mass[1:] + mass[:-1])[::-1])[::-1] / (mass[1:] + mass[:-1]).sum()
        where = (theta - curves.centre[place]) / curves.width[place]
        below = np.interp(where, away[:, 0], np.append(above, 0.0), left=1.0, right=0.0)
        return Told(np.log(np.maximum(below, _NOTHING)), np.zeros(len(theta)))

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

    def begun(self, effects: Effects, world: World) -> Mapping[str, Array]:
        """See `Counted.begun`: with the standard deviations stated, and new ones in the samples."""
        found, rng = (
            {name: effects.table[name].to_numpy(float) for name in OF_MEANS.sizes},
            world.rng,
        )
        drawn: dict[str, Array] = {}
        for arm, mean in (("1", world.b + world.d), ("2", world.b)):
            n, sd = found[f"n{arm}"], found[f"sd{arm}"]
            drawn[f"mean{arm}"] = mean + sd / np.sqrt(n) * rng.standard_normal(effects.k)
            drawn[f"sd{arm}"] = sd * np.sqrt(rng.chisquare(n - 1.0) / (n - 1.0))
        return drawn

    def comparators(
        self, effects: Effects, theta: Array, *, point: Mapping[str, Array],  # noqa: ARG002
        rng: np.random.Generator,
    ) -> Array:  # fmt: skip
        """See `Counted.comparators`: the comparator's mean, of which both arms speak."""
        found, d = self._arms(effects), native(effects) * theta
        se = {arm: found[f"sd{arm}"] / np.sqrt(found[f"n{arm}"]) for arm in "12"}

        def log_f(b: Array) -> Array:
            own = _student((b + d - found["mean1"]) / se["1"], found["n1"] - 1.0)
            return own + _student((b - found["mean2"]) / se["2"], found["n2"] - 1.0)

        peaks = np.stack([found["mean1"] - d, found["mean2"] + 0.0 * d])
        far = _REACH_B * np.maximum(se["1"], se["2"])
        ends = peaks.min(axis=0) - far, peaks.max(axis=0) + far
        return drawn_from(log_f, ends, rng.random(theta.shape))

    def observe(self, d: "TensorVariable", effects: Effects) -> None:
        """See `Counted.observe`; the comparator's error is sampled, the other one observed."""
        import pymc as pm

        found, (shift, extra) = self._arms(effects), self._lost(effects)
        se = [found[f"sd{arm}"] / np.sqrt(found[f"n{arm}"]) for arm in "12"]
        unit = pm.StudentT("mean2_unit", nu=found["n2"] - 1.0, mu=0.0, sigma=1.0, dims="estimate")
        if np.any(extra > 0.0):
            d = d + np.sqrt(extra) * pm.Normal("imdom_unit", 0.0, 1.0, dims="estimate")
        pm.StudentT(
            "yi", nu=found["n1"] - 1.0, mu=d - se[1] * unit, sigma=se[0],
            observed=found["mean1"] - found["mean2"] + shift, dims="estimate",
        )  # fmt: skip

    def _arms(self, effects: Effects) -> dict[str, Array]:
        """Read means, SDs and numbers of both arms."""
        return read(effects, _NAMES, reader="ArmMeans")

    def _lost(self, effects: Effects) -> tuple[Array, Array]:
        """Give expectation and variance (k,) of what the missing add to the difference of means."""
        if not self.missing.columns:
            return np.zeros(effects.k), np.zeros(effects.k)
        shares, _ = missing_shares(effects, reader="ArmMeans")
        contrast = shares * np.array([1.0, -1.0])
        mean, covariance = self.missing.departure
        return contrast @ mean, np.einsum("ki,ij,kj->k", contrast, covariance, contrast)


def _student(t: Array, df: Array) -> Array:
    """Log density of Student's t up to a constant."""
    return -0.5 * (df + 1.0) * np.log1p(t**2 / df)


@dataclass(frozen=True, eq=False)
class _Differences(Curves):
    """Mixtures of normals about the differences of means."""

    variances: Array
    log_shares: Array

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:  # noqa: ARG002
        """See `Curves.log`: a mixture of normals, exact without an inner rule."""
        pieces = np.array_split(theta, max(1, theta.size * self.variances.shape[1] // _CELLS))
        return np.concatenate([self._some(some) for some in pieces])

    def _some(self, theta: Array) -> Array:
        """Give it for some of the nodes."""
        square = (theta - self.centre)[..., None] ** 2
        heights = self._known - square * self._halves
        top = heights.max(axis=-1)
        heights -= top[..., None]
        np.exp(heights, out=heights)
        return np.log(heights.sum(axis=-1)) + top - 0.5 * _LOG_2PI

    @cached_property
    def _known(self) -> Array:
        return self.log_shares - 0.5 * np.log(self.variances)

    @cached_property
    def _halves(self) -> Array:
        return 0.5 / self.variances


class _Arm(NamedTuple):
    """σ²/n as its arm's data speak of it: ν/2·se²/Gamma(ν/2)."""

    half: float
    """ν/2."""
    log_square: float
    """log se²."""

    def log_density(self, s: Array) -> Array:
        """Give the log density of s = log σ²/n, up to a constant."""
        away = s - self.log_square
        with np.errstate(over="ignore"):
            return -self.half * (away + np.exp(-away))

    @property
    def ends(self) -> Array:
        """Where s lies, as far as can be felt."""
        multiples, _ = scale_mixture(2.0 * self.half)
        return self.log_square + np.log(multiples[[0, -1]])


def _errors(found: Mapping[str, Array], place: int) -> tuple[Array, Array]:
    """Variances of e₁ − e₂ and the logarithms of their shares.

    e₁ − e₂ given both variances is normal with their sum V. With shares z and 1 − z of V, x =
    logit z, the density of log V is ∫ q₁(log V + log z) q₂(log V + log(1 − z)) dx, qⱼ being those
    of the logarithms; both integrals by trapezoid rules, the outer one at equally spaced log V.
    """
    arms = [
        _Arm(0.5 * (n - 1.0), float(np.log(sd**2 / n)))
        for n, sd in ((float(found[f"n{arm}"][place]), found[f"sd{arm}"][place]) for arm in "12")
    ]
    step = _STEP * min(1.0, *(1.0 / np.sqrt(2.0 * arm.half) for arm in arms))
    (low1, high1), (low2, high2) = (arm.ends for arm in arms)
    ends = np.logaddexp(low1, low2), np.logaddexp(high1, high2)
    log_v = np.arange(ends[0], ends[1] + step, step)[:, None]
    x = np.arange(low1 - high2, high1 - low2 + step, step)
    one = arms[0].log_density(log_v - np.logaddexp(0.0, -x))
    two = arms[1].log_density(log_v - np.logaddexp(0.0, x))
    log_shares = logsumexp(one + two, axis=1)
    return np.exp(log_v[:, 0]), log_shares - logsumexp(log_shares)
