"""The summary of the risk of bias: how much of the evidence stands under each judgement."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.plots import judged
from consilience.plots.page import Notes, room
from consilience.plots.style import FAINT, INK, MARGIN, SMALL, Sheet, style
from consilience.plots.text import clean, width, wrapped
from consilience.plots.traffic_light import refuse_empty
from consilience.plots.writing import Look, put
from consilience.risk_of_bias import NOT_STATED, UNWEIGHTED, Assessment, Judgement, shares
from consilience.risk_of_bias.tools import OVERALL

_BAR, _ROW, _LEADING, _FOOT, _LABEL, _LEAST = 0.2, 0.3, 0.13, 0.3, 2.7, 3.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@style()
def risk_of_bias_summary(
    assessment: Assessment, weights: "pd.Series | Mapping[str, float]" = UNWEIGHTED
) -> Figure:
    """Draw how much of the evidence stands under each judgement of the risk of bias.

    One bar for each domain, cut into the shares of the judgements; each piece that has room bears
    the judgement's sign and its percentage.

    Parameters
    ----------
    assessment : Assessment
        As of `risk_of_bias.assess`; its `palette` gives the colours.
    weights : Series or mapping of str to float
        Of the studies by their labels: ``pool(effects).weights()``. Without, each study counts the
        same; studies without one do not count.

    Returns
    -------
    Figure
        800 pixels wide (see `narrow`).

    Raises
    ------
    ModelError
        For something else, and where nothing was judged.
    DataError
        As of `risk_of_bias.shares`.

    References
    ----------
    McGuinness LA, Higgins JPT (2021), Risk-of-bias VISualization (robvis), Research Synthesis
    Methods 12:55–61, doi:10.1002/jrsm.1411.
    """
    refuse_empty(assessment, "risk_of_bias_summary")
    parts = shares(assessment, weights)
    bars = _Bars(assessment, parts)
    said = "Each study counts by its weight in the analysis" if len(weights) else _EQUAL
    notes = Notes(judged.key(assessment), (f"{said}. {clean(assessment.tool.title)}.",))
    sheet = Sheet(bars.height + notes.height + 2.0 * MARGIN, alt=_described(assessment, parts))
    page = sheet.inches()
    bars.paint(page)
    notes.paint(sheet, page, MARGIN + bars.height)
    return sheet


_EQUAL = "Each study counts the same"


@final
@dataclass(frozen=True)
class _Bars:
    """The bars with their labels; on a narrow page each label stands above its bar."""

    assessment: Assessment
    parts: pd.DataFrame

    @cached_property
    def left(self) -> float:
        return MARGIN + (_LABEL if room() - _LABEL >= _LEAST else 0.05)

    @cached_property
    def stacked(self) -> bool:
        return self.left < _LABEL

    @property
    def span(self) -> float:
        """Width of a whole bar, in inches."""
        return MARGIN + room() - self.left - 0.2

    @cached_property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        free = room() if self.stacked else _LABEL - 0.15
        titles = (clean(each.title) for each in self.assessment.domains)
        return tuple(wrapped(title, free) for title in titles)

    def tall(self, place: int) -> float:
        """Give the height of a bar with its label, in inches."""
        lines = _LEADING * len(self.labels[place])
        return lines + _ROW if self.stacked else max(_ROW, lines + 0.08)

    @property
    def height(self) -> float:
        return sum(map(self.tall, range(len(self.labels)))) + _FOOT

    def paint(self, page: Axes) -> None:
        """Draw all bars, from top to bottom, and the percentages below them."""
        y = MARGIN
        for place, domain in enumerate(self.assessment.domains):
            self._paint_label(page, place, y=y, bold=domain.key == OVERALL)
            middle = y + self.tall(place) - (_ROW if self.stacked else self.tall(place)) / 2.0
            self._paint_bar(page, domain.key, y=middle)
            y += self.tall(place)
        for tick in _TICKS:
            x = self.left + tick * self.span
            page.plot((x, x), (y, y + 0.04), c=FAINT, lw=0.7)
            shown = f"{100.0 * tick:.0f}\N{NO-BREAK SPACE}%"
            put(page, (x, y + 0.13), shown, look=Look(SMALL, side="center"))

    def _paint_label(self, page: Axes, place: int, *, y: float, bold: bool) -> None:
        lines = self.labels[place]
        free = 0.0 if self.stacked else (self.tall(place) - _LEADING * len(lines)) / 2.0
        for n, line in enumerate(lines):
            at = (MARGIN, y + free + (n + 0.5) * _LEADING)
            put(page, at, line, look=Look(bold=bold))

    def _paint_bar(self, page: Axes, key: str, *, y: float) -> None:
        """Lay the shares of the judgements of one domain end to end; together they are all."""
        words = {one.word: one for one in (*self.assessment.tool.judgements, NOT_STATED)}
        start = self.left
        held = self.parts.loc[key].to_numpy(dtype=float).tolist()
        for word, share in zip(self.parts.columns, held, strict=True):
            if share > 0.0:
                self._paint_piece(page, words[str(word)], share=share, at=(start, y))
            start += share * self.span

    def _paint_piece(
        self, page: Axes, judgement: Judgement, *, share: float, at: tuple[float, float]
    ) -> None:
        """Draw one share, with symbol and percent if they fit, dotted where nothing is stated."""
        palette, wide = self.assessment.palette, share * self.span
        face = palette.face(judgement)
        look: dict[str, Any] = {"fc": face, "ec": INK, "lw": 0.6, "label": "piece"}
        if judgement is NOT_STATED:
            look |= {"ls": ":"}
        corner = (at[0], at[1] - _BAR / 2.0)
        page.add_patch(Rectangle(corner, wide, _BAR, **look))
        percent = f"{100.0 * share:.0f}\N{NO-BREAK SPACE}%"
        signs = (f"{clean(judgement.symbol)} {percent}".strip(), clean(judgement.symbol))
        fits = [text for text in signs if text and width(text, SMALL, bold=True) <= wide - 0.04]
        ink = palette.ink(judgement)
        place = (at[0] + wide / 2.0, at[1])
        put(page, place, "".join(fits[:1]), look=Look(SMALL, bold=True, side="center", ink=ink))


def _described(assessment: Assessment, parts: pd.DataFrame) -> str:
    """Say the shares of every domain in words, for who cannot see the bars."""
    told = []
    for domain in assessment.domains:
        row = parts.loc[domain.key]
        said = (f"{clean(word).lower()} {100.0 * n:.0f} %" for word, n in row.items() if n > 0.0)
        told.append(f"{clean(domain.title)}: {', '.join(said)}.")
    return f"Risk of bias, share of the evidence under each judgement. {' '.join(told)}"
