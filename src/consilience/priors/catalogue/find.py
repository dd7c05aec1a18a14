"""Finding the cell that fits."""

from collections.abc import Iterable

from consilience.errors import ModelError
from consilience.priors.catalogue.entry import MEASURES, Entry
from consilience.priors.catalogue.load import ANY, FACETS, PUBLISHED, entries

_KNOWN = ("name", "parameter", "publication", *FACETS, "variant")
_SHOWN = 12


def find(measure: str = "", **facets: str) -> Entry:
    """Find the one published prior for a question.

    A facet that is not given takes the cell for any value of it, where there is one; upper and
    lower case do not matter, and a part of a value will do where only one value has it.

    Parameters
    ----------
    measure : str
        Code of the effect measure: ``"SMD"``, ``"OR"``, ``"RR"``, …; ``"logOR"`` is read as ``OR``.
    **facets : str
        ``outcome``, ``intervention``, ``comparator``, ``area``; ``publication`` (such as
        ``"rhodes2015"``); ``parameter`` (``"tau"`` if not given, empty for any); ``variant``; or
        the cell's ``name``, which needs nothing else.

    Returns
    -------
    Entry
        With ``.prior`` to stand in a model, ``.source``, ``.scale``, ``.note``; ``.on("OR")``
        converts it to another measure.

    Raises
    ------
    ModelError
        For an unknown facet or value (the known ones are listed), and where several cells fit
        (they are listed).

    Examples
    --------
    >>> find("SMD", outcome="mental health", intervention="non-pharmacological", area="other").note
    ... # doctest: +SKIP
    """
    found = _general(matching(measure, **facets), facets)
    if len(found) == 1:
        return found[0]
    names = [f"  {entry.name}" for entry in found[:_SHOWN]]
    more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    differing = [key for key in ("publication", *FACETS, "variant") if len(_values(found, key)) > 1]
    message = (
        f"{len(found)} priors of the catalogue fit. Say more ({', '.join(differing)}), or take one "
        "by its name:"
    )
    raise ModelError("\n".join([message, *names, *more]))


def matching(measure: str = "", **facets: str) -> tuple[Entry, ...]:
    """Find every published prior that fits; facets as for `find`.

    Raises
    ------
    ModelError
        For an unknown facet or value; the known ones are listed.
    """
    unknown = sorted(set(facets) - set(_KNOWN))
    if unknown:
        raise ModelError(
            f"The catalogue has no facet {', '.join(unknown)!r}. Known: measure, "
            f"{', '.join(_KNOWN)}."
        )
    given = {"parameter": "" if "name" in facets else "tau"} | facets
    found = _of_measure(measure)
    for facet in _KNOWN:
        if given.get(facet):
            found = _narrowed(found, facet, str(given[facet]))
    return found


def _of_measure(measure: str) -> tuple[Entry, ...]:
    """Give the cells of a measure, whose code may be written as a log; all of them for none."""
    if not measure:
        return entries()
    if not isinstance(measure, str):
        raise ModelError(f"The measure is a code such as 'SMD', not {measure!r}.")
    code = measure.strip().removeprefix("log").removeprefix("ln").strip().upper()
    if code not in MEASURES:
        raise ModelError(
            f"The catalogue has no priors for the measure {measure!r}. Known: "
            f"{', '.join(MEASURES)}. For raw differences none are published: use a prior in units "
            "of the outcome, such as HalfUnitInformation(0.25)."
        )
    return tuple(entry for entry in entries() if entry.measure == code)


def _narrowed(found: tuple[Entry, ...], facet: str, wanted: str) -> tuple[Entry, ...]:
    """Keep the entries with this value, or with the only values that hold it as a part."""
    text = wanted.strip().casefold()
    exact = tuple(entry for entry in found if _value(entry, facet).casefold() == text)
    within = tuple(entry for entry in found if text in _value(entry, facet).casefold())
    # What a source says of any comparator holds for each of them.
    broad = tuple(entry for entry in found if facet == "comparator" and entry.comparator == ANY)
    kept = exact or within or (broad if _known_anywhere(facet, text) else ())
    if not kept:
        known = ", ".join(repr(value) for value in _values(found, facet))
        raise ModelError(f"The catalogue has no {facet} {wanted!r} here. Known: {known}.")
    return kept


def _known_anywhere(facet: str, text: str) -> bool:
    return any(text in value.casefold() for value in _values(entries(), facet))


def _general(found: tuple[Entry, ...], facets: dict[str, str]) -> tuple[Entry, ...]:
    """Prefer the general cell in every facet that was not asked for."""
    for facet in (*FACETS, "variant"):
        usual = PUBLISHED if facet == "variant" else ANY
        general = tuple(entry for entry in found if _value(entry, facet) == usual)
        found = found if facets.get(facet) or not general else general
    return found


def _values(found: Iterable[Entry], facet: str) -> list[str]:
    return sorted({_value(entry, facet) for entry in found})


def _value(entry: Entry, facet: str) -> str:
    return str(getattr(entry, facet))
