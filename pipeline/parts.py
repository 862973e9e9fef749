"""A segment, its terms, and the places where it may be cut when the whole does not come through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.marks import Pair, find_pairs
from pipeline.protect import is_wordless
from pipeline.records import Placeholder, Span, TermMatch

_CLAUSE = re.compile(r"[,;:] |\s[—–-] |\s(?=(?:but|which|while|because|whereas|so that)\s)")
_JOINED = re.compile(_CLAUSE.pattern + r"|\s(?=(?:and|that)\s)")
"""With a bare `and` or `that` too, which joins adjectives and headings as often as clauses."""
_WORDS_A_CLAUSE = 4
_SMALL = frozenset({"of", "the", "for", "in", "at", "and", "de", "von"})
_AROUND = (("(", ")"), ("[", "]"), ("“", "”"))


@dataclass(frozen=True, slots=True)
class Segment:
    """What the ladder is given: coded text, its placeholders, and the terms that must come out right."""

    text: str
    table: Mapping[str, Placeholder]
    terms: tuple[TermMatch, ...] = ()
    """Spans in `text`."""

    def surface(self, term: int) -> str:
        """How a term, given by its index, is written here."""
        span = self.terms[term].span
        return self.text[span.start : span.end]

    def part(self, start: int, end: int) -> Segment:
        """The text between two places, with the terms in it."""
        terms = tuple(
            replace(term, span=Span(term.span.start - start, term.span.end - start))
            for term in self.terms
            if start <= term.span.start and term.span.end <= end
        )
        return Segment(self.text[start:end], self.table, terms)


def content(segment: Segment, pair: Pair) -> Segment:
    """What a pair of marks holds."""
    return segment.part(pair.inner.start, pair.inner.end)


def known_rendering(segment: Segment) -> str:
    """The rendering of a segment that is a term and nothing else but a mark at its end."""
    if len(segment.terms) != 1 or segment.terms[0].span.start:
        return ""
    rest = segment.text[segment.terms[0].span.end :].strip()
    return segment.terms[0].rendering + rest if rest in {"", ":", ".", "…", "!", "?"} else ""


def long_names(segment: Segment) -> frozenset[int]:
    """The terms that are proper names of several words, such as a university: no model need spell them out."""
    return frozenset(
        index
        for index, term in enumerate(segment.terms)
        if term.proper and term.policy in {"translate", "both"} and _is_long_name(segment.surface(index))
    )


def _is_long_name(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and all(word[0].isupper() or word in _SMALL for word in words)


def clause_ends(segment: Segment, pattern: re.Pattern[str] = _JOINED) -> list[int]:
    """Places where the text can be cut in two: outside marks and terms, with words on both sides."""
    pairs = find_pairs(segment.text, segment.table)
    return [
        match.end()
        for match in pattern.finditer(segment.text)
        if not any(pair.outer.start < match.end() < pair.outer.end for pair in pairs)
        and not any(term.span.start < match.end() < term.span.end for term in segment.terms)
        and len(segment.text[: match.start()].split()) > 1
        and len(segment.text[match.end() :].split()) > 1
        and not is_wordless(segment.text[: match.start()])
        and not is_wordless(segment.text[match.end() :])
    ]


def good_ends(segment: Segment) -> list[int]:
    """Those ends of certain clauses that leave four words on both sides and stand outside quotations and brackets."""
    text = segment.text
    return [
        end
        for end in clause_ends(segment, _CLAUSE)
        if min(len(text[:end].split()), len(text[end:].split())) >= _WORDS_A_CLAUSE
        and text[:end].count('"') % 2 == 0
        and all(text[:end].count(opening) == text[:end].count(closing) for opening, closing in _AROUND)
    ]


def around(segment: Segment, terms: Iterable[int]) -> list[Span]:
    """What to cut out so that terms stand by themselves: the terms, or the pairs of marks that hold them."""
    pairs = find_pairs(segment.text, segment.table)
    spans = {segment.terms[index].span for index in terms}
    held = {span: pair.outer for span in spans for pair in pairs if pair.outer.start < span.start < pair.outer.end}
    return sorted({held.get(span, span) for span in spans}, key=lambda span: span.start)


def cut_out(segment: Segment, spans: Iterable[Span]) -> list[Segment]:
    """The text before, in and after the spans, in turn, each with the white space at its ends."""
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(segment.text)]
    return [segment.part(start, end) for start, end in pairwise(edges)]


def bare(segment: Segment) -> Segment:
    """The segment without the white space at its ends."""
    start = len(segment.text) - len(segment.text.lstrip())
    return segment.part(start, max(start, len(segment.text.rstrip())))


def join_parts(parts: Sequence[Segment], translations: Sequence[str]) -> str:
    """The translations of the parts of a segment, with the white space that stood around the parts."""
    ended = [_unended(part.text, text) for part, text in zip(parts[:-1], translations, strict=False)]
    texts = [*ended, translations[-1]]
    return "".join(_in_its_spaces(part.text, text) for part, text in zip(parts, texts, strict=True))


def _unended(english: str, chinese: str) -> str:
    """A part's translation without the full stop that its English does not have."""
    return chinese if english.rstrip().endswith(".") else re.sub(r"[。.]\s*$", "", chinese)


def _in_its_spaces(part: str, text: str) -> str:
    bare_part = part.strip()
    return part.replace(bare_part, text, 1) if bare_part else part
