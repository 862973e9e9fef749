"""Terms that a glossary does not have yet, from new English issues: what repeats, what looks like a name, what is one.

Five kinds, in this order of certainty:

    acronym   with its expansion: `graph attention network (GAT)`
    title     names from paper titles: `TinyGAN` of `TinyGAN: Distilling BigGAN`
    name      CamelCase, acronyms, capitalised runs
    field     phrases that end in a word that ends terms of the glossary: `contrastive loss`
    phrase    other phrases that stand several times
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.glossary import Glossary, find_terms, plural
from pipeline.names import find_names
from pipeline.records import Span, Unit
from pipeline.terms.stop_words import STOP_WORDS

Kind = Literal["acronym", "title", "name", "field", "phrase"]

_WEIGHTS: Mapping[Kind, float] = {"acronym": 6, "title": 4, "name": 2, "field": 2, "phrase": 1}
_EXPANDED = re.compile(r"((?:[A-Za-z][\w-]*[ \n]){1,7}[A-Za-z][\w-]*)\s*\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*?)s?\)")
_WORD = r"[a-z]+(?:[-’'][a-z]+)*(?![\w’'-])"
_WORDS = re.compile(rf"(?<![\w’'-]){_WORD}(?:[ \n]{_WORD})*")
_MARKS = re.compile(r"\]\([^)\s]*\)|`[^`]*`|https?://\S+|[*_\[\]]")
_PREFIX = re.compile(r"^[\"“*_\[]*([^:\n]{2,40}):\s")
_LOOKS = frozenset({"acronym", "inner capital", "digits", "capitals"})
_LONGEST, _OFTEN, _HEADS = 4, 3, 3
_CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit of an issue."""

    issue: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible entry."""

    term: str
    kind: Kind
    count: int
    issues: tuple[str, ...]
    expansion: str
    """What an acronym stands for, if a text says so."""
    context: str
    """A stretch of text around the first occurrence."""
    score: float
    renderings: tuple[str, ...] = ()
    """What the model makes of it now."""

    @property
    def is_name(self) -> bool:
        """Whether it should rather be kept than translated."""
        return self.kind in {"acronym", "title", "name"}


@dataclass(frozen=True, slots=True)
class _Sighting:
    term: str
    kind: Kind
    issue: str
    context: str
    expansion: str = ""


def find_candidates(passages: Sequence[Passage], glossary: Glossary) -> tuple[Candidate, ...]:
    """List what the glossary lacks, best first."""
    heads = _heads(glossary)
    sightings: dict[str, list[_Sighting]] = defaultdict(list)
    for passage in passages:
        for sighting in _sightings(passage, glossary, heads):
            sightings[sighting.term].append(sighting)
    for term in list(sightings):
        if plural(term) in sightings:
            sightings[term] += sightings.pop(plural(term))
    found = [_candidate(term, seen) for term, seen in sightings.items()]
    found = [one for one in found if one.kind != "phrase" or one.count >= _OFTEN]
    return tuple(sorted(_without_parts(found), key=lambda one: (-one.score, one.term)))


def with_renderings(candidate: Candidate, answers: Iterable[str]) -> Candidate:
    """Add what a model answered to the term alone."""
    texts = dict.fromkeys(answer.strip(" 。.") for answer in answers)
    return replace(candidate, renderings=tuple(text for text in texts if text))


def _heads(glossary: Glossary) -> frozenset[str]:
    """The words that end several terms of the glossary: network, learning, function."""
    words = Counter(concept.term.split()[-1].lower() for concept in glossary.concepts if " " in concept.term)
    return frozenset(word for word, count in words.items() if count >= _HEADS and word.isalpha())


def _sightings(passage: Passage, glossary: Glossary, heads: frozenset[str]) -> Iterator[_Sighting]:
    unit = passage.unit
    for title in unit.titles:
        text = unit.source[title.start : title.end]
        yield from (_seen("title", span, text, passage) for span in _title_names(text, glossary))
    text = _prose(unit)
    taken = [term.span for term in find_terms(text, glossary)]
    for found in _EXPANDED.finditer(text):
        expansion = _expansion(found[1], found[2])
        span = Span(*found.span(2))
        if expansion and _free(span, taken):
            yield replace(_seen("acronym", span, text, passage), expansion=expansion)
            taken.append(span)
    for name in find_names(text, taken):
        if name.look in _LOOKS:
            yield _seen("name", _singular(text, name.span), text, passage)
            taken.append(name.span)
    for span, kind in _phrases(text, taken, heads):
        yield _seen(kind, span, text, passage)


def _prose(unit: Unit) -> str:
    """The unit's text without titles, link targets, code and marks, each character that stays at its place."""
    text = unit.source
    for title in unit.titles:
        text = text[: title.start] + "\ue000" * (title.end - title.start) + text[title.end :]
    return _MARKS.sub(lambda match: "\ue000" * len(match.group()) if len(match.group()) > 1 else " ", text)


