"""PO: a copy of the bilingual file that knows, for each entry, what was exported."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.bilingual import read_bilingual
from pipeline.editing.po_text import find_entries, read_field
from pipeline.files import decode
from pipeline.interchange.rows import Exchange, Row, row_of

_VERSION = re.compile(r"^#\. exported: ([0-9a-f]{16})\r?$", re.MULTILINE)
_CONTEXT = re.compile(r"^msgctxt ", re.MULTILINE)


def write_po(text: str, exchange: Exchange) -> str:
    """Copy a bilingual file's text."""
    versions = {row.unit: row.version for row in exchange.rows}
    pieces, at = [], 0
    for span in find_entries(text):
        pieces += [text[at : span.start], _marked(text[span.start : span.end], versions)]
        at = span.end
    return "".join(pieces) + text[at:]


def _marked(block: str, versions: Mapping[str, str]) -> str:
    """Put the version in front of the first line that is no remark of a person; it must not stand after `machine:`."""
    unit = read_field(block, "msgctxt")
    if not _CONTEXT.search(block) or unit not in versions:
        return block
    lines = block.split("\n")
    place = next(index for index, line in enumerate(lines) if not re.fullmatch(r"#(?: .*)?\r?", line))
    line_end = "\r" if "\r\n" in block else ""
    return "\n".join([*lines[:place], f"#. exported: {versions[unit]}{line_end}", *lines[place:]])


def read_po(data: bytes, name: str) -> tuple[Row, ...]:
    """Read the live entries of a PO file."""
    text = decode(data, name)
    versions = _versions(text)
    rows = (row_of(saved) for saved in read_bilingual(text, name).entries)
    return tuple(
        Row(row.unit, row.source, row.target, row.status, comment=row.comment, version=versions.get(row.unit, ""))
        for row in rows
    )


def _versions(text: str) -> dict[str, str]:
    blocks = [text[span.start : span.end] for span in find_entries(text)]
    marks = [(read_field(block, "msgctxt"), _VERSION.search(block)) for block in blocks]
    return {unit: mark.group(1) for unit, mark in marks if mark}
