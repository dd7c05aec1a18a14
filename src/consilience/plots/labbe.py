"""L'Abbé's plot: the risk with the intervention against the risk without it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from consilience.classical.comparable import Analysis
from consilience.compare import compare
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.plots.equal_effects import AXES, CURVES, Axis
from consilience.plots.frame import Frame, along, drawn
from consilience.plots.marks import Point, Stroke
from consilience.plots.page import Entry, Notes, room
from consilience.plots.scale import Scale, between
from consilience.plots.style import BAYES, CLASSICAL, FAINT, INK, style
from consilience.plots.text import decimals
from consilience.plots.words import counted, names, refuse_others
from consilience.trials.directions import signs

_ROOM, _POINTS, _LARGEST, _SMALLEST = 1.08, 400, 15.0, 3.0
_SIDE, _AXES = 4.4, 0.75
_SMALL = (0.0, -0.12, 0.12)
_INKS = (CLASSICAL, BAYES, "#009E73", "#CC79A7")
_DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 2.0), (1.0, 1.2), (6.0, 2.0, 1.0, 2.0))


@style()
def labbe(*results: Fit | Analysis, axis: str = "risk") -> Figure:
    """Draw L'Abbé's plot.

    Parameters
    ----------
    *results : Fit or Analysis
        Analyses of the same trials, as risk ratios, odds ratios, risk differences, arcsine
        differences, or as rate ratios or differences; each adds the curve on which all trials would
        lie if its mean were the effect in every one.
    axis : str
        Of both directions: ``"risk"`` as it is; ``"log"``, on which lines of equal risk ratios or
        rate ratios are straight; ``"logit"``, on which those of equal odds ratios are. The labels
        stay those of risks and rates.

    Returns
    -------
    Figure
        Each trial at its risk with the comparator and with the intervention; its area grows with
        the number of participants, or with the person-time.

    Raises
    ------
    ModelError
        Without an analysis, without counts of events, for other measures, for analyses of different
        trials, if trials are turned different ways, so that no one curve goes with them, for an
        unknown axis, and for rates on the axis of odds.

    References
    ----------
    L'Abbé KA, Detsky AS, O'Rourke K (1987). Annals of Internal Medicine 107:224–233.
    doi:10.7326/0003-4819-107-2-224
    """
    refuse_others(results, "labbe", kinds=(Fit, Analysis))
    view = _View(results, axis)
    frame = view.frame

    def paint(plot: Axes, page: Axes) -> None:
        """Draw the diagonal, the curves of equal effect and the trials, and name them."""
        ends = view.scale.lower, view.scale.upper
        plot.plot(ends, ends, c=FAINT, lw=0.9, zorder=1, label="null")
        for place, (x, y) in enumerate(view.curves):
            look = Look.of(place)
            plot.plot(x, y, c=look.ink, lw=1.4, ls=look.style, zorder=2, label="curve")
        _points(plot, view)
        points = frame.places(view.comparator, view.intervention)
        names_ = view.effects.labels
        frame.name(page, points, names=names_, avoided=along(frame, *view.curves))

    notes = Notes(tuple(_key(view)), tuple(_texts(view)))
    lower = int((view.intervention < view.comparator).sum())
    said = f"The {view.what} is lower with the intervention in {lower}."
    alt = f"L'Abbé plot. {counted(view.effects)} {said}"
    return drawn(frame, notes, paint, alt=alt)


_NOTE = {
    False: "On the diagonal the risk is the same in both arms.",
    True: "On the diagonal the rate is the same in both arms.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How one of several curves is drawn."""

    ink: str
    dashes: tuple[float, ...]

    @classmethod
    def of(cls, place: int) -> "Look":
        """Choose for the curve of this place; colours and dashes are told apart in grey too."""
        return cls(_INKS[place % len(_INKS)], _DASHES[place % len(_DASHES)])

    @property
    def style(self) -> Any:  # noqa: ANN401
        """What matplotlib calls it."""
        return (0, self.dashes) if self.dashes else "-"


