"""Coded text to segments, the smallest pieces that are translated by themselves.

A unit is cut at hard breaks, at line ends beside a line that has nothing to translate, behind a heading in bold that
opens a paragraph, and at sentence ends.
What stands at a segment's edge and is no part of the sentence (numbering, emoji, marks around the whole) goes to the
gaps, so that `join(cut(text)) == text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.marks import lead_in
from pipeline.protect import is_wordless
from pipeline.records import Placeholder

_ABBREVIATIONS = frozenset(
    (
        "e.g i.e etc vs cf al fig figs eq sec no vol dr mr mrs ms prof st jr sr inc ltd co u.s u.k a.m p.m approx "
        "ph.d m.sc b.sc dept est jan feb mar apr jun jul aug sep sept oct nov dec"
    ).split()
)
_END = re.compile('[.!?…]+["”’)\\]\ue000-\uf8ff]*(?=\\s)')
_LEAD = re.compile(r"(?:\s|\d{1,2}[.)](?=\s?\D)|[—–\-•*·]+(?=\s)|[^\w\s\"“‘'(\[<$€£#@&+~.\-—–\ue000-\uf8ff])+")
_TAIL = re.compile(r"(?:\s|[^\w\s\"”’')\]>%.!?…,;:*+$€£\-—–\ue000-\uf8ff])+$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of coded text, to be translated or to be left as it is."""

    text: str
    translate: bool


def cut(text: str, table: Mapping[str, Placeholder]) -> tuple[Piece, ...]:
    """The pieces of a unit's coded text, in order; joined they give it back."""
    pieces: list[Piece] = []
    for chunk in _chunks(text, table):
        if is_wordless(chunk):
            pieces.append(Piece(chunk, translate=False))
        else:
            heading = lead_in(chunk, table)
            for text in (chunk[:heading], *_sentences(chunk[heading:])):
                pieces += _trim(text, table)
    return tuple(piece for piece in pieces if piece.text)


def _chunks(text: str, table: Mapping[str, Placeholder]) -> Iterator[str]:
    """Stretches between hard breaks and beside lines with nothing to translate."""
    breaks = "".join(char for char, placeholder in table.items() if placeholder.kind == "break")
    parts = re.split(f"([{breaks}]|\n)" if breaks else "(\n)", text)
    lines, joints = parts[::2], parts[1::2]
    chunk = lines[0]
    for joint, before, line in zip(joints, lines, lines[1:], strict=False):
        if joint == "\n" and not is_wordless(before) and not is_wordless(line):
            chunk += joint + line
        else:
            yield chunk
            yield joint
            chunk = line
    yield chunk


def _sentences(chunk: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(chunk):
        if _ends_sentence(chunk, start, match):
            end = match.end() + len(chunk[match.end() :]) - len(chunk[match.end() :].lstrip())
            yield chunk[start:end]
            start = end
    yield chunk[start:]


def _ends_sentence(chunk: str, start: int, match: re.Match[str]) -> bool:
    following = chunk[match.end() :].lstrip()
    if not following or following[0].islower() or is_wordless(chunk[start : match.end()]):
        return False
    if is_wordless(following) and not re.search(r"[.!?]\s*$", following):
        return False
    word = re.search(r"([A-Za-z][A-Za-z.]*)$", chunk[start : match.start()])
    if match.group().startswith(".") and word:
        last = word.group(1).lower()
        return last not in _ABBREVIATIONS and not re.fullmatch(r"[a-z]", last)
    return True


def _trim(sentence: str, table: Mapping[str, Placeholder]) -> list[Piece]:
    lead = _LEAD.match(sentence)
    start = lead.end() if lead else 0
    tail = _TAIL.search(sentence, start)
    end = tail.start() if tail else len(sentence)
    start, end = _inside_marks(sentence, start, end, table)
    if is_wordless(sentence[start:end]):
        return [Piece(sentence, translate=False)]
    return [
        Piece(sentence[:start], translate=False),
        Piece(sentence[start:end], translate=True),
        Piece(sentence[end:], translate=False),
    ]


def _inside_marks(text: str, start: int, end: int, table: Mapping[str, Placeholder]) -> tuple[int, int]:
    """Step inside marks that hold the whole segment, or that open or close something outside it."""
    while True:
        before = start, end
        first, last = table.get(text[start : start + 1]), table.get(text[end - 1 : end])
        if first is not None and last is not None and first.form == "open" and first.reason == last.reason:
            start, end = start + 1, end - 1
        elif first is not None and first.form != "ph" and not _partner_inside(text, start, start, end, table):
            start += 1
        elif last is not None and last.form != "ph" and not _partner_inside(text, end - 1, start, end, table):
            end -= 1
        elif first is not None and first.kind in {"image", "checkbox", "html", "symbol"}:
            start += 1
        elif last is not None and last.kind in {"image", "html", "symbol"}:
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if (start, end) == before or start >= end:
            return before


def _partner_inside(text: str, at: int, start: int, end: int, table: Mapping[str, Placeholder]) -> bool:
    reason = table[text[at]].reason
    return any(
        index != at and text[index] in table and table[text[index]].reason == reason for index in range(start, end)
    )
