"""Opening a zip archive that may be hostile: few members, bounded sizes, nothing outside it."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from consilience.errors import DataError
from consilience.trials.readers.limits import LARGEST

MEMBERS = 2_000
TOTAL = 256 * 2**20
"""Bytes of all members together once unpacked."""

RATIO = 200
"""How many times larger a member may be than its packed form (text packs 5 to 30 times)."""

SMALL = 2**20
"""Bytes below which a member may pack better than that."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_REMEDY = "Save it again with the program that made it, or save the table as CSV (UTF-8)."


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """A zip file whose table of contents has been checked; members are read one by one.

    Parameters
    ----------
    path : Path
    sizes : mapping of str to int
        From a member's name to its unpacked size in bytes, as declared.
    """

    path: Path
    sizes: dict[str, int]

    def __contains__(self, name: object) -> bool:
        """Say whether there is a member of this name."""
        return name in self.sizes

    def read(self, name: str) -> bytes:
        """Unpack one member, never more than it declared.

        Raises
        ------
        DataError
            If it is absent, damaged, or larger than it says.
        """
        if name not in self:
            raise DataError(f"{self.path} has no part {name!r}. {_REMEDY}")
        limit = self.sizes[name]
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(name) as member:
                content = member.read(limit + 1)
        except (*_FAULTS, RuntimeError) as error:
            raise DataError(f"{self.path}, part {name!r}: {error}. {_REMEDY}") from error
        if len(content) > limit:
            raise DataError(f"{self.path}, part {name!r} is larger than it says. {_REMEDY}")
        return content


_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


def open_archive(path: Path) -> Archive:
    """Check a zip file's table of contents.

    Raises
    ------
    DataError
        For what is no zip file, is encrypted, has too many or too large members, members that pack
        suspiciously well, or names that point outside it.
    """
    if path.stat().st_size > LARGEST:
        raise DataError(f"{path} is larger than {LARGEST // 2**20} MB. Give the tables alone.")
    _check_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except _FAULTS as error:
        raise DataError(f"{path} is no readable zip file: {error}. {_REMEDY}") from error
    if len(members) > MEMBERS:
        raise DataError(f"{path} has {len(members)} parts, {MEMBERS} are read at most. {_REMEDY}")
    if sum(one.file_size for one in members) > TOTAL:
        raise DataError(f"{path} unpacks to more than {TOTAL // 2**20} MB. {_REMEDY}")
    for one in members:
        _check_member(one, path)
    return Archive(path, {one.filename: one.file_size for one in members if not one.is_dir()})


def _check_kind(path: Path) -> None:
    """Refuse the old container of Excel, which encrypted files use as well."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise DataError(
            f"{path} is an old Excel file (.xls) or has a password. "
            "Save it as .xlsx without a password, or as CSV (UTF-8)."
        )


def _check_member(member: zipfile.ZipInfo, path: Path) -> None:
    """Refuse a part that is encrypted, points outside, or unpacks to far more than its size."""
    name = member.filename
    if member.flag_bits & 0x1:
        raise DataError(f"{path}, part {name!r} is encrypted. Save it without a password.")
    if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts:
        raise DataError(f"{path} has a part whose name points outside it ({name!r}). {_REMEDY}")
    if member.compress_type not in _METHODS:
        raise DataError(f"{path}, part {name!r} is packed in an unusual way. {_REMEDY}")
    if member.file_size > max(SMALL, RATIO * member.compress_size):
        raise DataError(
            f"{path}, part {name!r} unpacks to more than {RATIO} times its size. {_REMEDY}"
        )
