"""The Freeman-Tukey double arcsine of a proportion."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.one_proportion import OneProportion, Proportion


@final
@dataclass(frozen=True, slots=True)
class PFT(OneProportion):
    r"""The double arcsine, half of :math:`\arcsin\sqrt{x/(n+1)} + \arcsin\sqrt{(x+1)/(n+1)}`.

    In radians, with variance :math:`1 / (4 n + 2)`, which does not depend on the proportion, so
    zero counts need no constant (`add` is 0). The same as metafor's ``escalc(measure="PFT")``. What
    is shown is the limit for large n; `proportion` inverts the transformation at a given n, which
    for a pooled value is ambiguous (Schwarzer et al. 2019).

    References
    ----------
    Freeman & Tukey (1950), Ann. Math. Stat. 21, 607-611. doi:10.1214/aoms/1177729756 Schwarzer,
    Chemaitelly, Abu-Raddad & Rücker (2019), Res. Synth. Methods 10, 476-483. doi:10.1002/jrsm.1348
    """

    add: float = 0.0

    code: ClassVar[str] = "PFT"
    label: ClassVar[str] = "Proportion (double arcsine)"
    scale: ClassVar[str] = "arcsine"

    @override
    def estimate(self, given: Proportion) -> tuple[Floats, Floats]:
        x, n = given
        angles = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
        return angles / 2, 1 / (4 * n + 2)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the proportion in the limit of large n; angles beyond 0 and π/2 count as these."""
        return np.sin(np.clip(x, 0, np.pi / 2)) ** 2

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 1/2: v is about (1/2)² / n."""
        return 0.5

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return 1 / (4 n + 2) with n = n1 + n2."""
        del observed
        return np.full(np.shape(theta), 1 / (4 * (n1 + n2) + 2))


def proportion(y: Floats, n: Floats) -> Floats:
    r"""Invert the double arcsine at a sample size.

    .. math:: p = \tfrac12 \Big(1 - \operatorname{sgn}(\cos t)
        \sqrt{1 - \big(\sin t + \tfrac{\sin t - 1/\sin t}{n}\big)^2}\Big), \qquad t = 2 y

    Parameters
    ----------
    y : ndarray
        Transformed values, as `PFT` defines them (half of Miller's).
    n : ndarray
        Sample sizes, such as the harmonic mean of the studies'.

    Returns
    -------
    ndarray
        0 and 1 where y lies beyond what 0 and n events of n would give.

    References
    ----------
    Miller (1978), Am. Stat. 32, 138. doi:10.1080/00031305.1978.10479283
    """
    y, n = np.broadcast_arrays(np.asarray(y, dtype=float), np.asarray(n, dtype=float))
    lowest = np.arcsin(np.sqrt(1 / (n + 1))) / 2
    inside = np.clip(2 * y, 2 * lowest, np.pi - 2 * lowest)
    sine = np.sin(inside)
    root = np.sqrt(np.maximum(1 - (sine + (sine - 1 / sine) / n) ** 2, 0))
    return (1 - np.sign(np.cos(inside)) * root) / 2
