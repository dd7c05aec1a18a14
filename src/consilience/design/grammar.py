"""The grammar of formulas: what may stand in one, and where it goes wrong.

::

    sum     = ["-"] term {("+" | "-") term}
    term    = "0" | "1" | product
    product = cross {"*" cross}
    cross   = atom {":" atom}
    atom    = column | "C(" column ")" | function | "(" sum ")"
    function = name "(" inner {"," [keyword "="] whole number} ")"
    inner   = part {("+" | "-" | "*") part}
    part    = ["-"] (number | column | function | "(" inner ")")

Every column is renamed on the way (``x0``, ``f1``, …), so no text of the user's is evaluated.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from consilience.errors import ModelError

ALLOWED = (
    "Allowed are the table's columns (in `backticks` where a name is not one word), "
    "+ : * - 0 1 ( ), and C(x) log(x) sqrt(x) exp(x) center(x) scale(x) "
    "poly(x, 2) bs(x, df=4) cr(x, df=3)"
)
MAX_CHARACTERS = 1000
MAX_TERMS = 500
_MAX_PARAMETER = 50
_PLAIN = ("log", "sqrt", "exp", "center", "scale")
_PARAMETERS = {"poly": ("degree",), "bs": ("df", "degree"), "cr": ("df",)}
# Without the centring constraint a natural spline spans the constant that the model's mu holds.
_FIXED = {"cr": ", constraints='center'"}
_TOKEN = re.compile(r"\s*(`[^`]+`|\d+(?:\.\d+)?|[^\W\d]\w*|[-+:*(),=])")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A formula that passed the grammar.

    Parameters
    ----------
    text : str
        The formula with every column renamed: ``x0 + f1 * log(x2)``.
    numbers, factors : dict of str to str
        New name to column, for columns used as numbers and as factors.
    """

    text: str
    numbers: Mapping[str, str]
    factors: Mapping[str, str]


def parse(formula: str, columns: Mapping[str, bool]) -> Parsed:
    """Read a formula against the grammar.

    Parameters
    ----------
    formula : str
        Such as ``"comparator_type + log(year)"``; at most 1,000 characters.
    columns : mapping of str to bool
        The columns there are, and whether each is a factor (text) or a number.

    Raises
    ------
    ModelError
        For what is no text, and at the first piece that the grammar does not allow, naming it.
    """
    if not isinstance(formula, str):
        message = (
            f"Moderators are a formula in one text, such as 'year + dose', not {formula!r}. "
            f"{ALLOWED}."
        )
        raise ModelError(message)
    if len(formula) > MAX_CHARACTERS:
        message = f"The formula has {len(formula)} characters; at most {MAX_CHARACTERS} are read."
        raise ModelError(message)
    return _Reader(formula, columns).whole()


