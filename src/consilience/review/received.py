"""What a review's folder holds, as received: every fault of its files, all of them at once."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from consilience.errors import ConsilienceError, DataError, Problem
from consilience.review.attempts import Attempts
from consilience.review.beside import Beside, read_beside
from consilience.review.check import declaration_problems, shape_problems
from consilience.review.declared import Declaration
from consilience.review.declared_beside import UNDECLARED_FLOW, UNJUDGED
from consilience.review.declared_grid import NO_EXPOSURE, NO_GRID
from consilience.review.judgements import judgement_problems, with_judgements
from consilience.review.toml import build, faults
from consilience.risk_of_bias import NO_ASSESSMENT
from consilience.trials import Trials, read_trials
from consilience.trials.checks import impossible
from consilience.trials.frames import examine
from consilience.trials.read import read_sheet
from consilience.trials.readers import is_unfilled, read_csv

type Look = Callable[[Declaration], Iterable[Problem]]
"""A further look at a declaration, for faults that are to come with all others."""


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """The files of a review, none of which has a fault of its own.

    Parameters
    ----------
    declared : Declaration
    trials : Trials
        The table as received.
    beside : Beside
    table : DataFrame
        The table with labels, and with what is said of each trial's conduct.
    """

    declared: Declaration
    trials: Trials
    beside: Beside
    table: pd.DataFrame


def receive(place: Path, looks: Sequence[Look] = ()) -> Received:
    """Read every file of a review.

    A file that cannot be read does not keep the others from being looked at: what can be known of
    it without the cells at fault serves in its place.

    Parameters
    ----------
    place : Path
    looks : sequence of callable
        What else is asked of the declaration.

    Raises
    ------
    DataError
        With every fault of every file.
    """
    _check_folder(place)
    tried = Attempts()
    nothing: tuple[Declaration, ...] = ()
    held = tried.attempt(lambda: (read_declaration(place / "review.toml"),), nothing)
    unread = Trials(_legible(place / "trials.csv"), ())
    trials = tried.attempt(lambda: read_trials(place / "trials.csv"), unread)
    cells = tried.cells()
    tried.add(one for one in _table_problems(trials.frame) if (one.study, one.column) not in cells)
    beside = tried.attempt(lambda: _beside(place, trials.frame, held), _NOTHING)
    told = beside.risk_of_bias if beside is not _NOTHING else _as_written(place, held)
    _declared(tried, trials.frame, told, held=held, looks=looks)
    tried.end()
    table = _labelled(_stated(with_judgements(trials.frame, told), held[0]), held[0])
    return Received(held[0], trials, beside, table)


_NOTHING = Beside(pd.DataFrame(), NO_ASSESSMENT, pd.DataFrame())


def _declared(
    tried: Attempts,
    table: pd.DataFrame,
    told: pd.DataFrame,
    *,
    held: Sequence[Declaration],
    looks: Sequence[Look],
) -> None:
    """Hold a declaration against its table, as far as both can be read."""
    if tuple(shape_problems(table)):
        return
    tried.add(judgement_problems(table, told))
    more = told.drop(columns=[name for name in told if name in table and name != "trial"])
    for declared in held:
        fits = _stated(with_judgements(table, more) if "trial" in told else table, declared)
        tried.add(declaration_problems(declared, fits))
        for look in looks:
            tried.add(look(declared))


def _check_folder(folder: Path) -> None:
    remedy = "A review is a folder with review.toml and trials.csv; see data/smi_functioning."
    missing = [name for name in ("review.toml", "trials.csv") if not (folder / name).is_file()]
    if missing:
        raise DataError([Problem(f"There is no {folder / name}", remedy) for name in missing])


def read_declaration(path: Path) -> Declaration:
    """Read a `review.toml`.

    Parameters
    ----------
    path : Path

    Raises
    ------
    DataError
        If it is no TOML, and with every fault by its key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        what, remedy = "review.toml is not written in UTF-8, as TOML must be", "Save it as UTF-8."
        raise DataError([Problem(what, remedy)]) from error
    except tomllib.TOMLDecodeError as error:
        what = f"review.toml is not valid TOML: {error}"
        raise DataError([Problem(what, "Correct it there.")]) from error
    if found := tuple(faults(Declaration, raw)):
        raise DataError(found)
    return build(Declaration, raw)


def _legible(path: Path) -> pd.DataFrame:
    """Give what of a trial table can be read, cells at fault left empty."""
    with suppress(DataError):
        return examine(read_sheet(path).cells)[0].frame
    return pd.DataFrame()


def _table_problems(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the columns that are not there and the values that no trial has."""
    if table.empty:
        return ()
    return (*shape_problems(table), *impossible(table))


def _beside(place: Path, table: pd.DataFrame, held: Sequence[Declaration]) -> Beside:
    """Read the tables beside the trials: as they are declared, where that can be read."""
    judged, flow, exposure = next(
        ((one.risk_of_bias, one.flow, one.grid.exposure) for one in held),
        (UNJUDGED, UNDECLARED_FLOW, NO_EXPOSURE),
    )
    return read_beside(place, table, risk_of_bias=judged, flow=flow, exposure=exposure)


def _as_written(place: Path, held: Sequence[Declaration]) -> pd.DataFrame:
    """Give what is stated of trials as it stands: names of its columns are no fault."""
    for one in held:
        path = place / (one.risk_of_bias.file or "risk_of_bias.csv")
        with suppress(ConsilienceError, ValueError, KeyError, OSError):
            return read_csv(path) if path.is_file() and not is_unfilled(path) else pd.DataFrame()
    return pd.DataFrame()


def _stated(frame: pd.DataFrame, declared: Declaration) -> pd.DataFrame:
    """Name the populations that no source states, where a grid reads them."""
    if declared.grid == NO_GRID or "population" not in frame:
        return frame
    return frame.assign(population=frame["population"].fillna("not stated"))


def _labelled(frame: pd.DataFrame, declared: Declaration) -> pd.DataFrame:
    dated = zip(frame["study"], frame["year"], strict=True)
    study = [name if np.isnan(year) else f"{name} {year:.0f}" for name, year in dated]
    pairs = zip(frame["trial"], study, strict=True)
    said = frame[["outcome", "scale", "timepoint"]].fillna("not stated")
    return frame.assign(
        **said, study=study, label=[declared.labels.get(trial, name) for trial, name in pairs]
    )
