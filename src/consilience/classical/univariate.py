"""What takes the answer of `pool` alone."""

from consilience.classical.independent import refuse_shared
from consilience.classical.pooled import Pooled
from consilience.errors import ModelError


def refuse_others(result: object, what: str) -> None:
    """Say nothing if a result is one of `pool`.

    Parameters
    ----------
    result : object
    what : str
        What was asked for, as the subject of a sentence.

    Raises
    ------
    ModelError
        For the results of other verbs.
    """
    if not isinstance(result, Pooled):
        raise ModelError(
            f"{what} takes what cs.pool answers, not a {type(result).__name__}: see the methods "
            "that this result has of its own."
        )


def refuse_dependent(result: Pooled, what: str) -> None:
    """Say nothing if a result is one of `pool` and its estimates are independent.

    Parameters
    ----------
    result : Pooled
    what : str
        What was asked for, as the subject of a sentence.

    Raises
    ------
    ModelError
        For the results of other verbs.
    RefusalError
        If estimates share participants.
    """
    refuse_others(result, what)
    refuse_shared(result.effects, what)
