"""The new trials that a plan asks about, set up."""

from collections.abc import Mapping

from consilience.new_trial import BASELINES, NewTrial, stated


def new_trial(given: Mapping[str, str | int | float]) -> NewTrial:
    """Set a new trial up; the baseline of its comparator may be written as ``"Beta(3, 17)"``.

    Parameters
    ----------
    given : mapping
        As it is declared: its name, its sizes, its moderators, what is known of its comparator.

    Raises
    ------
    DataError, ModelError
        For a size or a baseline that is impossible.
    """
    read = {
        name: stated(value) if name in BASELINES and isinstance(value, str) else value
        for name, value in given.items()
    }
    return NewTrial(**read)  # type: ignore[arg-type]
