"""Document and targets to the Chinese issue: only the units' spans change, everything else keeps its bytes."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from pipeline.front_matter import write_scalar
from pipeline.inline import markdown_parser
from pipeline.records import Document, Unit

_ATX = re.compile(r"#{1,6}[ \t]+\Z")
_FREE_PIPE = re.compile(r"(?<!\\)\|")
_CLOSING_HASHES = re.compile(r"(^|\s)(#+)$")
_WIDE_SPACES = tuple("\u00a0\u2002\u2003\u2009\u200a\u202f\u3000\f\v")
_NUMBERED = re.compile(r"^\d{1,9}(?=[.)])")


def assemble(document: Document, targets: Mapping[str, str]) -> str:
    """Put each unit's target, by unit id, in its place.

    A unit without a target, with an empty one or with one equal to its source stays as it is. Where a line would begin
    a block of its own, a backslash prevents it.
    """
    text = document.issue.text
    ending = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    pieces, position = [], 0
    for unit in document.units:
        target = targets.get(unit.id, unit.source)
        if target != unit.source and target.strip():
            pieces += [text[position : unit.span.start], _fitted(text, unit, target, ending)]
            position = unit.span.end
    return "".join(pieces) + text[position:]


def _fitted(text: str, unit: Unit, target: str, ending: str) -> str:
    """Write a target as the place of its unit demands."""
    if unit.kind == "front-matter":
        return write_scalar(text[unit.span.start : unit.span.end], target)
    lines = [line.lstrip(" \t") for line in target.strip().split("\n") if line.strip(" \t")]
    if unit.kind == "cell":
        return _FREE_PIPE.sub(r"\\|", " ".join(lines))
    if unit.kind == "card-title":
        return " ".join(lines)
    if _ATX.search(text, max(0, unit.span.start - 80), unit.span.start):
        closed = text[unit.span.end : unit.span.end + 1] not in ("", "\r", "\n")
        return " ".join(lines) if closed else _CLOSING_HASHES.sub(r"\1\\\2", " ".join(lines))
    # A non-breaking space in front is no part of the unit, but keeps its first line from beginning a block.
    sheltered = text[max(0, unit.span.start - 80) : unit.span.start].rstrip(" \t")[-1:] in _WIDE_SPACES
    return _with_leads(_as_paragraph(lines, unit.source.split("\n"), sheltered), unit.leads, ending)


def _with_leads(lines: list[str], leads: tuple[str, ...], ending: str) -> str:
    """Join lines by what stood between the source's lines; further lines repeat the last of it."""
    joined = lines[0]
    for index, line in enumerate(lines[1:]):
        lead = leads[min(index, len(leads) - 1)] if leads else ending
        joined += lead + line
    return joined


def _as_paragraph(lines: list[str], source: list[str], sheltered: bool) -> list[str]:
    """Escape the beginning of each line that would end the paragraph or make it something else.

    A later line that the source has in the same place is harmless there, by its indent for example.
    """
    safe: list[str] = []
    probe: list[str] = []
    for index, line in enumerate(lines):
        known = line in source[index : index + 1] if index else sheltered
        choices = ["x"] if known else [line, _escaped(line)]
        chosen = next((choice for choice in choices if _is_paragraph([*probe, choice])), None)
        if chosen is None:
            # A math block opens on one line and is seen only when another one closes it.
            safe, chosen = [_escaped(earlier) for earlier in safe], _escaped(line)
            probe = list(safe)
        safe.append(line if known else chosen)
        probe.append(chosen)
    return safe


def _is_paragraph(lines: list[str]) -> bool:
    parser = markdown_parser()
    tokens: list[object] = []
    parser.block.parse("\n".join(lines), parser, {}, tokens)  # type: ignore[arg-type]
    kinds = [getattr(token, "type", "") for token in tokens]
    return kinds == ["paragraph_open", "inline", "paragraph_close"]


def _escaped(line: str) -> str:
    numbered = _NUMBERED.match(line)
    if numbered:
        return f"{numbered.group()}\\{line[numbered.end() :]}"
    return f"\\{line}" if line[0] in string.punctuation else line
