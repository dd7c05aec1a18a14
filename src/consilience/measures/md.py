"""The difference of two means in the units of the instrument."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.two_means import Arms, TwoMeans, Variance


def _own_variances(arms: Arms) -> Floats:
    return arms.sd1**2 / arms.n1 + arms.sd2**2 / arms.n2


_VARIANCES: Mapping[str, Variance] = {
    "LS": _own_variances,
    "UB": _own_variances,
    "HO": lambda arms: arms.pooled**2 * (1 / arms.n1 + 1 / arms.n2),
}


@final
@dataclass(frozen=True, slots=True)
class MD(TwoMeans):
    r"""The raw mean difference :math:`\bar x_1 - \bar x_2`.

    Its variance is :math:`s_1^2 / n_1 + s_2^2 / n_2`, in squared units of the instrument; all
    trials must use the same instrument. The same as metafor's ``escalc(measure="MD")``.

    Parameters
    ----------
    vtype : str
        ``"LS"`` (or ``"UB"``), the variance above; ``"HO"``, with the pooled standard deviation.

    References
    ----------
    Borenstein (2009), in: The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., eq. 12.3
    and 12.5.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "MD"
    label: ClassVar[str] = "Mean difference"
    scale: ClassVar[str] = "raw"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        return arms.difference, _VARIANCES[self.vtype](arms)
