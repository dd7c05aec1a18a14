"""Files made by hand: workbooks, packages and reviews, whole or hostile."""

# Lines of data are kept whole.
# ruff: noqa: E501

import zipfile
from pathlib import Path

BOOK = {
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Sheet1" r:id="a"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="b" Target="http://example.org/x.xml" TargetMode="External"/></Relationships>',
}


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def workbook(path: Path, sheet: str, **more: str) -> Path:
    parts = {f"xl/{name}.xml": content for name, content in more.items()}
    body = f"<worksheet><sheetData>{sheet}</sheetData></worksheet>"
    return zipped(path, {**BOOK, **parts, "xl/worksheets/sheet1.xml": body})


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
