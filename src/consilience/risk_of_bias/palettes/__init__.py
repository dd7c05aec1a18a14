"""Colours of judgements.

To add a palette: write a file, list it here.
"""

from consilience.registry import lookup
from consilience.risk_of_bias.palettes.base import Palette
from consilience.risk_of_bias.palettes.cochrane import Cochrane
from consilience.risk_of_bias.palettes.colour_blind import ColourBlind

__all__ = ["REGISTRY", "Cochrane", "ColourBlind", "Palette", "get"]

REGISTRY: dict[str, type[Palette]] = {
    "Cochrane": Cochrane,
    "colour-blind": ColourBlind,
}


def get(name: str, /, **settings: object) -> Palette:
    """Build the palette of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "palette", name=name, settings=settings)
