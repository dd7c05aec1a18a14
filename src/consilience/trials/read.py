"""Reading a file of trials."""

from pathlib import Path

from consilience.errors import DataError
from consilience.trials.frames import from_frame
from consilience.trials.readers import REGISTRY
from consilience.trials.readers.sheet import Sheet
from consilience.trials.table import Trials


def read_trials(path: str | Path) -> Trials:
    """Read a trial table from a file, check every cell, and write down every change.

    Columns are known by their names: ``study`` and other labels stay text, ``n1, mean1, sd1, n2,
    mean2, sd2, yi, vi, sei`` and the like must be numbers, any other column is numeric if all its
    cells are. metafor's names (``m1i``, ``sd1i``, …) are read as aliases.

    Parameters
    ----------
    path : str or Path
        One row per estimate: separated values (commas, semicolons or tabs), Excel, Parquet, RevMan
        5 (.rm5, or its CSV), a Cochrane data package (zip), or a table in Metapsy's or metafor's
        columns.

    Returns
    -------
    Trials

    Raises
    ------
    DataError
        For a file that cannot be read, and with all unreadable cells of the table at once.
    """
    if not isinstance(path, str | Path):
        raise DataError(
            f"read_trials() takes the path of a file, not {type(path).__name__}; a DataFrame goes "
            "straight into effect_sizes(frame, measure)."
        )
    sheet = read_sheet(path)
    trials = from_frame(sheet.cells)
    return Trials(trials.frame, (*sheet.log, *trials.log))


def read_sheet(path: str | Path) -> Sheet:
    """Read the raw cells of a file, and the pooled results that a RevMan file holds beside them.

    Raises
    ------
    DataError
        For a file that is not there, of no known kind, or cannot be read.
    """
    place = Path(path)
    if not place.is_file():
        found = "is a folder" if place.is_dir() else "does not exist"
        raise DataError(f"The trial table {place} {found}. Give the path of a CSV file.")
    ending = place.suffix.lower()
    if ending not in REGISTRY:
        raise DataError(
            f"No reader for {place.name!r}. Known endings: {', '.join(REGISTRY)}. "
            "Save the table as CSV (UTF-8)."
        )
    return REGISTRY[ending](place)
