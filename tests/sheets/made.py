"""Files of tables made by code: as programs write them, as people spoil them, as somebody means harm."""

# ruff: noqa: E501 - markup stands on the line of what it shows.

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ODS = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
)
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TWO_ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>طلب</t></is></c></row><row r="2"><c r="A2" t="str"><v>خبز</v></c></row>'


def packed(parts: dict[str, str | bytes], how: int = ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", how) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return out.getvalue()


def xlsx(
    rows: str = TWO_ROWS,
    after: str = "",
    *,
    strings: str = "",
    styles: str = "",
    sheets: str = '<sheet name="ورقة" sheetId="1" r:id="rId1"/>',
    book: str = "",
    doctype: str = "",
    more: dict[str, str | bytes] | None = None,
    target: str = "worksheets/sheet1.xml",
) -> bytes:
    """A workbook around the inside of a `sheetData`."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{book}<sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId1" Target="{target}"/>'
        '<Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{doctype}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return packed({**parts, **(more or {})})


def ods(rows: str, tables: str = "", manifest: str = "", doctype: str = "") -> bytes:
    """A spreadsheet around the inside of a `table:table`."""
    content = (
        f"{doctype}<office:document-content{ODS}><office:body><office:spreadsheet>{tables}"
        f'<table:table table:name="ورقة">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest or "<manifest/>",
        }
    )


def cell(text: str, **attributes: str) -> str:
    """A cell of an ODS file; names of attributes with their hyphens as underscores."""
    said = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell{said} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def line(*cells: str, **attributes: str) -> str:
    said = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-row{said}>{''.join(cells)}</table:table-row>"


def text_rows(*rows: tuple[str, ...]) -> str:
    """Rows of texts of an XLSX file."""
    said = ("".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) for row in rows)
    return "".join(f"<row>{row}</row>" for row in said)


def bomb(size: int) -> bytes:
    """A workbook whose sheet unpacks to so many bytes of nothing."""
    return xlsx(more={"xl/sharedStrings.xml": b"<sst>" + b" " * size + b"</sst>"})


def lying(raw: bytes, size: int) -> bytes:
    """The same file, with another size unpacked in its table of contents for each part."""
    out, at = bytearray(raw), 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", out, at + 24, size)
        at += 4
    return bytes(out)


def locked(raw: bytes) -> bytes:
    """The same file, each part marked as encrypted."""
    out = bytearray(raw)
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = 0
        while (at := out.find(mark, at)) >= 0:
            out[at + place] |= 1
            at += 4
    return bytes(out)


def twice(raw: bytes, name: str) -> bytes:
    """The same file with one more part of a name that is there."""
    out = BytesIO(raw)
    other = name[:-1] + "~"
    with ZipFile(out, "a") as file:
        file.writestr(other, "<worksheet/>")
    return out.getvalue().replace(other.encode(), name.encode())


def entities() -> str:
    """Entities of entities."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{lines}]>'


def gzip_like(raw: bytes) -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\0" + zlib.compress(raw)
