"""One test over thousands of small cases: all are run, and the message names each that fails.

A test of its own costs some milliseconds of bookkeeping in every worker, which is more than many a
case takes; so the cases that only look up or compare a number share one.
"""

import inspect
import traceback
from collections.abc import Callable, Iterable
from functools import wraps

import pytest

type Test = Callable[..., None]


def across(
    names: str | tuple[str, ...], cases: Iterable, *, ids: Callable[[object], object] = str
) -> Callable[[Test], Test]:
    """Run the test for every case, as `pytest.mark.parametrize` would, within one test."""
    wanted = [names] if isinstance(names, str) else list(names)
    rows = [(case, case if len(wanted) > 1 else (case,)) for case in cases]
    if not rows:
        raise ValueError(f"No case of {names}: a test that cannot fail.")

    def decorate(test: Test) -> Test:
        given = inspect.signature(test)

        @wraps(test)
        def run(**fixtures: object) -> None:
            missed = []
            for case, values in rows:
                fault = fault_of(test, fixtures | dict(zip(wanted, values, strict=True)))
                missed += [f"{', '.join(wanted)} = {ids(case)}: {fault}"] if fault else []
            assert not missed, f"{len(missed)} of {len(rows)}:\n" + "\n".join(missed)

        kept = [given.parameters[name] for name in given.parameters if name not in wanted]
        run.__signature__ = given.replace(parameters=kept)
        return run

    return decorate


def fault_of(test: Test, values: dict[str, object]) -> str:
    """Say what went wrong and on which line; nothing if nothing did. No case may skip itself."""
    try:
        test(**values)
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {place.filename}:{place.lineno}: {error}"
    return ""
