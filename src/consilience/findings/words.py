"""Findings as they are read: rounded numbers and the cells of the table."""

import math

from consilience.findings.finding import Absolute, Finding, Shown

NOTHING = "–"
_NARROW = "\N{NO-BREAK SPACE}"


def decimal(value: object, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals and a true minus; a dash for what is none.

    Examples
    --------
    >>> decimal(-0.304, 2)
    '−0.30'
    """
    if not isinstance(value, int | float) or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{float(value):.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def digits_for(spread: float, significant: int = 1) -> int:
    """Give the decimals for numbers of this standard error: two, or more where it asks for them.

    Parameters
    ----------
    spread : float
    significant : int
        How many digits of the standard error itself are shown at least.
    """
    if not (math.isfinite(spread) and spread > 0):
        return 2
    return max(2, min(6, significant - 1 - math.floor(math.log10(spread))))


def percent(probability: object) -> str:
    """Write a probability as a percentage, finer near 0 and 1; a dash for what is none."""
    if not isinstance(probability, int | float) or math.isnan(probability):
        return NOTHING
    if probability < 0.001:
        return f"<{_NARROW}0.1{_NARROW}%"
    if probability > 0.999:
        return f">{_NARROW}99.9{_NARROW}%"
    digits = 0 if 0.01 <= probability < 0.99 else 1
    return f"{100 * float(probability):.{digits}f}{_NARROW}%"


def spanned(shown: Shown, digits: int) -> str:
    """Write an estimate with its interval."""
    estimate, lower, upper = (decimal(each, digits) for each in shown)
    return NOTHING if estimate == NOTHING else f"{estimate} ({lower} to {upper})"


def counted(finding: Finding) -> str:
    """Write participants and trials; estimates too where there are more of them."""
    people = finding.people
    if not people.studies:
        return "no trial"
    trials = f"{people.studies} {'trial' if people.studies == 1 else 'trials'}"
    more = people.estimates > people.studies
    told = f"{trials}, {people.estimates} estimates" if more else trials
    held = f"{people.participants}" if len(people.silent) < people.studies else "not known"
    least = "at least " if 0 < len(people.silent) < people.studies else ""
    return f"{least}{held} ({told})"


def effect(finding: Finding) -> str:
    """Write the mean effect with its interval and its measure."""
    if not finding.answered:
        return "not estimable"
    return f"{finding.measure} {spanned(finding.effect, finding.digits)}"


def direction(finding: Finding) -> str:
    """Say which way is better."""
    if not finding.answered:
        return ""
    return f"{'Higher' if finding.higher else 'Lower'} favours the intervention."


def control(absolute: Absolute) -> str:
    """Write the value with the comparator."""
    value = decimal(absolute.control, _places(absolute))
    about = f"{absolute.name}: " if absolute.name else ""
    return value if value == NOTHING else f"{about}{value} {absolute.unit}"


def intervention(absolute: Absolute) -> str:
    """Write the value with the intervention and its interval."""
    value = spanned(absolute.intervention, _places(absolute))
    return value if value == NOTHING else f"{value} {absolute.unit}"


def difference(absolute: Absolute) -> str:
    """Write the difference in words: 62 fewer per 1 000 (20 fewer to 3 more)."""
    places = _places(absolute)
    words = ("fewer", "more") if _counts(absolute) else ("lower", "higher")
    estimate, lower, upper = (_gap(each, places, words) for each in absolute.difference)
    about = f"{absolute.name}: " if absolute.name else ""
    if _counts(absolute):
        return f"{about}{estimate} {absolute.unit} ({lower} to {upper})"
    return f"{about}{estimate} ({lower} to {upper}), {absolute.unit}"


def sources(absolute: Absolute) -> str:
    """Say what the absolute effect rests on; empty where it rests on nothing."""
    about = f" ({absolute.name})" if absolute.name else ""
    told = f"Baseline{about}: {absolute.source}." if not math.isnan(absolute.control) else ""
    if not told and absolute.source:
        told = f"Re-expressed in points of the {absolute.source}."
    cut = " An end of the interval was cut where no risk can be." if absolute.cut else ""
    return f"{told}{cut}".strip()


def _gap(value: float, places: int, words: tuple[str, str]) -> str:
    text = decimal(abs(value), places)
    if float(text) == 0:
        return text
    return f"{text} {words[0] if value < 0 else words[1]}"


def _counts(absolute: Absolute) -> bool:
    return absolute.unit.startswith("per ")


def _places(absolute: Absolute) -> int:
    """Give whole people where a difference is one at least, decimals for points and for less."""
    width = absolute.difference.upper - absolute.difference.lower
    if _counts(absolute):
        return 0 if width >= 2 else 1
    return digits_for(width / 4) if width < 1 else 1
