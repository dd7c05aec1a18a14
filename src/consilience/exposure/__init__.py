"""How much of a treatment reached its participants, and whether its effect depends on it.

`read_exposure` turns printed attendance into columns of percent, `exposed` leaves out trials that
print none, `compare_exposure` holds a threshold against a slope and against no dependence at all.
"""

from consilience.exposure.caveat import CAVEAT
from consilience.exposure.compared import ExposureComparison, compare_exposure
from consilience.exposure.curve import curve_along, curve_of
from consilience.exposure.facts import exposed, read_exposure, with_exposure
from consilience.exposure.power import power, power_sentence

__all__ = [
    "CAVEAT",
    "ExposureComparison",
    "compare_exposure",
    "curve_along",
    "curve_of",
    "exposed",
    "power",
    "power_sentence",
    "read_exposure",
    "with_exposure",
]
