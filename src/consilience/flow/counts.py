"""What is known of each number of a PRISMA 2020 flow."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import pandas as pd

from consilience.flow.boxes import NOT_STATED, TEXTS, Part, part_of

type Bounds = tuple[float, float]
"""The least and the most that a number can be."""

_UNKNOWN: Bounds = (0.0, float("inf"))
_NOTHING: Bounds = (0.0, 0.0)
_PASSED = frozenset(
    (
        *("records_screened", "dbr_sought_reports", "dbr_assessed"),
        *("other_sought_reports", "other_assessed", "new_studies", "new_reports"),
    )
)
"""Every record goes through these: where they are left out, they are unknown and not empty."""
_SUMMED = {"database_results": "database_specific_results"} | {
    "register_results": "register_specific_results"
}


@final
@dataclass(frozen=True, eq=False)
class Counts:
    """The numbers of a flow by their keys.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`.
    """

    flow: pd.DataFrame

    @cached_property
    def stated(self) -> dict[str, Bounds]:
        """What each key says that says anything; lists are added up."""
        found: dict[str, Bounds] = {}
        rows = self.flow if len(self.flow) else pd.DataFrame(columns=["data", "part", "n"])
        for key, part, n in zip(rows["data"], rows["part"], rows["n"], strict=True):
            known = bool(n == n)  # noqa: PLR0124
            if known or part:
                low, high = found.get(str(key), _NOTHING)
                more = (float(n), float(n)) if known else _UNKNOWN
                found[str(key)] = (low + more[0], high + more[1])
        return found

    @cached_property
    def parts(self) -> frozenset[Part]:
        """The parts of the diagram of which anything is stated."""
        return frozenset(part_of(key) for key in self.stated if key in TEXTS)

    def shows(self, part: Part) -> bool:
        """Tell whether a part of the diagram is drawn: not where all its numbers are 0."""
        inside = (each[1] for key, each in self.stated.items() if part_of(key) is part)
        return any(most > 0.0 for most in inside)

    def known(self, key: str) -> bool:
        """Tell whether a number is stated, and as a number."""
        low, high = self.stated.get(key, _UNKNOWN)
        return low == high

    def tells(self, key: str) -> bool:
        """Tell whether anything is stated of a number, itself or the list of what it sums up."""
        return key in self.stated or _SUMMED.get(key, "") in self.stated

    def bounds(self, key: str) -> Bounds:
        """Give the least and the most that a number can be.

        A box that is left out is empty, as the diagram draws it. Unknown is one that says "not
        stated", and one that every record goes through.
        """
        if self.tells(key):
            return self.stated.get(key, self.stated.get(_SUMMED.get(key, ""), _UNKNOWN))
        inside = part_of(key) in (*self.parts, Part.INCLUDED)
        return _UNKNOWN if key in _PASSED and inside else _NOTHING

    def said(self, key: str) -> str:
        """Write what is known of a number: "records_screened 80"."""
        low, high = self.bounds(key)
        return f"{key} {low:.0f}" if low == high else f"{key} ({NOT_STATED})"
