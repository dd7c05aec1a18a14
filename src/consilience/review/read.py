"""Reading the folder of a review."""

import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience import measures
from consilience.effects import Effects, effect_sizes
from consilience.errors import ConsilienceError, DataError, Problem
from consilience.review.beside import Beside, read_beside
from consilience.review.check import declaration_problems, measure_problems, shape_problems
from consilience.review.choosing import chosen
from consilience.review.conversions import (
    ROW,
    Converted,
    converted,
    exchanged,
    log_of,
    rules_of,
)
from consilience.review.declared import Declaration, Variation
from consilience.review.declared_grid import NO_GRID
from consilience.review.judgements import (
    judgement_problems,
    labelled,
    with_judgements,
)
from consilience.review.selection import candidates, find
from consilience.review.shared import shared_by
from consilience.review.toml import build, faults
from consilience.review.types import Review, Sensitivity
from consilience.risk_of_bias import Assessment
from consilience.trials import Trials, read_trials
from consilience.trials.readers import is_unfilled, read_csv

SHOWN = ("trial", "label", "outcome", "scale", "timepoint", "population")
_MERGED = "A declared conversion joined this row to another one."
type Mask = NDArray[np.bool_]


def read_review(folder: str | Path) -> Review:
    """Read a folder of `data/`: its trials, its declaration, and what follows from both.

    Parameters
    ----------
    folder : str or Path
        Holds `review.toml` and `trials.csv`, and may hold `risk_of_bias.csv`, `prisma.csv` and
        `published.csv`.

    Raises
    ------
    DataError
        For a missing file, with every fault of `review.toml` by its key, with every judgement that
        its tool does not know and every box of the flow that does not follow, and with every
        problem of the rows that were selected.
    """
    place = Path(folder)
    _check_folder(place)
    declared = read_declaration(place / "review.toml")
    trials = read_trials(place / "trials.csv")
    beside = _beside(place, trials.frame, declared)
    table = _checked(trials.frame, declared, risk_of_bias=beside.risk_of_bias)
    measure = measures.get(declared.measure)
    received = Trials(table, trials.log)
    made = converted(received, measure, rules=rules_of(declared.conversions))
    _raise(measure_problems(made.trials.frame, measure, lacking=made.lacking(measure)))
    labels = dict(zip(table["trial"], table["label"], strict=True))
    choice = chosen(made, declared, measure=measure, labels=labels)
    used = (choice.reasons == "").to_numpy(dtype=bool)
    effects = _effects(made.trials, used, declared=declared)
    return Review(
        folder=place,
        title=declared.title,
        question=declared.question,
        direction=declared.direction,
        rules=choice.rules,
        trials=trials,
        conversions=declared.conversions,
        converted=made,
        ledger=_ledger(table, made, choice.reasons),
        effects=effects,
        sensitivity=_sensitivity(received, made, effects, declared=declared),
        risk_of_bias=labelled(beside.risk_of_bias, labels),
        flow=beside.flow,
        published=_optional(place / "published.csv"),
        plan=declared.plan,
        assessment=_assessed(beside, effects),
        cells=choice.cells,
        grid=declared.grid,
        dependence=declared.dependence,
        findings=declared.findings,
    )


def _beside(place: Path, table: pd.DataFrame, declared: Declaration) -> Beside:
    """Read the tables beside the trials; a fault of them is told with those of the declaration."""
    try:
        return read_beside(
            place,
            table,
            risk_of_bias=declared.risk_of_bias,
            flow=declared.flow,
            exposure=declared.grid.exposure,
        )
    except DataError as error:
        more: tuple[Problem, ...] = ()
        # What is stated of trials is read as it stands: names of its columns are no fault.
        with suppress(ConsilienceError, ValueError, KeyError):
            told = _optional(place / (declared.risk_of_bias.file or "risk_of_bias.csv"))
            stated = with_judgements(table, told) if "trial" in told else table
            more = declaration_problems(declared, _stated(stated, declared))
        if not (error.problems and more):
            raise
        raise DataError((*error.problems, *more)) from error


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
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not valid TOML: {error}. Correct it there.") from error
    if found := tuple(faults(Declaration, raw)):
        raise DataError(found)
    return build(Declaration, raw)


def _checked(
    received: pd.DataFrame, declared: Declaration, *, risk_of_bias: pd.DataFrame
) -> pd.DataFrame:
    """Return the table with labels, once it and what is said of it are known to fit each other."""
    _raise(shape_problems(received))
    _raise(tuple(judgement_problems(received, risk_of_bias)))
    frame = _stated(with_judgements(received, risk_of_bias), declared)
    _raise(declaration_problems(declared, frame))
    dated = zip(frame["study"], frame["year"], strict=True)
    study = [name if np.isnan(year) else f"{name} {year:.0f}" for name, year in dated]
    pairs = zip(frame["trial"], study, strict=True)
    said = frame[["outcome", "scale", "timepoint"]].fillna("not stated")
    return frame.assign(
        **said, study=study, label=[declared.labels.get(trial, name) for trial, name in pairs]
    )


