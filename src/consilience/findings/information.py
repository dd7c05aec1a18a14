"""The optimal information size: the participants that one adequate trial would need."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from consilience.effects import Effects
from consilience.findings.actions import RISKS
from consilience.findings.evidence import Evidence


class Wanted(NamedTuple):
    """A trial that would be adequate.

    Parameters
    ----------
    alpha : float
        Two-sided level of its test.
    power : float
    reduction : float
        Relative risk reduction that it must find, for risks.
    difference : float
        Difference in standard deviations that it must find, where nobody declared what matters.
    """

    alpha: float = 0.05
    power: float = 0.8
    reduction: float = 0.25
    difference: float = 0.2

    @property
    def quantiles(self) -> tuple[float, float]:
        """Normal quantiles of the level and of the power."""
        return float(ndtri(1 - self.alpha / 2)), float(ndtri(self.power))


ADEQUATE = Wanted()
"""The trial that GRADE asks for: 5 % two-sided, power 80 %, a reduction by a quarter."""


class Size(NamedTuple):
    """Participants in both arms, and what they are for in words; NaN where it cannot be known."""

    participants: float
    words: str


def optimal_information_size(evidence: Evidence, wanted: Wanted) -> Size:
    """Give the participants of an adequate trial with two equal arms.

    Risks: :func:`for_risks`. Differences: :func:`for_differences`, of the declared minimal
    important difference or `wanted.difference`. Other measures: NaN.

    Parameters
    ----------
    evidence : Evidence
    wanted : Wanted

    References
    ----------
    Guyatt, Oxman, Kunz, et al. (2011), J. Clin. Epidemiol. 64, 1283-1293,
    doi:10.1016/j.jclinepi.2011.01.012
    """
    if evidence.effects.measure.code in RISKS:
        if np.isnan(evidence.risk):
            return Size(np.nan, "no baseline risk is declared")
        share = f"{100 * wanted.reduction:g}\N{NO-BREAK SPACE}%"
        words = f"to find a relative reduction of {share} from the baseline risk"
        return Size(for_risks(evidence.risk, wanted), words)
    unit = unit_of(evidence.effects)
    if np.isnan(unit):
        return Size(np.nan, "it is not known for this measure")
    if evidence.thresholds.declared:
        words = "to find the minimal important difference"
        return Size(for_differences(evidence.thresholds.benefit, unit, wanted), words)
    words = f"to find {wanted.difference:g} standard deviations"
    return Size(for_differences(wanted.difference * unit / 2, unit, wanted), words)


def unit_of(effects: Effects) -> float:
    """Return two standard deviations of the outcome on the analysed scale.

    Parameters
    ----------
    effects : Effects

    Returns
    -------
    float
        2 for differences of two groups in standard deviations, the unit-information SD of raw
        differences; NaN for other measures and where the participants are unknown.
    """
    measure = effects.measure
    if measure.scale == "standardised" and "n2" in measure.needs:
        return 2.0
    return effects.unit_sd() if measure.scale in {"standardised", "raw"} else float("nan")


def for_risks(risk: float, wanted: Wanted) -> float:
    r"""Return the participants for two risks, p and :math:`q = (1 - r) p`, by the normal test.

    .. math::
        N = 2 \frac{\bigl(z_{1-\alpha/2} \sqrt{2 m (1 - m)}
            + z_{power} \sqrt{p (1 - p) + q (1 - q)}\bigr)^2}{(p - q)^2}, \quad m = (p + q) / 2.

    Parameters
    ----------
    risk : float
        With the comparator, inside (0, 1).
    wanted : Wanted

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., eq. 4.14.
    """
    other = (1 - wanted.reduction) * risk
    middle = (risk + other) / 2
    a, b = wanted.quantiles
    spread = a * np.sqrt(2 * middle * (1 - middle))
    spread += b * np.sqrt(risk * (1 - risk) + other * (1 - other))
    return float(2 * (spread / (risk - other)) ** 2)


def for_differences(difference: float, unit: float, wanted: Wanted) -> float:
    r"""Return the participants for a difference, :math:`(z_{1-\alpha/2} + z_{power})^2 u^2/d^2`.

    Parameters
    ----------
    difference : float
        On the analysed scale, not 0.
    unit : float
        The unit-information SD u, of which the standard error with N participants is
        :math:`u / \sqrt N`: two standard deviations of the outcome for two equal arms.
    wanted : Wanted
    """
    return float((sum(wanted.quantiles) * unit / difference) ** 2)
