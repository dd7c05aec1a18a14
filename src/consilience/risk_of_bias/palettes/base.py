"""What a palette of the risk of bias is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from consilience.risk_of_bias.judgements import Judgement, Level

_BLACK, _WHITE = "#000000", "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Palette(ABC):
    """Colours of judgements.

    Attributes
    ----------
    name : str
        By which it is asked for.
    """

    name: ClassVar[str]

    @property
    @abstractmethod
    def colours(self) -> Mapping[Level, str]:
        """The colour of each level, as ``#rrggbb``."""

    def face(self, judgement: Judgement) -> str:
        """Give the colour of a judgement, as ``#rrggbb``."""
        return judgement.colour or self.colours[judgement.level]

    def ink(self, judgement: Judgement) -> str:
        """Give the colour of a sign on it: black or white, whichever stands out more."""
        light = luminance(self.face(judgement))
        return _BLACK if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else _WHITE


def luminance(colour: str) -> float:
    """Compute the relative luminance of a colour, from 0 (black) to 1 (white).

    Parameters
    ----------
    colour : str
        As ``#rrggbb``.

    References
    ----------
    Web Content Accessibility Guidelines 2.2, "relative luminance".
    """
    parts = (int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5))
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
