"""A table to take away: CSV, XLSX, ODS.

Every cell is text, whatever it begins with: in XLSX and ODS by its type, in CSV by an apostrophe before what a
spreadsheet program would take for a formula. Sheets run from right to left where the words do. No author, no program,
no time is written into a file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

Rows = Sequence[Sequence[str]]
"""Headers first."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OFFICE = "http://schemas.openxmlformats.org"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def csv_file(rows: Rows) -> bytes:
    """UTF-8 with a mark, without which some programs take it for something else."""
    out = StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [[harmless(cell) for cell in row] for row in rows]
    )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def harmless(cell: str) -> str:
    """A cell that no program takes for a formula."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def _text(cell: str) -> str:
    return escape(_NOT_XML.sub("", cell), {'"': "&quot;"})


def xlsx_file(rows: Rows, name: str, right_to_left: bool) -> bytes:
    """One sheet, headers fast at the top. `name` is the sheet's."""
    view = f'<sheetView workbookViewId="0"{" rightToLeft=" + chr(34) + "1" + chr(34) if right_to_left else ""}>'
    lines = "".join(_xlsx_row(number, row) for number, row in enumerate(rows, 1))
    main = f"{_OFFICE}/spreadsheetml/2006/main"
    sheet = (
        f'{_HEAD}<worksheet xmlns="{main}"><sheetViews>{view}<pane ySplit="1" topLeftCell="A2"'
        f' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1"'
        f' max="{len(rows[0])}" width="24" customWidth="1"/></cols><sheetData>{lines}</sheetData></worksheet>'
    )
    links = f"{_OFFICE}/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
        f' ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/><Override'
        f' PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": _links({"officeDocument": "xl/workbook.xml"}),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet sheetId="1"'
        f' name="{_text(name[:31])}" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links({"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}),
        "xl/styles.xml": f'{_HEAD}<styleSheet xmlns="{main}"><fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs'
        ' count="1"><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment wrapText="1"'
        ' vertical="top"/></xf></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    return _packed(parts)


def _xlsx_row(number: int, row: Sequence[str]) -> str:
    cells = (f'<c t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>' for cell in row)
    return f'<row r="{number}">{"".join(cells)}</row>'


def _links(targets: dict[str, str]) -> str:
    of = f"{_OFFICE}/officeDocument/2006/relationships"
    each = "".join(
        f'<Relationship Id="rId{at}" Type="{of}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_OFFICE}/package/2006/relationships">{each}</Relationships>'


def ods_file(rows: Rows, name: str, right_to_left: bool) -> bytes:
    """One sheet. `name` is the sheet's."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    way = "rl-tb" if right_to_left else "lr-tb"
    spaces = "".join(f' xmlns:{short}="{_OASIS}:{short}:1.0"' for short in ("office", "table", "text", "style"))
    content = (
        f'{_HEAD}<office:document-content{spaces} office:version="1.2"><office:automatic-styles><style:style'
        f' style:name="t" style:family="table"><style:table-properties style:writing-mode="{way}"/></style:style>'
        f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="{_text(name)}"'
        f' table:style-name="t"><table:table-column table:number-columns-repeated="{len(rows[0])}"/>{lines}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = f"{_OASIS}:manifest:1.0"
    manifest = (
        f'{_HEAD}<manifest:manifest xmlns:manifest="{listed}" manifest:version="1.2"><manifest:file-entry'
        f' manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry'
        ' manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return _packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_cell(cell: str) -> str:
    lines = "".join(f"<text:p>{_text(line)}</text:p>" for line in cell.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _packed(parts: dict[str, str]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as file:
        for name, text in parts.items():
            # A type has to be readable without unpacking.
            entry = ZipInfo(name, _LONG_AGO)
            entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            file.writestr(entry, text.encode())
    return out.getvalue()
