"""What a `review.toml` may declare of the tables beside the trials: the flow, the risk of bias."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlowFile:
    """The PRISMA 2020 flow: a file of the review's folder."""

    file: str


@dataclass(frozen=True, slots=True)
class OwnDomain:
    """A domain of a tool of one's own: its column in the file, and what it is called."""

    column: str
    title: str


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word of a tool of one's own.

    Parameters
    ----------
    word : str
    symbol : str
        Its sign, of one to three letters.
    level : str
        How grave it is: low, qualified, concerns, high, critical, no_information or not_applicable.
    colour : str
        Such as ``#9ECAE1``; empty for that of the level.
    """

    word: str
    symbol: str
    level: str = "no_information"
    colour: str = ""


@dataclass(frozen=True, slots=True)
class RiskOfBiasFile:
    """By which tool the risk of bias was judged, and where the judgements stand.

    Parameters
    ----------
    tool : str
        Its name, such as "RoB 2"; "custom" for one of one's own.
    file : str
        A file of the review's folder.
    palette : str
        "Cochrane" or "colour-blind".
    title, source : str
        What a tool of one's own is called, and where it was published.
    domains : tuple of OwnDomain
        Of a tool of one's own.
    judgements : tuple of OwnWord
        Of a tool of one's own, from the lowest risk to the highest.
    """

    tool: str
    file: str = "risk_of_bias.csv"
    palette: str = "Cochrane"
    title: str = ""
    source: str = ""
    domains: tuple[OwnDomain, ...] = ()
    judgements: tuple[OwnWord, ...] = ()


UNDECLARED_FLOW = FlowFile("")
"""The file prisma.csv, if there is one."""

UNJUDGED = RiskOfBiasFile("")
"""No tool: the file risk_of_bias.csv, if there is one, tells of the trials and judges nothing."""
