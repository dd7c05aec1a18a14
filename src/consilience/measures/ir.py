"""The raw incidence rate."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.one_rate import OneRate


@final
@dataclass(frozen=True, slots=True)
class IR(OneRate):
    r"""The incidence rate :math:`x / t`, with variance :math:`x / t^2`.

    Per unit of person-time; with expected events for t, the standardised incidence ratio.
    The same as metafor's ``escalc(measure="IR")``.

    References
    ----------
    Rothman, Greenland & Lash (2008), Modern Epidemiology, 3rd ed., ch. 14.
    """

    code: ClassVar[str] = "IR"
    label: ClassVar[str] = "Incidence rate"
    scale: ClassVar[str] = "rate"

    @override
    def estimate(self, x: Floats, t: Floats) -> tuple[Floats, Floats]:
        return x / t, x / t**2
