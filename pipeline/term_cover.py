"""Whether the terms of a text came out right, and the mending of those that came out in other words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from pipeline.plain import bounded
from pipeline.records import Span, TermMatch

_HAN = re.compile(r"[\u3400-\u9fff]")
_Place = tuple[int, int, str]
"""End, start and concept of a rendering in a text."""


def cover(terms: Sequence[TermMatch], text: str, *, predefined: bool = False, avoided: bool = False) -> Counter[str]:
    """Count by concept how many terms have a rendering at a place of its own.

    With `predefined` only the preferred rendering counts, with `avoided` those to be avoided count too.
    """
    demand = Counter(term.concept for term in terms)
    places: set[_Place] = set()
    for term in {term.concept: term for term in terms}.values():
        more = () if predefined else (*term.admitted, *(term.avoid if avoided else ()))
        for variant in (term.rendering, *more):
            places.update((start + len(variant), start, term.concept) for start in find_starts(variant, text))
    spans = sorted(places)
    crowded = _crowded(spans)
    found = demand & Counter(place[2] for place in spans if place not in crowded)
    return found + _most(tuple(sorted(crowded)), demand - found)


def find_wrong(terms: Sequence[TermMatch], text: str, faulty: bool) -> frozenset[int]:
    """Find the terms, by index, of concepts that have too few renderings in a machine's text.

    A merely preferred rendering is asked for only when the text is `faulty` anyway or the term is a proper one. A
    rendering to be avoided counts: post-editing replaces it, and so the replacement is shown.
    """
    wanted = [term for term in terms if faulty or term.proper or term.policy != "prefer"]
    found, demand = cover(wanted, text, avoided=True), Counter(term.concept for term in wanted)
    return frozenset(i for i, term in enumerate(terms) if found[term.concept] < demand[term.concept])


def rename(text: str, terms: Sequence[TermMatch], words: Mapping[str, Sequence[str]]) -> str:
    """Put the renderings of missing terms in the place of the words that a model uses for them.

    `words` holds, by concept, what the model may have written instead; a word that stands more often than the term
    is missing, or inside another term's rendering, is left alone.
    """
    for term in {term.concept: term for term in terms if term.concept in words}.values():
        lack = sum(other.concept == term.concept for other in terms) - cover(terms, text, avoided=True)[term.concept]
        for word in sorted(words.get(term.concept, ()), key=len, reverse=True):
            starts = _free_starts(word, text, terms) if lack > 0 else []
            if 0 < len(starts) <= lack:
                for start in reversed(starts):
                    text = text[:start] + term.rendering + text[start + len(word) :]
                lack -= len(starts)
    return text


def find_admitted(text: str, terms: Sequence[TermMatch]) -> list[tuple[Span, TermMatch]]:
    """Find admitted renderings that stand where a required term's preferred one is missing.

    None is given for a concept when there are more of them than that, since some may be other words.
    """
    required = [term for term in terms if term.policy in {"translate", "both"}]
    found: list[tuple[Span, TermMatch]] = []
    for term in {term.concept: term for term in required}.values():
        demand = sum(other.concept == term.concept for other in required)
        lack = demand - cover(required, text, predefined=True)[term.concept]
        places = list(_admitted(text, term, terms)) if lack > 0 else []
        if len(places) <= lack:
            found += [(span, term) for span in places]
    return sorted(found, key=lambda pair: pair[0].start)


def _admitted(text: str, term: TermMatch, terms: Sequence[TermMatch]) -> Iterator[Span]:
    others = [other for other in terms if other.concept != term.concept]
    right = {term.rendering, *(rendering for other in others for rendering in (other.rendering, *other.admitted))}
    taken = [(start, start + len(one)) for one in right for start in find_starts(one, text)]
    for admitted in sorted(term.admitted, key=len, reverse=True):
        for start in find_starts(admitted, text):
            end = start + len(admitted)
            if not any(left < end and start < right for left, right in taken):
                taken.append((start, end))
                yield Span(start, end)


def _free_starts(word: str, text: str, terms: Sequence[TermMatch]) -> list[int]:
    if len(word) < 2:
        return []
    right = [
        (start, start + len(rendering))
        for term in terms
        for rendering in (term.rendering, *term.admitted)
        for start in find_starts(rendering, text)
    ]
    return [
        start
        for start in find_starts(word, text)
        if not any(left < start + len(word) and start < end for left, end in right)
        and not _in_english(word, text, start)
    ]


def _in_english(word: str, text: str, start: int) -> bool:
    """Whether a Latin word is a part of a longer stretch of English, such as a title."""
    around = text[:start].rstrip(" ")[-1:] + text[start + len(word) :].lstrip(" ")[:1]
    return not _HAN.search(word) and bool(re.search("[A-Za-z]", around))


def find_starts(variant: str, text: str) -> Iterator[int]:
    """Where a rendering stands in a text; a Latin one not inside a longer word."""
    if variant and variant in text:
        pattern = bounded(variant)
        if pattern != re.escape(variant):
            yield from (match.start() for match in re.finditer(f"(?={pattern})", text))
            return
        start = text.find(variant)
        while start >= 0:
            yield start
            start = text.find(variant, start + 1)


def _crowded(spans: Sequence[_Place]) -> set[_Place]:
    """Pick the places that overlap another one."""
    crowded: set[_Place] = set()
    for index, one in enumerate(spans):
        for other in spans[index + 1 :]:
            if other[1] < one[0]:
                crowded |= {one, other}
    return crowded


def _most(spans: tuple[_Place, ...], demand: Mapping[str, int]) -> Counter[str]:
    """Choose places, given by ascending end, that do not overlap: as many as the demand takes."""
    concepts = sorted({concept for _, _, concept in spans})

    @cache
    def best(index: int, free: int, left: tuple[int, ...]) -> tuple[str, ...]:
        if index == len(spans):
            return ()
        end, start, concept = spans[index]
        skipped = best(index + 1, free, left)
        place = concepts.index(concept)
        if start < free or not left[place]:
            return skipped
        fewer = (*left[:place], left[place] - 1, *left[place + 1 :])
        return max((concept, *best(index + 1, end, fewer)), skipped, key=len)

    return Counter(best(0, 0, tuple(demand.get(concept, 0) for concept in concepts)))