@dataclass(frozen=True, eq=False)
class _View:
    """The arms of the trials, and the curves."""

    results: tuple[Fit | Analysis, ...]
    axis: str

    def __post_init__(self) -> None:
        """Refuse an unknown axis, a measure without a curve there, and different trials."""
        if self.axis not in AXES:
            raise ModelError(f"There is no axis {self.axis!r}. Known: {', '.join(AXES)}.")
        for result in self.results:
            code = result.effects.measure.code
            if code not in CURVES:
                raise ModelError(
                    f"L'Abbé's plot shows events; {result.effects.measure.label} ({code}) has no "
                    f"curve there. Measures: {', '.join(sorted(CURVES))}."
                )
            if result.effects.labels != self.effects.labels:
                raise ModelError("L'Abbé's plot shows one set of trials; these analyses rest on "
                                 "different ones. Draw one plot for each.")  # fmt: skip

    @property
    def effects(self) -> Effects:
        return self.results[0].effects

    @property
    def drawn_on(self) -> Axis:
        return AXES[self.axis]

    @cached_property
    def rates(self) -> bool:
        kinds = {each.effects.measure.code.startswith("IR") for each in self.results}
        if len(kinds) > 1:
            raise ModelError("Risks and rates have no common axis; draw a plot for each.")
        return kinds.pop()

    @property
    def what(self) -> str:
        return "rate" if self.rates else "risk"

    @cached_property
    def arms(self) -> tuple[Array, Array, Array]:
        """Risks or rates with intervention and comparator, and participants or person-time."""
        size = "person_time" if self.rates else "n"
        needed = ("events1", f"{size}1", "events2", f"{size}2")
        absent = [name for name in needed if name not in self.effects.table]
        if absent:
            raise ModelError(f"L'Abbé's plot needs the columns {', '.join(needed)}; the trial "
                             f"table lacks {', '.join(absent)}.")  # fmt: skip
        if self.rates and not self.drawn_on.takes_rates:
            raise ModelError('Rates have no odds; draw them on axis="log" or "risk".')
        a, n, c, m = (self.effects.table[name].to_numpy(dtype=float) for name in needed)
        return self._shown(a, n), self._shown(c, m), n + m

    def _shown(self, events: Array, size: Array) -> Array:
        """Risks or rates, half an event added in the arms that would lie at infinity."""
        plain = events / size
        with np.errstate(divide="ignore"):
            infinite = np.isinf(self.drawn_on.turned(plain))
        return np.where(infinite, (events + 0.5) / (size + (not self.rates)), plain)

    @property
    def intervention(self) -> Array:
        return self.drawn_on.turned(self.arms[0])

    @property
    def comparator(self) -> Array:
        return self.drawn_on.turned(self.arms[1])

    @cached_property
    def mended(self) -> int:
        """How many trials have an arm that would lie at infinity."""
        size = "person_time" if self.rates else "n"
        table, arms = self.effects.table, zip(self.arms[:2], (1, 2), strict=True)
        found = [shown != table[f"events{arm}"] / table[f"{size}{arm}"] for shown, arm in arms]
        known = ~np.isnan(self.arms[0] + self.arms[1])
        return int((np.logical_or(*found) & known).sum())

    @cached_property
    def scale(self) -> Scale:
        """One scale for both arms; of risks from 0, and never beyond 1."""
        places = np.append(self.intervention, self.comparator)
        if not self.drawn_on.plain:
            return replace(between(places), display=self.drawn_on.back)
        most = _ROOM * float(np.nanmax(places)) or 1.0
        top = most if self.rates else min(most, 1.0)
        return Scale(0.0, top, np.nan, decimals(top))

    @cached_property
    def frame(self) -> Frame:
        scale = self.scale
        what = self.what.capitalize()
        titles = (f"{what} with the comparator", f"{what} with the intervention")
        side = min(_SIDE, room() - _AXES)
        return Frame(x=scale, y=scale, titles=titles, height=side, widest=side)

    @cached_property
    def turned(self) -> float:
        """How the effects were turned: 1 as they stand, −1 where lower values are better."""
        found = set(signs(self.effects.table)) if self.effects.directed else {1.0}
        if len(found) > 1:
            raise ModelError(
                "In some trials a higher risk is better, in others a lower one (column "
                "'higher_is_better'), so no one curve goes with them. Draw a plot for each kind."
            )
        return float(found.pop())

    @cached_property
    def curves(self) -> list[tuple[Array, Array]]:
        """Risks or rates of both arms along each result's mean effect, inside the frame."""
        found = []
        axis, lower, upper = self.drawn_on, self.scale.lower, self.scale.upper
        places = np.linspace(lower, upper, _POINTS)
        for result in self.results:
            table = compare({"mean": result})
            mean = self.turned * float(table["estimate"].iloc[0])
            with np.errstate(divide="ignore", invalid="ignore"):
                shown = axis.turned(CURVES[result.effects.measure.code](axis.back(places), mean))
            inside = (shown >= lower) & (shown <= upper)
            found.append((places[inside], shown[inside]))
        return found


def _points(plot: Axes, view: _View) -> None:
    """Draw each trial at its two risks or rates, the area its size."""
    look: dict[str, Any] = {"marker": "o", "ls": "none", "mfc": "none", "mec": INK, "mew": 1.0}
    share = np.sqrt(view.arms[2] / np.nanmax(view.arms[2]))
    rows = zip(view.comparator, view.intervention, share, strict=True)
    for x, y, part in rows:
        side = max(_SMALLEST, _LARGEST * float(part))
        plot.plot([x], [y], ms=side, zorder=4, clip_on=False, label="trial", **look)


def _texts(view: _View) -> Iterator[str]:
    yield f"{counted(view.effects)} {_NOTE[view.rates]}"
    if view.mended:
        arms = "without events" if view.rates else "without events, or with nothing but events"
        yield f"Half an event was added to arms {arms}, in {view.mended} of them."


def _key(view: _View) -> Iterator[Entry]:
    """Explain the trials' areas and the curve of constant effect of each analysis."""
    yield Entry(Point((0.0, np.nan, np.nan), face="white"), f"a trial (area: {_AREA[view.rates]})")
    yield Entry(Stroke(_SMALL, ink=FAINT, thick=0.9), "no difference")
    for place, result in enumerate(view.results):
        look, label = Look.of(place), result.effects.measure.label
        alike = [each for each in view.results if each.effects.measure.label == label]
        said = f"{label.lower()}, {names(alike)[alike.index(result)]}"
        yield Entry(Stroke(_SMALL, ink=look.ink, dashes=look.dashes), said)


_AREA = {False: "participants", True: "person-time"}
