"""What the glossary does to texts, measured: without it, with it, and with one of random words as the control.

All three are scored against the terms of the real glossary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from pipeline.document import read_document
from pipeline.drafts import CachedEngine
from pipeline.engine import Request
from pipeline.glossary import Glossary, find_terms, parse_glossary
from pipeline.plain import prose
from pipeline.records import Issue, TermMatch, Unit
from pipeline.terms.edit import with_entry
from pipeline.terms.metrics import Missing, Quality, Rated, TermScores, missing, quality, score
from pipeline.terms.stop_words import STOP_WORDS
from pipeline.translate import STAGES, adopt
from pipeline.work import Tools, UnitWork, Work

_HAN = re.compile(r"[\u3400-\u9fff]{1,8}")
_SEED = 25


@dataclass(frozen=True, slots=True)
class Mode:
    """The figures of one glossary."""

    name: str
    """`none`, `proper` or `random`."""
    raw: TermScores
    edited: TermScores
    raw_quality: Quality | None
    edited_quality: Quality | None
    """None without references."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of all modes, and the terms that the real glossary did not bring."""

    modes: tuple[Mode, ...]
    missing: tuple[Missing, ...]


def evaluate(issues: Sequence[Issue], references: Sequence[str], tools: Tools, *, control: bool) -> Evaluation:
    """Translate and measure; `references` has one text for each issue, or none at all."""
    proper = [_run(issue, tools) for issue in issues]
    terms = {
        (work.document.issue.slug, unit.unit.id): (*unit.coded.terms, *unit.coded.kept)
        for work in proper
        for unit in work.units
    }
    modes = [_measure("proper", proper, terms, references)]
    others = {"none": Glossary((), "none")}
    if control:
        others["random"] = random_glossary(issues, tools.glossary, tools.engine)
    for name, glossary in others.items():
        works = [_run(issue, replace(tools, glossary=glossary)) for issue in issues]
        modes.append(_measure(name, works, terms, references))
    return Evaluation(tuple(modes), missing(_rated(proper, terms, raw=False)))


def random_glossary(issues: Sequence[Issue], glossary: Glossary, engine: CachedEngine) -> Glossary:
    """As many everyday words of the issues as they hold terms, with what the model makes of each word alone."""
    text = "\n\n".join(unit.source for issue in issues for unit in read_document(issue).units)
    found = find_terms(text, glossary)
    taken = {word for term in found for word in text[term.span.start : term.span.end].lower().split()}
    words = sorted(set(re.findall(r"(?<![\w/.-])[a-z]{4,}(?![\w/.-])", text)) - taken - STOP_WORDS)
    Random(_SEED).shuffle(words)
    words = words[: len({term.concept for term in found})]
    answers = engine.translate([Request(word) for word in words])
    entries = ""
    for word, answer in zip(words, answers, strict=True):
        chinese = answer[0].text.strip(" 。") if answer else ""
        if _HAN.fullmatch(chinese):
            entries += with_entry("", {"term": word, "policy": "translate", "zh-Hans": chinese, "pos": "adverb"})
    return parse_glossary({"random": entries})


def _run(issue: Issue, tools: Tools) -> Work:
    """Run the stages up to the machine's final text."""
    work = Work(read_document(issue))
    for stage in STAGES[: STAGES.index(adopt)]:
        work = stage(work, tools)
    return work


def _measure(
    name: str,
    works: Sequence[Work],
    terms: Mapping[tuple[str, str], Sequence[TermMatch]],
    references: Sequence[str],
) -> Mode:
    raw, edited = ([_whole(work, raw=raw) for work in works] for raw in (True, False))
    return Mode(
        name,
        score(_rated(works, terms, raw=True)),
        score(_rated(works, terms, raw=False)),
        quality(raw, references) if references else None,
        quality(edited, references) if references else None,
    )


def _whole(work: Work, *, raw: bool) -> str:
    return "\n".join((unit.raw if raw else unit.machine) or unit.unit.source for unit in work.units)


def _rated(works: Sequence[Work], terms: Mapping[tuple[str, str], Sequence[TermMatch]], *, raw: bool) -> list[Rated]:
    return [
        Rated(slug, unit.unit.id, tuple(terms[slug, unit.unit.id]), _rateable(unit, raw=raw))
        for work in works
        for slug in [work.document.issue.slug]
        for unit in work.units
        if unit.origin == "machine" and (slug, unit.unit.id) in terms
    ]


def _rateable(work: UnitWork, *, raw: bool) -> str:
    """The unit's Chinese without link targets, code and paper titles, where no term is looked for."""
    text = prose(work.raw if raw else work.machine)
    for title in _titles(work.unit):
        text = text.replace(title, " ", 1)
    return text


def _titles(unit: Unit) -> list[str]:
    return [prose(unit.source[title.start : title.end]).strip() for title in unit.titles]
