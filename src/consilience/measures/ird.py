"""The incidence rate difference."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.two_rates import Rates, TwoRates


@final
@dataclass(frozen=True, slots=True)
class IRD(TwoRates):
    r"""The incidence rate difference :math:`x_1 / t_1 - x_2 / t_2`, per unit of person-time.

    Its variance is :math:`x_1 / t_1^2 + x_2 / t_2^2`. The same as metafor's
    ``escalc(measure="IRD")``.

    References
    ----------
    Rothman, Greenland & Lash (2008), Modern Epidemiology, 3rd ed., ch. 14.
    """

    code: ClassVar[str] = "IRD"
    label: ClassVar[str] = "Incidence rate difference"
    scale: ClassVar[str] = "rate"

    @override
    def estimate(self, rates: Rates) -> tuple[Floats, Floats]:
        x1, t1, x2, t2 = rates
        return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2
