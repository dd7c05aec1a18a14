"""Pooling events without an estimate for each trial: Mantel–Haenszel and Peto."""

from consilience.classical.counts.mantel_haenszel import mantel_haenszel
from consilience.classical.counts.peto import peto

__all__ = ["mantel_haenszel", "peto"]
