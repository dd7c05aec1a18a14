"""The biserial correlation."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from scipy.special import ndtri

from consilience.measures.base import Floats
from consilience.measures.two_means import Arms, TwoMeans


@final
@dataclass(frozen=True, slots=True)
class RBIS(TwoMeans):
    r"""The biserial correlation of a measurement with a yes-or-no split of a normal variable.

    From Cohen's d and :math:`h = m / n_1 + m / n_2`, :math:`m = n - 2`, the point-biserial
    correlation :math:`d / \sqrt{d^2 + h}` is divided by :math:`f(z) / \sqrt{p q}`, with
    :math:`p = n_1 / n`, :math:`q = 1 - p`, :math:`z = \Phi^{-1}(q)` and the normal density f. Its
    variance is :math:`\frac1{n - 1}\big(\frac{p q}{f^2} - (\frac32 + (1 - \frac{p z}f)
    (1 + \frac{q z}f)) r^2 + r^4\big)`. Values beyond ±1 occur and are kept. The same as metafor's
    ``escalc(measure="RBIS")``.

    References
    ----------
    Soper (1914), Biometrika 10, 384-390. Jacobs & Viechtbauer (2017),
    Res. Synth. Methods 8, 161-180. doi:10.1002/jrsm.1218
    """

    code: ClassVar[str] = "RBIS"
    label: ClassVar[str] = "Biserial correlation"
    scale: ClassVar[str] = "correlation"

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        """Give the correlation and its variance by Soper's formula."""
        d = arms.difference / arms.pooled
        p, q = arms.n1 / arms.n, arms.n2 / arms.n
        z = ndtri(q)
        f = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        y = np.sqrt(p * q) / f * d / np.sqrt(d**2 + arms.m / arms.n1 + arms.m / arms.n2)
        r2 = np.clip(y, -1, 1) ** 2
        v = p * q / f**2 - (1.5 + (1 - p * z / f) * (1 + q * z / f)) * r2 + r2**2
        return y, v / (arms.n - 1)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the correlation, kept within −1 and 1."""
        return np.clip(x, -1.0, 1.0)
