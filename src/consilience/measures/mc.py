"""The mean change in the units of the instrument."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.measures.base import Floats
from consilience.measures.paired_means import PairedMeans, Pairs


@final
@dataclass(frozen=True, slots=True)
class MC(PairedMeans):
    r"""The raw mean change :math:`\bar x_1 - \bar x_2`.

    Its variance is :math:`(s_1^2 + s_2^2 - 2 r s_1 s_2) / n`, in squared units of the instrument.
    The same as metafor's ``escalc(measure="MC")``.

    References
    ----------
    Morris & DeShon (2002), Psychol. Methods 7, 105-125. doi:10.1037/1082-989X.7.1.105
    """

    code: ClassVar[str] = "MC"
    label: ClassVar[str] = "Mean change"
    scale: ClassVar[str] = "raw"

    @override
    def estimate(self, pairs: Pairs) -> tuple[Floats, Floats]:
        return pairs.change, pairs.change_variance / pairs.n
