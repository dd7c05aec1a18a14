"""Where the results come from: which files, which versions, which seed, when."""

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from consilience import __version__

_LIBRARIES = ("numpy", "scipy", "pandas", "xarray", "formulaic", "matplotlib", "jinja2")


PROVENANCE = "consilience.provenance/1"
"""Name and version of the shape of provenance.json."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was read and what computed with it.

    Parameters
    ----------
    data, models : mapping of str to str
        SHA-256 of each file by its name.
    versions : mapping of str to str
        Of Python, of this package and of the libraries that compute.
    seed : int
        Of every random draw.
    made : str
        When, as ISO 8601 in UTC.
    """

    data: Mapping[str, str]
    models: Mapping[str, str]
    versions: Mapping[str, str]
    seed: int
    made: str


def trace(folder: Path, models: Iterable[Path], *, seed: int) -> Provenance:
    """Write down where an analysis comes from.

    Parameters
    ----------
    folder : Path
        Of the review; its own files count, not those of folders inside.
    models : iterable of Path
        The model files.
    seed : int
    """
    data = sorted(path for path in folder.iterdir() if path.is_file())
    return Provenance(
        data={path.name: digest(path) for path in data},
        models={path.name: digest(path) for path in models},
        versions=_versions(),
        seed=seed,
        made=_now().isoformat(timespec="seconds"),
    )


def digest(path: Path) -> str:
    """Hash a file with SHA-256."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    """Give the versions of Python, this package, and each library that computes."""
    found = {"python": platform.python_version(), "consilience": __version__}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def _now() -> datetime:
    """Tell the time; SOURCE_DATE_EPOCH replaces it where a build must repeat itself."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
