"""From a protected unit to its raw draft: cut into pieces, translate those with words, join."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.attempt import Draft
from pipeline.decode import first_requests, translate_all
from pipeline.drafts import CachedEngine
from pipeline.parts import Segment
from pipeline.protect import Coded, visible_text
from pipeline.records import Span, TermMatch
from pipeline.segment import Piece, cut

_FEWEST_WORDS = 3
_ENDS = {".": "。", "!": "！", "?": "？"}
_OPEN_END = re.compile("[\u3400-\u9fff](?: ?[\ue000-\uf8ff])*$")
_CHINESE_END = re.compile("[。！？…”）][\ue000-\uf8ff]*$")


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit's raw translation as coded text."""

    text: str
    score: float | None
    """Lowest segment score; None when nothing was translated."""
    rungs: tuple[str, ...]
    """The rung of the ladder for each translated segment."""
    lost: tuple[str, ...] = ()
    """Stretches of the English that seem to be left out."""
    doubtful: tuple[str, ...] = ()
    """The segments, as a reader sees them, of which the model was less sure than its `doubt`."""


def draft_units(
    units: Sequence[Coded], engine: CachedEngine, progress: Callable[[int, int], None] | None
) -> list[UnitDraft]:
    """Translate all units together. `progress` is told how many segments of how many are done."""
    pieces = [cut(coded.text, coded.table) for coded in units]
    segments = [_segments(coded, parts) for coded, parts in zip(units, pieces, strict=True)]
    flat = [segment for unit in segments for segment in unit]
    drafts = iter(translate_all(flat, engine, _counted(progress, len(flat))))
    return [
        replace(_joined(parts, own := [next(drafts) for _ in unit]), doubtful=_doubtful(unit, own, engine.doubt))
        for parts, unit in zip(pieces, segments, strict=True)
    ]


def _doubtful(segments: Sequence[Segment], drafts: Sequence[Draft], doubt: float) -> tuple[str, ...]:
    """Sentences and headings with a low score; single words have too little to go by."""
    texts = [_english(one) for one, draft in zip(segments, drafts, strict=True) if draft.score < doubt]
    return tuple(text for text in texts if len(text.split()) >= _FEWEST_WORDS)


def _english(segment: Segment) -> str:
    """What a segment says as it stands in the issue, without marks."""
    written = {
        char: replace(placeholder, visible=placeholder.source)
        for char, placeholder in segment.table.items()
        if placeholder.visible and placeholder.source[:1].isalnum()
    }
    return visible_text(segment.text, {**segment.table, **written})


def _counted(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None] | None:
    return (lambda done: progress(done, total)) if progress else None


def count_new(units: Sequence[Coded], engine: CachedEngine) -> tuple[int, int]:
    """How many segments there are, and how many first requests the model would have to answer."""
    segments = [segment for coded in units for segment in _segments(coded, cut(coded.text, coded.table))]
    return len(segments), len(engine.missing(first_requests(segments, engine)))


def count_segments(units: Sequence[Coded]) -> int:
    """How many segments the units have."""
    return sum(piece.translate for coded in units for piece in cut(coded.text, coded.table))


def _segments(coded: Coded, pieces: Sequence[Piece]) -> list[Segment]:
    segments: list[Segment] = []
    at = 0
    for piece in pieces:
        if piece.translate:
            segments.append(Segment(piece.text, coded.table, _terms(coded, at, at + len(piece.text))))
        at += len(piece.text)
    return segments


def _terms(coded: Coded, start: int, end: int) -> tuple[TermMatch, ...]:
    return tuple(
        replace(term, span=Span(term.span.start - start, term.span.end - start))
        for term in coded.terms
        if start <= term.span.start and term.span.end <= end
    )


def _joined(pieces: Sequence[Piece], drafts: Sequence[Draft]) -> UnitDraft:
    found = iter(drafts)
    text = ""
    for piece in pieces:
        between = piece.text == " " and _CHINESE_END.search(text)
        text += _ended(piece.text, next(found).text) if piece.translate else "" if between else piece.text
    scores = [draft.score for draft in drafts]
    lost = tuple(stretch for draft in drafts for stretch in draft.lost)
    return UnitDraft(text, min(scores) if scores else None, tuple(draft.rung for draft in drafts), lost)


def _ended(english: str, text: str) -> str:
    """A sentence's Chinese with the mark at its end that the model forgot, so that it does not run into the next."""
    mark = _ENDS.get(english[-1:], "")
    return text + mark if mark and _OPEN_END.search(text) else text
