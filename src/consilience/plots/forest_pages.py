"""A forest plot of many trials on several sheets."""

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from consilience.errors import ModelError
from consilience.plots.chart import Chart, Line
from consilience.plots.columns import Column
from consilience.plots.evidence import Evidence
from consilience.plots.forest import described, laid_out
from consilience.plots.page import Notes, sheet_of
from consilience.plots.style import MARGIN, style
from consilience.plots.words import Drawn, refuse_others, same_trials

_TALLEST, _LEAST, _NOTE = 10.6, 3.0, 0.3


@style()
def forest_pages(
    *results: Drawn,
    group: str = "",
    sort: str = "",
    columns: Sequence[str | Column] = (),
    height: float = _TALLEST,
) -> tuple[Figure, ...]:
    """Draw a forest plot on as many sheets as it needs.

    All sheets have the same axis and the same columns; the answers stand on the last.

    Parameters
    ----------
    *results : Fit, Analysis or Resting
    group, sort : str
    columns : sequence of str or Column
        As of `forest`.
    height : float
        Of a sheet, in inches, 3 or more; by default that of A4 at full width within its margins.

    Returns
    -------
    tuple of Figure

    Raises
    ------
    ModelError
        As of `forest`, and for a height below 3.
    ConvergenceError
        As of `forest`.
    """
    if not height >= _LEAST:
        raise ModelError(f"A sheet of {height!r} inches holds no forest plot; give 3 or more.")
    refuse_others(results, "forest_pages")
    evidence = Evidence(same_trials(results, "forest_pages"), results, group, sort)
    chart, notes = laid_out(evidence, columns)
    parts = _parts(chart, height - chart.margins - 2.0 * MARGIN, under=notes.height)
    alt = described(evidence, chart.scale)
    sheets = []
    for place, lines in enumerate(parts):
        said = f"Page {place + 1} of {len(parts)}." if len(parts) > 1 else ""
        below = notes if place == len(parts) - 1 else Notes()
        shown = replace(chart, lines=lines, whole=chart.lines)
        texts = tuple(text for text in (said, *below.texts) if text)
        paged = replace(below, texts=texts)
        sheets.append(sheet_of(shown, paged, evidence.watermark, alt=f"{alt} {said}".strip()))
    return tuple(sheets)


def _parts(chart: Chart, room: float, *, under: float) -> list[tuple[Line, ...]]:
    """Break the lines into sheets; the answers stay together, with the notes, on the last."""
    first = next(place for place, line in enumerate(chart.lines) if line.ruled)
    blocks = [*_blocks(chart.lines[:first]), chart.lines[first:]]
    parts: list[tuple[Line, ...]] = [()]
    for place, block in enumerate(blocks):
        last = place == len(blocks) - 1
        used = sum(chart.tall(line) for line in (*parts[-1], *block)) + _NOTE
        if parts[-1] and used + (under if last else 0.0) > room:
            parts.append(())
        parts[-1] += block
    return parts


def _blocks(lines: tuple[Line, ...]) -> list[tuple[Line, ...]]:
    """Keep the heading of a group with its first trial."""
    blocks: list[tuple[Line, ...]] = []
    for line in lines:
        if blocks and blocks[-1][-1].bold:
            blocks[-1] += (line,)
        else:
            blocks.append((line,))
    return blocks
