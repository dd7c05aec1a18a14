"""The raw proportion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.one_proportion import OneProportion, Proportion

_VARIANCES: Mapping[str, Callable[[Proportion], Floats]] = {
    "LS": lambda given: given.p * (1 - given.p) / given.n,
    "UB": lambda given: given.p * (1 - given.p) / (given.n - 1),
    "AV": lambda given: given.average.p * (1 - given.average.p) / given.n,
}


@final
@dataclass(frozen=True, slots=True)
class PR(OneProportion):
    r"""The proportion :math:`p = x / n`, with variance :math:`p (1 - p) / n`.

    The same as metafor's ``escalc(measure="PR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"UB"``, the unbiased one, with n − 1; ``"AV"``, at the
        average proportion of all rows.

    References
    ----------
    Fleiss & Berlin (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd ed.,
    237-253.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "PR"
    label: ClassVar[str] = "Proportion"
    scale: ClassVar[str] = "probability"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, given: Proportion) -> tuple[Floats, Floats]:
        return given.p, _VARIANCES[self.vtype](given)
