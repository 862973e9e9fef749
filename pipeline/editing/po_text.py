"""A PO file as text: where its entries stand and how one of their parts is changed without touching the rest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from pipeline.records import Span

_GAP = re.compile(r"\n(?:[ \t]*\r?\n)+")
_STRING = r'"(?:[^"\\\r\n]|\\.)*"'
_STRINGS = rf"[ \t]*{_STRING}(?:[ \t]*\r?\n[ \t]*{_STRING})*"
_QUOTED = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_FEW = 20
_CODES = {"n": "\n", "t": "\t", "r": "\r"}
_WRITTEN = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})
_REMARK = re.compile(r"#(?: (.*))?")


def find_entries(text: str) -> Iterator[Span]:
    """Yield the places of the file's blocks: header, entries, obsolete entries; blank lines stay outside."""
    start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    for gap in _GAP.finditer(text, start):
        if start < gap.start():
            yield Span(start, gap.start())
        start = gap.end()
    if text[start:].strip():
        yield Span(start, start + len(text[start:].rstrip("\r\n")))


def find_units(text: str, units: Collection[str]) -> dict[str, Span]:
    """Find the live entries of some units; those without one are left out."""
    if len(units) <= _FEW:
        near = {unit: _near(text, unit) for unit in units}
        if all(near.values()):
            return {unit: span for unit, span in near.items() if span}
    named = ((read_field(text[span.start : span.end], "msgctxt"), span) for span in find_entries(text))
    return {unit: span for unit, span in named if unit and unit in units}


def _near(text: str, unit: str) -> Span | None:
    """Find an entry without going through the file; None when it is written in an unusual way."""
    at = text.find(f"\nmsgctxt {quote(unit)}")
    if at < 0:
        return None
    gaps = (text.rfind(gap, 0, at + 1) + len(gap) for gap in ("\n\n", "\n\r\n"))
    start = max(gaps)
    end = _GAP.search(text, at)
    span = Span(start, end.start() if end else len(text.rstrip("\r\n")))
    block = text[span.start : span.end]
    return span if read_field(block, "msgctxt") == unit and block.count("\nmsgid ") == 1 else None


def read_field(block: str, keyword: str) -> str:
    """Read what stands behind `msgctxt`, `msgid` or `msgstr`; empty when the block lacks it."""
    match = _field(keyword).search(block)
    written = "".join(_QUOTED.findall(match.group(1))) if match else ""
    return _ESCAPED.sub(lambda code: _CODES.get(code.group(1), code.group(1)), written)


def write_field(block: str, keyword: str, value: str) -> str:
    """Put another value behind a keyword that the block has."""
    line_end = "\r\n" if "\r\n" in block else "\n"
    return _field(keyword).sub(lambda _match: f"{keyword} {quote(value, line_end)}", block, count=1)


def quote(value: str, line_end: str = "\n") -> str:
    """Write a value as PO strings, one for each of its lines."""
    pieces = [f'"{line.translate(_WRITTEN)}"' for line in value.splitlines(keepends=True)] or ['""']
    return pieces[0] if len(pieces) == 1 else line_end.join(['""', *pieces])


def read_remarks(block: str) -> list[str]:
    """List the translator comments, without their mark."""
    matches = (_REMARK.fullmatch(line.rstrip("\r")) for line in block.split("\n"))
    return [match.group(1) or "" for match in matches if match]


def write_remarks(block: str, remarks: Sequence[str]) -> str:
    """Put other translator comments on top of the block."""
    line_end = "\r" if "\r\n" in block else ""
    kept = [line for line in block.split("\n") if not _REMARK.fullmatch(line.rstrip("\r"))]
    return "\n".join([*(f"# {remark}".rstrip() + line_end for remark in remarks), *kept])


def is_fuzzy(block: str) -> bool:
    """Tell whether the entry is flagged as not approved."""
    return "fuzzy" in _flags(block)


def write_fuzzy(block: str, fuzzy: bool) -> str:
    """Set the fuzzy flag or take it off; other flags stay."""
    flags = [flag for flag in _flags(block) if flag != "fuzzy"]
    flags = ["fuzzy", *flags] if fuzzy else flags
    line_end = "\r" if "\r\n" in block else ""
    lines = [line for line in block.split("\n") if not line.startswith("#,")]
    place = next(index for index, line in enumerate(lines) if not line.startswith("#") or line.startswith("#|"))
    written = [f"#, {', '.join(flags)}{line_end}"] if flags else []
    return "\n".join([*lines[:place], *written, *lines[place:]])


def without_previous(block: str) -> str:
    """Drop the lines that keep the previous English."""
    return "\n".join(line for line in block.split("\n") if not line.startswith("#|"))


def read_header(text: str, name: str) -> str:
    """Read one field of the file's header; empty when it is not there."""
    head = next(find_entries(text), Span(0, 0))
    fields = read_field(text[head.start : head.end], "msgstr").split("\n")
    return next((line.partition(": ")[2] for line in fields if line.startswith(f"{name}:")), "")


def write_header(text: str, name: str, value: str) -> str:
    """Set one field of the file's header; an empty value takes it out."""
    head = next(find_entries(text), Span(0, 0))
    block = text[head.start : head.end]
    fields = [line for line in read_field(block, "msgstr").split("\n") if line]
    place = next((index for index, line in enumerate(fields) if line.startswith(f"{name}:")), len(fields))
    fields[place : place + 1] = [f"{name}: {value}"] if value else []
    written = write_field(block, "msgstr", "".join(f"{line}\n" for line in fields))
    return text[: head.start] + written + text[head.end :]


def _field(keyword: str) -> re.Pattern[str]:
    return re.compile(rf"^{keyword}({_STRINGS})", re.MULTILINE)


def _flags(block: str) -> list[str]:
    lines = [line.rstrip("\r")[2:] for line in block.split("\n") if line.startswith("#,")]
    return [flag.strip() for line in lines for flag in line.split(",") if flag.strip()]
