"""What a tool is by which the risk of bias is judged."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from consilience.risk_of_bias.judgements import NOT_STATED, Judgement, Level
from consilience.trials.readers.judgements import WORDS

OVERALL = "Overall"
"""Column of the overall judgement."""

_OF_BIAS = re.compile(r"\brisk( of bias)?\b")
_MARKS = str.maketrans("(),.", "    ")
_UNSAID = frozenset({"", "not stated", "not judged", "nr", "xxx"})


@final
@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of bias, and the judgements that a tool knows in it.

    Parameters
    ----------
    key : str
        Its column in a table of judgements, such as "D1b".
    title : str
        As the tool prints it.
    judgements : tuple of Judgement
        From the lowest risk to the highest.
    """

    key: str
    title: str
    judgements: tuple[Judgement, ...]

    def read(self, text: str) -> tuple[Judgement, ...]:
        """Read a judgement as written: in the tool's word, or by its first letter.

        Parameters
        ----------
        text : str
            Upper and lower case are the same, and "risk" or "risk of bias" may follow. Nothing at
            all, and "not stated", is `NOT_STATED`. Where the tool's lowest judgement is a low one
            with a reservation, "low" means that one.

        Returns
        -------
        tuple of Judgement
            One, or none where the tool has no such word in this domain.
        """
        written = _plain(text)
        if written in _UNSAID:
            return (NOT_STATED,)
        wanted = {written, _plain(WORDS.get(text.strip().lower(), written))}
        exact = tuple(one for one in self.judgements if _plain(one.word) in wanted)
        if exact:
            return exact[:1]
        start = "low except" if wanted == {"low"} else written if len(written) == 1 else "\0"
        begun = tuple(one for one in self.judgements if _plain(one.word).startswith(start))
        return begun if len(begun) == 1 else ()

    @property
    def words(self) -> str:
        """The words of this domain, for a message."""
        return ", ".join(one.word for one in self.judgements)


@dataclass(frozen=True, slots=True)
class Tool(ABC):
    """A tool by which the risk of bias of studies is judged, domain by domain.

    Attributes
    ----------
    name : str
        By which it is asked for.
    """

    name: ClassVar[str]

    @property
    @abstractmethod
    def title(self) -> str:
        """Its name and version, in full."""

    @property
    @abstractmethod
    def source(self) -> str:
        """Where it was published."""

    @property
    @abstractmethod
    def domains(self) -> tuple[Domain, ...]:
        """Its domains in their order."""

    @property
    @abstractmethod
    def overall(self) -> Domain:
        """The judgement over all domains; its words are those that the tool knows."""

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """All that may be said in any domain, from the lowest risk to the highest."""
        said = [one for domain in (*self.domains, self.overall) for one in domain.judgements]
        return tuple(sorted(dict.fromkeys(said), key=lambda one: list(Level).index(one.level)))


def numbered(titles: Sequence[str], judgements: Sequence[Judgement]) -> tuple[Domain, ...]:
    """Make domains D1, D2, … that share their words."""
    return tuple(Domain(f"D{n}", title, tuple(judgements)) for n, title in enumerate(titles, 1))


def _plain(text: str) -> str:
    """Leave out of a judgement what does not tell it from others."""
    bare = _OF_BIAS.sub(" ", text.lower().replace("_", " "))
    return " ".join(bare.translate(_MARKS).split())
