"""The traffic light plot: every judgement of the risk of bias, study by study."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.errors import ModelError
from consilience.plots import judged, lights
from consilience.plots.page import Notes, room
from consilience.plots.style import BAND, INK, MARGIN, RULE, Sheet, style
from consilience.plots.text import clean, shortened, width
from consilience.plots.writing import Look, put
from consilience.risk_of_bias import Assessment, in_words
from consilience.risk_of_bias.tools import OVERALL

_ROW, _STACKED, _HEAD, _LABEL, _GAP = 0.22, 0.42, 0.28, 1.0, 0.16


@style()
def traffic_light(assessment: Assessment) -> Figure:
    """Draw the judgements of the risk of bias as a traffic light plot.

    One row for each study, one light for each domain, `Overall` last on a band. A light has a
    colour and a sign that says the same (+ low, − some concerns, × high, ! critical, ? no
    information); the broken circle with ∅ is a domain of which nothing is stated.

    Parameters
    ----------
    assessment : Assessment
        As of `risk_of_bias.assess`; its `palette` gives the colours.

    Returns
    -------
    Figure
        800 pixels wide (see `narrow`); its height grows with the number of studies.

    Raises
    ------
    ModelError
        For something else, and where nothing was judged.

    References
    ----------
    McGuinness LA, Higgins JPT (2021), Risk-of-bias VISualization (robvis), Research Synthesis
    Methods 12:55–61, doi:10.1002/jrsm.1411.
    """
    refuse_empty(assessment, "traffic_light")
    notes = Notes(judged.key(assessment), (judged.legend(assessment),))
    grid = _Grid(assessment)
    tall = _HEAD + grid.row * len(assessment.labels)
    sheet = Sheet(tall + notes.height + 2.0 * MARGIN, alt=clean(in_words(assessment)))
    page = sheet.inches()
    grid.paint(page)
    notes.paint(sheet, page, MARGIN + tall)
    return sheet


def refuse_empty(assessment: object, figure: str) -> None:
    """Refuse what is no assessment, and one in which nothing was judged.

    Raises
    ------
    ModelError
        With the right call.
    """
    if not isinstance(assessment, Assessment) or assessment.empty or not assessment.domains:
        raise ModelError(
            f"plots.{figure}() draws judgements of the risk of bias: "
            f"plots.{figure}(risk_of_bias.assess(table, 'RoB 2')). It was given "
            f"{'none' if isinstance(assessment, Assessment) else type(assessment).__name__}."
        )


@final
@dataclass(frozen=True)
class _Grid:
    """Rows of lights beside their labels; on a narrow page, below them."""

    assessment: Assessment

    @cached_property
    def heads(self) -> tuple[str, ...]:
        return judged.headings(self.assessment)

    @cached_property
    def wide(self) -> float:
        return sum(lights.columns(self.heads))

    @cached_property
    def stacked(self) -> bool:
        return room() - self.wide < _LABEL

    @property
    def row(self) -> float:
        return _STACKED if self.stacked else _ROW

    @cached_property
    def left(self) -> float:
        """Where the lights begin, in inches."""
        if self.stacked:
            return MARGIN
        widest = max(width(clean(label)) for label in self.assessment.labels)
        return MARGIN + min(widest + _GAP, room() - self.wide)

    def paint(self, page: Axes) -> None:
        """Draw headings, rows and the band behind the overall judgements."""
        lights.paint_heads(page, self.heads, left=self.left, y=MARGIN + 0.5 * _HEAD)
        end, top = self.left + self.wide, MARGIN + _HEAD
        page.plot((MARGIN, max(end, MARGIN + 1.0)), (top, top), c=INK, lw=0.7)
        if self.heads[-1] == OVERALL and not self.stacked:
            start = end - lights.columns(self.heads)[-1]
            tall = self.row * len(self.assessment.labels)
            page.add_patch(Rectangle((start, top), end - start, tall, fc=BAND, ec="none"))
        for place, label in enumerate(self.assessment.labels):
            self._paint_row(page, label, y=top + place * self.row)

    def _paint_row(self, page: Axes, label: str, *, y: float) -> None:
        """Write a study's name with its lights, beside or, on narrow sheets, below it."""
        free = room() if self.stacked else self.left - MARGIN - 0.5 * _GAP
        put(page, (MARGIN, y + 0.5 * _ROW), shortened(label, free), look=Look())
        shown = judged.lights(self.assessment, label)
        middle = y + self.row - 0.5 * _ROW + 0.02 * self.stacked
        lights.paint_row(page, shown, heads=self.heads, left=self.left, y=middle)
        page.plot((MARGIN, self.left + self.wide), (y + self.row,) * 2, c=RULE, lw=0.4)
