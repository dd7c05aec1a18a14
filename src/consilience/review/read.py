"""Reading the folder of a review."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience import measures
from consilience.effects import Effects
from consilience.errors import DataError, Problem
from consilience.review.attempts import all_at_once
from consilience.review.beside import Beside
from consilience.review.choosing import rules_in_words
from consilience.review.conversions import (
    ROW,
    Converted,
    converted,
    exchanged,
    log_of,
    rules_of,
)
from consilience.review.declared import Declaration, Variation
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.declared_grid import NO_GRID
from consilience.review.findings_fit import misfits
from consilience.review.judgements import labelled
from consilience.review.measured import MERGED, Measured, measured, whole_choice, whole_steps
from consilience.review.planned import model_problems
from consilience.review.received import Received, receive
from consilience.review.selection import candidates, find
from consilience.review.shared import sharing
from consilience.review.types import Review, Sensitivity
from consilience.risk_of_bias import Assessment
from consilience.trials import Trials
from consilience.trials.readers import is_unfilled, read_csv

SHOWN = ("trial", "label", "outcome", "scale", "timepoint", "population")
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
    return _answering(Path(folder), receive(Path(folder)))


def read_planned(folder: str | Path, models: str | Path | None = None) -> Review:
    """Read a review as `read_review` does, and see that the models that it names are there.

    Parameters
    ----------
    folder : str or Path
    models : path, optional
        The folder in which all of them stand but those that the review keeps itself; without it
        they are found by name.

    Raises
    ------
    DataError
        As `read_review`, and with every model that is not there or cannot be read.
    """
    place, named = Path(folder), None if models is None else Path(models)
    look = partial(model_problems, beside=place, folder=named)
    return _answering(place, receive(place, (look,)))


def _answering(place: Path, held: Received) -> Review:
    """Convert, choose and compute what answers the question."""
    declared, trials, beside, table = held.declared, held.trials, held.beside, held.table
    received = Trials(table, trials.log)
    labels = dict(zip(table["trial"], table["label"], strict=True))
    parts = measured(received, declared)
    choice, made = whole_choice(parts, declared.settled), whole_steps(parts)
    effects, *others = _computed(parts)
    review = Review(
        folder=place,
        title=declared.title,
        question=declared.question,
        direction=declared.direction,
        rules=rules_in_words([(one.declared, one.measure) for one in parts], labels),
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
        assessment=_assessed(beside, (effects, *others)),
        cells=choice.cells,
        grid=declared.settled,
        dependence=declared.dependence,
        findings=declared.findings,
        others=tuple(others),
    )
    if faults := tuple(misfits(review.findings, partial(_asked, review))):
        raise DataError(faults)
    return review


def _asked(review: Review, one: DeclaredFinding) -> tuple[Effects, ...]:
    """Give the effects of an outcome of the summary of findings; none where it has no estimate."""
    if one.measured == "no":
        return ()
    if not review.cells:
        return (review.effects,)
    cells = review.cells
    key = (
        one.outcome,
        one.time or cells.times[0].name,
        one.population or cells.populations[0].name,
    )
    return tuple(review.of(cell) for cell in cells.cells if cell.key == key and cell.rows)


def _computed(parts: Sequence[Measured]) -> tuple[Effects, ...]:
    """Compute the effects of every measure that has rows; every fault of all comes at once."""
    attempts = [
        partial(_effects, one.made.trials, one.used, declared=one.declared)
        for one in parts
        if one.used.any()
    ]
    return tuple(all_at_once(attempts))  # type: ignore[arg-type]


def _ledger(table: pd.DataFrame, made: Converted, reasons: pd.Series) -> pd.DataFrame:
    rows = np.arange(1, len(table) + 1)
    told = reasons.reindex(rows, fill_value=MERGED)
    shown = table.reindex(columns=SHOWN).assign(
        status=np.where(told == "", "used", "left out"),
        reason=told.to_numpy(),
        converted=[", ".join(made.rules(row)) for row in rows.tolist()],
    )
    shown.insert(0, "row", rows)
    whole = shown.join(table.reindex(columns=("doubt", "source")))
    texts = [name for name in whole if name != "row"]
    return whole.assign(
        **{str(name): whole[name].astype(object).fillna("").astype("str") for name in texts}
    )


def _effects(trials: Trials, rows: Mask, *, declared: Declaration) -> Effects:
    kept, measure = trials.keep(rows), measures.get(declared.measure)
    named = _named(kept.frame, grid=declared.grid != NO_GRID)
    whole = Trials(named, log_of(kept.log, kept.frame), kept.assumed)
    return sharing(whole, measure, declared.dependence)


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


def _assessed(beside: Beside, measured: Sequence[Effects]) -> Assessment:
    """Give the judgements of the estimates that are used, by their labels."""
    if beside.assessment.empty:
        return beside.assessment
    told = [one.table.assign(label=one.table.get("label", one.labels)) for one in measured]
    once = pd.concat(told).drop_duplicates("trial")
    return beside.assessment.keep(once["trial"].tolist(), once["label"].tolist())
