"""Reading the folder of a review."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience import measures
from consilience.effects import Effects, effect_sizes
from consilience.errors import DataError, Problem
from consilience.measures import Measure
from consilience.review.check import declaration_problems, measure_problems, shape_problems
from consilience.review.declared import Declaration, Variation
from consilience.review.judgements import judgement_problems, with_judgements
from consilience.review.selection import candidates, choose, find, in_words
from consilience.review.toml import build, faults
from consilience.review.types import Review, Sensitivity
from consilience.trials import Trials, read_trials
from consilience.trials.readers import is_unfilled, read_csv

SHOWN = ("trial", "label", "outcome", "scale", "timepoint", "population")
type Mask = NDArray[np.bool_]


def read_review(folder: str | Path) -> Review:
    """Read a folder of `data/`: its trials, its declaration, and what follows from both.

    Parameters
    ----------
    folder : str or Path
        Holds `review.toml` and `trials.csv`, and may hold `risk_of_bias.csv` and `published.csv`.

    Raises
    ------
    DataError
        For a missing file, with every fault of `review.toml` by its key, and with every problem of
        the rows that were selected.
    """
    place = Path(folder)
    _check_folder(place)
    declared = _declaration(place / "review.toml")
    trials = read_trials(place / "trials.csv")
    risk_of_bias = _optional(place / "risk_of_bias.csv")
    table = _checked(trials.frame, declared, risk_of_bias=risk_of_bias)
    measure = measures.get(declared.measure)
    reasons = choose(table, declared.selection, measure=measure)
    labels = dict(zip(table["trial"], table["label"], strict=True))
    used = (reasons == "").to_numpy(dtype=bool)
    return Review(
        folder=place,
        title=declared.title,
        question=declared.question,
        direction=declared.direction,
        rules=in_words(declared.selection, measure, labels=labels),
        trials=trials,
        ledger=_ledger(table, reasons),
        effects=_effects(table, used, measure=measure),
        sensitivity=_sensitivity(table, used, declared=declared),
        risk_of_bias=_labelled(risk_of_bias, labels),
        published=_optional(place / "published.csv"),
        plan=declared.plan,
    )


def _check_folder(folder: Path) -> None:
    remedy = "A review is a folder with review.toml and trials.csv; see data/smi_functioning."
    missing = [name for name in ("review.toml", "trials.csv") if not (folder / name).is_file()]
    if missing:
        raise DataError([Problem(f"There is no {folder / name}", remedy) for name in missing])


def _declaration(path: Path) -> Declaration:
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
    frame = with_judgements(received, risk_of_bias)
    _raise(declaration_problems(declared, frame))
    _raise(measure_problems(frame, measures.get(declared.measure)))
    dated = zip(frame["study"], frame["year"], strict=True)
    study = [name if np.isnan(year) else f"{name} {year:.0f}" for name, year in dated]
    pairs = zip(frame["trial"], study, strict=True)
    said = frame[["outcome", "scale", "timepoint"]].fillna("not stated")
    return frame.assign(
        **said, study=study, label=[declared.labels.get(trial, name) for trial, name in pairs]
    )


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise DataError(problems)


def _ledger(table: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    status = np.where(reasons == "", "used", "left out")
    remarks = [name for name in ("doubt", "source") if name in table]
    shown = [name for name in SHOWN if name in table]
    told = table[shown].assign(status=status, reason=reasons).join(table[remarks])
    return told.fillna("")


def _effects(table: pd.DataFrame, rows: Mask, *, measure: Measure) -> Effects:
    chosen = table[rows].rename(columns={"label": "estimate"}).reset_index(drop=True)
    return effect_sizes(Trials(chosen), measure)


def _sensitivity(
    table: pd.DataFrame, used: Mask, *, declared: Declaration
) -> tuple[Sensitivity, ...]:
    measure = measures.get(declared.measure)
    reasons = candidates(table, declared.selection, measure=measure)
    possible = (reasons == "").to_numpy(dtype=bool)
    varied = [_varied(table, used, one=one, possible=possible) for one in declared.sensitivity]
    return tuple(
        Sensitivity(one.name, one.reason, _effects(table, rows, measure=measure))
        for one, rows in zip(declared.sensitivity, varied, strict=True)
    )


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


def _labelled(risk_of_bias: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Add the trials' labels to what is known of their risk of bias."""
    if "trial" not in risk_of_bias:
        return risk_of_bias
    return risk_of_bias.assign(label=risk_of_bias["trial"].map(dict(labels)))
