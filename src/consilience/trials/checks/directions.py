"""A direction at odds with the other rows of the same instrument."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import View
from consilience.trials.directions import COLUMN, SIGNS

LOWER = re.compile(
    r"\b(PANSS|BPRS|SANS|SAPS|CGI-?S|HAM-?D|HDRS|HRSD|HAM-?A|MADRS|BDI|BAI|PHQ-?9|GAD-?7|CES-?D|EPDS"
    r"|HADS|YMRS|WHO-?DAS|DAS-WHO|CORE-OM|SDS|FAST)\b",
    re.IGNORECASE,
)
HIGHER = re.compile(
    r"\b(GAF|GAS|SOFAS|PSP|QLS|MMSE|MoCA|UPSA|SF-?36|SF-?12|EQ-5D|WHOQ[oO]L)\b", re.I
)
TURNED = re.compile(r"improve|reduc|decreas|gain|recover|remission|respon", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Directions(Check):
    """A direction at odds with its neighbours' on the same scale, or with the instrument's own.

    Rows whose text says that the number is an improvement or a reduction are not asked.
    """

    name: ClassVar[str] = "directions"
    asks: ClassVar[str] = "Do rows of one scale say the same of which way is better?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt a direction against what is known of the instrument, or its other rows."""
        if COLUMN not in view.table or "scale" not in view.table:
            return
        words = [SIGNS.get(text.lower(), 0.0) for text in view.texts(COLUMN)]
        scales = view.texts("scale")
        asked = {scale: bool(scale) and not TURNED.search(scale) for scale in {*scales}}
        own = {scale: _known(scale) if asked[scale] else 0.0 for scale in asked}
        plain = [asked[scale] for scale in scales]
        odd: dict[int, str] = {}
        for rows in view.groups("scale", least=2):
            odd |= _minority([row for row in rows if plain[row] and words[row]], words)
        for row, (scale, word) in enumerate(zip(scales, words, strict=True)):
            known = own[scale]
            if word and known and word != known and row not in odd:
                way = "higher" if known > 0 else "lower"
                odd[row] = f"on this instrument {way} values are better"
        for row in sorted(odd):
            yield self.doubt(view, row, column=COLUMN, why=odd[row], remedy=_REMEDY)


_REMEDY = "Look up the direction of the instrument, or say in `scale` that the number is turned."


def _minority(rows: list[int], words: list[float]) -> dict[int, str]:
    """Give the rows that are fewer, and why; none where all agree."""
    up = [row for row in rows if words[row] > 0]
    down = [row for row in rows if words[row] < 0]
    if not up or not down:
        return {}
    few, many = (up, down) if len(up) < len(down) else (down, up)
    return dict.fromkeys(few, f"{len(many)} other rows of this scale say the opposite")


def _known(scale: str) -> float:
    lower, higher = bool(LOWER.search(scale)), bool(HIGHER.search(scale))
    return 0.0 if lower == higher else (1.0 if higher else -1.0)
