"""Writing a file so that it is there whole or not at all."""

import os
import tempfile
from pathlib import Path

import pandas as pd


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes beside the target and move them there in one step.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written; what stood there stays.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        made.chmod(0o644)
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def cell_text(cell: object) -> str:
    """Write a cell so that it is read back the same: exact numbers, nothing for missing."""
    if cell is None or pd.isna(cell):  # type: ignore[call-overload]
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(float(cell))
    return str(cell)
