"""What is wrong or doubtful in a glossary: every error of its files, then what the entries do to each other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import yaml

from pipeline.errors import GlossaryError
from pipeline.glossary import Glossary, find_terms, parse_glossary, plural
from pipeline.glossary_file import Concept, slug
from pipeline.records import Span
from pipeline.scripts import foreign_characters
from pipeline.terms.edit import without_entry

Weight = Literal["error", "warning", "note"]
Converters = Mapping[str, Callable[[str], str]]
"""From Simplified Chinese, by regional locale."""

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_PLACE: Final = re.compile(r"(?P<place>(?P<file>.+?):(?P<line>\d+)): (?P<message>.*)", re.DOTALL)
_MOST_ERRORS: Final = 100
HOMONYMS: Final = frozenset({"inference", "patch", "recall", "transformer", "weight"})
"""Words of the field that are everyday words too."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at in a glossary."""

    weight: Weight
    check: str
    place: str
    """`file:line`."""
    message: str


def lint(files: Mapping[str, str], converters: Converters) -> tuple[Problem, ...]:
    """Check glossary files, given as name -> text; the entries that can be read are checked even beside broken ones."""
    errors, readable = _errors(files)
    if readable is None:
        return tuple(errors)
    found = [problem for check in CHECKS for problem in check(readable)]
    found += [*_regional(readable, converters)]
    return (*errors, *sorted(found, key=_order))


def _order(problem: Problem) -> tuple[bool, str, int]:
    name, _, line = problem.place.rpartition(":")
    return problem.weight == "note", name, int(line)


def _errors(files: Mapping[str, str]) -> tuple[list[Problem], Glossary | None]:
    """List all errors: what one hides is seen when its entry is left out."""
    files, errors = dict(files), list[Problem]()
    while len(errors) < _MOST_ERRORS:
        try:
            return errors, parse_glossary(files)
        except GlossaryError as error:
            found = _PLACE.fullmatch(str(error))
            if not found:
                break
            errors.append(Problem("error", "file", found["place"], found["message"]))
            shorter = _left_out(files[found["file"]], int(found["line"]))
            if shorter is None:
                break
            files[found["file"]] = shorter
    return errors, None


def _left_out(text: str, line: int) -> str | None:
    """The text with the entry on a line made blank, so that all others keep their lines; None when there is none."""
    for start in range(line, 0, -1):
        try:
            shorter = without_entry(text, start)
        except GlossaryError:
            continue
        except yaml.YAMLError:
            return None
        before = "".join(text.splitlines(keepends=True)[: start - 1])
        return before + "\n" * (text.count("\n") - shorter.count("\n")) + shorter[len(before) :]
    return None


def _warn(check: str, concept: Concept, message: str, weight: Weight = "warning") -> Problem:
    return Problem(weight, check, concept.place, f"{concept.term!r}: {message}")


def _never_matching(glossary: Glossary) -> Iterator[Problem]:
    """Find forms that match nowhere, or where another entry always wins."""
    for concept in _active(glossary):
        for form in (concept.term, *concept.forms):
            beside = () if concept.pos == "heading" else ("x",)
            text = " ; ".join([form, *concept.context, *beside])
            found = [term for term in find_terms(text, glossary) if term.span.end <= len(form)]
            if [(term.concept, term.span) for term in found] == [(concept.id, Span(0, len(form)))]:
                continue
            rivals = sorted({term.concept for term in found} - {concept.id})
            why = f"the entry {rivals[0]!r} takes it" if rivals else "no text can match it"
            yield _warn("never matches", concept, f"the form {form!r} never matches: {why}")


def _needless_forms(glossary: Glossary) -> Iterator[Problem]:
    """Find forms that are understood without being listed."""
    for concept in _active(glossary):
        for index, form in enumerate(concept.forms):
            shorter = replace(concept, forms=concept.forms[:index], context=())
            found = find_terms(form, Glossary((shorter,), ""))
            if [(term.span.start, term.span.end) for term in found] == [(0, len(form))]:
                yield _warn("needless form", concept, f"the form {form!r} is understood without being listed", "note")


def _joined(form: str) -> str:
    return re.sub(r"[-\s]+", " ", form).lower()


