"""From a table of judgements as written to judgements in the words of one tool."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from consilience.errors import DataError, ModelError, Problem
from consilience.risk_of_bias import palettes, tools
from consilience.risk_of_bias.assessment import Assessment
from consilience.risk_of_bias.judgements import NOT_STATED
from consilience.risk_of_bias.palettes import Palette
from consilience.risk_of_bias.tools import Custom, Domain, Tool

_STUDY = ("label", "study", "study id", "studyid", "trial", "author")
_NUMBERED = re.compile(r"(?:d|domain)\s*\.?\s*([0-9]+[a-z]?|s)\b.*", re.IGNORECASE)
_OVERALLS = ("overall", "overall judgement", "overall risk of bias", "overall bias")


def assess(
    table: pd.DataFrame, tool: Tool | str = "RoB 2", palette: Palette | str = "Cochrane"
) -> Assessment:
    """Read a table of judgements in the words of one tool.

    Parameters
    ----------
    table : DataFrame
        One row per study: as `read_risk_of_bias` gives it, or any with a column `study` (or
        `label`, `trial`), one for each domain, by its key (``D1``, ``D1b``, ``DS``) or its title,
        and `Overall` where there is one. What is empty, missing or "not stated" was not stated.
    tool : Tool or str
        Or its name, such as "RoB 2", "RoB 2 cluster", "ROBINS-I V2"; "custom" needs
        `risk_of_bias.tools.Custom`.
    palette : Palette or str
        Or its name, "Cochrane" or "colour-blind".

    Raises
    ------
    DataError
        With every domain that the table lacks, every column of a domain that the tool does not
        have, every study that stands there twice or has no name, and every judgement outside the
        tool's words, by study and domain.
    ModelError
        For an unknown tool or palette, and for something else in their place.
    """
    if not isinstance(table, pd.DataFrame):
        raise DataError(
            f"Judgements are read from a DataFrame, not from {type(table).__name__}. Give "
            "risk_of_bias.read_risk_of_bias('risk_of_bias.csv')."
        )
    table = table.rename(columns=str)
    by = tools.get(tool) if isinstance(tool, str) else tool
    if not isinstance(by, Tool):
        known = ", ".join(tools.REGISTRY)
        raise ModelError(f"{tool!r} is no risk of bias tool. Give one of {known}, by its name.")
    colours = palettes.get(palette) if isinstance(palette, str) else palette
    studies, columns = _studies(table), columns_of(table, by)
    faults = [
        *_shape_faults(table, by, columns=columns),
        *_study_faults(studies),
        *_word_faults(table, columns, studies=studies),
    ]
    if faults:
        raise DataError(faults)
    found = {domain.key: _read(table[name], domain) for domain, name in columns.items()}
    made = pd.DataFrame(found, index=pd.Index(studies, name="label"), dtype="object")
    return Assessment(by, made).painted(colours)


def _studies(table: pd.DataFrame) -> list[str]:
    names = {str(name).strip().lower(): name for name in reversed(table.columns)}
    for wanted in _STUDY:
        if wanted in names:
            return ["" if pd.isna(one) else str(one).strip() for one in table[names[wanted]]]
    what, remedy = "The judgements name no studies", "Give the column `Study`."
    raise DataError([Problem(what, remedy, column="Study")])


def columns_of(table: pd.DataFrame, tool: Tool) -> dict[Domain, str]:
    """Find the column of each domain, and that of the overall judgement where it says anything.

    Parameters
    ----------
    table : DataFrame
        As of `assess`.
    tool : Tool

    Returns
    -------
    dict of Domain to str
        Without the domains that the table lacks.
    """
    known = _keys(table)
    found = {}
    for domain in tool.domains:
        ways = (domain.key, f"{domain.key}a", _plain(domain.title))
        places = [known[way.lower()] for way in ways if way.lower() in known]
        if places:
            found[domain] = places[0]
    over = [known[name] for name in (*_OVERALLS, _plain(tool.overall.title)) if name in known]
    if over and table[over[0]].map(_said).any():
        found[tool.overall] = over[0]
    return found


def _keys(table: pd.DataFrame) -> dict[str, str]:
    """Give the columns by all that may be meant: the name, the domain's number, the bare title."""
    titles: Mapping[str, str] = table.attrs.get("domains", {})
    known: dict[str, str] = {}
    for name in map(str, table.columns):
        numbered = _NUMBERED.fullmatch(name.strip())
        told = (name.strip().lower(), _plain(name), _plain(titles.get(name, "")))
        for key in (*told, f"d{numbered[1]}".lower() if numbered else ""):
            known.setdefault(key, name)
    return known


def _shape_faults(
    table: pd.DataFrame, tool: Tool, *, columns: Mapping[Domain, str]
) -> Iterator[Problem]:
    for domain in tool.domains:
        if domain not in columns:
            what = f"The table has no column for this domain of {tool.title} ({domain.title})"
            remedy = "Add the column; leave cells empty where nothing was judged."
            yield Problem(what, remedy, column=domain.key)
    keys = [domain.key for domain in tool.domains]
    remedy = f"It has {', '.join(keys)}. Name another tool, or drop the column."
    known = {key.lower() for key in (*keys, *(f"{key}a" for key in keys))}
    for name in map(str, table.columns):
        numbered = _NUMBERED.fullmatch(name.strip())
        if numbered and f"d{numbered[1]}".lower() not in known and not isinstance(tool, Custom):
            yield Problem(f"{tool.title} has no such domain", remedy, column=name)


def _study_faults(studies: list[str]) -> Iterator[Problem]:
    for place, study in enumerate(studies, 1):
        if not study:
            yield Problem("A row of judgements names no study", "Name it.", value=f"row {place}")
    for study in dict.fromkeys(one for one in studies if one and studies.count(one) > 1):
        remedy = "Keep one row for each study: that of the result which is analysed."
        yield Problem("The study was judged several times", remedy, study)


def _word_faults(
    table: pd.DataFrame, columns: Mapping[Domain, str], *, studies: list[str]
) -> Iterator[Problem]:
    for domain, name in columns.items():
        what = f"This is no judgement of {domain.title!r}"
        remedy = f"Write {domain.words}, or nothing where it is not stated."
        for study, cell in zip(studies, table[name], strict=True):
            if not domain.read(_text(cell)):
                yield Problem(what, remedy, study, domain.key, _text(cell)[:80])


def _read(column: pd.Series, domain: Domain) -> list[str]:
    return [domain.read(_text(cell))[0].word for cell in column]


def _said(cell: object) -> bool:
    return _text(cell).strip().lower() not in ("", NOT_STATED.word.lower())


def _text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]


def _plain(title: str) -> str:
    """Bring a title down to what R's data frames leave of it: small letters and digits."""
    bare = re.sub(r"\([^)]*\)|^d[0-9]+[a-z]?\s*[:.]", " ", title.lower())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())
