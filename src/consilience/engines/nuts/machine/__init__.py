"""A machine that runs graphs of PyTensor without a compiler."""

from consilience.engines.nuts.machine.translated import translated
from consilience.engines.nuts.machine.writing import UnwritableError

__all__ = ["UnwritableError", "translated"]