def _shared_spellings(glossary: Glossary) -> Iterator[Problem]:
    """Find spellings that several entries claim: which only capitals or the plural tell apart."""
    claims: dict[str, dict[str, Concept]] = defaultdict(dict)
    for concept in _active(glossary):
        for form in (concept.term, *concept.forms):
            for spelling in {form, plural(form)} if concept.pos == "noun" else {form}:
                claims[_joined(spelling)][concept.id] = concept
    reported: set[tuple[str, str]] = set()
    for spelling, rivals in claims.items():
        alike = [concept for concept in rivals.values() if not concept.is_limited]
        for other in alike[1:]:
            if (alike[0].id, other.id) not in reported:
                reported.add((alike[0].id, other.id))
                message = f"{spelling!r} but for capitals or number is also {alike[0].term!r} ({alike[0].place})"
                yield _warn("overlap", other, message, "note")


def _homonyms(glossary: Glossary) -> Iterator[Problem]:
    """Find everyday words that are forced without words of context or an entry for another sense."""
    senses = Counter(_joined(concept.term) for concept in _active(glossary))
    for concept in _active(glossary):
        word = _joined(concept.term)
        if word in HOMONYMS and senses[word] == 1 and concept.policy != "prefer" and not concept.is_limited:
            yield _warn("homonym", concept, "is an everyday word too; give it 'context' words or the policy prefer")


def _renderings(glossary: Glossary) -> Iterator[Problem]:
    """Find renderings that are missing or in the wrong script."""
    for concept in _active(glossary):
        texts = (concept.zh_hans, *concept.admitted, *concept.avoid)
        if concept.policy in {"translate", "both"} and not _HAN.search(concept.zh_hans):
            yield _warn("rendering", concept, f"{concept.zh_hans!r} is no Chinese; use keep or prefer to leave it")
        foreign = "".join(foreign_characters("".join(texts[: 1 + len(concept.admitted)]), "zh-Hans"))
        if foreign:
            yield _warn("rendering", concept, f"{foreign!r} is not written in Simplified Chinese")


def _avoided_renderings(glossary: Glossary) -> Iterator[Problem]:
    """Find renderings that another entry wants to avoid: where both terms stand in a text, one of them is wrong."""
    wanted: dict[str, list[Concept]] = defaultdict(list)
    for concept in _active(glossary):
        for rendering in {concept.zh_hans, *concept.admitted}:
            wanted[rendering].append(concept)
    for concept in _active(glossary):
        for avoid in concept.avoid:
            for other in wanted[avoid]:
                message = f"avoids {avoid!r}, which {other.term!r} ({other.place}) asks for"
                yield _warn("avoided rendering", concept, message, "note" if other.term != concept.term else "warning")


def _parts(glossary: Glossary) -> Iterator[Problem]:
    """Find longer terms whose rendering has a word that a shorter term within them avoids."""
    by_words = {_joined(concept.term): concept for concept in _active(glossary) if not concept.context}
    for concept in _active(glossary):
        words = _joined(concept.term).split()
        for start, end in ((s, e) for s in range(len(words)) for e in range(s + 1, len(words) + 1)):
            part = by_words.get(" ".join(words[start:end]))
            for avoid in part.avoid if part and part is not concept else ():
                if part and avoid in concept.zh_hans and part.zh_hans not in concept.zh_hans:
                    message = f"{concept.zh_hans!r} has {avoid!r}, which {part.term!r} ({part.place}) avoids"
                    yield _warn("avoided part", concept, message)


def _regional(glossary: Glossary, converters: Converters) -> Iterator[Problem]:
    """Find regional renderings that conversion from Simplified gives anyway."""
    for concept in _active(glossary):
        for locale, given in (("zh-Hant-TW", concept.zh_hant_tw), ("zh-Hant-HK", concept.zh_hant_hk)):
            if given and locale in converters and converters[locale](concept.zh_hans) == given:
                yield _warn("regional rendering", concept, f"{locale} {given!r} is what conversion gives anyway")


def _active(glossary: Glossary) -> Iterator[Concept]:
    return (concept for concept in glossary.concepts if concept.status != "deprecated")


def _ids(glossary: Glossary) -> Iterator[Problem]:
    """Find ids that repeat what the term gives anyway."""
    for concept in glossary.concepts:
        if concept.id != slug(concept.term) and concept.id in {slug(form) for form in concept.forms}:
            yield _warn("id", concept, f"the id {concept.id!r} is that of another form, was the entry renamed?", "note")


CHECKS: Final[tuple[Callable[[Glossary], Iterator[Problem]], ...]] = (
    _never_matching,
    _needless_forms,
    _shared_spellings,
    _homonyms,
    _renderings,
    _avoided_renderings,
    _parts,
    _ids,
)
