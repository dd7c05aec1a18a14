"""Yule's Y, a coefficient of association."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.measures.yule import Yule


@final
@dataclass(frozen=True, slots=True)
class YUY(Yule):
    r"""Yule's Y: :math:`(\sqrt{a d} - \sqrt{b c}) / (\sqrt{a d} + \sqrt{b c})`.

    Its variance is :math:`(1 - Y^2)^2 / 16 \cdot (1/a + 1/b + 1/c + 1/d)`. The same as metafor's
    ``escalc(measure="YUY")``.

    References
    ----------
    Yule (1912), J. R. Stat. Soc. 75, 579-652, p. 593. doi:10.2307/2340126
    """

    code: ClassVar[str] = "YUY"
    label: ClassVar[str] = "Yule's Y"
    power: ClassVar[float] = 0.5
    unit: ClassVar[float] = 1.0
