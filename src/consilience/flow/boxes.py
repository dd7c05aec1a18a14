"""The boxes of the PRISMA 2020 flow diagram, and the keys of the R package PRISMA2020 in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import final


@final
class Part(Enum):
    """The parts of the diagram, side by side; the value stands above it."""

    PREVIOUS = "Previous studies"
    DATABASES = "Identification of studies via databases and registers"
    OTHER = "Identification of studies via other methods"
    INCLUDED = "Included"


@final
@dataclass(frozen=True, slots=True)
class Box:
    """A box of the diagram.

    Parameters
    ----------
    name : str
        As the R package calls it: box1 to box16.
    part : Part
    row : int
        In which row: 0 identified, 1 screened, 2 sought, 3 assessed, 4 new studies, 5 all studies.
    keys : tuple of str
        Of the numbers in it.
    side : bool
        Whether it tells what was taken off, beside the box that the rest stays in.
    heading : str
        What stands above its lines; empty for nothing.
    """

    name: str
    part: Part
    row: int
    keys: tuple[str, ...]
    side: bool = field(default=False, kw_only=True)
    heading: str = field(default="", kw_only=True)


_FOUND = "Records identified from:"
_DATABASES = ("database_results", "database_specific_results")
_REGISTERS = ("register_results", "register_specific_results")

BOXES = (
    Box("box1", Part.PREVIOUS, 0, ("previous_studies", "previous_reports")),
    Box("box2", Part.DATABASES, 0, (*_DATABASES, *_REGISTERS), heading=_FOUND),
    Box(
        "box3",
        Part.DATABASES,
        0,
        ("duplicates", "excluded_automatic", "excluded_other"),
        side=True,
        heading="Records removed before screening:",
    ),
    Box("box4", Part.DATABASES, 1, ("records_screened",)),
    Box("box5", Part.DATABASES, 1, ("records_excluded",), side=True),
    Box("box6", Part.DATABASES, 2, ("dbr_sought_reports",)),
    Box("box7", Part.DATABASES, 2, ("dbr_notretrieved_reports",), side=True),
    Box("box8", Part.DATABASES, 3, ("dbr_assessed",)),
    Box("box9", Part.DATABASES, 3, ("dbr_excluded",), side=True),
    Box(
        "box11",
        Part.OTHER,
        0,
        ("website_results", "organisation_results", "citations_results"),
        heading=_FOUND,
    ),
    Box("box12", Part.OTHER, 2, ("other_sought_reports",)),
    Box("box13", Part.OTHER, 2, ("other_notretrieved_reports",), side=True),
    Box("box14", Part.OTHER, 3, ("other_assessed",)),
    Box("box15", Part.OTHER, 3, ("other_excluded",), side=True),
    Box("box10", Part.INCLUDED, 4, ("new_studies", "new_reports")),
    Box("box16", Part.INCLUDED, 5, ("total_studies", "total_reports")),
)
"""Every box, in the order in which the diagram is read."""

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "previous_studies": "Studies included in previous version of review",
        "previous_reports": "Reports of studies included in previous version of review",
        "database_results": "Databases",
        "database_specific_results": "Specific Databases",
        "register_results": "Registers",
        "register_specific_results": "Specific Registers",
        "website_results": "Websites",
        "organisation_results": "Organisations",
        "citations_results": "Citation searching",
        "duplicates": "Duplicate records",
        "excluded_automatic": "Records marked as ineligible by automation tools",
        "excluded_other": "Records removed for other reasons",
        "records_screened": "Records screened",
        "records_excluded": "Records excluded",
        "dbr_sought_reports": "Reports sought for retrieval",
        "dbr_notretrieved_reports": "Reports not retrieved",
        "dbr_assessed": "Reports assessed for eligibility",
        "dbr_excluded": "Reports excluded",
        "other_sought_reports": "Reports sought for retrieval",
        "other_notretrieved_reports": "Reports not retrieved",
        "other_assessed": "Reports assessed for eligibility",
        "other_excluded": "Reports excluded",
        "new_studies": "New studies included in review",
        "new_reports": "Reports of new included studies",
        "total_studies": "Total studies included in review",
        "total_reports": "Reports of total included studies",
    }
)
"""What the R package's template writes into each box, by the key of the number.

Page MJ et al. (2021), The PRISMA 2020 statement, BMJ 372:n71, doi:10.1136/bmj.n71. Haddaway NR et
al. (2022), PRISMA2020, Campbell Systematic Reviews 18:e1230, doi:10.1002/cl2.1230.
"""

ONLY: Mapping[str, str] = MappingProxyType(
    {
        "new_studies": "Studies included in review",
        "new_reports": "Reports of included studies",
    }
)
"""What they say in a review that has no earlier version, as in the statement's own template."""

NOT_STATED = "not stated"
"""What a box says whose number is unknown."""

_PARTS: Mapping[str, Part] = MappingProxyType({key: box.part for box in BOXES for key in box.keys})


def part_of(key: str) -> Part:
    """Say in which part of the diagram a number stands."""
    return _PARTS[key]
