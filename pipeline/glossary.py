"""The glossary as the pipeline uses it: concept entries, and where they stand in an English text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Final, Literal

from pipeline.errors import GlossaryError
from pipeline.glossary_file import CaseRule, Concept, read_concepts
from pipeline.records import Span, TermMatch

__all__ = ["Concept", "Glossary", "find_terms", "parse_glossary", "rendering"]

_HYPHENS: Final = "-\u2010\u2011\u2013"
_LETTER: Final = r"[^\W_\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
_TOKEN: Final = re.compile(
    rf"(?P<gap>(?<={_LETTER})[{_HYPHENS}](?:[ \t]*\n[ \t]*)?(?={_LETTER})|\s*)(?P<word>{_LETTER}+|\S)"
)
_WORD: Final = re.compile(rf"{_LETTER}+")
_CONSONANT_Y: Final = re.compile(r"[^aeiouAEIOU\W\d_]y$")
_HISSING: Final = re.compile(r"(?:[sxz]|[cs]h)$")
_OPEN_DOT, _DOT_AFTER = re.compile(rf"{_LETTER}\.$"), re.compile(rf"\.{_LETTER}")
_PREFIX_BEFORE: Final = re.compile(rf"({_LETTER}+)[{_HYPHENS}]$")
_SUFFIX_AFTER: Final = re.compile(rf"[{_HYPHENS}]({_LETTER}+)")
_NAME_PREFIXES: Final = frozenset({"anti", "cross", "inter", "intra", "multi", "non", "per", "post", "pre", "single"})
_SUFFIXES: Final = frozenset(
    {"aware", "based", "driven", "enabled", "era", "free", "generated", "led", "level", "like", "only", "powered"}
    | {"related", "run", "scale", "specific", "style", "trained", "type"}
)

_WITHOUT_PLACE: Final = attrgetter(*(field.name for field in fields(Concept) if field.name != "place"))

_Joint = Literal["tight", "joined", "far"]


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int
    joint: _Joint
    """How it hangs on the token before: directly, by one space, hyphen or line break, or not at all."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One spelling of a concept, as tokens."""

    concept: Concept
    words: tuple[str, ...]
    case: CaseRule
    derived: bool
    """Whether it is a plural that the files do not list."""


@dataclass(frozen=True, slots=True)
class _Index:
    patterns: Mapping[str, tuple[_Pattern, ...]]
    """Lower-case key of a spelling -> who claims it, strictest first."""
    longest: Mapping[str, int]
    """Lower-case first word -> number of tokens in its longest spelling."""


@dataclass(frozen=True)
class Glossary:
    """All concepts, with a digest that names this state of them."""

    concepts: tuple[Concept, ...]
    digest: str
    """Twelve hexadecimal digits; the same for the same concepts, wherever and in whatever order they are written."""

    @cached_property
    def by_id(self) -> Mapping[str, Concept]:
        """The concepts under their ids."""
        return {concept.id: concept for concept in self.concepts}

    @cached_property
    def _spellings(self) -> tuple[tuple[str, _Pattern], ...]:
        return tuple(spelling for concept in self.concepts for spelling in _patterns(concept))

    @cached_property
    def _index(self) -> _Index:
        return _build_index(self._spellings)


def parse_glossary(files: Mapping[str, str]) -> Glossary:
    """Make a glossary of YAML files, given as name -> text.

    Raises GlossaryError, its message beginning with `file:line:`, for the first broken entry or the first
    spelling that two concepts claim with nothing (context words, a heading) to tell them apart.
    """
    concepts = read_concepts(files)
    glossary = Glossary(concepts, _digest(concepts))
    _require_distinct(glossary._spellings)
    return glossary


def rendering(concept: Concept, locale: str) -> str:
    """Give the concept's preferred rendering in a locale.

    A Traditional locale without an override gets the Simplified rendering, which the caller converts with the
    rest of its text.
    """
    override = {"zh-Hant-TW": concept.zh_hant_tw, "zh-Hant-HK": concept.zh_hant_hk}.get(locale, "")
    return override or concept.zh_hans


def find_terms(text: str, glossary: Glossary, locale: str = "zh-Hans") -> tuple[TermMatch, ...]:
    """Find the glossary's concepts in an English text: longest first, never overlapping, in order of place.

    A span takes in a plural ending but no possessive mark. Every character that is not a letter or digit, a
    private-use one too, ends a word, except a hyphen.
    """
    tokens = _tokenise(text)
    taken = bytearray(len(tokens))
    chosen: list[tuple[int, int, Concept]] = []
    for start, end, concept in sorted(_candidates(text, tokens, glossary._index), key=_longest_first):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            chosen.append((start, end, concept))
    chosen.sort(key=lambda found: found[0])
    return tuple(_match(tokens[start].start, tokens[end - 1].end, concept, locale) for start, end, concept in chosen)


def _match(start: int, end: int, concept: Concept, locale: str) -> TermMatch:
    return TermMatch(
        span=Span(start, end),
        concept=concept.id,
        policy=concept.policy,
        rendering=rendering(concept, locale),
        admitted=concept.admitted,
        avoid=concept.avoid,
        proper=concept.term[:1].isupper(),
    )


def _longest_first(candidate: tuple[int, int, Concept]) -> tuple[int, int]:
    start, end, _ = candidate
    return start - end, start


def _candidates(text: str, tokens: list[_Token], index: _Index) -> Iterator[tuple[int, int, Concept]]:
    words = [token.word.lower() for token in tokens]
    present = frozenset(words)
    for start, word in enumerate(words):
        key = ""
        for end in range(start + 1, min(start + index.longest.get(word, 0), len(words)) + 1):
            token = tokens[end - 1]
            if key and token.joint == "far":
                break
            key += (" " if key and token.joint == "joined" else "") + words[end - 1]
            for pattern in index.patterns.get(key, ()):
                if _applies(pattern, text, tokens[start:end], present):
                    yield start, end, pattern.concept
                    break


