"""What priors stated in unit-information standard deviations have in common."""

from abc import abstractmethod
from math import isinf
from typing import TYPE_CHECKING, ClassVar, NoReturn, override

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.context import Context

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class InUnits(Prior):
    """A prior in units of the unit-information SD: concrete once `resolve` knows that unit.

    The unit-information standard deviation is that of one participant's share of an effect
    estimate: 2 for a standardised mean difference, the outcome's own spread for raw units.
    """

    __slots__ = ()

    positive: ClassVar[tuple[str, ...]] = ("multiple",)

    @abstractmethod
    def _concrete(self, unit: float) -> Prior:
        """Give this prior in the effect's own units; nan where the unit is unknown."""

    @property
    @override
    def resolved(self) -> bool:
        return False

    @override
    def resolve(self, context: Context) -> Prior:
        """State the prior in the effect's own units.

        Parameters
        ----------
        context : Context
            Its `unit` is the unit-information standard deviation, on the scale of the effect; nan
            if unknown.

        Raises
        ------
        ModelError
            For a unit that is infinite or not greater than zero.
        """
        unit = context.unit
        if isinf(unit) or unit <= 0.0:
            message = (
                f"{self.label} needs a unit-information SD that is finite and greater than 0, "
                f"got {unit!r}. Give the parameter a prior in the effect's own units."
            )
            raise ModelError(message)
        return self._concrete(unit)

    @override
    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        self._refuse("density")

    @override
    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        self._refuse("distribution function")

    @override
    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        self._refuse("quantiles")

    @override
    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Refuse: a concrete prior is needed.

        Raises
        ------
        ModelError
            Always.
        """
        self._refuse("PyMC variable")

    @override
    def normal_moments(self) -> tuple[float, float]:
        """Refuse: a concrete prior is needed.

        Raises
        ------
        ModelError
            Always.
        """
        self._refuse("moments")

    def _refuse(self, what: str) -> NoReturn:
        message = (
            f"{self.label} has no {what} before its unit is known. "
            "Call resolve(context) with the unit-information SD of the effects first."
        )
        raise ModelError(message)
