"""The answer under other priors of mu, as a map, and the nearest prior that changes it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.bands import Bands, Spot, Stroke, bands_between, spot
from consilience.plots.chart import Look, put
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import round_ticks
from consilience.plots.style import MARGIN, WIDTH, Sheet, paper, style
from consilience.plots.text import number
from consilience.prior_map import TippingPoint

_LEFT, _ACROSS, _DOWN, _HEAD, _FOOT = 0.58, 2.5, 2.5, 0.28, 0.5
_CHANCES = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99])
_EFFECTS = 12
_SMALL = (0.0, -0.12, 0.12)


@style()
@paper(WIDTH)
def prior_map(surface: xr.Dataset, effects: Effects, *tipping: TippingPoint) -> Figure:
    """Draw P(μ > threshold) and the mean of μ over the location and the scale of its prior.

    Parameters
    ----------
    surface : Dataset
        What `prior_map` gives, with two locations and two scales or more.
    effects : Effects
        The trials: their measure says how effects are shown.
    *tipping : TippingPoint
        None or one: the prior held, the nearest one that changes the conclusion, and where it
        changes.

    Returns
    -------
    Figure
        Two maps in bands that can be told apart in grey.

    Raises
    ------
    ModelError
        If the map is but a line or a point.
    """
    if min(surface.sizes["location"], surface.sizes["scale"]) < 2:
        raise ModelError(
            "A map needs two prior locations and two prior scales at least; this one has "
            f"{surface.sizes['location']} and {surface.sizes['scale']}."
        )
    view = _View(surface, effects, tipping)
    notes = Notes(tuple(_key(view)), tuple(_texts(view)))
    below = MARGIN + _HEAD + _DOWN + _FOOT
    sheet = Sheet(below + notes.height + MARGIN)
    page = sheet.inches()
    for place, (name, title, bands) in enumerate(_sides(view)):
        left = MARGIN + _LEFT + place * WIDTH / 2.0
        plot = sheet.window(left, MARGIN + _HEAD, width=_ACROSS, height=_DOWN)
        put(page, (left, MARGIN + 0.45 * _HEAD), title, look=Look(bold=True))
        _paint(plot, view, bands=bands, values=surface[name].to_numpy())
        bands.ladder(page, left=left + _ACROSS, top=MARGIN + _HEAD, height=_DOWN)
    notes.paint(sheet, page, below)
    return sheet


@dataclass(frozen=True, slots=True)
class _View:
    """What is shown, and how its numbers are written."""

    surface: xr.Dataset
    effects: Effects
    tipping: tuple[TippingPoint, ...]

    @property
    def x(self) -> Array:
        return self.surface["location"].to_numpy()

    @property
    def y(self) -> Array:
        return self.surface["scale"].to_numpy()

    @property
    def threshold(self) -> str:
        value = np.array([self.surface.attrs["threshold"]])
        return f"{float(self.effects.measure.display(value)[0]):.3g}".replace("-", "−")

    @property
    def boundaries(self) -> list[float]:
        """Probabilities at which the conclusion changes, where they occur on the map."""
        held = self.surface["p_gt"].to_numpy()
        ends = {edge for point in self.tipping for edge in point.rule.boundaries}
        return sorted(edge for edge in ends if held.min() < edge < held.max())

    def holds(self, place: tuple[float, float]) -> bool:
        """Tell whether a prior lies on the map."""
        x, y = place
        return bool(self.x[0] <= x <= self.x[-1] and self.y[0] <= y <= self.y[-1])


def _sides(view: _View) -> Iterator[tuple[str, str, Bands]]:
    """Give the two maps: P(mu > threshold), cut where the conclusion changes, and the mean."""
    chances = np.union1d(_CHANCES, view.boundaries)
    probability = view.surface["p_gt"].to_numpy()
    yield (
        "p_gt",
        f"P(μ > {view.threshold})",
        bands_between(probability, chances, lambda edge: f"{edge:g}", ends=(-1.0, 2.0)),
    )
    mean = view.surface["mean"].to_numpy()
    low, high = float(mean.min()), float(mean.max())
    display = view.effects.measure.display
    edges, texts = round_ticks(low, high, count=_EFFECTS, display=display)
    written = dict(zip(edges.tolist(), texts, strict=True))
    ends = (low - 1.0, high + 1.0)
    yield "mean", "Mean of μ", bands_between(mean, edges, lambda edge: written[edge], ends=ends)


def _paint(plot: Axes, view: _View, *, bands: Bands, values: Array) -> None:
    """Draw a map with the edges of the conclusion, the prior held, and the nearest that turns."""
    bands.paint(plot, view.x, view.y, values=values)
    chances = view.surface["p_gt"].to_numpy()
    for edge in view.boundaries:
        bands.boundary(plot, view.x, view.y, values=chances, edge=edge)
    for point in view.tipping:
        for place, filled in ((point.held, False), ((point.location, point.scale), True)):
            if view.holds(place):
                spot(plot, place, filled=filled)
    plot.set_yscale("log")
    plot.set(xlim=(view.x[0], view.x[-1]), ylim=(view.y[0], view.y[-1]))
    display = view.effects.measure.display
    plot.set_xticks(*round_ticks(float(view.x[0]), float(view.x[-1]), count=4, display=display))
    ticks = _log_ticks(float(view.y[0]), float(view.y[-1]))
    plot.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    plot.set_yticks([], minor=True)
    plot.set_xlabel("Prior mean of μ")
    plot.set_ylabel("Prior standard deviation of μ")


def _log_ticks(lower: float, upper: float) -> list[float]:
    """Choose round ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or fewer."""
    powers = range(int(np.floor(np.log10(lower))), int(np.ceil(np.log10(upper))) + 1)
    for steps in ((1, 2, 5), (1,)):
        every = [float(f"{step}e{power}") for power in powers for step in steps]
        found = [tick for tick in every if lower * 0.999 <= tick <= upper * 1.001]
        if len(found) <= 8:
            break
    return found if len(found) > 1 else list(MaxNLocator(4).tick_values(lower, upper)[1:-1])


def _key(view: _View) -> Iterator[Entry]:
    """Explain the two spots and the line, where they lie within the map."""
    for point in view.tipping:
        if view.holds(point.held):
            yield Entry(Spot(_SMALL), "the prior held")
        if view.holds((point.location, point.scale)):
            yield Entry(Spot(_SMALL, filled=True), "the nearest prior that changes the conclusion")
    if view.boundaries:
        edges = " and ".join(f"{edge:g}" for edge in view.boundaries)
        yield Entry(Stroke(_SMALL), f"P = {edges}, where the conclusion changes")


def _texts(view: _View) -> Iterator[str]:
    """Say what a point of the map is, and where the nearest turning prior lies if outside."""
    yield (
        f"μ: mean effect ({view.effects.measure.label}). Every point is a prior of it, and its "
        f"colour the answer under this prior. {view.effects.direction}"
    )
    for point in view.tipping:
        if point.exists and not view.holds((point.location, point.scale)):
            place = f"{number(point.location, 2)}, {number(point.scale, 2)}"
            yield f"The nearest prior that changes the conclusion lies beyond the map, at {place}."
        if not point.exists:
            yield "No prior short of certainty changes the conclusion."