def _applies(pattern: _Pattern, text: str, tokens: list[_Token], present: frozenset[str]) -> bool:
    return (
        all(map(_same_case, pattern.words, (token.word for token in tokens), (pattern.case,) * len(tokens)))
        and _stands_alone(text, tokens[0].start, tokens[-1].end, pattern.concept.policy == "keep")
        and (pattern.concept.pos != "heading" or _is_whole(text, tokens[0].start, tokens[-1].end))
        and (not pattern.concept.context or _in_context(pattern.concept.context, present, text))
    )


def _same_case(wanted: str, found: str, case: CaseRule) -> bool:
    if case == "any" or wanted == found:
        return True
    return case == "initial" and wanted[:1].upper() + wanted[1:] == found


def _in_context(context: Iterable[str], present: frozenset[str], text: str) -> bool:
    """Whether a context word is among the words of the text, or an expression such as `gpt-3` anywhere in it."""
    return any(word in present or word + "s" in present if word.isalnum() else word in text.lower() for word in context)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether nothing but marks, symbols and placeholders stands around."""
    return not _WORD.search(text, 0, start) and not _WORD.search(text, end)


def _stands_alone(text: str, start: int, end: int, is_name: bool) -> bool:
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    if before[-1:] in ("_", "@", "#") or after[:1] in ("_", "$"):
        return False
    if _OPEN_DOT.search(before) or _DOT_AFTER.match(after):
        return False
    prefix, suffix = _PREFIX_BEFORE.search(before), _SUFFIX_AFTER.match(after)
    if prefix and not (is_name and _is_open_prefix(prefix[1])):
        return False
    return suffix is None or _is_open_suffix(suffix[1])


def _is_open_prefix(word: str) -> bool:
    return word.isdigit() or word.lower() in _NAME_PREFIXES


def _is_open_suffix(word: str) -> bool:
    return word.lower() in _SUFFIXES or (word.isalpha() and word.islower() and len(word) >= 4)


def _tokenise(text: str) -> list[_Token]:
    tokens = []
    for found in _TOKEN.finditer(text):
        gap = found["gap"]
        joint: _Joint = "tight" if not gap else "far" if gap.count("\n") > 1 else "joined"
        word = "'" if found["word"] == "\u2019" else found["word"]
        tokens.append(_Token(word, found.start("word"), found.end("word"), joint))
    return tokens


def _key(tokens: list[_Token]) -> str:
    joints = ["", *(" " if token.joint == "joined" else "" for token in tokens[1:])]
    return "".join(joint + token.word for joint, token in zip(joints, tokens, strict=True))


def _build_index(spellings: Iterable[tuple[str, _Pattern]]) -> _Index:
    patterns: dict[str, list[_Pattern]] = {}
    longest: dict[str, int] = {}
    for key, pattern in spellings:
        if pattern.concept.status != "deprecated":
            first = pattern.words[0].lower()
            longest[first] = max(longest.get(first, 0), len(pattern.words))
            patterns.setdefault(key.lower(), []).append(pattern)
    return _Index({key: tuple(sorted(claims, key=_strictness)) for key, claims in patterns.items()}, longest)


def _strictness(pattern: _Pattern) -> tuple[bool, bool, bool, bool]:
    concept = pattern.concept
    return pattern.derived, concept.pos != "heading", not concept.context, pattern.case == "any"


def _patterns(concept: Concept) -> Iterator[tuple[str, _Pattern]]:
    for form in (concept.term, *concept.forms):
        case = concept.case or default_case(form)
        spellings = [form] if concept.pos != "noun" else [form, plural(form)]
        for number, spelling in enumerate(spellings):
            tokens = _tokenise(spelling)
            yield _key(tokens), _Pattern(concept, tuple(token.word for token in tokens), case, number > 0)


def default_case(form: str) -> CaseRule:
    """Tell how capitals count in a form that does not say so itself.

    All lower-case: any capitals will do. Lower-case words beside others (`Bayesian network`, `CT scan`): those
    may be capitalised. No such word (`GAN`, `arXiv`, `GPT-3`): as written.
    """
    if form == form.lower() and not any(char.isdigit() for char in form):
        return "any"
    words = _WORD.findall(form)
    return "initial" if any(word.isalpha() and word.islower() for word in words) else "exact"


def plural(form: str) -> str:
    """Give the regular English plural of a form's last word."""
    if _CONSONANT_Y.search(form) and not form[-2].isupper():
        return form[:-1] + "ies"
    if _HISSING.search(form):
        return form + "es"
    return form + "s"


def _require_distinct(spellings: Iterable[tuple[str, _Pattern]]) -> None:
    claims: dict[str, list[Concept]] = {}
    for key, pattern in spellings:
        if not pattern.derived:
            claims.setdefault(key.lower() if pattern.case == "any" else key, []).append(pattern.concept)
    for key, rivals in claims.items():
        _require_apart(key, rivals)


def _require_apart(key: str, rivals: list[Concept]) -> None:
    for number, rival in enumerate(rivals):
        for other in rivals[:number]:
            if other is rival or (other.pos == "heading") != (rival.pos == "heading"):
                continue
            shared = set(rival.context) & set(other.context)
            if shared or not (rival.context or other.context):
                why = f"both in the context {sorted(shared)[0]!r}" if shared else "and neither has 'context' words"
                raise GlossaryError(f"{rival.place}: {key!r} is also a form of {other.term!r} ({other.place}), {why}")


def _digest(concepts: Iterable[Concept]) -> str:
    lines = sorted(repr(_WITHOUT_PLACE(concept)) for concept in concepts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
