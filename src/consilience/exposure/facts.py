"""Printed attendance, turned into exposures in percent with their spread and standard error."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem
from consilience.trials.readers import read_csv

COLUMNS = ("trial", "n", "of", "mean", "sd", "share", "at_least", "source")
"""Columns of an exposure file: see `read_exposure`."""
MADE = ("exposure", "exposure_sd", "exposure_se")
"""Columns that are made, in percent of what was offered."""

_NUMBERS = COLUMNS[1:7]


def read_exposure(path: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Turn what trials print about attendance into exposures in percent of what was offered.

    Each row is one trial's intervention arm, in one of three forms:

    - a mean of so many sessions offered, `mean` (`sd`) of `of`: x = 100·mean/of,
      s = 100·sd/of;
    - a share of all sessions that was attended: `mean` with `of` = 100;
    - a share of participants, `share` percent, that attended `at_least` of the `of` sessions, with
      a known `sd`: under normal attendance Φ((x − L)/s) = share, L = 100·at_least/of, so
      x = L + s·Φ⁻¹(share).

    The standard error is s/√n of a mean, and s·√(p(1 − p)/n)/φ(Φ⁻¹(p)) of a share. Where a mean and
    an sd stand beside a share, the mean is taken; where the sd is missing and share and mean are
    there, s = (x − L)/Φ⁻¹(share).

    Parameters
    ----------
    path : path or DataFrame
        A CSV table with the columns ``trial, n, of, mean, sd, share, at_least, source``; empty
        cells where nothing is printed.

    Returns
    -------
    DataFrame
        By trial ``exposure, exposure_sd, exposure_se`` in percent, empty where what is printed does
        not give them, and ``source``.

    Raises
    ------
    DataError
        For a file that cannot be read, and with every problem at once: trials named twice, cells
        that are no number, means above what was offered, exposures outside 0 to 100 %.
    """
    table = _table(path)
    problems = [*_shape(table)] or [*_cells(table)]
    if problems:
        raise DataError(problems)
    rows = {str(row["trial"]): _made(row) for row in table.to_dict(orient="records")}
    found = pd.DataFrame.from_dict(rows, orient="index", columns=list(MADE), dtype=float)
    beyond = [
        Problem(
            "an exposure outside 0 to 100 %",
            "Check mean, of and at_least.",
            str(name),
            "exposure",
            f"{value:.1f}",
        )
        for name, value in found["exposure"].items()
        if not (np.isnan(value) or 0.0 <= value <= 100.0)
    ]
    if beyond:
        raise DataError(beyond)
    found["source"] = table["source"].to_numpy()
    found.index.name = "trial"
    return found


def with_exposure(effects: Effects, exposures: pd.DataFrame) -> Effects:
    """Lay exposures beside effects, by trial; empty where a trial prints none.

    Parameters
    ----------
    effects : Effects
        With a column ``trial``, or labels that are those of the trials.
    exposures : DataFrame
        As `read_exposure` gives them.

    Raises
    ------
    DataError
        If an exposure belongs to no trial of the table while none belongs to any.
    """
    table = effects.table
    names = (table["trial"] if "trial" in table else table.index.to_series()).astype(str)
    if not set(names) & set(exposures.index):
        raise DataError(
            f"No trial of the exposures ({', '.join(map(str, exposures.index[:5]))}, …) is among "
            f"the effects ({', '.join(names.iloc[:5])}, …). Name them alike."
        )
    made = {name: names.map(exposures[name]).to_numpy(dtype=float) for name in MADE}
    return replace(effects, table=table.assign(**made))


def exposed(
    effects: Effects, column: str, reason: str = "no exposure follows from what is printed"
) -> Effects:
    """Leave out the estimates without an exposure; why stands in `Effects.log`.

    Parameters
    ----------
    effects : Effects
        The trials.
    column : str
        The exposure.
    reason : str
        Why they are left out.

    Raises
    ------
    ModelError
        If there is no such column, or no estimate is left.
    """
    if column not in effects.table:
        known = ", ".join(map(str, effects.table.columns))
        raise ModelError(f"There is no column {column!r} among the trials. Columns: {known}.")
    lost = pd.to_numeric(effects.table[column], errors="coerce").isna().to_numpy()
    if lost.all():
        raise ModelError(f"No trial has a {column}: nothing can be learnt about it.")
    kept = effects.keep(~lost)
    left = [label for label, out in zip(effects.labels, lost, strict=True) if out]
    line = f"Left out of the question about {column}: {', '.join(left)} ({reason})."
    return replace(kept, log=(*effects.log, line)) if left else kept


def _table(path: str | Path | pd.DataFrame) -> pd.DataFrame:
    if isinstance(path, pd.DataFrame):
        return path.reset_index(drop=True)
    place = Path(path)
    if not place.is_file():
        raise DataError(f"The exposure file {str(path)!r} cannot be read: there is no such file.")
    return read_csv(place)


def _shape(table: pd.DataFrame) -> Iterator[Problem]:
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        yield Problem(f"no column {', '.join(missing)}", f"Needed: {', '.join(COLUMNS)}.")
        return
    trials = table["trial"].astype(str).str.strip()
    for name in trials[trials.duplicated()]:
        yield Problem("a trial that stands twice", "Keep one row.", name, "trial")
    if (trials == "").any():
        yield Problem("a row without a trial", "Name the trial.", "", "trial")


def _cells(table: pd.DataFrame) -> Iterator[Problem]:
    for row in table.to_dict(orient="records"):
        name = str(row["trial"])
        bad = [key for key in _NUMBERS if _text(row[key]) and not np.isfinite(_number(row[key]))]
        for key in bad:
            yield Problem("no number", "Write one, or leave it empty.", name, key, str(row[key]))
        if not bad:
            yield from _sense(name, {key: _number(row[key]) for key in _NUMBERS})


def _sense(name: str, cells: dict[str, float]) -> Iterator[Problem]:
    rules = (
        ("n", cells["n"] >= 1.0, "fewer than one participant"),
        ("of", cells["of"] > 0.0, "nothing offered"),
        ("sd", cells["sd"] >= 0.0, "a negative standard deviation"),
        ("mean", 0.0 <= cells["mean"] <= cells["of"], "a mean outside 0 to what was offered"),
        ("share", 0.0 <= cells["share"] <= 100.0, "a share outside 0 to 100 %"),
        ("at_least", 0.0 <= cells["at_least"] <= cells["of"], "more than what was offered"),
    )
    for key, holds, what in rules:
        unknown = np.isnan(cells[key]) or (key in ("mean", "at_least") and np.isnan(cells["of"]))
        if not (holds or unknown):
            yield Problem(what, "Check the source.", name, key, f"{cells[key]:g}")


def _made(row: dict) -> tuple[float, float, float]:
    """Exposure, spread and standard error in percent; nan where they do not follow."""
    n, of, mean, sd, share, least = (_number(row[key]) for key in _NUMBERS)
    unit = 100.0 / of
    x, s, limit, p = mean * unit, sd * unit, least * unit, share / 100.0
    inside = 0.0 < p < 1.0
    z = float(ndtri(p)) if inside else np.nan
    if np.isnan(s) and abs(z) > 0.1 and (x - limit) / z > 0.0:
        s = (x - limit) / z
    if not np.isnan(x):
        return x, s, float(s / np.sqrt(n))
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    return limit + s * z, s, float(s * np.sqrt(p * (1.0 - p) / n) / density)


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)


def _number(value: object) -> float:
    try:
        return float(_text(value).strip() or np.nan)
    except ValueError:
        return np.inf
