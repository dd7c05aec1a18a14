"""Informative-missingness odds ratios of events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
from scipy.special import expit, logit

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import EVENTS, PEOPLE, native, read, refuse_measure
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Departure, Informative

_NODES = 32


class _Scale(NamedTuple):
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


_SCALES: Mapping[str, _Scale] = {
    "OR": _Scale(logit, lambda p: 1.0 / (p * (1.0 - p))),
    "RR": _Scale(np.log, lambda p: 1.0 / p),
    "RD": _Scale(lambda p: p, np.ones_like),
}


class _Arm(NamedTuple):
    risk: Array
    """Of those who were seen."""
    seen: Array
    share: Array
    """Of all who are missing."""
    everyone: Array


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
        refuse_measure(effects, tuple(_SCALES), reader="IMOR")
        arms, scale = _arms(effects), _SCALES[effects.measure.code]
        y, v = _moments(arms, scale, self.departure)
        away = native(effects) * effects.y - (scale.value(arms[0].risk) - scale.value(arms[1].risk))
        words = (
            "Missing participants by informative-missingness odds ratios: log IMOR of "
            f"{self.words} (White, Higgins & Wood 2008)"
        )
        return recorded(effects, Adjusted(y + away, v, words))


def _arms(effects: Effects) -> tuple[_Arm, _Arm]:
    names = {"events1": EVENTS, "n1": PEOPLE, "events2": EVENTS, "n2": PEOPLE}
    found = read(effects, names | {"missing1": EVENTS, "missing2": EVENTS}, reader="IMOR")
    a, b, c, d = effects.measure.cells(effects.table)  # type: ignore[attr-defined]
    return tuple(
        _Arm(x / (x + z), x + z, found[f"missing{arm}"] / whole, whole)
        for arm, x, z in (("1", a, b), ("2", c, d))
        for whole in (x + z + found[f"missing{arm}"],)
    )  # type: ignore[return-value]


def _moments(arms: tuple[_Arm, _Arm], scale: _Scale, given: Departure) -> tuple[Array, Array]:
    """Mean and variance of the effects (k,), the log odds ratios integrated out."""
    z, w = np.polynomial.hermite_e.hermegauss(_NODES)
    w = w / w.sum()
    first, second = (grid.ravel() for grid in np.meshgrid(z, z, indexing="ij"))
    delta = given.mean + np.stack([first, second], axis=1) @ given.root.T
    mass = np.outer(w, w).ravel()
    parts = [_whole(arm, delta[:, [place]], scale) for place, arm in enumerate(arms)]
    y, v = parts[0][0] - parts[1][0], parts[0][1] + parts[1][1]
    mean = mass @ y
    return mean, mass @ v + mass @ (y - mean) ** 2


def _whole(arm: _Arm, delta: Array, scale: _Scale) -> tuple[Array, Array]:
    """Give g(p) and its sampling variance at log odds ratios (nodes, 1), each (nodes, k)."""
    absent = expit(logit(arm.risk) + delta)
    p = (1.0 - arm.share) * arm.risk + arm.share * absent
    own = arm.risk * (1.0 - arm.risk)
    by_risk = (1.0 - arm.share) + arm.share * absent * (1.0 - absent) / own
    of_risk = by_risk**2 * own / arm.seen
    of_share = (absent - arm.risk) ** 2 * arm.share * (1.0 - arm.share) / arm.everyone
    return scale.value(p), scale.slope(p) ** 2 * (of_risk + of_share)
