"""The colours of Cochrane reviews: green, yellow, red."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, final, override

from consilience.risk_of_bias.judgements import Level
from consilience.risk_of_bias.palettes.base import Palette

_COLOURS = MappingProxyType(
    {
        Level.LOW: "#02C100",
        Level.QUALIFIED: "#9BD003",
        Level.CONCERNS: "#E2DF07",
        Level.HIGH: "#BF0000",
        Level.CRITICAL: "#820000",
        Level.NO_INFORMATION: "#4EA1F7",
        Level.NOT_APPLICABLE: "#CCCCCC",
        Level.NOT_STATED: "#FFFFFF",
    }
)


@final
@dataclass(frozen=True, slots=True)
class Cochrane(Palette):
    """The colours of Cochrane reviews: green, yellow, red.

    References
    ----------
    As in robvis, doi:10.1002/jrsm.1411, which has none for what is not stated and for "low except
    for concerns about uncontrolled confounding".
    """

    name: ClassVar[str] = "Cochrane"

    @property
    @override
    def colours(self) -> Mapping[Level, str]:
        return _COLOURS
