"""The log of a standard deviation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.one_mean import Group, OneMean


@final
@dataclass(frozen=True, slots=True)
class SDLN(OneMean):
    r"""The log standard deviation :math:`\log s + \frac1{2 (n - 1)}`.

    The second term corrects its bias in small samples, and is its variance. The same as metafor's
    ``escalc(measure="SDLN")``.

    Parameters
    ----------
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Raudenbush & Bryk (1987), J. Educ. Stat. 12, 241-269. doi:10.3102/10769986012003241 Nakagawa et
    al. (2015), Methods Ecol. Evol. 6, 143-152. doi:10.1111/2041-210X.12309
    """

    correct: bool = True

    code: ClassVar[str] = "SDLN"
    label: ClassVar[str] = "Standard deviation (log)"
    scale: ClassVar[str] = "log"
    needs: ClassVar[tuple[str, ...]] = ("sd", "n")
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"correct": (True, False)}

    @override
    def estimate(self, group: Group) -> tuple[Floats, Floats]:
        v = 1 / (2 * (group.n - 1))
        return np.log(group.sd) + self.correct * v, v

    @override
    def display(self, x: Floats) -> Floats:
        """Return the standard deviation."""
        return np.exp(x)
