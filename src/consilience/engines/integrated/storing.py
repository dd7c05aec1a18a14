"""The nodes of a posterior of curves, with the axes that they lie along."""

import xarray as xr

from consilience.engines.exact.rule import Integrated
from consilience.engines.exact.store import from_dataset, to_dataset
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.frame import Frame
from consilience.engines.integrated.frames import FRAMES
from consilience.engines.integrated.solving import Solved

_BEFORE = "straight"  # what files say nothing of that are older than the others


def saved(frame: Frame, integrated: Integrated) -> xr.Dataset:
    """Write a rule and the kind of its axes down."""
    (name,) = (name for name, kind in FRAMES.items() if isinstance(frame, kind))
    return to_dataset(integrated).assign_attrs(frame=name)


def restored(whole: Whole, stored: xr.Dataset) -> Solved:
    """Rebuild what was saved; the likelihood at the nodes is found again."""
    frame = FRAMES[stored.attrs.get("frame", _BEFORE)].of(whole)
    return Solved(frame, from_dataset(frame, stored))
