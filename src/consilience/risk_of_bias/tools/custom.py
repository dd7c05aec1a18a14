"""A tool of one's own: domains and words as the review declares them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.errors import ModelError
from consilience.risk_of_bias.judgements import NOT_STATED, Judgement, Level
from consilience.risk_of_bias.tools.base import OVERALL, Domain, Tool

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_LONGEST, _MOST = 3, 12


@final
@dataclass(frozen=True, slots=True)
class Custom(Tool):
    """A tool of one's own, or what sources state without anybody's judgement.

    Parameters
    ----------
    columns : sequence of tuple of str
        For each domain its column in the table and its title.
    words : sequence of Judgement
        What may be said, from the lowest risk to the highest, each with its sign.
    called : str
        What the tool is called.
    published : str
        Where it was published; empty where it was not.
    summary : str
        What the column `Overall` is called.

    Raises
    ------
    ModelError
        Without domains or words, for more than twelve domains, for two of one name, for two words
        of one sign, for a sign of more than three letters, and for a colour that is not written as
        ``#rrggbb``. "Not stated" and its sign ∅ are known to every tool and are not declared.
    """

    name: ClassVar[str] = "custom"

    columns: tuple[tuple[str, str], ...] = ()
    words: tuple[Judgement, ...] = ()
    called: str = "The review's own criteria"
    published: str = ""
    summary: str = "Overall"

    def __post_init__(self) -> None:
        """Refuse what could not be told apart."""
        object.__setattr__(self, "columns", tuple((str(a), str(b)) for a, b in self.columns))
        object.__setattr__(self, "words", tuple(self.words))
        _refuse_doubles("domain", [column.casefold() for column, _ in self.columns])
        _refuse_doubles("word", [NOT_STATED.word.casefold(), *_words(self.words)])
        _refuse_doubles("sign", [NOT_STATED.symbol, *map(_sign, self.words)])
        if len(self.columns) > _MOST:
            raise ModelError(
                f"A risk of bias tool of one's own has {len(self.columns)} domains. Declare at "
                f"most {_MOST}, so that a reader can tell them apart."
            )
        for one in self.words:
            if len(one.symbol) > _LONGEST or (one.colour and not _COLOUR.fullmatch(one.colour)):
                raise ModelError(
                    f"The word {one.word!r} of a risk of bias tool has the sign {one.symbol!r} and "
                    f"the colour {one.colour!r}. Give a sign of one to three letters and a colour "
                    "such as #02C100, or none."
                )

    @property
    @override
    def title(self) -> str:
        return self.called

    @property
    @override
    def source(self) -> str:
        return self.published

    @property
    @override
    def domains(self) -> tuple[Domain, ...]:
        return tuple(Domain(column, title, self.words) for column, title in self.columns)

    @property
    @override
    def overall(self) -> Domain:
        return Domain(OVERALL, self.summary, self.words)


def _sign(one: Judgement) -> str:
    """Give the sign of a word; that of what does not apply may be empty."""
    return one.symbol or "none" * (one.level is Level.NOT_APPLICABLE)


def _words(words: Sequence[Judgement]) -> list[str]:
    if not words:
        raise ModelError("A risk of bias tool of one's own needs at least one word. Give it.")
    return [one.word.casefold() for one in words]


def _refuse_doubles(what: str, names: Sequence[str]) -> None:
    if not names:
        raise ModelError(f"A risk of bias tool of one's own needs at least one {what}. Give it.")
    double = sorted({name for name in names if names.count(name) > 1 or not name.strip()})
    if double:
        raise ModelError(
            f"A risk of bias tool of one's own has a {what} twice, or without a name: "
            f"{', '.join(map(repr, double))}. Each {what} must differ from the others."
        )
