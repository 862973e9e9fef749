"""Measures a model as the tool uses it: with the ladder's checks and second tries, before post-editing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.attempt import Draft
from pipeline.decode import translate_all
from pipeline.engine import Engine
from pipeline.parts import Segment
from pipeline.protect import characters
from pipeline.records import Placeholder
from pipeline.training.augment import SLOT
from pipeline.training.corpus import Pair
from pipeline.training.evaluate import is_looped, score, sentences

_FIRST = 0xE000


@dataclass(frozen=True, slots=True)
class WorkScore:
    """What came of one development set's texts, of its sentences with slots, and of its fragments."""

    bleu: float
    chrf: float
    length: float
    sentences: int
    left_out: int
    """Sentences of which some words seem to be left out."""
    rungs: dict[str, int]
    """How many sentences each rung of the ladder gave."""
    slotted: int
    slots_kept: int
    """Sentences with slots that have every slot once."""
    fragments: int
    looped: int
    """Fragments that came back looped or empty."""


def measure_work(engine: Engine, pairs: Sequence[Pair], slotted: Sequence[str], fragments: Sequence[str]) -> WorkScore:
    """Translate all that a set gives and count; `slotted` are sentences with slot tokens."""
    parts = [sentences(pair.source) for pair in pairs]
    drafts = drafted(engine, (part for some in parts for part in some))
    flat = iter(drafts)
    outputs = ["".join(next(flat).text for _ in some) for some in parts]
    scored = score("", pairs, outputs, 0.0, {})
    with_slots = [coded(text) for text in slotted]
    kept = zip(with_slots, drafted(engine, with_slots), strict=True)
    loops = zip(fragments, drafted(engine, fragments), strict=True)
    return WorkScore(
        bleu=scored.bleu,
        chrf=scored.chrf,
        length=scored.length,
        sentences=len(drafts),
        left_out=sum(bool(draft.lost) for draft in drafts),
        rungs=dict(Counter(draft.rung for draft in drafts).most_common()),
        slotted=len(with_slots),
        slots_kept=sum(sorted(characters(text)) == sorted(characters(draft.text)) for text, draft in kept),
        fragments=len(fragments),
        looped=sum(is_looped(text, draft.text) or not draft.text.strip() for text, draft in loops),
    )


def drafted(engine: Engine, texts: Iterable[str]) -> list[Draft]:
    """Translate coded texts through the ladder."""
    return translate_all([Segment(text, names(text)) for text in texts], engine, None)


def coded(text: str) -> str:
    """Turn slot tokens into the characters that stand for protected strings."""
    return SLOT.sub(lambda slot: chr(_FIRST + int(re.sub(r"\D", "", slot[0]))), text)


def names(text: str) -> dict[str, Placeholder]:
    """Describe a coded text's protected strings; nothing is known of them but that they must come through."""
    return {char: Placeholder(char, "", "name", "ph", "", "", "slot") for char in characters(text)}
