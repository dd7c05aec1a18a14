"""What stands under a chart: the key to its signs, and notes."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from consilience.plots.chart import Chart, Look, put
from consilience.plots.marks import Mark
from consilience.plots.style import FAINT, MARGIN, SMALL, WIDTH, Sheet, across
from consilience.plots.text import shortened, width, wrapped

ROOM = WIDTH - 2.0 * MARGIN
"""Width of all that stands on a sheet of the usual width, in inches."""
_LEADING, _SIGN, _GAP, _APART = 0.16, 0.34, 0.22, 0.06


def room() -> float:
    """Give the width of all that stands on the present page, in inches."""
    return across() - 2.0 * MARGIN


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a key: a sign drawn in inches about 0, from −0.12 to 0.12, and its meaning."""

    mark: Mark
    words: str

    @property
    def width(self) -> float:
        """Width in inches, with the gap behind it."""
        return _SIGN + width(self.shown, SMALL) + _GAP

    @property
    def shown(self) -> str:
        """The words as far as one line holds them."""
        return shortened(self.words, room() - _SIGN, size=SMALL)


@dataclass(frozen=True, slots=True)
class Notes:
    """A key and notes in small type, broken into lines.

    Parameters
    ----------
    key : tuple of Entry
        The signs.
    texts : tuple of str
        One paragraph each.
    """

    key: tuple[Entry, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """Height in inches."""
        return (len(self._rows) + len(self._lines)) * _LEADING + 2.0 * _APART

    def paint(self, sheet: Sheet, page: Axes, top: float) -> None:
        """Write key and notes below `top` inches."""
        y = top + _APART + _LEADING / 2.0
        for row in self._rows:
            _paint_row(sheet, page, row=row, y=y)
            y += _LEADING
        y += _APART
        for line in self._lines:
            put(page, (MARGIN, y), line, look=Look(SMALL, ink=FAINT))
            y += _LEADING

    @property
    def _lines(self) -> list[str]:
        return [line for text in self.texts for line in wrapped(text, room(), size=SMALL)]

    @property
    def _rows(self) -> list[list[Entry]]:
        """Break the key into rows that fit the sheet."""
        rows: list[list[Entry]] = [[]]
        for entry in self.key:
            if sum(each.width for each in (*rows[-1], entry)) > room() + _GAP:
                rows.append([])
            rows[-1].append(entry)
        return [row for row in rows if row]


def sheet_of(chart: Chart, notes: Notes, watermark: str = "", *, alt: str = "") -> Sheet:
    """Lay out a figure that is one chart with notes under it."""
    sheet = Sheet(chart.height + notes.height + 2.0 * MARGIN, watermark, alt=alt)
    page = sheet.inches()
    chart.paint(sheet, page, left=MARGIN, top=MARGIN, room=room())
    notes.paint(sheet, page, MARGIN + chart.height)
    return sheet


def _paint_row(sheet: Sheet, page: Axes, *, row: list[Entry], y: float) -> None:
    """Draw each sign of a key in a small window of its own, with its words beside it."""
    x = MARGIN
    for entry in row:
        small = sheet.window(x, y - 0.08, width=_SIGN - 0.06, height=0.16)
        small.set(xlim=(-0.14, 0.14), ylim=(0.16, 0.0))
        small.set_axis_off()
        entry.mark.paint(small, 0.08)
        put(page, (x + _SIGN, y), entry.shown, look=Look(SMALL))
        x += entry.width
