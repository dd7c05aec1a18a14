"""A suggestion for imprecision: the interval against what matters, then the information size."""

from dataclasses import dataclass

import numpy as np

from consilience.errors import ModelError
from consilience.findings.actions import RISKS
from consilience.findings.evidence import Evidence
from consilience.findings.information import ADEQUATE, Wanted, optimal_information_size, unit_of
from consilience.findings.judgements import Suggestion

_DOMAIN = "imprecision"
_WORDS = ("not serious", "serious", "very serious")


@dataclass(frozen=True, slots=True)
class Imprecision:
    """The rule for imprecision, with its thresholds.

    1. Each threshold strictly inside the interval of the mean effect rates down one level: the
       smallest important benefit and harm where a minimal important difference was declared, else
       no effect. Both inside: two levels.
    2. Where none is inside and the effect is large, the participants are held against the optimal
       information size: fewer rate down one level, fewer than `far` of it two.

    Parameters
    ----------
    large_ratio : float
        A relative effect on risk is large where it lies outside this and its inverse.
    large_sd : float
        A difference is large from so many standard deviations on.
    far : float
        Below this share of the optimal information size two levels are suggested.
    wanted : Wanted
        The adequate trial.

    Raises
    ------
    ModelError
        For a share outside (0, 1), or a negative difference.

    Notes
    -----
    The order of the two steps, the thresholds and the large relative effect (a reduction of more
    than 30 %) are the guidance's. It says "far less" than the information size without a number,
    and names no large standardised difference: `far` and `large_sd` are conventions of this rule.
    ``large_ratio=1, large_sd=0`` asks for the information size always, as in 2011. A third level,
    which the guidance knows, is never suggested.

    References
    ----------
    Zeng, Brignardello-Petersen, Hultcrantz, et al. (2022), J. Clin. Epidemiol. 150, 216-224,
    doi:10.1016/j.jclinepi.2022.07.014; Guyatt, Zeng, Brignardello-Petersen, et al. (2025), BMJ 389,
    e081904, doi:10.1136/bmj-2024-081904; Guyatt, Oxman, Kunz, et al. (2011), J. Clin. Epidemiol.
    64, 1283-1293, doi:10.1016/j.jclinepi.2011.01.012
    """

    large_ratio: float = 0.7
    large_sd: float = 0.5
    far: float = 0.5
    wanted: Wanted = ADEQUATE

    def __post_init__(self) -> None:
        """Refuse thresholds that are none."""
        if not (0 < self.large_ratio <= 1 and 0 < self.far <= 1 and self.large_sd >= 0):
            raise ModelError(
                "Imprecision: large_ratio and far lie in (0, 1] and large_sd is 0 or more; got "
                f"{self.large_ratio!r}, {self.far!r}, {self.large_sd!r}."
            )
        shares = (self.wanted.alpha, self.wanted.power, self.wanted.reduction)
        if not (all(0 < each < 1 for each in shares) and self.wanted.difference > 0):
            raise ModelError(
                "Imprecision: alpha, power and reduction lie between 0 and 1 and the difference is "
                f"above 0; got {self.wanted}."
            )

    def suggest(self, evidence: Evidence) -> Suggestion:
        """Suggest a judgement.

        Parameters
        ----------
        evidence : Evidence

        Returns
        -------
        Suggestion
        """
        crossed = evidence.mean.crossed(evidence.thresholds)
        interval = f"The {100 * evidence.level:g}\N{NO-BREAK SPACE}% interval of the mean effect, "
        interval = f"{evidence.target} {interval}{evidence.spanned(evidence.mean)},"
        if crossed:
            places = " and ".join(evidence.named(each) for each in crossed)
            return Suggestion(_DOMAIN, _WORDS[len(crossed)], f"{interval} includes {places}.")
        places = " and ".join(evidence.named(each) for each in evidence.thresholds.distinct)
        return self._by_size(evidence, f"{interval} excludes {places}.")

    def _by_size(self, evidence: Evidence, beside: str) -> Suggestion:
        if not self._knows(evidence):
            more = "Which effects are large is not known for this measure."
            return Suggestion(_DOMAIN, _WORDS[0], f"{beside} {more}")
        if not self._large(evidence):
            return Suggestion(_DOMAIN, _WORDS[0], f"{beside} The effect is not large.")
        size = optimal_information_size(evidence, self.wanted)
        if np.isnan(size.participants):
            more = f"The effect is large; the optimal information size was not asked: {size.words}."
            return Suggestion(_DOMAIN, _WORDS[0], f"{beside} {more}")
        held, needed = evidence.people.participants, int(np.ceil(size.participants))
        levels = int(held < needed) + int(held < self.far * needed)
        wanted = f"the {needed} of the optimal information size {size.words}"
        if levels and evidence.people.silent:
            more = f"The effect is large; {wanted} cannot be held against participants of whom "
            return Suggestion(_DOMAIN, _WORDS[0], f"{beside} {more}not all are known.")
        verdict = ("reach", "are fewer than", "are far fewer than")[levels]
        more = f"The effect is large, and {held} participants {verdict} {wanted}."
        return Suggestion(_DOMAIN, _WORDS[levels], f"{beside} {more}")

    def _knows(self, evidence: Evidence) -> bool:
        """Say whether large effects of this measure can be told from others."""
        return _is_ratio(evidence) or not np.isnan(unit_of(evidence.effects))

    def _large(self, evidence: Evidence) -> bool:
        """Say whether the effect is so large that chance must be feared all the same."""
        x = evidence.sign * evidence.mean.estimate
        if _is_ratio(evidence):
            ratio = _relative(evidence.effects.measure.code, x, evidence.risk)
            return not self.large_ratio <= ratio <= 1 / self.large_ratio
        return bool(abs(x) >= self.large_sd * unit_of(evidence.effects) / 2)


def _is_ratio(evidence: Evidence) -> bool:
    """Say whether the effect is a ratio, or one of risks with a baseline that makes it one."""
    measure = evidence.effects.measure
    return measure.scale == "log" or (measure.code in RISKS and not np.isnan(evidence.risk))


def _relative(code: str, x: float, risk: float) -> float:
    """Return the ratio of risks where the baseline is known, else the measure's own ratio."""
    if code in RISKS and not np.isnan(risk):
        return float(RISKS[code].moved(risk, x)) / risk
    return float(np.exp(x))
