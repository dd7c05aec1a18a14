"""Words and numbers that fit: measured, shortened, broken into lines, with one set of decimals."""

import unicodedata
from functools import cache, lru_cache

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from consilience.plots.style import BODY, DPI, families, forgiving

_ELLIPSIS, _MINUS, _LONGEST = "…", "\N{MINUS SIGN}", 400
_FORBIDDEN = {"Cc", "Cs", "Cn", "Zl", "Zp"}


def clean(text: object) -> str:
    """Put any text on one line, without the characters that a file cannot hold."""
    kept = (" " if unicodedata.category(each) in _FORBIDDEN else each for each in str(text))
    return " ".join(filter(None, "".join(kept).split(" ")))


@lru_cache(4096)
def width(text: str, size: float = BODY, *, bold: bool = False) -> float:
    """Measure a line of text, in inches."""
    if not text:
        return 0.0
    if len(text) > _LONGEST:  # wider than any sheet; by how much is of no interest
        return width(text[:_LONGEST], size, bold=bold) * len(text) / _LONGEST
    weight = "bold" if bold else "normal"
    font = FontProperties(family=list(families()), size=size, weight=weight)
    with forgiving():
        return float(_renderer().get_text_width_height_descent(text, font, False)[0] / DPI)  # noqa: FBT003


def shortened(text: str, room: float, *, size: float = BODY, bold: bool = False) -> str:
    """Cut a text so that it fits into so many inches, with an ellipsis where something is lost."""
    # No line of a sheet holds more; the rest would only be measured in vain.
    whole = clean(text)[:_LONGEST]
    if width(whole, size, bold=bold) <= room:
        return whole
    low, high = 0, len(whole)
    while high - low > 1:
        middle = (low + high) // 2
        fits = width(whole[:middle].rstrip() + _ELLIPSIS, size, bold=bold) <= room
        low, high = (middle, high) if fits else (low, middle)
    return whole[:low].rstrip() + _ELLIPSIS


def wrapped(text: str, room: float, *, size: float = BODY, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines of so many inches, between words where there are any."""
    lines = [""]
    for word in clean(text).split(" "):
        for piece in _pieces(word, room, size=size, bold=bold):
            longer = f"{lines[-1]} {piece}".strip(" ")
            if width(longer, size, bold=bold) <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
    return tuple(line for line in lines if line)


def fitted(text: str, room: float, *, lines: int, bold: bool = False) -> tuple[str, ...]:
    """Break a text into at most so many lines, and shorten the last where there are more."""
    whole = shortened(text, room, bold=bold)
    if lines <= 1:
        return (whole,) if whole else ()
    broken = wrapped(clean(text)[:_LONGEST], room, bold=bold)
    if len(broken) <= max(lines, 1):
        return broken
    kept = max(lines, 1) - 1
    return (*broken[:kept], shortened(" ".join(broken[kept:]), room, bold=bold))


def number(value: float, digits: int) -> str:
    """Write a number with so many decimals; with three figures where the decimals are negative."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else ("∞" if value > 0 else f"{_MINUS}∞")
    text = f"{value:.{digits}f}" if digits >= 0 else f"{value:.3g}"
    if digits >= 0 and float(text) == 0.0:
        text = text.removeprefix("-")
    return text.replace("-", _MINUS)


def probability(p: float) -> str:
    """Write a p-value with three decimals, and below them as "< 0.001"."""
    return "<\N{NO-BREAK SPACE}0.001" if p < 0.001 else number(p, 3)


def p_equals(p: float) -> str:
    """Write "p = 0.012" or "p < 0.001"."""
    said = probability(p)
    return f"p\N{NO-BREAK SPACE}{said if said.startswith('<') else f'=\N{NO-BREAK SPACE}{said}'}"


def decimals(unit: float) -> int:
    """Find the decimals that show two figures of an uncertainty; −1 for no fixed number."""
    if not np.isfinite(unit) or unit <= 0.0:
        return 2
    digits = 1 - int(np.floor(np.log10(unit)))
    return -1 if digits > 4 or digits < -4 else max(0, digits)


def interval(lower: float, upper: float, *, digits: int) -> str:
    """Write an interval in words."""
    return f"{number(lower, digits)} to {number(upper, digits)}"


def mass(level: float) -> str:
    """Write the mass of an interval: 0.95 as "95 %"."""
    return f"{100.0 * level:g}\N{NO-BREAK SPACE}%"


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(8, 8, DPI)


def _pieces(word: str, room: float, *, size: float, bold: bool) -> list[str]:
    """Cut a word that is wider than the room."""
    pieces = []
    while width(word, size, bold=bold) > room and len(word) > 1:
        low, high = 1, min(len(word), _LONGEST)
        while high - low > 1:
            middle = (low + high) // 2
            fits = width(word[:middle], size, bold=bold) <= room
            low, high = (middle, high) if fits else (low, middle)
        pieces.append(word[:low])
        word = word[low:]
    return [*pieces, word]
