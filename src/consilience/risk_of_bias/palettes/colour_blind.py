"""Colours that readers with any colour vision tell apart: from pale to dark orange."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, final, override

from consilience.risk_of_bias.judgements import Level
from consilience.risk_of_bias.palettes.base import Palette

_COLOURS = MappingProxyType(
    {
        Level.LOW: "#FED98E",
        Level.QUALIFIED: "#FEBB5E",
        Level.CONCERNS: "#FE9929",
        Level.HIGH: "#D95F0E",
        Level.CRITICAL: "#993404",
        Level.NO_INFORMATION: "#FFFFFF",
        Level.NOT_APPLICABLE: "#CCCCCC",
        Level.NOT_STATED: "#FFFFFF",
    }
)


@final
@dataclass(frozen=True, slots=True)
class ColourBlind(Palette):
    """Colours that readers with any colour vision tell apart: the graver, the darker.

    References
    ----------
    As in robvis, doi:10.1002/jrsm.1411, which has none for what is not stated and for "low except
    for concerns about uncontrolled confounding".
    """

    name: ClassVar[str] = "colour-blind"

    @property
    @override
    def colours(self) -> Mapping[Level, str]:
        return _COLOURS
