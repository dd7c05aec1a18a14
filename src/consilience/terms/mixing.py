"""What a likelihood is summed over in PyMC where a term jumps: an unknown place of its location."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.errors import ModelError, RefusalError
from consilience.gaussian import Array, Tie
from consilience.priors import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_POINTS = 4097
_ALONE = (
    "A threshold that all participants of a trial pass together is sampled for independent "
    "estimates only, and {others}. Use engines.Exact(), or name the column of the spread "
    "(spread=…)."
)


class Mixing(ABC):
    """How a likelihood observes a predictor that may have several rows, one for each place."""

    @property
    @abstractmethod
    def middles(self) -> Array:
        """One location from each place, (J,); none where there is nothing to sum over."""

    @abstractmethod
    def over(self, likelihood: Any, bias: Any) -> Any:  # noqa: ANN401 - of the rooms beside this
        """Give a likelihood that sums over the places.

        Raises
        ------
        ModelError
            If the bias selects which estimates come to light.
        """


@final
@dataclass(frozen=True, slots=True)
class Unmixed(Mixing):
    """Nothing to sum over: the null object."""

    @property
    def middles(self) -> Array:
        """See `Mixing.middles`: none."""
        return np.empty(0)

    def over(self, likelihood: Any, bias: Any) -> Any:  # noqa: ANN401, ARG002
        """See `Mixing.over`: the likelihood itself."""
        return likelihood


UNMIXED = Unmixed()
"""Nothing to sum over."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Places(Mixing):
    """The intervals between sorted exposures, in each of which the likelihood is constant.

    p(y | rest) = Σⱼ πⱼ p(y | place j, rest), πⱼ the prior mass of the interval. The location itself
    is drawn from its conditional by the inverse of its distribution function at a uniform number
    that nothing else depends on.

    Parameters
    ----------
    name : str
        Of the location.
    prior : Prior
        Of the location.
    edges : array (J + 1,)
        Ends of the intervals.
    """

    name: str
    prior: Prior
    edges: Array

    @property
    def middles(self) -> Array:
        """See `Mixing.middles`."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    def over(self, likelihood: Any, bias: Any) -> Any:  # noqa: ANN401
        """See `Mixing.over`."""
        bias.refuse_selection(
            "A threshold that all participants of a trial pass together",
            instead="Name the column of their spread (spread=…), or take bias.Nothing().",
        )
        return _Summed(self, likelihood)

    def add(self, rows: "TensorVariable") -> None:
        """Add the sum to the PyMC model in context, and draw the location.

        Parameters
        ----------
        rows : TensorVariable (J,)
            Log densities of the estimates at each place.
        """
        import pymc as pm
        import pytensor.tensor as pt

        ends = self.prior.cdf(self.edges)
        terms = rows + np.log(np.diff(ends))
        total = pm.math.logsumexp(terms)
        pm.Potential(f"{self.name}_places", pt.sum(total))
        reached = pt.cumsum(pt.exp(terms - total))
        u = pm.Uniform(f"{self.name}_unit", 0.0, 1.0)
        place = pt.minimum(pt.sum(reached < u), len(self.edges) - 2)
        before = pt.switch(place > 0, reached[place - 1], 0.0)
        share = pt.clip((u - before) / pt.maximum(reached[place] - before, 1e-300), 0.0, 1.0)
        table = pt.as_tensor_variable(self._table(ends))[place]
        at = pt.cast(pt.minimum(pt.floor(share * (_POINTS - 1)), _POINTS - 2), "int64")
        rest = share * (_POINTS - 1) - at
        pm.Deterministic(self.name, table[at] + rest * (table[at + 1] - table[at]))

    def _table(self, ends: Array) -> Array:
        """Quantiles of the prior within each interval, (J, points)."""
        inside = np.linspace(ends[:-1], ends[1:], _POINTS, axis=1)
        return np.clip(self.prior.ppf(inside), self.edges[:-1, None], self.edges[1:, None])


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Summed:
    """A normal likelihood over the rows of a predictor (J, k)."""

    places: Places
    likelihood: Any

    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """Add the sum over the places, with normal true effects integrated out."""
        kept, y, v = self._counted(effects)
        whole = _wide(variance, effects.k)[kept] + v
        self.places.add(_log_normal(y - location[:, kept], whole).sum(axis=1))

    def pymc_mixture(
        self,
        location: "TensorVariable",
        variances: "TensorVariable",
        *,
        shares: "TensorVariable",
        effects: Effects,
    ) -> None:
        """Add the sum over the places, with a mixture of normal true effects integrated out."""
        import pytensor.tensor as pt

        kept, y, v = self._counted(effects)
        whole = (variances + np.zeros((effects.k, 1)))[kept] + v[:, None]
        each = _log_normal((y - location[:, kept])[:, :, None], whole) + pt.log(shares)
        self.places.add(pt.logsumexp(each, axis=2).sum(axis=1))

    def pymc_tied(
        self,
        location: "TensorVariable",
        variance: "TensorVariable",
        *,
        ties: "tuple[tuple[Tie, TensorVariable], ...]",
        effects: Effects,
    ) -> None:
        """Refuse true effects that are tied to one another."""
        del location, variance, ties, effects
        raise RefusalError(_ALONE.format(others="their true effects are tied to one another"))

    def _counted(self, effects: Effects) -> tuple[NDArray[np.intp], Array, Array]:
        """Give places, values and variances of the estimates that count, all independent."""
        if self.likelihood.by_curves:
            raise RefusalError(
                "A threshold that all participants of a trial pass together does not stand with a "
                f"{type(self.likelihood).__name__} likelihood. Name the column of the spread "
                "(spread=…), or take likelihoods.Normal()."
            )
        seen = self.likelihood.observed(effects)
        if not seen.shared.independent or self.likelihood.ties(effects):
            raise RefusalError(_ALONE.format(others="some share participants"))
        kept = np.flatnonzero(np.isfinite(seen.v))
        if not kept.size:
            raise ModelError("No estimate counts: all weights are 0. Give one a weight.")
        return kept, seen.y[kept], seen.v[kept]


def _wide(variance: "TensorVariable", k: int) -> "TensorVariable":
    """Give a variance to each estimate."""
    return variance + np.zeros(k)


def _log_normal(residual: "TensorVariable", variance: "TensorVariable") -> "TensorVariable":
    """Log density of N(0, variance) at the residual."""
    import pytensor.tensor as pt

    return -0.5 * (np.log(2.0 * np.pi) + pt.log(variance) + residual**2 / variance)
