"""Risk of bias: robvis tables, the RoB 2 Excel tool, RevMan 5 files and Cochrane packages."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.readers.archive import open_archive
from consilience.trials.readers.cochrane import RISK_OF_BIAS, part
from consilience.trials.readers.csv import read_csv
from consilience.trials.readers.excel import frame_of, read_sheets
from consilience.trials.readers.excel_cells import Row
from consilience.trials.readers.judgements import judged
from consilience.trials.readers.limits import contents
from consilience.trials.readers.xml import parse_xml
from consilience.trials.rows import row_names

_DOMAIN = re.compile(r"(?:D|domain)\s*\.?\s*([1-9][0-9]?[a-z]?|S)\b.*", re.IGNORECASE)
_TOOL = re.compile(r"([1-9][ab]?|S)\.0\s+assessor.s\s+judgement", re.IGNORECASE)
_ALGORITHM = re.compile(r"([1-9][ab]?|S)\.0\s+algorithm.*", re.IGNORECASE)
JUDGED = re.compile(r"D[0-9]+[a-z]?|DS|Overall")
"""The columns of judgements, in a table as it is read here."""

_STUDY = ("study", "study id", "studyid", "trial", "author")
_RM5 = {"YES": "Low", "NO": "High", "UNKNOWN": "Unclear"}


def read_risk_of_bias(path: str | Path) -> pd.DataFrame:
    """Read judgements of risk of bias.

    Parameters
    ----------
    path : str or Path
        A robvis table (``Study, D1 … Dn, Overall, Weight``; CSV or Excel, words or letters), the
        sheet `Results` of the RoB 2 Excel tool, a RevMan 5 file or a Cochrane data package.

    Returns
    -------
    DataFrame
        One row per judged study (and result): `study`, `D1` … `Dn`, `Overall` where it is judged;
        for RoB 2's tool also `outcome` and what else tells results apart. Judgements are "Low",
        "Some concerns", "High", "Unclear", "Moderate", "Serious", "Critical", "No information",
        "Not applicable" or empty. `attrs["domains"]` says what the domains are called.

    Raises
    ------
    DataError
        For a file that cannot be read, and with every word that is no judgement.

    References
    ----------
    McGuinness LA, Higgins JPT (2021). Research Synthesis Methods 12:55–61. doi:10.1002/jrsm.1411
    """
    place = Path(path)
    if not place.is_file():
        raise DataError(f"There is no file {place}. Give a table of risk of bias.")
    ending = place.suffix.lower()
    if ending not in _READERS:
        raise DataError(f"No reader for {place.name!r}. Known endings: {', '.join(_READERS)}.")
    return _in_words(_READERS[ending](place), place)


def _separated(path: Path) -> pd.DataFrame:
    return _robvis(read_csv(path), path)


def _excel(path: Path) -> pd.DataFrame:
    """Find the sheet of results and its header; read it as RoB 2's tool or as robvis."""
    sheets = read_sheets(path)
    results = next((name for name in sheets if name.strip().lower() == "results"), None)
    rows = sheets[results or next(iter(sheets))]
    start = next((i for i, row in enumerate(rows[:20]) if _names_study(row)), None)
    if start is None:
        raise DataError(f"{path} has no row of names with a column `Study` or `Study ID`. Add it.")
    header = {column: _fresh(text, column, rows[start]) for column, text in rows[start].items()}
    table = frame_of(header, _named_only(rows[start + 1 :], header), path=path)
    is_tool = any(_TOOL.fullmatch(str(name)) for name in table)
    return _rob2(table, path) if is_tool else _robvis(table, path)


def _names_study(row: Row) -> bool:
    return any(text.strip().lower() in _STUDY for text in row.values())


def _fresh(text: str, column: int, header: Row) -> str:
    """Give the later of columns of one name a number: the tool repeats those of its notes."""
    earlier = sum(header[place].strip() == text.strip() for place in header if place < column)
    return f"{text.strip()} ({earlier + 1})" if earlier else text


def _named_only(rows: Sequence[Row], header: Row) -> list[Row]:
    return [{column: text for column, text in row.items() if column in header} for row in rows]


def _study_column(table: pd.DataFrame, path: Path) -> str:
    names = {str(name).strip().lower(): str(name) for name in reversed(table.columns)}
    for wanted in _STUDY:
        if wanted in names:
            return names[wanted]
    raise DataError(f"{path} has no column `Study`. Name the study of each row in one.")


