"""What a command is: its options as fields, its work as one method."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import MISSING, Field, fields


class Command(ABC):
    """A command of the shell.

    A leaf is a frozen dataclass: its fields, annotated for typer, are the options and arguments,
    and the beginning of its docstring is the help. Options are parsed before anything heavy is
    imported; a command imports what it needs inside `run`.
    """

    __slots__ = ()

    @abstractmethod
    def run(self) -> None:
        """Do the work: results to stdout, progress to stderr.

        Raises
        ------
        ConsilienceError
            For whatever is wrong with data, model or computation; `main` turns it into a message
            and an exit code.
        """


def entry(kind: type[Command]) -> Callable[..., None]:
    """Make the function that typer calls: its parameters are the fields of the command."""

    def run(**given: object) -> None:
        kind(**given).run()

    parameters = [_parameter(field) for field in fields(kind)]  # type: ignore[arg-type]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__doc__ = (inspect.getdoc(kind) or "").partition("\n\nParameters")[0]
    return run


def _parameter(field: "Field[object]") -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is MISSING else field.default
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(field.name, keyword, default=default, annotation=field.type)
