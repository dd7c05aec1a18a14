"""The PRISMA 2020 flow diagram."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.errors import DataError, ModelError
from consilience.flow import filled, flow_problems, in_words
from consilience.plots.flow_layout import LEADING, PAD, Layout, Place, Plate
from consilience.plots.flow_narrow import narrow
from consilience.plots.flow_wide import fits, wide
from consilience.plots.style import BAND, FAINT, INK, MARGIN, PALE, SMALL, Sheet, style
from consilience.plots.text import clean
from consilience.plots.writing import Look, put

_HEADS = {(0, 1): "v", (0, -1): "^", (1, 0): ">", (-1, 0): "<"}


@style()
def prisma_flow(flow: pd.DataFrame) -> Figure:
    """Draw the PRISMA 2020 flow diagram.

    Records from databases and registers run downwards, what was taken off stands beside them;
    other methods and an earlier version of the review have columns of their own where the flow
    speaks of them. A box of which the flow says nothing is left out, one that is unknown says "not
    stated". On a narrow page the boxes stand one below the other.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`.

    Returns
    -------
    Figure
        800 pixels wide (see `narrow`).

    Raises
    ------
    ModelError
        For something else, and for a flow without any number.
    DataError
        With every box that does not follow from those before it.

    References
    ----------
    Page MJ et al. (2021), The PRISMA 2020 statement, BMJ 372:n71, doi:10.1136/bmj.n71.
    """
    layout = _laid_out(flow)
    sheet = Sheet(layout.height + 2.0 * MARGIN, alt=f"PRISMA 2020 flow. {clean(in_words(flow))}")
    page = sheet.inches()
    for plate in layout.plates:
        _paint_plate(page, plate)
    for corners in layout.arrows:
        _paint_arrow(page, corners)
    return sheet


def _laid_out(flow: pd.DataFrame) -> Layout:
    """Lay the boxes out as the sheet allows; refuse a flow that is empty or does not add up."""
    call = "plots.prisma_flow(flow.read_prisma('prisma.csv'))"
    if not isinstance(flow, pd.DataFrame) or not {"data", "text", "part", "n"} <= set(flow):
        raise ModelError(f"plots.prisma_flow() draws what read_prisma() gives: {call}.")
    if faults := tuple(flow_problems(flow)):
        raise DataError(faults)
    boxes = filled(flow)
    if not boxes:
        raise ModelError("This flow holds no number, so that there is nothing to draw. Fill in n.")
    return wide(boxes) if fits(boxes) else narrow(boxes)


def _paint_plate(page: Axes, plate: Plate) -> None:
    """Draw a box with its lines; the names of stages stand upright at the edge."""
    face = BAND if plate.title else PALE if plate.upright else "white"
    look: dict[str, Any] = {"fc": face, "ec": FAINT if plate.upright else INK, "lw": 0.7}
    corner = (plate.left, plate.top)
    page.add_patch(Rectangle(corner, plate.width, plate.height, label="box", **look))
    if plate.upright:
        turned: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "center", "weight": "bold"}
        page.text(*plate.middle, plate.lines[0], size=SMALL, **turned)
        return
    start = plate.middle[1] - (len(plate.lines) - 1) / 2.0 * LEADING
    x = plate.middle[0] if plate.title else plate.left + PAD
    for place, line in enumerate(plate.lines):
        side = "center" if plate.title else "left"
        put(page, (x, start + place * LEADING), line, look=Look(SMALL, bold=plate.title, side=side))


def _paint_arrow(page: Axes, corners: tuple[Place, ...]) -> None:
    """Draw an arrow along its corners, its head a marker turned the way the last piece goes."""
    x, y = zip(*corners, strict=True)
    page.plot(x, y, c=INK, lw=0.8, solid_joinstyle="miter", label="arrow", zorder=1.5)
    across, down = x[-1] - x[-2], y[-1] - y[-2]
    way = (int(across > 0) - int(across < 0), 0) if abs(across) > abs(down) else (0, _sign(down))
    back = 0.03
    place = ([x[-1] - back * way[0]], [y[-1] - back * way[1]])
    page.plot(*place, ls="none", marker=_HEADS[way], ms=4.2, c=INK, mew=0.0, label="head")


def _sign(value: float) -> int:
    return int(value > 0) - int(value < 0) or 1
