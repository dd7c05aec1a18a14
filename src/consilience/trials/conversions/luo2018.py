"""Medians with quartiles or extremes become means (Luo et al. 2018) and SDs (Wan et al. 2014)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.quantiles import (
    GIVES,
    NEEDS,
    Quantiles,
    by_form,
    quantiles,
    wan_sd,
)
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class Luo2018(PerArm):
    r"""The mean and SD of an arm from its five-number summary (a, q1, m, q3, b) or part of it.

    The mean weighs mid-range, mid-quartile and median by size so that its error is least in normal
    samples: with the extremes w = 4/(4 + n^0.75), with the quartiles w = 0.7 + 0.39/n, with both
    w1 = 2.2/(2.2 + n^0.75) and w2 = 0.7 − 0.72/n^0.55. The SD is that of Wan et al. (2014). The
    mean of the arm is known less well than a printed one: from quartiles its variance in large
    normal samples is about a quarter above sd²/n.
    """

    title: ClassVar[str] = "Median to mean and SD (Luo 2018, Wan 2014)"
    needs: ClassVar[tuple[str, ...]] = NEEDS
    gives: ClassVar[tuple[str, ...]] = GIVES
    equation: ClassVar[str] = "mean = optimal weights by n, sd = range / its normal expectation"
    source: ClassVar[str] = (
        "Luo et al. (2018), Stat. Methods Med. Res. 27, 1785-1805, doi:10.1177/0962280216669183; "
        "Wan et al. (2014), BMC Med. Res. Methodol. 14:135, doi:10.1186/1471-2288-14-135"
    )

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        given = quantiles(sheet, arm)
        return {"mean": luo_mean(given), "sd": wan_sd(given)}


def luo_mean(given: Quantiles) -> Floats:
    """Return the optimally weighted mean, (rows,).

    References
    ----------
    Luo, Wan, Liu & Tong (2018), Stat. Methods Med. Res. 27, 1785-1805, equations 7, 11 and 15.
    doi:10.1177/0962280216669183
    """
    n, middle = given.n, given.median
    ends, quarters = (given.low + given.high) / 2, (given.q1 + given.q3) / 2
    w, u = 4 / (4 + n**0.75), 0.7 + 0.39 / n
    w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    return by_form(
        given,
        ranged=w * ends + (1 - w) * middle,
        quartered=u * quarters + (1 - u) * middle,
        full=w1 * ends + w2 * quarters + (1 - w1 - w2) * middle,
    )
