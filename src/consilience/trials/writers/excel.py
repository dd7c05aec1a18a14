"""An Excel workbook with one sheet: numbers as numbers, texts as texts."""

import io
import re
import zipfile
from collections.abc import Iterator
from numbers import Real
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

from consilience.errors import DataError
from consilience.trials.writers.whole import cell_text, write_whole

_WRONG = re.compile(
    r"[\x00-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)"
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        '<sheets><sheet name="trials" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_excel(table: pd.DataFrame, path: Path) -> None:
    """Write a table as an Excel workbook (.xlsx) with the sheet `trials`.

    Texts stay texts, whatever they look like: ``=1+1``, ``3-4``, ``0012``. The same table gives the
    same bytes.

    Raises
    ------
    DataError
        For more rows or columns than a sheet has.
    OSError
        If the file cannot be written.
    """
    if len(table) >= 2**20 or len(table.columns) > 2**14:
        raise DataError(f"{path}: a sheet has 1048576 rows and 16384 columns. Write CSV instead.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": _sheet(table)}.items():
            archive.writestr(_entry(name), _HEAD + content)
    write_whole(path, out.getvalue())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet(table: pd.DataFrame) -> str:
    rows = [map(str, table.columns), *table.itertuples(index=False, name=None)]
    body = "".join(f"<row>{''.join(_cells(row))}</row>" for row in rows)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cells(row: object) -> Iterator[str]:
    """Write a row's cells as XML; what XML cannot hold is escaped as Excel does."""
    for cell in row:  # type: ignore[attr-defined]
        text = cell_text(cell)
        if not text:
            yield "<c/>"
        elif isinstance(cell, Real) and not isinstance(cell, bool):
            yield f"<c><v>{text}</v></c>"
        else:
            kept = escape(_WRONG.sub(lambda bad: f"_x{ord(bad[0]):04X}_", text))
            yield f'<c t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'
