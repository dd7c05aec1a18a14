"""`consilience check`: every check of a review's folder, or of a file of trials."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.options import Json
from consilience.cli.output import document, say, table
from consilience.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from consilience.review import Review
    from consilience.review.beside import Beside
    from consilience.trials import Trials
    from consilience.trials.checks import Doubt
    from consilience.trials.readers.sheet import Sheet

STORED = (
    *("stored", "recomputed", "stored_lower", "recomputed_lower"),
    *("stored_upper", "recomputed_upper", "stored_tau2", "recomputed_tau2", "agree"),
)


@dataclass(frozen=True, slots=True)
class Check(Command):
    """Check a review, or a file of trials, before it is analysed.

    What keeps it from being read ends with exit code 3, every problem at once. What looks doubtful
    is listed with study, column, value and reason; it forbids nothing. Rows of a review that give
    no effect are named, with the conversions that would help. Results that a RevMan file stores are
    computed again and shown beside its own. A folder that is no review yet, for want of
    review.toml or of columns, is checked with what it has, and told what it lacks.
    """

    place: Annotated[
        str,
        typer.Argument(
            help="A review's folder or name, or a file: CSV, Excel, Parquet, .rm5, Cochrane zip.",
            show_default=False,
        ),
    ]
    only: Annotated[
        str | None,
        typer.Option(help="Names of checks, such as grim,intervals; all by default."),
    ] = None
    json: Json = False

    @override
    def run(self) -> None:
        """Name every doubt, one a line; doubts are no error."""
        from consilience.places import find_data
        from consilience.trials.checks import REGISTRY, doubts

        names = tuple(REGISTRY) if self.only is None else _names(self.only)
        place = find_data(self.place)
        trials, stored, lost = _folder(place) if place.is_dir() else _file(place)
        _possible(trials, place)
        found, sums, unfit = doubts(trials, names), _flow(place), _unfit(place)
        if self.json:
            beside = {"flow": list(sums), "unfit": list(unfit), "without_effect": list(lost)}
            document("consilience.check/1", _content(trials, found, stored=stored) | beside)
        else:
            _print(trials, found, stored=stored)
            say(*(f"- no effect, {one}" for one in lost))
            say(*(f"- {fault}" for fault in sums))
            say(*(f"Not yet a review: {lack}" for lack in unfit))


def _names(typed: str) -> tuple[str, ...]:
    return tuple(name for part in typed.split(",") if (name := part.strip()))


def _folder(folder: Path) -> "tuple[Trials, pd.DataFrame, tuple[str, ...]]":
    """Read everything in a review's folder; all faults of all its files come at once."""
    import pandas as pd

    from consilience.review import read_planned
    from consilience.review.attempts import all_at_once
    from consilience.trials import read_trials
    from consilience.trials.readers import is_unfilled, read_csv

    attempts: list[Callable[[], object]] = [lambda: _beside(folder)]
    planned: list[Review] = []
    if not _unfit(folder):
        attempts.insert(0, lambda: planned.append(read_planned(folder)))
    for name, read in {"trials.csv": read_trials, "published.csv": read_csv}.items():
        path = folder / name
        if path.is_file() and (name == "trials.csv" or not is_unfilled(path)):
            attempts.append(lambda read=read, path=path: read(path))  # type: ignore[misc]
    all_at_once(attempts)
    lost = tuple(line for one in planned for line in _lost(one))
    return read_trials(folder / "trials.csv"), pd.DataFrame(), lost


def _lost(review: "Review") -> "Iterator[str]":
    """Name the rows that give no effect for want of numbers, by the reason."""
    for reason, own in review.lost.groupby("reason", sort=False):
        rows = ", ".join(str(row) for row in own["row"])
        trials = ", ".join(dict.fromkeys(own["label"]))
        yield f"{'row' if len(own) == 1 else 'rows'} {rows} ({trials}): {reason}"