def _seen(kind: Kind, span: Span, text: str, passage: Passage) -> _Sighting:
    around = text[max(0, span.start - _CONTEXT) : span.end + _CONTEXT].replace("\ue000", " ")
    term = " ".join(text[span.start : span.end].split())
    return _Sighting(term, kind, passage.issue, " ".join(around.split()))


def _title_names(title: str, glossary: Glossary) -> Iterator[Span]:
    """What stands before a title's colon, and names by their looks."""
    taken = [term.span for term in find_terms(title, glossary)]
    prefix = _PREFIX.match(title)
    if prefix and len(prefix[1].split()) <= 2 and _free(Span(*prefix.span(1)), taken):
        yield Span(*prefix.span(1))
        taken.append(Span(*prefix.span(1)))
    for name in find_names(title, taken):
        if name.look in {"acronym", "inner capital", "digits"}:
            yield _singular(title, name.span)


def _singular(text: str, span: Span) -> Span:
    """The name without the plural ending of an acronym."""
    return Span(span.start, span.end - 1) if re.search(r"[A-Z]{2}s$", text[span.start : span.end]) else span


def _expansion(words: str, acronym: str) -> str:
    """The last words before an acronym whose first letters spell it; empty when they do not."""
    parts = words.split()
    for count in range(1, len(parts) + 1):
        letters = "".join(piece[0] for part in parts[-count:] for piece in part.split("-") if piece)
        small = "".join(letter for letter, part in zip(letters, parts[-count:], strict=False) if part not in STOP_WORDS)
        if acronym.lower() in {letters.lower(), small.lower()}:
            return " ".join(parts[-count:])
    return ""


def _phrases(text: str, taken: Sequence[Span], heads: frozenset[str]) -> Iterator[tuple[Span, Kind]]:
    """Runs of two to four lower-case words without small words; those with a field's head end in it."""
    for run in _WORDS.finditer(text):
        words = [Span(run.start() + word.start(), run.start() + word.end()) for word in re.finditer(r"\S+", run[0])]
        for first in range(len(words)):
            for last in range(first + 1, min(first + _LONGEST, len(words))):
                span = Span(words[first].start, words[last].end)
                phrase = text[span.start : span.end].split()
                if any(word in STOP_WORDS or len(word) < 3 for word in phrase) or phrase[0].endswith("ing"):
                    break
                if not any(_cuts(span, other) for other in taken):
                    yield span, "field" if phrase[-1].removesuffix("s") in heads or phrase[-1] in heads else "phrase"


def _cuts(span: Span, other: Span) -> bool:
    """Whether a span has a part of the other one only, or nothing beside it."""
    overlap = span.start < other.end and other.start < span.end
    return overlap and (other.start < span.start or span.end < other.end or span == other)


def _free(span: Span, taken: Sequence[Span]) -> bool:
    return not any(span.start < other.end and other.start < span.end for other in taken)


def _candidate(term: str, seen: Sequence[_Sighting]) -> Candidate:
    kind = max((sighting.kind for sighting in seen), key=lambda kind: _WEIGHTS[kind])
    issues = tuple(dict.fromkeys(sighting.issue for sighting in seen))
    expansion = next((sighting.expansion for sighting in seen if sighting.expansion), "")
    score = _WEIGHTS[kind] * len(seen) * (1 + 0.5 * (len(issues) - 1)) * (1 + 0.1 * len(term.split()))
    return Candidate(term, kind, len(seen), issues, expansion, seen[0].context, round(score, 2))


def _without_parts(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Leave out phrases that stand within a longer candidate nearly as often as at all, and rare long ones."""
    counts = {candidate.term: candidate.count for candidate in candidates}
    within: Counter[str] = Counter()
    for term, count in counts.items():
        words = term.split()
        for start in range(len(words)):
            for end in range(start + 2, len(words) + 1):
                if end - start < len(words):
                    part = " ".join(words[start:end])
                    within[part] = max(within[part], count)
    return [one for one in candidates if one.is_name or one.count > within[one.term] or within[one.term] == 0]
