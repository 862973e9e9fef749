"""Coded Chinese text to Markdown that renders, with its post-edits in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate

from pipeline.emphasis import mend_emphasis
from pipeline.inline import find_codes
from pipeline.records import Edit, Placeholder, Span

_EMPHASIS = frozenset({"strong", "em", "strike"})
_SNIPPETS = frozenset({"name", "title", "link"})


@dataclass(frozen=True, slots=True)
class Written:
    """A unit's target as Markdown, and the edits with their places in it."""

    text: str
    edits: tuple[Edit, ...]


def write_markdown(text: str, table: Mapping[str, Placeholder], edits: Sequence[Edit]) -> Written:
    """Put back what the placeholders stand for and mend emphasis that would not render beside Chinese."""
    data = [table[char].data if char in table else char for char in text]
    places = [0, *accumulate(map(len, data))]
    plain = "".join(data)
    moved = [_moved(edit, table, places) for edit in edits]
    mended = mend_emphasis(plain, _emphasis(text, table, places))
    return Written(mended, shift_edits(moved, plain, mended, "emphasis beside Chinese"))


def shift_edits(edits: Sequence[Edit], old: str, new: str, reason: str) -> tuple[Edit, ...]:
    """Edits of `old` at their places in `new`; what differs between the two becomes edits with `reason`."""
    if old == new:
        return tuple(edits)
    operations = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    kept = [replace(e, span=Span(_place(e.span.start, operations), _place(e.span.end, operations))) for e in edits]
    added = [
        Edit(Span(b1, b2), old[a1:a2], new[b1:b2], reason) for kind, a1, a2, b1, b2 in operations if kind != "equal"
    ]
    free = [e for e in added if not any(k.span.start < e.span.end and e.span.start < k.span.end for k in kept)]
    return tuple(sorted([*kept, *free], key=lambda edit: (edit.span.start, edit.span.end)))


def _place(at: int, operations: Sequence[tuple[str, int, int, int, int]]) -> int:
    for kind, a1, a2, b1, b2 in operations:
        if a1 <= at <= a2:
            return min(b1 + at - a1, b2) if kind == "equal" or at == a1 else b2
    return operations[-1][4]


def _moved(edit: Edit, table: Mapping[str, Placeholder], places: Sequence[int]) -> Edit:
    def written(text: str) -> str:
        return "".join(table[char].data if char in table else char for char in text)

    span = Span(places[edit.span.start], places[edit.span.end])
    return replace(edit, span=span, before=written(edit.before), after=written(edit.after))


def _emphasis(text: str, table: Mapping[str, Placeholder], places: Sequence[int]) -> list[tuple[Span, Span]]:
    """Where emphasis opens and closes in the written text: pairs of placeholders, and marks inside kept snippets."""
    found: list[tuple[Span, Span]] = []
    opened: dict[str, int] = {}
    for index, char in enumerate(text):
        placeholder = table.get(char)
        if placeholder is None:
            continue
        if placeholder.kind in _EMPHASIS and placeholder.form == "open":
            opened[placeholder.reason] = index
        elif placeholder.kind in _EMPHASIS and placeholder.form == "close" and placeholder.reason in opened:
            start = opened.pop(placeholder.reason)
            found.append((Span(places[start], places[start + 1]), Span(places[index], places[index + 1])))
        elif placeholder.kind in _SNIPPETS and placeholder.form == "ph":
            found += _inner_emphasis(placeholder.data, places[index])
    return found


def _inner_emphasis(data: str, offset: int) -> list[tuple[Span, Span]]:
    codes = [code for code in find_codes(data) if code.kind in _EMPHASIS]
    closing = {code.pair: code for code in codes if code.form == "close"}
    return [
        (
            Span(code.span.start + offset, code.span.end + offset),
            Span(closing[code.pair].span.start + offset, closing[code.pair].span.end + offset),
        )
        for code in codes
        if code.form == "open" and code.pair in closing
    ]
