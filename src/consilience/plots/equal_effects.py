"""Where trials of one effect lie when one arm is drawn against the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.special import expit, logit

from consilience.gaussian import Array

type Curve = Callable[[Array, float], Array]
type Turn = Callable[[Array], Array]


@final
@dataclass(frozen=True, slots=True)
class Axis:
    """How risks or rates are laid along an axis.

    Parameters
    ----------
    turned, back : callable
        What turns risks or rates into places, and places into them.
    takes_rates : bool
        Whether rates, which may be above 1, have a place on it.
    plain : bool
        Whether the places are the risks or rates themselves, which begin at 0.
    """

    turned: Turn
    back: Turn
    takes_rates: bool = True
    plain: bool = False


CURVES: dict[str, Curve] = {
    "AS": lambda p, d: np.sin(np.clip(np.arcsin(np.sqrt(p)) + d, 0.0, np.pi / 2.0)) ** 2,
    "IRD": lambda rate, d: rate + d,
    "IRR": lambda rate, d: rate * np.exp(d),
    "OR": lambda p, d: expit(logit(p) + d),
    "PETO": lambda p, d: expit(logit(p) + d),
    "RD": lambda p, d: p + d,
    "RR": lambda p, d: p * np.exp(d),
}
"""By measure: the risk or rate with the intervention, given that with the comparator."""

AXES: dict[str, Axis] = {
    "risk": Axis(np.asarray, np.asarray, plain=True),
    "log": Axis(np.log, np.exp),
    "logit": Axis(logit, expit, takes_rates=False),
}
"""How both axes may be drawn, by name."""