def _unfit(place: Path) -> tuple[str, ...]:
    """Say what a folder lacks to be a review; its tables can be checked all the same."""
    from consilience.review.check import absent_columns
    from consilience.trials.read import read_sheet

    if not place.is_dir() or not (place / "trials.csv").is_file():
        return ()
    told = []
    if not (place / "review.toml").is_file():
        told.append(f"There is no {place / 'review.toml'}: `consilience init` writes an empty one.")
    try:
        columns = [str(name).strip() for name in read_sheet(place / "trials.csv").cells]
    except DataError:  # it is raised again where the file itself is read
        return tuple(told)
    if lacking := absent_columns(columns):
        told.append(f"trials.csv has no column {', '.join(lacking)}, which a review needs.")
    return tuple(told)


def _beside(folder: Path) -> "Beside":
    """Read the tables beside the trials, also where the trials cannot be read."""
    import pandas as pd

    from consilience.review.beside import read_beside
    from consilience.review.declared_beside import UNDECLARED_FLOW, UNJUDGED
    from consilience.review.received import read_declaration
    from consilience.trials import read_trials

    table, judged, flow = pd.DataFrame(), UNJUDGED, UNDECLARED_FLOW
    with suppress(DataError):
        table = read_trials(folder / "trials.csv").frame
    with suppress(DataError, OSError):
        declared = read_declaration(folder / "review.toml")
        judged, flow = declared.risk_of_bias, declared.flow
    return read_beside(folder, table, risk_of_bias=judged, flow=flow)


def _flow(place: Path) -> tuple[str, ...]:
    """Say where the review's PRISMA flow loses records for which it has no box."""
    from consilience.flow import losses

    return losses(_beside(place).flow) if place.is_dir() else ()


def _file(path: Path) -> "tuple[Trials, pd.DataFrame, tuple[str, ...]]":
    """Read a file's trials, and the results that it may hold beside them."""
    from consilience.trials import read_trials
    from consilience.trials.read import read_sheet

    trials = read_trials(path)
    sheet = read_sheet(path) if path.suffix.lower() in {".rm5", ".zip", ".csv"} else None
    return trials, _stored(trials, sheet), ()


def _possible(trials: "Trials", place: Path) -> None:
    """Refuse values that no trial has; RevMan fills the arms of trials without data with zeros."""
    from consilience.trials.checks import impossible

    found = () if place.suffix.lower() in {".rm5", ".zip"} else impossible(trials.frame)
    if found:
        raise DataError(found)


def _stored(trials: "Trials", sheet: "Sheet | None") -> "pd.DataFrame":
    """Compute stored results again; an empty table where the file holds none."""
    import pandas as pd

    from consilience.cli.stored import against_stored

    if sheet is None or sheet.stored.empty:
        return pd.DataFrame()
    return against_stored(trials, sheet.stored)


def _content(
    trials: "Trials", found: "Sequence[Doubt]", *, stored: "pd.DataFrame"
) -> dict[str, object]:
    """Give the checks as a document: rows, changes, doubts, results computed again."""
    from consilience.report.documents import rows

    return {
        "rows": len(trials),
        "changes": [asdict(change) for change in trials.log],
        "doubts": [asdict(doubt) for doubt in found],
        "stored": rows(stored),
    }


def _print(trials: "Trials", found: "Sequence[Doubt]", *, stored: "pd.DataFrame") -> None:
    """Say what was changed on reading, then every doubt, then results computed again."""
    changed = len(trials.log)
    say(f"{len(trials)} rows read; {changed} changes on reading; {len(found)} doubts.")
    whole = [change for change in trials.log if not change.study]
    say(*(f"  {one.column or 'file'}: {one.was} → {one.now} ({one.rule})" for one in whole))
    for doubt in found:
        say(f"- row {doubt.row}, {doubt.check}: {doubt}")
    if not stored.empty:
        say("", "Results stored in the file, computed again:")
        table(stored, STORED)
