"""Cochrane's data package, version 1 (a zip of CSV files): data rows, settings, results."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from consilience.errors import DataError
from consilience.trials.readers.archive import Archive, open_archive
from consilience.trials.readers.csv import parse
from consilience.trials.readers.revman import Row, stored_table, trial_table
from consilience.trials.readers.revman_names import (
    analysis_name,
    measure_code,
    method_code,
    model_code,
)
from consilience.trials.readers.sheet import Sheet

MARKS = frozenset({"Analysis group", "Analysis number", "Study", "Experimental N", "Control N"})
"""Columns by which its data rows are known."""

ROWS = "-data-rows.csv"
SETTINGS = "-overall-estimates-and-settings.csv"
SUBGROUPS = "-subgroup-estimates.csv"
RISK_OF_BIAS = "-risk-of-bias.csv"

_NUMBERS: Mapping[str, str] = {
    "Experimental cases": "events1",
    "Experimental N": "n1",
    "Experimental mean": "mean1",
    "Experimental SD": "sd1",
    "Control cases": "events2",
    "Control N": "n2",
    "Control mean": "mean2",
    "Control SD": "sd2",
    "GIV Mean": "yi",
    "GIV SE": "sei",
    "O-E": "o_minus_e",
    "Variance": "logrank_v",
}
_RESULTS: Mapping[str, str] = {
    "Mean": "estimate",
    "CI start": "lower",
    "CI end": "upper",
    "Heterogeneity Tau²": "tau2",
    "Heterogeneity Chi²": "chi2",
    "Heterogeneity df": "df",
    "Heterogeneity I²": "I2",
    "Effect P": "p_value",
}

type Settings = Mapping[str, Row]


def read_cochrane(path: Path) -> Sheet:
    """Read the analyses of a Cochrane data package.

    Raises
    ------
    DataError
        For a damaged or hostile zip file, and for one that holds no data rows.

    References
    ----------
    Cochrane, "Data package specification, version 1", documentation.cochrane.org/revman-kb.
    """
    archive = open_archive(path)
    rows = part(archive, ROWS)
    if rows is None:
        raise DataError(
            f"{path} is no Cochrane data package: it holds no file that ends in {ROWS!r}. Give the "
            "zip file as it was downloaded, or a CSV file."
        )
    settings = _by_analysis(part(archive, SETTINGS))
    stored = [_result(row, row) for row in settings.values()]
    subgroups = _records(part(archive, SUBGROUPS))
    stored += [_result(row, settings.get(_analysis(row), {})) for row in subgroups]
    sheet = tidy(rows, settings)
    return Sheet(sheet.cells, sheet.log, stored_table(stored))


def tidy(cells: pd.DataFrame, settings: Settings = {}) -> Sheet:  # noqa: B006
    """Give Cochrane's data rows the names used here.

    Parameters
    ----------
    cells : DataFrame
        With the columns of `MARKS`.
    settings : mapping
        From an analysis to its row of settings; without it the rows have no measure.
    """
    rows = [_trial(row, settings.get(_analysis(row), {})) for row in _records(cells)]
    return Sheet(trial_table(rows))


def part(archive: Archive, ending: str) -> pd.DataFrame | None:
    """Read the table of a package whose file name ends so, if it is there.

    Raises
    ------
    DataError
        If it is no table, or if two files end so.
    """
    found = [name for name in archive.sizes if name.lower().endswith(ending)]
    if len(found) > 1:
        raise DataError(
            f"{archive.path} holds several data packages ({', '.join(found)}). Give one."
        )
    return parse(archive.read(found[0]), archive.path / found[0]).cells if found else None


def _by_analysis(table: pd.DataFrame | None) -> dict[str, Row]:
    return {_analysis(row): row for row in _records(table)}


def _records(table: pd.DataFrame | None) -> list[Row]:
    """Give the rows as texts; "#N/A" is empty."""
    if table is None:
        return []
    return [
        {str(name): "" if text == "#N/A" else str(text) for name, text in row.items()}
        for row in table.to_dict("records")
    ]


def _analysis(row: Row) -> str:
    numbers = [row.get("Analysis group", ""), row.get("Analysis number", "")]
    if not all(number.strip().isdecimal() and len(number) < 9 for number in numbers):
        return f"Analysis {'.'.join(numbers)}"
    return analysis_name(*numbers)


def _heading(row: Row, settings: Row) -> Row:
    """Give what a row of data and a result share: analysis, outcome, measure, subgroup."""
    method = method_code(settings.get("Statistical method", "IV"))
    measure = settings.get("Effect measure", "")
    return {
        "analysis": _analysis(row),
        "outcome": row.get("Analysis name") or settings.get("Analysis name", ""),
        "measure": measure_code(measure, method=method),
        "subgroup": row.get("Subgroup", ""),
    }


def _trial(row: Row, settings: Row) -> Row:
    """Give one trial of an analysis under our column names."""
    return _heading(row, settings) | {
        "study": row.get("Study", ""),
        "year": row.get("Study year", ""),
        "comparison": settings.get("Analysis group name", ""),
        "intervention": settings.get("Experimental group label", ""),
        "comparator": settings.get("Control group label", ""),
        **{name: row.get(theirs, "") for theirs, name in _NUMBERS.items()},
    }


def _result(row: Row, settings: Row) -> Row:
    """Give one printed result under our column names, its level as a share."""
    percent = settings.get("Estimate CI", "95").strip(" %") or "95"
    return _heading(row, settings) | {
        "method": method_code(settings.get("Statistical method", "IV")),
        "model": model_code(settings.get("Analysis model", "")),
        "swap_events": "yes" if _true(settings.get("Swap event and non-event", "")) else "no",
        "level": str(float(percent) / 100) if percent.replace(".", "", 1).isdecimal() else "",
        **{name: row.get(theirs, "").rstrip("%") for theirs, name in _RESULTS.items()},
    }


def _true(text: str) -> bool:
    return text.strip().lower() in {"true", "yes", "1"}