def _robvis(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Read domains D1, D2, … and the overall judgement."""
    study = _study_column(table, path)
    domains = {
        str(name): _short(found[1])
        for name in table
        if (found := _DOMAIN.fullmatch(str(name).strip())) and name != study
    }
    overall = [n for n in table if str(n).strip().lower() in {"overall", "overall judgement"}]
    if not domains and not overall:
        message = f"{path} has no judgements: name the columns D1, D2, … and Overall."
        raise DataError(message)
    names = {study: "study", **domains, **dict.fromkeys(map(str, overall[:1]), "Overall")}
    made = table[list(names)].rename(columns=names)
    made.attrs["domains"] = {short: name for name, short in domains.items()}
    return made


def _short(number: str) -> str:
    """Name a domain: D1, D1b, DS; domain 1a of cluster-randomised trials is their first."""
    return f"D{number.lower()}".removesuffix("a") if number[0].isdigit() else "DS"


def _rob2(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Read RoB 2's tool: the assessor's judgement, the algorithm's where there is none."""
    made = {"study": table[_study_column(table, path)]}
    for name in ("Outcome", "Experimental", "Comparator", "Aim"):
        if name in table and (table[name] != "").any():
            made[name.lower()] = table[name]
    assessed = {found[1]: str(n) for n in table if (found := _TOOL.fullmatch(str(n)))}
    computed = {found[1]: str(n) for n in table if (found := _ALGORITHM.fullmatch(str(n)))}
    for number, name in sorted(assessed.items()):
        made[_short(number)] = _either(table, name, computed.get(number, ""))
    names = {str(name).strip().lower(): str(name) for name in table}
    asked = (names.get(f"{who} overall judgement", "") for who in ("assessor's", "algorithm's"))
    first, second = asked
    if first or second:
        made["Overall"] = _either(table, first, second)
    whole = pd.DataFrame(made, dtype="str")
    judgements = [name for name in whole if name == "Overall" or str(name)[0] == "D"]
    kept = whole[(whole[judgements] != "").any(axis="columns")].reset_index(drop=True)
    kept.attrs["domains"] = {
        name: _ROB2[name] for one in assessed if (name := _short(one)) in _ROB2
    }
    return kept


_ROB2: Mapping[str, str] = {
    "D1": "Randomisation process",
    "D1b": "Timing of identification or recruitment of participants",
    "DS": "Period and carryover effects",
    "D2": "Deviations from the intended interventions",
    "D3": "Missing outcome data",
    "D4": "Measurement of the outcome",
    "D5": "Selection of the reported result",
}


def _either(table: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Return the assessor's judgement, or the algorithm's where there is none."""
    empty = pd.Series("", table.index, dtype="str")
    own, computed = table.get(first, empty), table.get(second, empty)
    return own.where(own.str.strip() != "", computed)


def _revman(path: Path) -> pd.DataFrame:
    """Read the risk of bias table of a RevMan 5 file, its items as domains."""
    root = parse_xml(contents(path), path)
    names = {one.get("ID", ""): one.get("NAME", "") for one in root.iter("STUDY")}
    domains: dict[str, str] = {}
    cells: dict[str, dict[str, str]] = {}
    for place, item in enumerate(root.iter("QUALITY_ITEM"), 1):
        title = item.find("NAME")
        domains[f"D{place}"] = "" if title is None else "".join(title.itertext()).strip()
        for entry in item.iter("QUALITY_ITEM_DATA_ENTRY"):
            code = entry.get("STUDY_ID", "")
            study = names.get(code, code)
            cells.setdefault(study, {})[f"D{place}"] = _RM5.get(entry.get("RESULT", ""), "")
    if not cells:
        raise DataError(f"{path} holds no risk of bias table. Give one as CSV in robvis columns.")
    rows = [{"study": study, **judgements} for study, judgements in cells.items()]
    made = pd.DataFrame(rows, columns=["study", *domains], dtype="str").fillna("")
    made.attrs["domains"] = domains
    return made


def _cochrane(path: Path) -> pd.DataFrame:
    """Read the risk of bias part of a Cochrane package."""
    table = part(open_archive(path), RISK_OF_BIAS)
    if table is None:
        raise DataError(f"{path} holds no file that ends in {RISK_OF_BIAS!r}. Give a CSV file.")
    mark = "domain (judgement)"
    found = [str(name) for name in table if str(name).lower().startswith(mark)]
    titles = {name: name[len(mark) :].strip(": ") for name in found}
    short = {name: f"D{place}" for place, name in enumerate(found, 1)}
    made = table[[_study_column(table, path), *found]]
    made = made.set_axis(["study", *short.values()], axis="columns")
    made.attrs["domains"] = {short[name]: title for name, title in titles.items()}
    return made


_READERS: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _separated,
    ".tsv": _separated,
    ".txt": _separated,
    ".xlsx": _excel,
    ".xlsm": _excel,
    ".rm5": _revman,
    ".zip": _cochrane,
}


def _in_words(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Write all judgements in our words; name those that are unknown, all at once."""
    names = [n for n in table if JUDGED.fullmatch(str(n))]
    words = judged(text for name in names for text in table[name])
    faults = [fault for name in names for fault in _unknown(table, str(name), words)]
    if faults:
        raise DataError(faults)
    made = table.assign(**{str(n): [words[t] for t in table[n]] for n in names})
    made.attrs = {**table.attrs, "file": path.name}
    return made


def _unknown(table: pd.DataFrame, name: str, words: Mapping[str, str]) -> Iterator[Problem]:
    """Name judgements of one domain that are in no vocabulary."""
    remedy = (
        "Write low, some concerns, high, very high, unclear, moderate, serious, critical or no "
        "information."
    )
    studies = row_names(table["study"].astype(str))
    for study, text in zip(studies, table[name], strict=True):
        if text not in words:
            yield Problem("No such judgement is known", remedy, study, name, text[:80])
