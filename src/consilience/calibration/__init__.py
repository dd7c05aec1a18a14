"""Simulation-based calibration: does a model find what it was drawn from.

Parameters are drawn from the priors, trials from the model, and the model is fitted to them. Then
P(parameter ≤ truth | data) is uniform and an x % interval holds the truth x % of the time, exactly,
whatever the model: a departure is a fault of the computation.
"""

from consilience.calibration.published import Published, published
from consilience.calibration.ranks import BINS, LEVELS, Calibration
from consilience.calibration.record import fingerprint, record
from consilience.calibration.run import calibrate
from consilience.calibration.simulator import Simulated, Simulator, simulator

__all__ = [
    "BINS",
    "LEVELS",
    "Calibration",
    "Published",
    "Simulated",
    "Simulator",
    "calibrate",
    "fingerprint",
    "published",
    "record",
    "simulator",
]
