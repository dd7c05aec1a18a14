"""What was made of a set of trials once: kept as long as the trials are."""

from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary

_KEPT: WeakKeyDictionary[object, dict[Hashable, Any]] = WeakKeyDictionary()


def once[T](owner: object, key: Hashable, make: Callable[[], T]) -> T:
    """Make something of an owner that never changes, or give what was made of it before.

    A formula's columns cost more than an exact fit, which asks for them several times.

    Parameters
    ----------
    owner : object
        What it is made of; when nobody holds it any more, all that was made of it goes too.
    key : hashable
        What is made, with all settings that it depends on.
    make : callable
        Makes it; what is made must not be changed by anyone.
    """
    made = _KEPT.setdefault(owner, {})
    if key not in made:
        made[key] = make()
    found: T = made[key]
    return found