def _stated(frame: pd.DataFrame, declared: Declaration) -> pd.DataFrame:
    """Name the populations that no source states, where a grid reads them."""
    if declared.grid == NO_GRID or "population" not in frame:
        return frame
    return frame.assign(population=frame["population"].fillna("not stated"))


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise DataError(problems)


def _ledger(table: pd.DataFrame, made: Converted, reasons: pd.Series) -> pd.DataFrame:
    rows = np.arange(1, len(table) + 1)
    told = reasons.set_axis(made.trials.frame[ROW].astype(int)).reindex(rows, fill_value=_MERGED)
    remarks = [name for name in ("doubt", "source") if name in table]
    shown = table[[name for name in SHOWN if name in table]].assign(
        status=np.where(told == "", "used", "left out"),
        reason=told.to_numpy(),
        converted=[", ".join(made.rules(row)) for row in rows.tolist()],
    )
    shown.insert(0, "row", rows)
    return shown.join(table[remarks]).fillna("")


def _effects(trials: Trials, rows: Mask, *, declared: Declaration) -> Effects:
    kept, measure = trials.keep(rows), measures.get(declared.measure)
    named = _named(kept.frame, grid=declared.grid != NO_GRID)
    whole = Trials(named, log_of(kept.log, kept.frame), kept.assumed)
    return effect_sizes(whole, measure, shared=shared_by(declared.dependence))


def _named(frame: pd.DataFrame, *, grid: bool) -> pd.DataFrame:
    """Label the estimates: by their trials, or by trial, outcome, time and population."""
    if not grid:
        return frame.rename(columns={"label": "estimate"})
    parts = (frame[name].astype(str) for name in ("outcome", "timepoint", "population"))
    where = [", ".join(each) for each in zip(*parts, strict=True)]
    pairs = zip(frame["label"], where, strict=True)
    return frame.assign(estimate=[f"{label}: {place}" for label, place in pairs])


def _sensitivity(
    received: Trials, made: Converted, primary: Effects, *, declared: Declaration
) -> tuple[Sensitivity, ...]:
    measure = measures.get(declared.measure)
    reasons = candidates(made, declared, measure=measure)
    table, possible = made.trials.frame, (reasons == "").to_numpy(dtype=bool)
    used = np.isin(table[ROW], primary.table[ROW])
    found = []
    for one in declared.sensitivity:
        places = table[ROW][_varied(table, used, one=one, possible=possible)]
        if one.add or one.conversions:
            trials = _otherwise(received, made, one, declared=declared)
            effects = _effects(trials, np.isin(trials.frame[ROW], places), declared=declared)
        else:
            effects = primary.keep(np.isin(primary.table[ROW], places))
        found.append(Sensitivity(one.name, one.reason, effects))
    return tuple(found)


def _otherwise(
    received: Trials, made: Converted, one: Variation, *, declared: Declaration
) -> Trials:
    """Return the table after the conversions of a sensitivity analysis."""
    if not one.conversions:
        return made.trials
    rules = rules_of(exchanged(declared.conversions, one.conversions))
    return converted(received, measures.get(declared.measure), rules=rules).trials


def _varied(table: pd.DataFrame, used: Mask, *, one: Variation, possible: Mask) -> Mask:
    """Return the rows of a sensitivity analysis, (rows,)."""
    rows = used & ~table["trial"].isin(one.without).to_numpy(dtype=bool)
    for pick in one.add:
        hits = find(table, pick) & possible
        if hits.sum() != 1:
            what = f"review.toml, key `sensitivity` ({one.name}): {hits.sum()} rows fit"
            remedy = "Name a trial, and a scale, of which one row could answer the question."
            raise DataError([Problem(what, remedy, pick.trial, "scale", pick.scale)])
        rows = rows | hits
    if not rows.any():
        raise DataError(f"review.toml, key `sensitivity` ({one.name}): no trial is left. Keep one.")
    return rows


def _optional(path: Path) -> pd.DataFrame:
    return read_csv(path) if path.is_file() and not is_unfilled(path) else pd.DataFrame()


def _assessed(beside: Beside, effects: Effects) -> Assessment:
    """Give the judgements of the estimates that are used, by their labels."""
    if beside.assessment.empty:
        return beside.assessment
    table = effects.table.assign(label=effects.table.get("label", effects.labels))
    once = table.drop_duplicates("trial")
    return beside.assessment.keep(once["trial"].tolist(), once["label"].tolist())
