"""Does a PRISMA 2020 flow add up? Every box that does not, all at once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

import pandas as pd

from consilience.errors import Problem
from consilience.flow.boxes import TEXTS
from consilience.flow.counts import Bounds, Counts


@final
@dataclass(frozen=True, slots=True)
class Sum:
    """A box, what is added up to it, and what is taken off.

    Parameters
    ----------
    box : str
        Key of the result.
    plus, minus : tuple of str
        Keys of what comes and goes.
    loose : bool
        Whether less may arrive, because the diagram has no box for what is lost on the way.
    """

    box: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    loose: bool = field(default=False, kw_only=True)

    def bounds(self, counts: Counts) -> Bounds:
        """Give the least and the most that the box can hold."""
        added = [counts.bounds(key) for key in self.plus]
        taken = [counts.bounds(key) for key in self.minus]
        low = sum(each[0] for each in added) - sum(each[1] for each in taken)
        return low, sum(each[1] for each in added) - sum(each[0] for each in taken)

    def asked(self, counts: Counts) -> bool:
        """Tell whether the result is known, and anything of what is added up."""
        return counts.known(self.box) and any(counts.tells(key) for key in self.plus)

    def fails(self, counts: Counts) -> bool:
        """Tell whether the box cannot be what it says."""
        least, most = self.bounds(counts)
        value = counts.bounds(self.box)[0]
        return self.asked(counts) and not ((self.loose or least <= value) and value <= most)

    def lost(self, counts: Counts) -> float:
        """Say how many are lost on the way to a loose box; 0 where nothing is known to be."""
        least = self.bounds(counts)[0]
        gone = least - counts.bounds(self.box)[0]
        return gone if self.loose and self.asked(counts) and gone > 0.0 else 0.0

    def in_words(self, counts: Counts) -> str:
        """Say what the box holds, and what it should."""
        told = [f"+ {counts.said(key)}" for key in self.plus if counts.bounds(key)[1]]
        told += [f"− {counts.said(key)}" for key in self.minus if counts.bounds(key)[1]]
        sums = " ".join(told).removeprefix("+ ") or "nothing"
        held, (least, most) = counts.bounds(self.box)[0], self.bounds(counts)
        reach = "" if least == most else "at most " if held > most else "at least "
        gives = f"{reach}{max(most if held > most else least, 0.0):.0f}"
        return f"prisma.csv: {self.box} is {held:.0f}, but {sums} gives {gives}"


SUMS = (
    Sum("database_results", ("database_specific_results",)),
    Sum("register_results", ("register_specific_results",)),
    Sum(
        "records_screened",
        ("database_results", "register_results"),
        ("duplicates", "excluded_automatic", "excluded_other"),
    ),
    Sum("dbr_sought_reports", ("records_screened",), ("records_excluded",)),
    Sum("dbr_assessed", ("dbr_sought_reports",), ("dbr_notretrieved_reports",)),
    Sum(
        "other_sought_reports",
        ("website_results", "organisation_results", "citations_results"),
        loose=True,
    ),
    Sum("other_assessed", ("other_sought_reports",), ("other_notretrieved_reports",)),
    Sum("new_reports", ("dbr_assessed", "other_assessed"), ("dbr_excluded", "other_excluded")),
    Sum("total_studies", ("previous_studies", "new_studies")),
    Sum("total_reports", ("previous_reports", "new_reports")),
)
_PAIRS = (
    ("previous_studies", "previous_reports"),
    ("new_studies", "new_reports"),
    ("total_studies", "total_reports"),
)
"""A study is included by at least one report."""

_REMEDY = (
    "Correct one of them, fill in the box that is missing, or write “not stated” into it where its "
    "number is unknown."
)


def flow_problems(flow: pd.DataFrame) -> Iterator[Problem]:
    """Find what keeps a PRISMA 2020 flow from being drawn: every fault at once.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`; no rows for no flow.

    Yields
    ------
    Problem
        For each key that the diagram does not have, each that stands there twice, each box that
        does not follow from those before it, and each study that would have no report. A box that
        is left out is empty; one that says "not stated" may hold any number.

    References
    ----------
    Page MJ et al. (2021). The PRISMA 2020 statement. BMJ 372:n71. doi:10.1136/bmj.n71
    """
    if flow.empty:
        return
    yield from _key_faults(flow)
    counts = Counts(flow[flow["data"].isin(list(TEXTS))])
    for each in SUMS:
        if each.fails(counts):
            yield Problem(each.in_words(counts), _REMEDY)
    for studies, reports in _PAIRS:
        known = counts.known(studies) and counts.known(reports)
        if known and counts.bounds(studies)[0] > counts.bounds(reports)[0]:
            what = f"prisma.csv: {counts.said(studies)} exceeds {counts.said(reports)}"
            remedy = "A study is included by one report or more: correct one of the two numbers."
            yield Problem(what, remedy)


def losses(flow: pd.DataFrame) -> tuple[str, ...]:
    """Say where records are lost on the way for which the diagram has no box.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`.
    """
    counts = Counts(flow)
    return tuple(
        f"{one.lost(counts):.0f} of the records found by other methods were not sought for "
        "retrieval; the diagram has no box for them."
        for one in SUMS
        if one.lost(counts)
    )


def _key_faults(flow: pd.DataFrame) -> Iterator[Problem]:
    keys = [str(key) for key in flow["data"]]
    for key, count in Counter(keys).items():
        if key not in TEXTS:
            remedy = f"The keys are {', '.join(TEXTS)}."
            yield Problem(f"prisma.csv: there is no box {key!r}", remedy)
        elif count > 1:
            yield from _repeated(key, flow[flow["data"] == key])


def _repeated(key: str, rows: pd.DataFrame) -> Iterator[Problem]:
    if (rows["part"] == "").any():
        values = ", ".join("–" if n != n else f"{n:.0f}" for n in rows["n"])  # noqa: PLR0124
        remedy = "Keep one row for each box; several numbers stand in one cell as a list."
        yield Problem(f"prisma.csv: {key} stands there twice ({values})", remedy)
