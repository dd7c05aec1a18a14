"""Judgements of the risk of bias: their words, the signs beside them, and how grave they are."""

from dataclasses import dataclass
from enum import Enum
from typing import final


@final
class Level(Enum):
    """How grave a judgement is; a palette has one colour for each."""

    LOW = "low"
    QUALIFIED = "qualified"
    CONCERNS = "concerns"
    HIGH = "high"
    CRITICAL = "critical"
    NO_INFORMATION = "no_information"
    NOT_APPLICABLE = "not_applicable"
    NOT_STATED = "not_stated"


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement as a tool words it.

    Parameters
    ----------
    word : str
        As the tool prints it, such as "Some concerns".
    symbol : str
        One to three letters that stand in its circle, so that colour never speaks alone; the circle
        of a judgement that does not apply is empty.
    level : Level
    colour : str
        In place of the palette's, as ``#rrggbb``; empty for the palette's.

    References
    ----------
    Symbols: McGuinness LA, Higgins JPT (2021), Risk-of-bias VISualization (robvis), Research
    Synthesis Methods 12:55–61, doi:10.1002/jrsm.1411.
    """

    word: str
    symbol: str
    level: Level
    colour: str = ""


LOW = Judgement("Low", "+", Level.LOW)
SOME_CONCERNS = Judgement("Some concerns", "\N{MINUS SIGN}", Level.CONCERNS)
UNCLEAR = Judgement("Unclear", "\N{MINUS SIGN}", Level.CONCERNS)
MODERATE = Judgement("Moderate", "\N{MINUS SIGN}", Level.CONCERNS)
HIGH = Judgement("High", "\N{MULTIPLICATION SIGN}", Level.HIGH)
SERIOUS = Judgement("Serious", "\N{MULTIPLICATION SIGN}", Level.HIGH)
VERY_HIGH = Judgement("Very high", "!", Level.CRITICAL)
CRITICAL = Judgement("Critical", "!", Level.CRITICAL)
NO_INFORMATION = Judgement("No information", "?", Level.NO_INFORMATION)
NOT_APPLICABLE = Judgement("Not applicable", "", Level.NOT_APPLICABLE)

# robvis has no sign for the two below.
LOW_EXCEPT_CONFOUNDING = Judgement(
    "Low (except for concerns about uncontrolled confounding)", "+c", Level.QUALIFIED
)
NOT_STATED = Judgement("Not stated", "\N{EMPTY SET}", Level.NOT_STATED)
