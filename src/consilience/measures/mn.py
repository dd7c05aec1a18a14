"""The mean of one group in the units of the instrument."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats, weighted
from consilience.measures.one_mean import Group, OneMean

_VARIANCES: Mapping[str, Callable[[Group], Floats]] = {
    "LS": lambda group: group.sd**2 / group.n,
    "HO": lambda group: weighted(group.sd**2, group.n - 1) / group.n,
}


@final
@dataclass(frozen=True, slots=True)
class MN(OneMean):
    r"""The mean :math:`\bar x`, with variance :math:`s^2 / n` in squared units of the instrument.

    The same as metafor's ``escalc(measure="MN")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"HO"``, with one standard deviation pooled over all rows.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "MN"
    label: ClassVar[str] = "Mean"
    scale: ClassVar[str] = "raw"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, group: Group) -> tuple[Floats, Floats]:
        return group.mean, _VARIANCES[self.vtype](group)
