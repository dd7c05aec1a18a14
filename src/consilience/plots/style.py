"""What all figures share: the sheet that they are drawn on, its colours, fonts and sizes."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from os import PathLike
from typing import Any, final, override

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

WIDTH, NARROW = 8.0, 3.9
"""Of figures for a page or a sheet of A4, and for a telephone: 800 and 390 pixels."""
MARGIN = 0.1
DPI = 100.0
SMALL, BODY, HUGE = 7.8, 8.6, 40.0
"""Sizes of type in points."""

# Okabe & Ito (2008). The two differ too little in lightness for print in grey, so that every figure
# tells them apart by shape or fill as well.
BAYES, CLASSICAL = "#0072B2", "#D55E00"
INK, FAINT, RULE, BAND, PALE = "#1A1A1A", "#595959", "#B3B3B3", "#DEDEDE", "#F0F0F0"

# Fonts of one set of widths: what is measured with one of them fits in all. DejaVu comes with
# matplotlib, is wider, and holds the scripts that these lack.
_MEASURED = ("Arial", "Liberation Sans", "Arimo")
_SHOWN = ("Arial", "Helvetica", "Liberation Sans", "Arimo", "DejaVu Sans")
_FAR = ("Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei", "Hiragino Sans")
# Everything of matplotlib's settings that shows in a picture.
_DRAWING = (
    *("axes.", "figure.", "font.", "grid.", "hatch.", "image.", "lines.", "markers.", "mathtext."),
    *("patch.", "path.", "savefig.", "svg.", "text.", "xaxis.", "xtick.", "yaxis.", "ytick."),
)
_TIMELESS = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
_SAID_IN = {"svg": "Description", "pdf": "Subject", "png": "Description"}
_ACROSS: ContextVar[float] = ContextVar("_ACROSS", default=WIDTH)


@final
class Sheet(Figure):
    """A figure that keeps the house style wherever it is drawn or saved.

    It is made within `style`, which stands above every function that draws a figure. SVG files
    keep their text as text and are the same whenever they are written. SVG, PDF and PNG files say
    in their description what the picture shows.

    Parameters
    ----------
    height : float
        In inches; the width is that of the page (`across`).
    watermark : str
        Written across the sheet; empty for none.
    alt : str
        What the picture shows, in words, for those who cannot see it.
    """

    def __init__(self, height: float, watermark: str = "", *, alt: str = "") -> None:
        super().__init__(figsize=(across(), height), dpi=DPI)
        FigureCanvasAgg(self)
        self.alt = alt
        for place in _watermarks(height) if watermark else ():
            steep = min(20.0, 5.0 * height)
            look = _WATERMARK | {"rotation": steep, "size": HUGE * across() / WIDTH}
            self.text(0.5, place, watermark, label="watermark", **look)

    def inches(self) -> Axes:
        """Add axes over the whole sheet, in inches from its top left corner, without a frame."""
        width, height = self.get_size_inches()
        axes = self.window(0.0, 0.0, width=width, height=height)
        # Above all others, so that no plot covers a text.
        axes.set(xlim=(0.0, width), ylim=(height, 0.0), zorder=5.0)
        axes.set_axis_off()
        return axes

    def window(self, left: float, top: float, *, width: float, height: float) -> Axes:
        """Add axes at a place given in inches from the top left corner."""
        across, down = self.get_size_inches()
        place = (left / across, 1.0 - (top + height) / down, width / across, height / down)
        return self.add_axes(place, facecolor="none")

    @override
    def draw(self, renderer: RendererBase) -> None:
        """Draw in the house style, whatever the reader's settings are by now."""
        with style():
            super().draw(renderer)

    @override
    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save in the house style, without the date and with the description."""
        kind = settings.get("format") or _suffix(fname)
        said = {_SAID_IN[kind]: self.alt} if self.alt and kind in _SAID_IN else {}
        settings.setdefault("metadata", {**_TIMELESS.get(kind, {}), **said})
        with style():
            super().savefig(fname, **settings)


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style, whatever the reader's own settings, and leave those as they were."""
    with forgiving(), mpl.rc_context(_settings()):
        yield


def across() -> float:
    """Give the width of the page that is drawn on, in inches."""
    return _ACROSS.get()


@contextmanager
def paper(width: float) -> Iterator[None]:
    """Draw on a page of so many inches, whatever was asked for outside."""
    token = _ACROSS.set(width)
    try:
        yield
    finally:
        _ACROSS.reset(token)


@contextmanager
def narrow() -> Iterator[None]:
    """Draw the figures made within for a telephone: 390 pixels wide, type as large as ever.

    Charts of lines then write each label above its line, and further columns beneath it. Figures of
    several panels keep the width of a page.
    """
    with paper(NARROW):
        yield


@contextmanager
def forgiving() -> Iterator[None]:
    """Take a script that no font here holds for a box in the picture, and no reason to warn."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        warnings.filterwarnings("ignore", r"Matplotlib currently does not support", UserWarning)
        yield


@cache
def families() -> tuple[str, ...]:
    """Name the fonts that are used here, the first of them for all that it holds."""
    known = set(font_manager.get_font_names())
    first = next((name for name in _MEASURED if name in known), "DejaVu Sans")
    return (first, "DejaVu Sans", *(name for name in _FAR if name in known))


_WATERMARK: dict[str, Any] = {
    "alpha": 0.22,
    "color": CLASSICAL,
    "ha": "center",
    "va": "center",
    "weight": "bold",
    "zorder": 10,
}


def _suffix(fname: object) -> str:
    return str(fname).rpartition(".")[2].lower() if isinstance(fname, str | PathLike) else ""


def _watermarks(height: float) -> list[float]:
    count = max(1, round(height / 6.0))
    return [(place + 0.5) / count for place in range(count)]


@cache
def _settings() -> dict[Any, Any]:
    """Give every drawing setting of matplotlib, so that a user's own style changes nothing."""
    plain: dict[Any, Any] = {name: mpl.rcParamsDefault[name] for name in mpl.rcParamsDefault}
    sides = {
        f"{side}tick.{name}": value
        for side in "xy"
        for name, value in {
            "color": FAINT,
            "labelcolor": INK,
            "labelsize": SMALL,
            "major.size": 3.0,
            "major.width": 0.7,
        }.items()
    }
    return {name: plain[name] for name in plain if name.startswith(_DRAWING)} | {
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.labelsize": BODY,
        "axes.linewidth": 0.7,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": BODY,
        # The generic name stands second, so that a browser tries the fonts shown before DejaVu.
        "font.family": [families()[0], "sans-serif", *families()[1:]],
        "font.sans-serif": list(_SHOWN),
        "font.size": BODY,
        "svg.fonttype": "none",
        "svg.hashsalt": "consilience",
        "text.color": INK,
        # Hinted letters are wider at some resolutions than where they were measured.
        "text.hinting": "no_hinting",
        "text.parse_math": False,
        **sides,
    }
