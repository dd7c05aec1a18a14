"""Priors that PyMC has no class for: their density is written out for it."""

from abc import abstractmethod
from math import inf, isinf
from typing import TYPE_CHECKING, override

import numpy as np
from numpy.typing import NDArray

from consilience.priors.base import Prior

if TYPE_CHECKING:
    from pymc.distributions.transforms import Transform
    from pytensor.tensor import TensorVariable


class Custom(Prior):
    """A prior whose PyMC variable is a ``pymc.CustomDist`` with the density of `logp`."""

    __slots__ = ()

    @property
    def start(self) -> float:
        """Where a sampler may start: the median."""
        return float(self.ppf(0.5))

    @abstractmethod
    @override
    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density inside the support as a PyTensor expression."""

    @override
    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create a ``pymc.CustomDist`` in the active model.

        It is sampled on the logarithmic or logit scale where the support is bounded.
        """
        import pymc

        start = self.start
        return pymc.CustomDist(
            name,
            logp=self._inside,
            random=self._random,
            support_point=lambda rv, *_: _filled(rv, start),
            default_transform=_transform(*self.support),
            dims=dims,
        )

    def _inside(self, x: "TensorVariable") -> "TensorVariable":
        import pytensor.tensor as pt

        lower, upper = self.support
        return pt.switch((x >= lower) & (x <= upper), self.logp(x), -inf)

    def _random(
        self, rng: np.random.Generator, size: tuple[int, ...] | None = None
    ) -> NDArray[np.float64]:
        return self.ppf(rng.random(size))


def _filled(rv: "TensorVariable", value: float) -> "TensorVariable":
    import pytensor.tensor as pt

    return pt.full(rv.shape, value)


def _transform(lower: float, upper: float) -> "Transform | None":
    """Give the transform by which PyMC moves freely within these limits; none on the whole line."""
    from pymc.distributions import transforms

    if isinf(lower) and isinf(upper):
        return None
    if lower == 0.0 and isinf(upper):
        return transforms.log
    ends = (None if isinf(end) else end for end in (lower, upper))
    return transforms.Interval(*ends)
