"""A unit's Markdown as text and inline codes (`**`, `](url)`, a code span), for formats that keep the two apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.inline import find_codes
from pipeline.records import CodeForm, InlineCode


@dataclass(frozen=True, slots=True)
class Code:
    """One piece of markup."""

    number: int
    """The same for an `open` and its `close`, and for a code of the source and the same code of the target."""
    form: CodeForm
    kind: str
    data: str


Piece = str | Code


def code_source(markdown: str, references: Mapping[str, str]) -> tuple[Piece, ...]:
    """Cut a source into text and codes, numbered from 1; joined they are the Markdown again."""
    return _numbered(_cut(markdown, references), [])


def code_target(markdown: str, references: Mapping[str, str], source: Sequence[Piece]) -> tuple[Piece, ...]:
    """Cut a target likewise; codes that stand in the source have its numbers, others have new ones."""
    return _numbered(_cut(markdown, references), groups(source))


def groups(pieces: Sequence[Piece]) -> list[tuple[Code, ...]]:
    """List the codes, a pair as one group, in order of appearance."""
    found: dict[int, list[Code]] = {}
    for piece in pieces:
        if isinstance(piece, Code):
            found.setdefault(piece.number, []).append(piece)
    return [tuple(codes) for codes in found.values()]


def _cut(markdown: str, references: Mapping[str, str]) -> tuple[Piece, ...]:
    return tuple(_pieces(markdown, find_codes(markdown, references)))


def _pieces(markdown: str, codes: Sequence[InlineCode]) -> Iterator[Piece]:
    nested = _nested(codes)
    at = 0
    for code in codes:
        if code.kind == "softbreak":
            continue
        form = code.form if code.pair in nested else "ph"
        number = code.pair if code.pair in nested else -1 - code.span.start
        if at < code.span.start:
            yield markdown[at : code.span.start]
        yield Code(number, form, code.kind, markdown[code.span.start : code.span.end])
        at = code.span.end
    if at < len(markdown):
        yield markdown[at:]


def _nested(codes: Sequence[InlineCode]) -> set[int]:
    """Find the pairs that lie wholly inside or outside each other; others cannot be elements."""
    opened: list[int] = []
    found: set[int] = set()
    for code in codes:
        if code.form == "open":
            opened.append(code.pair)
        elif code.form == "close" and opened and opened[-1] == code.pair:
            found.add(opened.pop())
    return found


def _numbered(pieces: Sequence[Piece], known: list[tuple[Code, ...]]) -> tuple[Piece, ...]:
    """Number the codes: as in `known` where one is the same, from there on upwards where none is."""
    free = {group[0].number: _looks(group) for group in known}
    last = max(free, default=0)
    numbers: dict[int, int] = {}
    for group in groups(pieces):
        same = next((number for number, looks in free.items() if looks == _looks(group)), 0)
        free.pop(same, None)
        last += not same
        numbers[group[0].number] = same or last
    return tuple(p if isinstance(p, str) else replace(p, number=numbers[p.number]) for p in pieces)


def _looks(group: tuple[Code, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((code.form, code.kind, code.data) for code in group)
