"""A bilingual table for people without translators' tools: CSV as spreadsheet programs open and save it.

A cell that a spreadsheet would run as a formula is written with an apostrophe in front; reading takes it off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from pipeline.errors import InputError
from pipeline.interchange.rows import STATUSES, Exchange, Row, Status, read_status

COLUMNS = ("unit", "English", "raw", "target", "state", "comment", "version")
_KEPT = "nothing to translate"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def write_csv(exchange: Exchange) -> str:
    """Write an issue as CSV with a byte order mark, without which some programs take it for another encoding."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in exchange.rows:
        state = _KEPT if row.status == "kept" else row.status or ""
        cells = (row.unit, row.source, row.raw, row.target, state, row.comment, row.version)
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return "\ufeff" + text.getvalue()


def read_csv(data: bytes, name: str) -> tuple[Row, ...]:
    """Read a table; InputError when it is not UTF-8 or UTF-16 or lacks the columns unit, English and target."""
    text = _decoded(data, name)
    try:
        table = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise InputError(f"{name}: not a table ({error})") from None
    missing = [column for column in ("unit", "English", "target") if table and column not in table[0]]
    if missing or not table:
        raise InputError(f"{name}: the table has no {'rows' if not table else f'column {missing[0]}'}")
    return tuple(_row({column: _cell(line.get(column)) for column in COLUMNS}) for line in table)


def _decoded(data: bytes, name: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8; save the table as “CSV UTF-8”") from None


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _cell(written: str | None) -> str:
    text = written or ""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _row(cells: Mapping[str, str]) -> Row:
    status, problem = _status(cells["state"])
    return Row(
        unit=cells["unit"],
        source=cells["English"],
        target=cells["target"],
        status=status,
        comment=cells["comment"],
        version=cells["version"],
        problem=problem,
    )


def _status(written: str) -> tuple[Status | None, str]:
    state = written.strip()
    known = "kept" if state == _KEPT else read_status(state)
    problem = f"the state “{state}” is unknown; write approved, or one of {', '.join(STATUSES[1:])}"
    return known, "" if known or not state else problem
