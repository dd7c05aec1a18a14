"""Trial tables: read, checked, and every change on the way written down."""

from consilience.trials.frames import examine, from_frame
from consilience.trials.read import read_trials
from consilience.trials.table import Conversion, Trials

__all__ = ["Conversion", "Trials", "examine", "from_frame", "read_trials"]
