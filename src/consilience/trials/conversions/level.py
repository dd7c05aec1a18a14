"""Settings that are shares or levels."""

from numbers import Real

from consilience.errors import ModelError


def between_zero_and_one(value: float, name: str) -> None:
    """Refuse what does not lie strictly between 0 and 1.

    Raises
    ------
    ModelError
        Naming the setting and its value.
    """
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value < 1:
        raise ModelError(f"{name} must lie between 0 and 1, got {value!r}. Give 0.95 for 95 %.")
