"""Rank histograms as SVG, drawn without any library."""

from html import escape
from math import comb

_WIDE, _HIGH, _ACROSS, _GAP, _HEAD = 210, 70, 3, 16, 22
_BAND = 0.99


def band(count: int, bins: int) -> tuple[int, int]:
    """Central 99 % range of one bin's count when all bins are equally likely."""
    tail, share, total, lower = (1.0 - _BAND) / 2.0, 1.0 / bins, 0.0, None
    for hits in range(count + 1):
        total += _chance(hits, count, share)
        if lower is None and total >= tail:
            lower = hits
        if total >= 1.0 - tail:
            return lower or 0, hits
    return lower or 0, count


def rank_histograms(rows: dict[str, dict]) -> str:
    """Draw one small histogram for each parameter, with the band that chance alone allows."""
    down = -(-len(rows) // _ACROSS)
    width = _ACROSS * (_WIDE + _GAP) + _GAP
    height = down * (_HIGH + _HEAD + _GAP) + _GAP
    cells = [
        _cell(name, row, x=_GAP + (n % _ACROSS) * (_WIDE + _GAP), y=_GAP + (n // _ACROSS) * step)
        for n, (name, row) in enumerate(rows.items())
        for step in [_HIGH + _HEAD + _GAP]
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="11">'
        f"<title>Rank histograms: {escape(', '.join(rows))}</title>"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(cells)}</svg>\n'
    )


def _cell(name: str, row: dict, *, x: float, y: float) -> str:
    counts = row["histogram"]
    lower, upper = band(sum(counts), len(counts))
    top = 1.25 * max(*counts, upper, 1)
    foot, each = y + _HEAD + _HIGH, _WIDE / len(counts)

    def level(value: float) -> float:
        return foot - _HIGH * value / top

    bars = "".join(
        f'<rect x="{x + n * each + 0.5:.1f}" y="{level(c):.1f}" width="{each - 1:.1f}" '
        f'height="{foot - level(c):.1f}" fill="{"#3b6ea5" if lower <= c <= upper else "#b5483a"}"/>'
        for n, c in enumerate(counts)
    )
    return (
        f'<text x="{x}" y="{y + 13}" fill="#222222">{escape(_short(name))}</text>'
        f'<rect x="{x}" y="{level(upper):.1f}" width="{_WIDE}" '
        f'height="{level(lower) - level(upper):.1f}" fill="#dddddd"/>{bars}'
        f'<line x1="{x}" y1="{foot}" x2="{x + _WIDE}" y2="{foot}" stroke="#222222"/>'
    )


def _short(name: str, most: int = 34) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _chance(hits: int, count: int, share: float) -> float:
    if count <= 800:
        return comb(count, hits) * share**hits * (1.0 - share) ** (count - hits)
    from math import exp, lgamma, log

    ways = lgamma(count + 1) - lgamma(hits + 1) - lgamma(count - hits + 1)
    return exp(ways + hits * log(share) + (count - hits) * log(1.0 - share))
