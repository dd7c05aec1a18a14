"""Means and SDs of whole numbers: what n answers can give, and which scales count so."""

import math
import re

import numpy as np

from consilience.trials.checks.view import View
from consilience.trials.rounding import half_units

# Totals or single ratings in whole points. Means of items, T scores and composites are not.
WHOLE = re.compile(
    r"\b(GAF|GAS|PSP|SOFAS|PANSS|BPRS|SANS|SAPS|CGI|WHODAS|WHO-DAS|HAM-?D|HDRS|HRSD|HAM-?A|MADRS"
    r"|BDI|BAI|PHQ|GAD-?7|CES-?D|EPDS|HADS|YMRS|ITAQ|MMSE|MoCA|DAS|FAST|SLOF|FIM|Barthel)\b",
    re.IGNORECASE,
)
_MEANS = re.compile(
    r"\b(mean|average|composite|index|T-?score|z-?score|percent|proportion)\b|%", re.I
)
_SLACK = 1e-9


def counts_in_whole_points(view: View) -> list[bool]:
    """Say for each row whether its scale counts in whole points, (k,).

    The column `integer_scale` (yes or no) decides where it is filled; otherwise the name of the
    scale: a list of totals that are whole numbers for every participant.
    """
    said = [text.lower() for text in view.texts("integer_scale")]
    scales = view.texts("scale")
    known = {scale: bool(WHOLE.search(scale) and not _MEANS.search(scale)) for scale in {*scales}}
    named = [known[scale] for scale in scales]
    return [
        word in {"yes", "true", "1"} if word else by_name
        for word, by_name in zip(said, named, strict=True)
    ]


def possible_mean(mean: float, n: int) -> bool:
    """Say whether n whole numbers can have this mean, as it is rounded (GRIM).

    References
    ----------
    Brown NJL, Heathers JAJ (2017). Social Psychological and Personality Science 8:363–369.
    doi:10.1177/1948550616673876
    """
    return bool(_sums(mean, n))


def possible_sd(sd: float, mean: float, *, n: int) -> bool:
    """Say whether n whole numbers with this rounded mean can have this rounded SD (GRIMMER).

    For each possible sum S a whole number of squares must lie between those that the SD's limits
    give, ``(n - 1) sd² + S²/n``, even exactly where S is even.

    References
    ----------
    Anaya J (2016). PeerJ Preprints 4:e2400v1. doi:10.7287/peerj.preprints.2400v1
    Allard A (2018). Analytic-GRIMMER. aurelienallard.netlify.app/post/anaytic-grimmer-possibility
    """
    half = _half(sd)
    low, high = max(sd - half, 0.0), sd + half
    return any(
        _square_between((n - 1) * low**2 + s**2 / n, (n - 1) * high**2 + s**2 / n, parity=s % 2)
        for s in _sums(mean, n)
    )


def _sums(mean: float, n: int) -> range:
    """Return the whole sums whose mean rounds to this one, either way at a half."""
    half = _half(mean) * (1 + _SLACK)
    slack = _SLACK * max(1.0, abs(mean) * n)
    return range(math.ceil((mean - half) * n - slack), math.floor((mean + half) * n + slack) + 1)


def _square_between(low: float, high: float, *, parity: int) -> bool:
    slack = _SLACK * max(1.0, high)
    first = math.ceil(low - slack)
    first += (first - parity) % 2
    return first <= high + slack


def _half(value: float) -> float:
    return float(half_units(np.array(value)))
