"""The odds ratio acting on a risk."""

from typing import final, override

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from consilience.findings.actions.base import Action, Floats


@final
class Odds(Action):
    r"""The odds are multiplied: :math:`p_1 = \operatorname{expit}(\operatorname{logit} p_0 + x)`.

    References
    ----------
    Cochrane Handbook for Systematic Reviews of Interventions, version 5.1, § 12.5.4.3.
    """

    __slots__ = ()

    @override
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        return np.asarray(expit(logit(baseline) + np.asarray(x, dtype=float)))

    @override
    def needed(self, baseline: float, target: float) -> float:
        return float(logit(target) - logit(baseline))
