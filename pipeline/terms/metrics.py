"""How well terms came out, measured as the shared tasks of WMT measure it.

proper       WMT25: for each document and term min(1, renderings in the output / terms in the source), the mean;
             lower-case substrings, so that a nested rendering counts for two terms
exclusive    WMT26: the largest number of terms that renderings at places of their own can stand for, in each unit
consistency  terms that came out in the one predefined rendering, at places of their own
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.postedit import find_avoided
from pipeline.records import TermMatch
from pipeline.term_cover import cover

FORCED = frozenset({"keep", "translate", "both"})


@dataclass(frozen=True, slots=True)
class Rated:
    """One text and the terms whose renderings it should hold."""

    document: str
    unit: str
    terms: tuple[TermMatch, ...]
    text: str


@dataclass(frozen=True, slots=True)
class TermScores:
    """Shares from 0 to 1, but for the two counts."""

    terms: int
    """How many terms the sources hold, each as often as it stands there."""
    proper: float
    exclusive: float
    kept: float
    """The exclusive share of the terms that stay English."""
    translated: float
    """The exclusive share of the others."""
    consistency: float
    avoided: int
    """Renderings to be avoided that stand in the texts."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A term that has too few renderings in a text."""

    document: str
    unit: str
    concept: str
    wanted: int
    found: int


def score(texts: Sequence[Rated]) -> TermScores:
    """Measure the terms whose policy forces a rendering; a share of nothing is 1."""
    wanted, found, same = Counter[str](), Counter[str](), Counter[str]()
    policies: dict[str, str] = {}
    for text in texts:
        terms = forced(text.terms)
        policies |= {term.concept: term.policy for term in terms}
        wanted.update(term.concept for term in terms)
        found.update(cover(terms, text.text))
        same.update(cover(terms, text.text, predefined=True))
    kept = {concept for concept, policy in policies.items() if policy == "keep"}
    return TermScores(
        terms=wanted.total(),
        proper=proper(texts),
        exclusive=_share(found, wanted, policies),
        kept=_share(found, wanted, kept),
        translated=_share(found, wanted, policies.keys() - kept),
        consistency=_share(same, wanted, policies),
        avoided=sum(len(find_avoided(text.text, text.terms)) for text in texts),
    )


def forced(terms: Iterable[TermMatch]) -> tuple[TermMatch, ...]:
    """Leave out the terms whose rendering is only preferred."""
    return tuple(term for term in terms if term.policy in FORCED)


def missing(texts: Iterable[Rated]) -> tuple[Missing, ...]:
    """List the terms that the exclusive measure misses."""
    return tuple(
        Missing(text.document, text.unit, concept, wanted, found[concept])
        for text in texts
        for terms, found in [(forced(text.terms), cover(forced(text.terms), text.text))]
        for concept, wanted in Counter(term.concept for term in terms).items()
        if found[concept] < wanted
    )


def proper(texts: Iterable[Rated]) -> float:
    """Give the mean success of each document's terms, by substrings."""
    wanted, variants, written = Counter[tuple[str, str]](), dict[str, frozenset[str]](), dict[str, str]()
    for text in texts:
        written[text.document] = f"{written.get(text.document, '')}\n{text.text.lower()}"
        for term in forced(text.terms):
            wanted[text.document, term.concept] += 1
            variants[term.concept] = frozenset(rendering.lower() for rendering in (term.rendering, *term.admitted))
    rates = [
        min(1.0, sum(map(written[document].count, variants[concept])) / count)
        for (document, concept), count in wanted.items()
    ]
    return sum(rates) / len(rates) if rates else 1.0


def _share(found: Mapping[str, int], wanted: Mapping[str, int], concepts: Iterable[str]) -> float:
    all_of_them = sum(wanted[concept] for concept in concepts)
    return sum(found.get(concept, 0) for concept in concepts) / all_of_them if all_of_them else 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    """What references say about whole texts."""

    bleu: float
    chrf: float


def quality(hypotheses: Sequence[str], references: Sequence[str]) -> Quality:
    """Compare with references, by the character-based tokens that WMT uses for Chinese."""
    import sacrebleu

    bleu = sacrebleu.corpus_bleu(hypotheses, [references], tokenize="zh")
    return Quality(bleu.score, sacrebleu.corpus_chrf(hypotheses, [references]).score)
