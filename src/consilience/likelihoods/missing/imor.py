"""Informative-missingness odds ratios of events."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from scipy.special import expit, logit

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Informative, integrated
from consilience.likelihoods.missing.events import Arm, Scale, seen_events


@final
@dataclass(frozen=True, slots=True)
class IMOR(Informative):
    """The odds of the event among the missing are those among the seen times an odds ratio.

    Of the nⱼ participants seen in arm j a share πⱼ had the event, of the mⱼ missing
    expit(logit πⱼ + δⱼ), with log odds ratios (δ₁, δ₂) normal and independent between trials; the
    risk of everyone is pⱼ = (1 − αⱼ)πⱼ + αⱼ expit(logit πⱼ + δⱼ), αⱼ = mⱼ/(nⱼ + mⱼ). `n1` and `n2`
    count those who were seen, `missing1` and `missing2` those who were not.

    Parameters
    ----------
    mean1, mean2 : float
        Expectation of the log odds ratios in the arms of intervention and comparator; 0: missing at
        random on average.
    sd1, sd2 : float
        Their standard deviations between trials.
    correlation : float
        Between the arms of one trial; 1: the same in both.

    Raises
    ------
    ModelError
        For no finite number, a standard deviation below 0, a correlation beyond ±1.

    References
    ----------
    White, Higgins & Wood (2008), Allowing for uncertainty due to missing data in meta-analysis,
    part 1: two-stage methods, doi:10.1002/sim.3008.
    """

    within: ClassVar[tuple[str, ...]] = ("events",)

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`.

        y = E g(p₁) − g(p₂) and v = E v(δ) + Var[g(p₁) − g(p₂)] over the log odds ratios, by
        Gauss–Hermite; v(δ) is the sampling variance by the delta method, that of the shares
        missing included.

        Raises
        ------
        ModelError
            If the measure is not OR, RR or RD.
        DataError
            For counts that cannot be.
        """
        seen = seen_events(effects, reader="IMOR")

        def of(first: Array, second: Array) -> tuple[Array, Array]:
            """Give the estimates and their sampling variances at log odds ratios."""
            one, two = (
                _whole(arm, delta, seen.scale)
                for arm, delta in zip(seen.arms, (first, second), strict=True)
            )
            return one[0] - two[0], one[1] + two[1]

        y, v = integrated(of, self.departure)
        words = (
            "Missing participants by informative-missingness odds ratios: log IMOR of "
            f"{self.words} (White, Higgins & Wood 2008)"
        )
        return recorded(effects, Adjusted(y + seen.away, v, words))


def _whole(arm: Arm, delta: Array, scale: Scale) -> tuple[Array, Array]:
    """Give g(p) and its sampling variance at log odds ratios (nodes, 1), each (nodes, k)."""
    absent = expit(logit(arm.risk) + delta)
    p = (1.0 - arm.share) * arm.risk + arm.share * absent
    own = arm.risk * (1.0 - arm.risk)
    by_risk = (1.0 - arm.share) + arm.share * absent * (1.0 - absent) / own
    of_risk = by_risk**2 * own / arm.seen
    of_share = (absent - arm.risk) ** 2 * arm.share * (1.0 - arm.share) / arm.everyone
    return np.asarray(scale.value(p)), scale.slope(p) ** 2 * (of_risk + of_share)
