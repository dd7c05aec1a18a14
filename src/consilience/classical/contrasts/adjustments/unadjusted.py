"""No adjustment."""

from typing import ClassVar, final

from consilience.classical.contrasts.adjustments.base import Adjustment, Family
from consilience.classical.wls import Floats


@final
class Unadjusted(Adjustment):
    """Each p value by itself."""

    code: ClassVar[str] = "none"
    label: ClassVar[str] = "none"

    def p_values(self, family: Family) -> Floats:
        """Leave them as they are."""
        return family.p_values
