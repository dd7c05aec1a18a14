"""Hakstian and Whalen's transformation of a reliability."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.reliability import Reliability


@final
@dataclass(frozen=True, slots=True)
class AHW(Reliability):
    r"""The transformed reliability :math:`1 - (1 - \alpha)^{1/3}`.

    Its variance is :math:`\frac{18 J (n - 1) (1 - \alpha)^{2/3}}{(J - 1) (9 n - 11)^2}` with J
    items. Hakstian and Whalen's own form is the cube root itself; this one grows with alpha. The
    same as metafor's ``escalc(measure="AHW")``.

    References
    ----------
    Hakstian & Whalen (1976), Psychometrika 41, 219-231. doi:10.1007/BF02291840
    """

    code: ClassVar[str] = "AHW"
    label: ClassVar[str] = "Cronbach's alpha (cube root)"
    scale: ClassVar[str] = "cube root"

    @override
    def estimate(self, missing: Floats, ratio: Floats, n: Floats) -> tuple[Floats, Floats]:
        return 1 - np.cbrt(missing), 18 * ratio * (n - 1) * np.cbrt(missing) ** 2 / (
            9 * n - 11
        ) ** 2

    @override
    def display(self, x: Floats) -> Floats:
        """Return alpha."""
        return 1 - (1 - x) ** 3