class _Reader:
    """A cursor over the tokens of one formula; each method reads one rule of the grammar."""

    def __init__(self, formula: str, columns: Mapping[str, bool]) -> None:
        self.formula, self.columns = formula, columns
        self.numbers: dict[str, str] = {}
        self.factors: dict[str, str] = {}
        self.tokens = self._tokens()
        self.at = 0

    def whole(self) -> Parsed:
        text, _ = self._sum()
        if self._next():
            self._refuse("something is left over")
        return Parsed(text, self.numbers, self.factors)

    def _sum(self) -> tuple[str, int]:
        sign = "-" if self._take("-") else ""
        text, count = self._chain(self._term, ("+", "-"), lambda a, b: a + b)
        return sign + text, count

    def _term(self) -> tuple[str, int]:
        return (self._advance(), 1) if self._next() in ("0", "1") else self._product()

    def _product(self) -> tuple[str, int]:
        return self._chain(self._cross, ("*",), lambda a, b: a * b + a + b)

    def _cross(self) -> tuple[str, int]:
        return self._chain(self._atom, (":",), lambda a, b: a * b)

    def _chain(
        self,
        rule: Callable[[], tuple[str, int]],
        signs: tuple[str, ...],
        grow: Callable[[int, int], int],
    ) -> tuple[str, int]:
        """Read parts joined by these signs, left to right, and count the columns they grow to."""
        text, count = rule()
        while self._next() in signs:
            sign = self._advance()
            right, more = rule()
            text, count = f"{text} {sign} {right}", grow(count, more)
            if count > MAX_TERMS:
                self._refuse(f"the formula multiplies out to more than {MAX_TERMS} terms")
        return text, count

    def _atom(self) -> tuple[str, int]:
        """Read brackets, a factor, a function or a column, and count its columns as one."""
        if self._take("("):
            text, count = self._sum()
            self._expect(")")
            return f"({text})", count
        if self._calls("C"):
            return self._level_column(), 1
        if self._calls(*_PLAIN, *_PARAMETERS):
            return self._function(), 1
        return self._column(), 1

    def _level_column(self) -> str:
        self.at += 2
        alias = self._named(self._column_name(), self.factors, "f")
        self._expect(")")
        return alias

    def _function(self) -> str:
        """Read a function of one column and its whole-number settings."""
        name = self._advance()
        self._expect("(")
        inside = self._inner()
        parameters = self._parameters(name) if name in _PARAMETERS else ""
        self._expect(")")
        return f"{name}({inside}{parameters}{_FIXED.get(name, '')})"

    def _parameters(self, name: str) -> str:
        """Read settings by place or by name."""
        text = ""
        for default in _PARAMETERS[name]:
            if not self._take(","):
                break
            text += f", {self._keyword(name, default)}={self._whole_number()}"
        return text

    def _keyword(self, name: str, default: str) -> str:
        """Give the setting's name: the written one, or the one whose turn it is."""
        if self._next()[:1].isdigit():
            return default
        if self._next() not in _PARAMETERS[name]:
            self._refuse(f"{name}() takes {' and '.join(_PARAMETERS[name])}")
        keyword = self._advance()
        self._expect("=")
        return keyword

    def _whole_number(self) -> str:
        if not self._next().isdecimal() or not 1 <= int(self._next()) <= _MAX_PARAMETER:
            self._refuse(f"here a whole number from 1 to {_MAX_PARAMETER} is wanted")
        return self._advance()

    def _inner(self) -> str:
        text = self._part()
        while self._next() in ("+", "-", "*"):
            sign = self._advance()
            text = f"{text} {sign} {self._part()}"
        return text

    def _part(self) -> str:
        """Read a part of arithmetic inside a function."""
        if self._take("-"):
            return f"-{self._part()}"
        if self._take("("):
            text = self._inner()
            self._expect(")")
            return f"({text})"
        if self._next()[:1].isdecimal():
            return self._advance()
        if self._calls(*_PLAIN):
            return self._function()
        return self._number_column()

    def _number_column(self) -> str:
        if self.columns.get(self._next().strip("`"), False):
            self._refuse("a function takes numbers, and this column holds text")
        return self._column()

    def _column(self) -> str:
        name = self._column_name()
        return self._named(
            name, *((self.factors, "f") if self.columns[name] else (self.numbers, "x"))
        )

    def _column_name(self) -> str:
        """Read a name, in backticks or not, which must be a column."""
        name = self._next().strip("`")
        if not name:
            self._refuse("a column is wanted")
        if name not in self.columns:
            self._refuse(f"no such column; the table has {', '.join(map(str, self.columns))}")
        self.at += 1
        return name

    def _named(self, column: str, known: dict[str, str], letter: str) -> str:
        alias = next((a for a, name in known.items() if name == column), None)
        alias = alias or f"{letter}{len(known)}"
        known[alias] = column
        return alias

    def _calls(self, *names: str) -> bool:
        return self._next() in names and self.tokens[self.at + 1][1] == "("

    def _take(self, token: str) -> bool:
        found = self._next() == token
        self.at += found
        return found

    def _expect(self, token: str) -> None:
        if not self._take(token):
            self._refuse(f"here {token!r} is wanted")

    def _next(self) -> str:
        return self.tokens[self.at][1]

    def _advance(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _tokens(self) -> list[tuple[int, str]]:
        """Cut the formula into tokens with their positions; refuse what is none."""
        tokens, position = [], 0
        while found := _TOKEN.match(self.formula, position):
            tokens.append((found.start(1), found[1]))
            position = found.end()
        self.tokens, self.at = [*tokens, (position, "")], len(tokens)
        if self.formula[position:].strip():
            self._refuse("this is no part of the grammar")
        return self.tokens

    def _refuse(self, reason: str) -> NoReturn:
        start = self.tokens[self.at][0]
        piece = self.formula[start:].strip()[:40]
        place = f"at {piece!r}" if piece else "at its end"
        message = f"The formula {self.formula!r} cannot be read {place}: {reason}. {ALLOWED}."
        raise ModelError(message)


def mentions(formula: str, column: str) -> bool:
    """Say whether a formula names a column, without judging the formula."""
    return any(token.strip("`") == column for token in _TOKEN.findall(formula[:MAX_CHARACTERS]))
