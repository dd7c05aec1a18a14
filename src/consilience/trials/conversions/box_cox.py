"""Medians of skewed samples become means and SDs through a Box-Cox transformation."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from scipy.special import boxcox, inv_boxcox

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.luo2018 import luo_mean
from consilience.trials.conversions.quantiles import Quantiles, wan_sd
from consilience.trials.conversions.skewed import Skewed

_POWERS = (0.0, 10.0)
_POINTS = 101


@final
@dataclass(frozen=True, slots=True)
class BoxCox(Skewed):
    r"""The mean and SD of an arm whose values are normal after some power transformation.

    The power, from 0 (the logarithm) up, is that at which the printed quantiles lie symmetrically
    around the median; the transformed mean and SD (Luo 2018, Wan 2014) are carried back by
    integration over the normal distribution. For values above zero.
    """

    title: ClassVar[str] = "Median to mean and SD (Box-Cox, McGrath 2020)"
    equation: ClassVar[str] = "mean and sd of f⁻¹(normal), f the power that makes them symmetric"

    @override
    def moments(self, given: Quantiles) -> tuple[float, float]:
        """Transform to symmetry, take mean and SD there, and turn these back."""
        values = np.concatenate([given.low, given.q1, given.median, given.q3, given.high])
        known = values[np.isfinite(values)]
        if known.min() <= 0 or np.any(np.diff(known) <= 0):
            return np.nan, np.nan
        scale = float(given.median[0])
        power = _symmetric(known / scale)
        low, q1, median, q3, high = (boxcox(values[[i]] / scale, power) for i in range(5))
        changed = Quantiles(given.n, low, q1, median, q3, high)
        mean, sd = _back(float(luo_mean(changed)[0]), float(wan_sd(changed)[0]), power)
        return scale * mean, scale * sd


def _symmetric(values: Floats) -> float:
    """Find the power that makes lower and upper distances from the median alike."""
    from scipy.optimize import minimize_scalar

    def asymmetry(power: float) -> float:
        moved = boxcox(values, power)
        middle = moved[len(moved) // 2]
        pairs = [(middle - moved[i], moved[-1 - i] - middle) for i in range(len(moved) // 2)]
        return sum(float(np.log(above / below)) ** 2 for below, above in pairs)

    found = minimize_scalar(asymmetry, bounds=_POWERS, method="bounded", options={"xatol": 1e-10})
    return float(found.x)


def _back(mean: float, sd: float, power: float) -> tuple[float, float]:
    """Give mean and SD of what is normal after the transformation."""
    z, weights = np.polynomial.hermite_e.hermegauss(_POINTS)
    x = inv_boxcox(mean + sd * z, power)
    possible = np.isfinite(x)
    shares = weights[possible] / weights[possible].sum()
    centre = float(shares @ x[possible])
    return centre, float(np.sqrt(shares @ (x[possible] - centre) ** 2))
