"""Prior against posterior: what the trials taught, parameter by parameter."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.plots.chart import Look, put
from consilience.plots.marks import Value
from consilience.plots.page import ROOM, Notes
from consilience.plots.scale import round_ticks
from consilience.plots.style import BAYES, FAINT, INK, MARGIN, SMALL, WIDTH, Sheet, paper, style
from consilience.plots.text import decimals, number, shortened
from consilience.priors import Prior

_COLUMNS, _GAP, _STEP, _TEXT, _HEIGHT = 3, 0.35, 2.0, 0.52, 1.1
_TAIL, _LEVEL = 0.0005, 0.95
"""Share of the posterior beyond the drawn range on either side; mass of the intervals."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """A parameter with its prior and the grid of its posterior."""

    name: str
    title: str
    prior: Prior
    x: Array
    density: Array
    cdf: Array

    def prior_density(self, x: Array) -> Array:
        """Density of the prior."""
        return np.exp(self.prior.logpdf(x))

    @property
    def highest(self) -> float:
        """What both curves reach, a prior that rises far above the posterior cut off."""
        own = float(np.nanmax(self.density))
        other = self.prior_density(self.x) if self.prior.proper else np.zeros(1)
        return max(own, min(1.5 * own, float(other[np.isfinite(other)].max())))


@style()
@paper(WIDTH)
def prior_posterior(fit: Fit) -> Figure:
    """Draw prior and posterior densities of the mean, the standard deviations and coefficients.

    The levels of exchangeable terms are left out, because their prior is itself estimated.

    Parameters
    ----------
    fit : Fit
        The fit.

    Returns
    -------
    Figure
        One panel for each parameter: the prior dashed, the posterior filled, its median and 95 %
        credible interval beneath it and in words.

    Raises
    ------
    ConvergenceError
        If the fit did not converge and was not forced; the figure of a forced one has a watermark.
    """
    summary = fit.summary(_LEVEL)
    panels = tuple(_panels(fit))
    columns = min(_COLUMNS, len(panels))
    notes = Notes(texts=("Dashed: prior. Filled: posterior, with its median and 95 % interval.",))
    rows = ceil(len(panels) / columns)
    high = rows * _STEP + notes.height + 2.0 * MARGIN
    sheet = Sheet(high, str(summary.attrs.get("watermark", "")))
    page = sheet.inches()
    width = (ROOM - (columns - 1) * _GAP) / columns
    for place, panel in enumerate(panels):
        left = MARGIN + (place % columns) * (width + _GAP)
        top = MARGIN + (place // columns) * _STEP
        value = _value(summary, panel.name)
        _write(page, panel, value=value, place=(left, top, width))
        axes = sheet.window(left, top + _TEXT, width=width, height=_HEIGHT)
        _paint(axes, panel, value)
    notes.paint(sheet, page, MARGIN + rows * _STEP)
    return sheet


def _panels(fit: Fit) -> Iterator[_Panel]:
    marginals = fit.draws["marginals"].to_dataset()
    for name, prior in _priors(fit):
        found = marginals.sel(parameter=name)
        curves = (found[each].to_numpy() for each in ("x", "density", "cdf"))
        yield _Panel(name, _title(fit, name), prior, *curves)


def _priors(fit: Fit) -> Iterator[tuple[str, Prior]]:
    """Give the priors that the model itself states: of mu, hyperparameters, coefficients."""
    layout = fit.posterior.layout
    if not layout.parts[0].implied:
        yield "mu", layout.parts[0].prior
    yield from ((hyper.name, hyper.prior) for hyper in layout.hypers)
    for part in layout.parts[1:]:
        if not part.scales:
            yield from ((label, part.prior) for label in part.labels)


def _title(fit: Fit, name: str) -> str:
    scales = {
        each.name: part.variable for part in fit.posterior.layout.parts for each in part.scales
    }
    known = {"mu": "μ: mean effect", "tau": "τ: SD of true effects"}
    return known.get(name, f"{scales[name]}: SD between levels" if name in scales else name)


def _value(summary: pd.DataFrame, name: str) -> Value:
    middle, lower, upper = (float(summary[each][name]) for each in ("median", "lower", "upper"))
    return middle, lower, upper


def _write(page: Axes, panel: _Panel, *, value: Value, place: tuple[float, float, float]) -> None:
    """Write over a panel its parameter, its prior, and its posterior in the digits it deserves."""
    left, top, width = place
    digits = decimals((value[2] - value[1]) / 2.0)
    middle, lower, upper = (number(each, digits) for each in value)
    texts = (
        f"prior {panel.prior.label}",
        f"posterior {middle} [{lower}, {upper}]",
    )
    title = shortened(panel.title, width, bold=True)
    put(page, (left, top + 0.1), title, look=Look(bold=True))
    for line, text in enumerate(texts):
        short = shortened(text, width, size=SMALL)
        put(page, (left, top + 0.27 + 0.15 * line), short, look=Look(SMALL, ink=FAINT))


def _paint(axes: Axes, panel: _Panel, value: Value) -> None:
    """Draw the posterior density, that of a proper prior, and the interval below them."""
    low, high = _range(panel)
    axes.fill_between(panel.x, panel.density, color=BAYES, alpha=0.3, lw=0.0, label="posterior")
    axes.plot(panel.x, panel.density, color=BAYES, lw=1.3, label="density")
    if panel.prior.proper:
        grid = np.linspace(low, high, 401)
        density = panel.prior_density(grid)
        look: dict[str, Any] = {"ls": (0, (4, 2)), "lw": 1.1, "color": INK}
        axes.plot(grid, density, label="prior", **look)
    top = 1.08 * panel.highest
    y = -0.09 * top
    axes.plot(value[1:], [y, y], color=BAYES, lw=2.2, solid_capstyle="butt")
    axes.plot(value[:1], [y], "o", ms=4.6, c=BAYES, mfc="white", mew=1.1)
    axes.set(xlim=(low, high), ylim=(1.9 * y, top), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(*round_ticks(low, high, count=4))


def _range(panel: _Panel) -> tuple[float, float]:
    """Show all of the posterior, and of the prior as much again on either side."""
    low, high = np.interp([_TAIL, 1.0 - _TAIL], panel.cdf, panel.x)
    if not panel.prior.proper:
        return float(low), float(high)
    first, last = panel.prior.ppf([0.01, 0.99])
    wide = high - low
    floor = panel.prior.support[0]
    left = max(min(low, max(first, low - wide)), floor)
    left = floor if left - floor < 0.25 * wide else left
    return float(left), float(max(high, min(last, high + wide)))
