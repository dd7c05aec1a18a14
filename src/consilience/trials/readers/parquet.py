"""Apache Parquet: columns of numbers and texts, as other programs write them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.readers.limits import (
    LARGEST,
    check_cells,
    check_columns,
    check_size,
    contents,
)
from consilience.trials.readers.sheet import Sheet

if TYPE_CHECKING:
    import pyarrow as pa

_REMEDY = "Write it again, or save the table as CSV (UTF-8)."


def read_parquet(path: Path) -> Sheet:
    """Read a Parquet file whose columns are numbers, texts, truth values or dates.

    Returns
    -------
    Sheet
        Numbers stay numbers; everything else is text.

    Raises
    ------
    DataError
        For a damaged file, one that is too large, and columns of lists, records or bytes.
    """
    import pyarrow as pa

    try:
        table = _table(path)
        cells = pd.DataFrame({name: _column(table.column(name)) for name in table.column_names})
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise DataError(f"{path} is no readable Parquet file: {error}. {_REMEDY}") from error
    check_cells(cells, path)
    return Sheet(cells)


def _table(path: Path) -> "pa.Table":
    """Read columns once their kinds, names and sizes are known to be harmless."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = pa.BufferReader(contents(path))
    schema = pq.read_schema(content)
    names = [str(name).strip() for name in schema.names]
    check_columns(names, path)
    _check_types(schema)
    # Texts stay in their dictionaries until their length is known: a few bytes can mean gigabytes.
    file = pq.ParquetFile(content, read_dictionary=[str(name) for name in schema.names])
    check_size(file.metadata.num_rows, len(names), path=path)
    return file.read(use_threads=False).rename_columns(names)


def _check_types(schema: "pa.Schema") -> None:
    """Refuse columns whose cells are neither numbers, truths, texts nor dates."""
    from pyarrow import types

    known = (
        *(types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_null),
        *(types.is_string, types.is_large_string, types.is_date, types.is_timestamp),
    )
    remedy = "Leave the column out, or give one text or number per row."
    faults = [
        Problem(f"Cells of this kind ({field.type}) are not read", remedy, column=field.name)
        for field in schema
        if not any(fits(_plain_type(field.type)) for fits in known)
    ]
    if faults:
        raise DataError(faults)


def _column(column: "pa.ChunkedArray") -> pd.Series:
    """Give numbers as floats, all else as texts; missing ones empty."""
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = _unpacked(column)
    kind = column.type
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return column.cast("float64", safe=False).to_pandas()
    if types.is_boolean(kind):
        return column.to_pandas().map({True: "true", False: "false"}).astype("str").fillna("")
    return pd.Series(["" if one is None else str(one) for one in column.to_pylist()], dtype="str")


def _plain_type(kind: "pa.DataType") -> "pa.DataType":
    return getattr(kind, "value_type", kind) if _is_dictionary(kind) else kind


def _is_dictionary(kind: "pa.DataType") -> bool:
    from pyarrow import types

    return bool(types.is_dictionary(kind))


def _unpacked(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Unpack a dictionary, unless its texts would fill the memory."""
    from pyarrow import compute, types

    kind = column.type.value_type
    if types.is_string(kind) or types.is_large_string(kind):
        lengths = (
            compute.sum(compute.take(compute.binary_length(part.dictionary), part.indices)).as_py()
            for part in column.chunks
        )
        if sum(length or 0 for length in lengths) > LARGEST:
            raise ValueError(f"a column of texts unpacks to more than {LARGEST // 2**20} MB")
    return column.cast(kind)
