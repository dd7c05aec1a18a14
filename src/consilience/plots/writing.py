"""Lines of text on a sheet, in inches."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from consilience.plots.style import BODY, INK, MARGIN, SMALL, across
from consilience.plots.text import shortened, width

_SPACE = 0.08
_CAPITALS = 0.36 / 72.0


@dataclass(frozen=True, slots=True)
class Look:
    """How a line of text is printed.

    Parameters
    ----------
    size : float
        In points.
    bold : bool
    side : str
        Which end of the text stands at its place: ``left``, ``right`` or ``center``.
    ink : str
        Colour.
    bare : bool
        Whether what lies beneath is seen between the letters.
    """

    size: float = BODY
    bold: bool = False
    side: str = "left"
    ink: str = INK
    bare: bool = True


def put(page: Axes, place: tuple[float, float], text: str, *, look: Look) -> None:
    """Write a line of text on a page in inches, its capitals centred at its place."""
    if text:
        x, y = place[0], place[1] + _CAPITALS * look.size
        weight = "bold" if look.bold else "normal"
        box = {} if look.bare else {"bbox": {"fc": "white", "ec": "none", "pad": 0.6}}
        page.text(x, y, text, size=look.size, weight=weight, ha=look.side, color=look.ink, **box)


def put_sides(page: Axes, place: tuple[float, float], sides: tuple[str, str]) -> None:
    """Write what lies on either side of a place, within the sheet."""
    x, y = place
    most = (across() - 2.0 * MARGIN - 2.0 * _SPACE) / 2.0
    given = tuple(shortened(text, most, size=SMALL) for text in sides)
    left, right = (width(text, SMALL) for text in given)
    x = min(max(x, MARGIN + left + _SPACE), across() - MARGIN - right - _SPACE)
    put(page, (x - _SPACE, y), given[0], look=Look(SMALL, side="right"))
    put(page, (x + _SPACE, y), given[1], look=Look(SMALL))
