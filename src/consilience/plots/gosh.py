"""The GOSH plot: the mean and the heterogeneity of all subsets of the trials."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.frame import Frame, all_drawn
from consilience.plots.marks import Stroke, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale, between
from consilience.plots.steps import measure_of
from consilience.plots.style import BAYES, CLASSICAL, MARGIN, SMALL, style
from consilience.plots.tables import table_of
from consilience.plots.text import number, shortened

_FEW, _CELLS, _BINS, _ABOVE, _NAME = 1500, (150, 90), 80, 0.85, 1.6
_SMALL = (0.0, -0.12, 0.12)


@style()
def gosh(table: pd.DataFrame, trial: str = "") -> Figure:
    """Draw a GOSH plot.

    Parameters
    ----------
    table : DataFrame
        What `classical.diagnostics.gosh` gives: ``estimate``, ``I2`` and ``in[…]`` by subset.
    trial : str
        A trial; the subsets that hold it have another colour. Empty for none.

    Returns
    -------
    Figure
        Each subset at its mean effect and its I²: points where there are few, else the density of
        subsets on a logarithmic scale; above it, how the means are distributed.

    Raises
    ------
    ModelError
        If this is no table, the columns are missing, for an unknown trial, and if there is no
        subset.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA (2012). Research Synthesis Methods 3:214–223.
    doi:10.1002/jrsm.1053
    """
    view = _View(table_of(table, "gosh", made_by="diagnostics.gosh(pooled)"), trial)
    above, main = view.frames

    def paint_above(plot: Axes, page: Axes) -> None:
        del page
        plot.set(xticks=[], yticks=[])
        for part in view.parts:
            counts, edges = np.histogram(part.x, bins=view.bins)
            plot.stairs(counts, edges, color=part.ink, lw=1.2, ls=part.line, label="distribution")

    def paint_main(plot: Axes, page: Axes) -> None:
        del page
        for part in view.parts:
            part.paint(plot, view)

    notes = Notes(tuple(_key(view)), (_note(view),))
    alt = f"GOSH plot. {_note(view)}"
    return all_drawn(((above, paint_above), (main, paint_main)), notes, alt=alt)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Subsets of one colour."""

    x: Array
    y: Array
    ink: str
    line: str
    said: str

    def paint(self, plot: Axes, view: "_View") -> None:
        """Draw subsets as points where they are few, as a density where they are many."""
        if len(view.table) <= _FEW:
            marker = "o" if self.line == "-" else "^"
            plot.plot(self.x, self.y, ls="none", marker=marker, ms=3.0, c=self.ink, mew=0.0,
                      alpha=0.5, label="subsets", clip_on=False)  # fmt: skip
            return
        image = self.density(view)
        ends = (view.x.lower, view.x.upper, view.y.lower, view.y.upper)
        plot.imshow(image, extent=ends, origin="lower", aspect="auto", label="density",
                    interpolation="nearest", zorder=2)  # fmt: skip

    def density(self, view: "_View") -> NDArray[np.float64]:
        """Make an image whose opacity is the logarithm of the number of subsets."""
        ranges = ((view.x.lower, view.x.upper), (view.y.lower, view.y.upper))
        counts = np.histogram2d(self.x, self.y, bins=_CELLS, range=ranges)[0].T
        height = np.log1p(counts) / np.log1p(max(view.most, 1.0))
        image = np.empty((*counts.shape, 4))
        image[..., :3] = to_rgb(self.ink)
        image[..., 3] = np.where(counts > 0, 0.15 + 0.75 * height, 0.0)
        return image


