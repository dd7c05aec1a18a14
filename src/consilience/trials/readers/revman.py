"""RevMan 5 files (.rm5): the trials of every analysis, and the results that stand in the file."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

import pandas as pd

from consilience.errors import DataError
from consilience.trials.readers.limits import check_cells, check_size, contents
from consilience.trials.readers.revman_names import (
    TRIAL_COLUMNS,
    analysis_name,
    measure_code,
    method_code,
    model_code,
)
from consilience.trials.readers.sheet import STORED, Sheet
from consilience.trials.readers.xml import parse_xml

KINDS = ("DICH", "CONT", "IV", "IPD")
_CODED = re.compile(r"_x([0-9a-fA-F]{4})_")

type Row = dict[str, str]


def read_revman(path: Path) -> Sheet:
    """Read the data and the stored results of a RevMan 5 file.

    Returns
    -------
    Sheet
        One row per study and analysis; `analysis` names it (``Analysis 1.2``). `stored` holds the
        pooled result of every analysis and of every subgroup.

    Raises
    ------
    DataError
        For what is no RevMan file, or one without any analysis.
    """
    return sheet_of(parse_xml(contents(path), path), path)


def sheet_of(root: Element, path: Path) -> Sheet:
    """Read the tree of a RevMan 5 file.

    Raises
    ------
    DataError
        As `read_revman`.
    """
    studies = {one.get("ID", ""): one for one in root.iter("STUDY")}
    outcomes = list(_outcomes(root))
    rows = [row for one in outcomes for row in _trials(*one, studies=studies)]
    if not rows:
        raise DataError(
            f"{path} holds no trial in any analysis of RevMan 5. Export the data and analyses, or "
            "save the table as CSV (UTF-8)."
        )
    check_size(len(rows), len(TRIAL_COLUMNS), path=path)
    cells = trial_table(rows)
    check_cells(cells, path)
    stored = [row for one in outcomes for row in _results(*one)]
    return Sheet(cells, (), stored_table(stored))


def trial_table(rows: list[Row]) -> pd.DataFrame:
    """Make the trial table of rows; columns that no row fills are left out."""
    whole = pd.DataFrame(rows, columns=list(TRIAL_COLUMNS), dtype="str").fillna("")
    return whole[[name for name in whole if name == "study" or (whole[name] != "").any()]]


def stored_table(rows: list[Row]) -> pd.DataFrame:
    """Make the table of stored results: texts for what is named, floats for what is counted."""
    whole = pd.DataFrame(rows, columns=list(STORED), dtype="str").fillna("")
    numbers = STORED[STORED.index("k") :]
    return whole.assign(**{name: pd.to_numeric(whole[name], errors="coerce") for name in numbers})


def _outcomes(root: Element) -> Iterator[tuple[Element, Element, str]]:
    for comparison in root.iter("COMPARISON"):
        for kind in KINDS:
            for outcome in comparison.iter(f"{kind}_OUTCOME"):
                yield comparison, outcome, kind


def _groups(outcome: Element, kind: str) -> Iterator[tuple[Element, str]]:
    """Yield the subgroups with their names; the outcome itself where it has none."""
    subgroups = list(outcome.iter(f"{kind}_SUBGROUP"))
    if not subgroups:
        yield outcome, ""
    for one in subgroups:
        yield one, _name(one)


def _trials(
    comparison: Element, outcome: Element, kind: str, *, studies: Mapping[str, Element]
) -> Iterator[Row]:
    """Give the trials of one outcome under our column names."""
    shared = _heading(comparison, outcome) | {
        "comparison": _name(comparison),
        "intervention": _child(outcome, "GROUP_LABEL_1"),
        "comparator": _child(outcome, "GROUP_LABEL_2"),
    }
    log_scale = outcome.get("LOG_DATA", "NO") == "YES"
    for group, name in _groups(outcome, kind):
        for data in group.iter(f"{kind}_DATA"):
            study = studies.get(data.get("STUDY_ID", ""))
            who = {"study": _study(study, data), "year": _year(study), "subgroup": name}
            yield shared | who | _numbers(data, kind, log_scale=log_scale)


def _heading(comparison: Element, outcome: Element) -> Row:
    """Give what an outcome's trials and results share."""
    method = method_code(outcome.get("METHOD", "IV"))
    named = outcome.get("EFFECT_MEASURE") or _child(outcome, "EFFECT_MEASURE")
    return {
        "analysis": analysis_name(comparison.get("NO", ""), outcome.get("NO", "")),
        "outcome": _name(outcome),
        "measure": measure_code(named, method=method),
    }


def _numbers(data: Element, kind: str, *, log_scale: bool) -> Row:
    """Give a trial's cells by the kind of its outcome."""
    sizes = {"n1": data.get("TOTAL_1", ""), "n2": data.get("TOTAL_2", "")}
    events = {"events1": data.get("EVENTS_1", ""), "events2": data.get("EVENTS_2", "")}
    if kind == "DICH":
        return sizes | events
    if kind == "CONT":
        arms = {f"{c.lower()}{i}": data.get(f"{c}_{i}", "") for c in ("MEAN", "SD") for i in (1, 2)}
        return sizes | arms
    if kind == "IPD":
        return {**events, "o_minus_e": data.get("O_E", ""), "logrank_v": data.get("VAR", "")}
    entered = data.get("ESTIMATE")
    shown = "" if log_scale else data.get("EFFECT_SIZE", "")
    return {"yi": shown if entered is None else entered, "sei": data.get("SE", "")}


def _results(comparison: Element, outcome: Element, kind: str) -> Iterator[Row]:
    """Give the printed results of an outcome: in total, and by subgroup."""
    shared = _heading(comparison, outcome) | {
        "method": method_code(outcome.get("METHOD", "O-E" if kind == "IPD" else "IV")),
        "model": model_code(outcome.get("RANDOM", "NO")),
        "swap_events": outcome.get("SWAP_EVENTS", "NO").lower(),
        "level": str(float(outcome.get("CI_TOTAL", "95")) / 100),
    }
    if outcome.get("TOTALS", "YES") == "YES":
        yield shared | {"subgroup": ""} | _figures(outcome)
    for one in outcome.iter(f"{kind}_SUBGROUP"):
        if outcome.get("TOTALS", "YES") != "NO":
            yield shared | {"subgroup": _name(one)} | _figures(one)


def _figures(one: Element) -> Row:
    """Give a result's figures; only the count where it could not be estimated."""
    names = {
        "k": "STUDIES",
        "estimate": "EFFECT_SIZE",
        "lower": "CI_START",
        "upper": "CI_END",
        "tau2": "TAU2",
        "chi2": "CHI2",
        "df": "DF",
        "I2": "I2",
        "p_value": "P_Z",
    }
    if one.get("ESTIMABLE", "YES") == "NO":
        names = {"k": "STUDIES"}
    return {name: one.get(theirs, "") for name, theirs in names.items()}


def _study(study: Element | None, data: Element) -> str:
    if study is not None and study.get("NAME"):
        return " ".join(study.get("NAME", "").split())
    plain = _CODED.sub(lambda code: chr(int(code[1], 16)), data.get("STUDY_ID", ""))
    return plain.removeprefix("STD-").strip()


def _year(study: Element | None) -> str:
    found = re.search(r"[12][0-9]{3}", "" if study is None else study.get("YEAR", ""))
    return found[0] if found else ""


def _name(one: Element) -> str:
    return _child(one, "NAME") or one.get("NAME", "")


def _child(one: Element, tag: str) -> str:
    found = one.find(tag)
    return "" if found is None else " ".join("".join(found.itertext()).split())
