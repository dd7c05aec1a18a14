"""A folder of results that is there whole or not at all."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consilience.errors import ConsilienceError

MANIFEST = "provenance.json"


class TargetError(ConsilienceError):
    """The target of a report holds something that a report must not replace."""


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of the target when the block ends well.

    If the block raises, the target stays as it was and nothing is left behind.

    Parameters
    ----------
    target : Path
        Where the results belong: nothing yet, an empty folder, or an earlier report.

    Raises
    ------
    TargetError
        If the target is a file, or holds files that no report wrote.
    """
    place = target.resolve()
    _check(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    new, old = (place.with_name(f".{place.name}.{mark}.{kind}") for kind in ("new", "old"))
    new.mkdir()
    try:
        yield new
        _swap(new, place, old)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def files_of(folder: Path) -> list[str]:
    """List all files of a folder by their paths in it, sorted."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    )


def _swap(new: Path, place: Path, old: Path) -> None:
    """Put the new folder in the place of the old; what fails leaves the old one standing."""
    if not place.exists():
        new.rename(place)
        return
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        old.rename(place)
        raise


def _check(place: Path) -> None:
    """Refuse a place that holds anything but an earlier report, which alone may be replaced."""
    if not place.exists():
        return
    if not place.is_dir():
        raise TargetError(f"{place} is a file. Give a folder for the report.")
    foreign = [name for name in files_of(place) if name not in _written(place)]
    if foreign:
        raise TargetError(
            f"The folder {place} holds files that no report wrote ({', '.join(foreign[:3])}"
            f"{', …' if len(foreign) > 3 else ''}); a report replaces its whole folder. Give a new "
            "or an empty one, or move these files away."
        )


def _written(place: Path) -> set[str]:
    """Read from an earlier report which files it wrote."""
    try:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        return {MANIFEST, *manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
