"""The Freeman-Tukey transformation of an incidence rate."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.one_rate import OneRate


@final
@dataclass(frozen=True, slots=True)
class IRFT(OneRate):
    r"""The mean of two root rates :math:`\frac12 (\sqrt{x / t} + \sqrt{(x + 1) / t})`.

    Its variance, :math:`1 / (4 t)`, does not depend on the rate, so zero counts need no constant
    (`add` is 0). What is shown is the limit for long person-time; `rate` inverts the transformation
    at a given one.
    The same as metafor's ``escalc(measure="IRFT")``.

    References
    ----------
    Freeman & Tukey (1950), Ann. Math. Stat. 21, 607-611. doi:10.1214/aoms/1177729756
    """

    add: float = 0.0

    code: ClassVar[str] = "IRFT"
    label: ClassVar[str] = "Incidence rate (Freeman-Tukey)"
    scale: ClassVar[str] = "square root"

    @override
    def estimate(self, x: Floats, t: Floats) -> tuple[Floats, Floats]:
        return (np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 1 / (4 * t)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the incidence rate in the limit of long person-time, at least zero."""
        return np.maximum(x, 0) ** 2


def rate(y: Floats, t: Floats) -> Floats:
    r"""Invert the transformation at a person-time: :math:`(4 y^2 t - 1)^2 / (16 y^2 t^2)`.

    Parameters
    ----------
    y : ndarray
        Transformed values.
    t : ndarray
        Person-times.

    Returns
    -------
    ndarray
        0 where y lies below what no event would give.
    """
    y = np.maximum(y, 1 / (2 * np.sqrt(t)))
    return (4 * y**2 * t - 1) ** 2 / (16 * y**2 * t**2)
