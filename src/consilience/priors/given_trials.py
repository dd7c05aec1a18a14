"""What priors that depend on the precision of the trials have in common."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import NoReturn, override

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior, refusal
from consilience.priors.context import Context
from consilience.priors.custom import Custom

_CELLS = 2_000_000
_LARGEST = float(np.finfo(float).max)

type Array = NDArray[np.float64]


class GivenTrials(Custom):
    """A prior on tau that is made of the sampling variances of the estimates.

    It is stated without them, and concrete once `resolve` knows them. It depends on how precise the
    trials are, never on what they found.

    Attributes
    ----------
    v : tuple of float
        Sampling variances of the estimates; empty until they are known.

    Raises
    ------
    ModelError
        If v holds anything but finite numbers > 0, and from questions that need them where
        they are not known.
    """

    __slots__ = ()

    v: tuple[float, ...]

    @override
    def __post_init__(self) -> None:
        """Coerce the variances to floats and refuse those that are none."""
        try:
            variances = np.asarray(self.v, dtype=float)
        except (TypeError, ValueError):
            variances = np.array(np.nan)
        if variances.ndim != 1 or not np.all((variances > 0.0) & (variances < inf)):
            raise ModelError(refusal(self, "v", rule="a list of finite numbers greater than 0"))
        object.__setattr__(self, "v", tuple(variances.tolist()))

    @property
    @override
    def resolved(self) -> bool:
        return bool(self.v)

    @property
    @override
    def support(self) -> tuple[float, float]:
        """From zero upwards."""
        return 0.0, inf

    @property
    @override
    def label(self) -> str:
        return f"{type(self).__name__}()"

    @property
    @override
    def start(self) -> float:
        """The typical standard error."""
        return float(np.sqrt(np.median(self._variances())))

    @override
    def resolve(self, context: Context) -> Prior:
        """Take the sampling variances over, unless the prior already has some.

        Parameters
        ----------
        context : Context
            Its `v` holds the sampling variances of the estimates.
        """
        return self if self.v else replace(self, v=tuple(context.v))  # type: ignore[type-var]

    def _variances(self) -> Array:
        if not self.v:
            self._refuse_unresolved()
        return np.array(self.v)

    def _refuse_unresolved(self) -> NoReturn:
        message = (
            f"{self.label} has no density before the sampling variances of the estimates are "
            "known. Call resolve(context) with them first, or give them as v."
        )
        raise ModelError(message)

    def _reduced(self, x: Array, reduce: Callable[[Array, Array], Array]) -> Array:
        """Reduce ln(v + x²), shape (n, k), over the trials, in pieces that fit in memory."""
        log_v = np.log(self._variances())
        log_x = np.log(np.minimum(x.ravel(), _LARGEST))
        step = max(1, _CELLS // len(log_v))
        pieces = [
            # As a sum of logarithms: x² alone would overflow far out.
            reduce(np.logaddexp(2.0 * part[:, None], log_v), part)
            for part in (log_x[at : at + step] for at in range(0, max(log_x.size, 1), step))
        ]
        return np.where(x < inf, np.concatenate(pieces).reshape(x.shape), -inf)
