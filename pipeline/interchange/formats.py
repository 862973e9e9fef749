"""The formats by name, and which one a file is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.errors import InputError
from pipeline.interchange.csv_table import read_csv, write_csv
from pipeline.interchange.po_copy import read_po
from pipeline.interchange.rows import Exchange, Row
from pipeline.interchange.tmx import read_issue_tmx, write_issue_tmx
from pipeline.interchange.xliff1 import read_xliff1, write_xliff1
from pipeline.interchange.xliff2 import read_xliff2, write_xliff2
from pipeline.interchange.xml_text import local, parse_xml

WRITERS: Mapping[str, Callable[[Exchange], str]] = {
    "xliff": write_xliff1,
    "xliff2": write_xliff2,
    "tmx": write_issue_tmx,
    "csv": write_csv,
}
"""Formats that are written from rows; `po` is written from the bilingual file itself."""


def read_rows(data: bytes, name: str, locale: str) -> tuple[Row, ...]:
    """Read a file that came back; InputError when it is in none of the formats."""
    ending = name[name.rfind(".") :].lower()
    if ending in {".po", ".pot"}:
        return read_po(data, name)
    if ending in {".csv", ".tsv", ".txt"}:
        return read_csv(data, name)
    if ending == ".tmx":
        return read_issue_tmx(data, name, locale)
    if ending in {".xlf", ".xliff", ".xml"}:
        return _read_xliff(data, name)
    raise InputError(f"{name}: unknown ending “{ending}”; the formats are .xlf, .tmx, .po and .csv")


def _read_xliff(data: bytes, name: str) -> tuple[Row, ...]:
    root = parse_xml(data, name)
    version = root.get("version", "")
    if local(root) != "xliff" or version[:2] not in {"1.", "2."}:
        raise InputError(f"{name}: not an XLIFF file of version 1.2 or 2.0")
    return read_xliff1(root) if version.startswith("1.") else read_xliff2(root)
