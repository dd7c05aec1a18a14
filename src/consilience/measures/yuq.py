"""Yule's Q, a coefficient of association."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.measures.yule import Yule


@final
@dataclass(frozen=True, slots=True)
class YUQ(Yule):
    r"""Yule's Q: :math:`(a d - b c) / (a d + b c)`.

    Its variance is :math:`(1 - Q^2)^2 / 4 \cdot (1/a + 1/b + 1/c + 1/d)`. The same as metafor's
    ``escalc(measure="YUQ")``.

    References
    ----------
    Yule (1900), Philos. Trans. R. Soc. A 194, 257-319, p. 285. doi:10.1098/rsta.1900.0019
    """

    code: ClassVar[str] = "YUQ"
    label: ClassVar[str] = "Yule's Q"
    power: ClassVar[float] = 1.0
    unit: ClassVar[float] = 2.0