@dataclass(frozen=True, eq=False)
class _View:
    """The subsets, and their axes."""

    table: pd.DataFrame
    trial: str

    def __post_init__(self) -> None:
        """Refuse a table that is not of subsets, and a trial that is in none."""
        absent = [name for name in ("estimate", "I2") if name not in self.table]
        if absent or self.table.empty:
            raise ModelError("A GOSH plot needs what classical.diagnostics.gosh(pooled) gives: the "
                             "columns 'estimate' and 'I2', and a row per subset.")  # fmt: skip
        if self.trial and f"in[{self.trial}]" not in self.table:
            names = [str(each) for each in self.table if str(each).startswith("in[")]
            known = ", ".join(each[3:-1] for each in names)
            raise ModelError(f"There is no trial {self.trial!r} in these subsets. Trials: {known}.")

    @property
    def name(self) -> str:
        return shortened(self.trial, _NAME, size=SMALL)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        if not self.trial:
            return np.zeros(len(self.table), dtype=bool)
        return self.table[f"in[{self.trial}]"].to_numpy(dtype=bool)

    @cached_property
    def parts(self) -> list[_Part]:
        x, y = (self.table[name].to_numpy(dtype=float) for name in ("estimate", "I2"))
        kinds = [(~self.inside, BAYES, "-", f"without {self.name}")]
        kinds += [(self.inside, CLASSICAL, "--", f"with {self.name}")] if self.trial else []
        return [_Part(x[each], y[each], ink, line, said) for each, ink, line, said in kinds]

    @cached_property
    def x(self) -> Scale:
        found = between(self.table["estimate"].to_numpy(dtype=float))
        measure = measure_of(self.table)
        return Scale(found.lower, found.upper, measure.null, found.digits, measure.display)

    @property
    def y(self) -> Scale:
        top = float(np.nanmax(self.table["I2"].to_numpy(dtype=float), initial=1.0))
        return Scale(-0.03 * top, 1.05 * top, np.nan, 0)

    @property
    def bins(self) -> Array:
        return np.linspace(self.x.lower, self.x.upper, _BINS + 1)

    @cached_property
    def most(self) -> float:
        ranges = ((self.x.lower, self.x.upper), (self.y.lower, self.y.upper))
        found = [np.histogram2d(p.x, p.y, bins=_CELLS, range=ranges)[0].max() for p in self.parts]
        return float(max(found))

    @cached_property
    def frames(self) -> tuple[Frame, Frame]:
        """The frame of the counts, and below it that of means and I²."""
        highest = max(float(np.histogram(p.x, bins=self.bins)[0].max()) for p in self.parts)
        counts = Scale(0.0, 1.05 * highest, np.nan, 0)
        label = f"Mean effect of the subset ({measure_of(self.table).label})"
        main = Frame(x=self.x, y=self.y, titles=(label, "I², %"), top=MARGIN + _ABOVE, height=3.0)
        room, titles = main.box.left - MARGIN, ("", "Number of subsets")
        over = Frame(x=self.x, y=counts, titles=titles, height=_ABOVE - 0.35, gutter=room)
        return replace(over, widest=main.box.right - main.box.left), main


def _key(view: _View) -> Iterator[Entry]:
    for part in view.parts if view.trial else ():
        yield Entry(Swatch(_SMALL, ink=part.ink), f"subsets {part.said}")
        dashes = () if part.line == "-" else (4.0, 2.0)
        yield Entry(Stroke(_SMALL, ink=part.ink, dashes=dashes), "their means")


def _note(view: _View) -> str:
    """Say whether all subsets are shown or a sample, and what the coloured trial does to I²."""
    count = f"{len(view.table):,}".replace(",", "\N{NO-BREAK SPACE}")
    kind = "All" if view.table.attrs.get("complete", False) else "A random sample of the"
    which = "" if view.table.attrs.get("complete", False) else f"; {count} drawn"
    said = f"{kind} {'' if which else count + ' '}subsets of two trials or more{which}"
    if not view.trial:
        return f"{said}."
    means = [np.nanmean(part.y) if len(part.y) else np.nan for part in view.parts]
    return (
        f"{said}. Mean I² of the subsets with {view.name}: {number(float(means[1]), 0)} %; "
        f"without: {number(float(means[0]), 0)} %."
    )
