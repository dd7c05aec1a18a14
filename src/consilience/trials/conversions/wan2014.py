"""Medians with quartiles or extremes become means and standard deviations: Wan et al. 2014."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import PerArm
from consilience.trials.conversions.quantiles import GIVES, NEEDS, by_form, quantiles, wan_sd
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class Wan2014(PerArm):
    r"""The mean and SD of an arm from its five-number summary (a, q1, m, q3, b) or part of it.

    The mean is (a + 2m + b)/4, (q1 + m + q3)/3, or (a + 2q1 + 2m + 2q3 + b)/8; the SD is the range
    or the interquartile range over its expectation in a normal sample of that size, or the average
    of both. For samples from a distribution that is about normal; `QuantileEstimation` and
    `BoxCox` do not ask for that.
    """

    title: ClassVar[str] = "Median to mean and SD (Wan 2014)"
    needs: ClassVar[tuple[str, ...]] = NEEDS
    gives: ClassVar[tuple[str, ...]] = GIVES
    equation: ClassVar[str] = "mean = average of the quantiles, sd = range / its normal expectation"
    source: ClassVar[str] = (
        "Wan et al. (2014), BMC Med. Res. Methodol. 14:135, doi:10.1186/1471-2288-14-135"
    )

    @override
    def arm(self, sheet: Sheet, arm: str) -> Mapping[str, Floats]:
        """Give mean and SD of one arm by whichever quantiles are printed."""
        given = quantiles(sheet, arm)
        ends, quarters = given.low + given.high, given.q1 + given.q3
        mean = by_form(
            given,
            ranged=(ends + 2 * given.median) / 4,
            quartered=(quarters + given.median) / 3,
            full=(ends + 2 * quarters + 2 * given.median) / 8,
        )
        return {"mean": mean, "sd": wan_sd(given)}
