"""One way to ask for a segment, and what the answers come to: the ladder's forms, tries and what it knows so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.engine import Hypothesis
from pipeline.faults import find_faults, is_broken
from pipeline.marks import Pair, place_pair, without_marks
from pipeline.omissions import content_words, weighty
from pipeline.parts import Segment
from pipeline.protect import is_wordless
from pipeline.records import Placeholder
from pipeline.slots import EngineText, read_answer
from pipeline.term_cover import find_wrong, rename

_TERM_SLOT = 0xF000
_PAIR_SLOT = 0xF400


@dataclass(frozen=True, slots=True)
class Draft:
    """A sound translation: every placeholder of the segment stands in `text` exactly once."""

    text: str
    score: float
    rung: str
    """The rung that gave it."""
    others: tuple[str, ...] = ()
    """Other sound translations of the same request."""
    lost: tuple[str, ...] = ()
    """Stretches of the English that seem to be left out."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask for a segment."""

    rung: str
    pairs: frozenset[int] = frozenset()
    """Pairs of marks whose words are slots."""
    terms: frozenset[int] = frozenset()
    """Terms (by index) that are slots standing for their rendering."""
    small: frozenset[int] = frozenset()
    """Terms in lower case, so that they do not look like a name."""
    wide: bool = False
    turned: bool = False
    names: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """What one hypothesis came to."""

    text: str
    score: float
    unplaced: frozenset[int]
    wrong_terms: frozenset[int]
    faults: int
    unseen: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """What the ladder orders tries by, the lowest first."""
        lost = len(content_words(self.unseen))
        return len(self.unplaced), len(self.wrong_terms), self.faults + lost, -self.score

    @property
    def perfect(self) -> bool:
        """Whether nothing is known to be wrong with it."""
        return not (self.unplaced or self.wrong_terms or self.faults or self.unseen)


@dataclass(slots=True)
class Climb:
    """The state of one ladder: what is known about the segment so far."""

    segment: Segment
    slots: Sequence[str]
    pairs: tuple[Pair, ...]
    contents: Mapping[int, Draft]
    tries: list[Try] = field(default_factory=list)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the model may write for a concept of its own accord."""
    stubborn: frozenset[int] = frozenset()
    """Terms that came out wrong in the best answer to some form."""

    def weighty(self, stretches: Iterable[str]) -> tuple[str, ...]:
        """The stretches that matter: terms are looked for by themselves."""
        return weighty(stretches, (self.segment.surface(index) for index in range(len(self.segment.terms))))

    def best(self) -> Try | None:
        """The best try so far, whether or not its marks were placed."""
        return min(self.tries, key=lambda attempt: attempt.rank, default=None)

    def perfect(self) -> bool:
        """Whether some try has nothing wrong with it."""
        best = self.best()
        return best is not None and best.perfect

    def sound(self) -> Try | None:
        """The best try in which every placeholder stands once."""
        return min((t for t in self.tries if not t.unplaced), key=lambda attempt: attempt.rank, default=None)


def formed(state: Climb, form: Form) -> tuple[str, dict[str, str]]:
    """The segment's text with the form's slots in it, and what stands behind these slots in Chinese."""
    segment, meaning = state.segment, dict[str, str]()
    changes: list[tuple[int, int, str]] = []
    for index in form.pairs:
        pair, char = state.pairs[index], chr(_PAIR_SLOT + index)
        meaning[char] = pair.open + state.contents[index].text + pair.close
        changes.append((pair.outer.start, pair.outer.end, char))
    for index in form.terms:
        term, char = segment.terms[index], chr(_TERM_SLOT + index)
        if not any(start <= term.span.start < end for start, end, _ in changes):
            meaning[char] = term.rendering
            changes.append((term.span.start, term.span.end, char))
    spans = [(segment.terms[index].span, segment.surface(index).lower()) for index in form.small]
    changes += [(span.start, span.end, surface) for span, surface in spans]
    text = segment.text
    for start, end, char in sorted(changes, reverse=True):
        text = text[:start] + char + text[end:]
    return without_marks(text, segment.table), meaning


def judge(state: Climb, form: Form, sent: EngineText, meaning: Mapping[str, str], hypothesis: Hypothesis) -> Try | None:
    """Read an answer to a form back into coded text; None when a placeholder was lost or nothing usable came."""
    text = read_answer(hypothesis.text, sent)
    if text is None or (is_wordless(text) and not meaning) or is_broken(text):
        return None
    for char, chinese in meaning.items():
        text = re.sub(rf" ?{char} ?", chinese.replace("\\", r"\\"), text)
    text, unplaced = _place(state, form, text)
    inside = tuple(stretch for index in sorted(form.pairs) for stretch in state.contents[index].lost)
    return rated(state, text, hypothesis.score, unplaced, state.weighty(hypothesis.unseen) + inside)


def rated(state: Climb, text: str, score: float, unplaced: frozenset[int], unseen: tuple[str, ...]) -> Try:
    """Mend the words for terms in a coded text and count what is wrong with it."""
    segment = state.segment
    text = rename(text, segment.terms, state.words)
    faults = find_faults(without_marks(segment.text, segment.table), text) + _misread_as_dates(text, segment.table)
    wrong = find_wrong(segment.terms, text, faults > 0)
    return Try(text, score, unplaced, wrong, faults, unseen)


def _misread_as_dates(text: str, table: Mapping[str, Placeholder]) -> int:
    """A weight for names that the model took for a number and followed by 年, 月 or 日."""
    chars = re.findall("([\ue000-\uf8ff])\\s*[年月日]", text)
    return sum(4 for char in chars if char in table and not table[char].visible[-1:].isdigit())


def _place(state: Climb, form: Form, text: str) -> tuple[str, frozenset[int]]:
    """Put marks around the words they held, for the pairs that were not slots."""
    unplaced = set()
    for index, pair in enumerate(state.pairs):
        if index not in form.pairs:
            draft = state.contents[index]
            whole = [term.rendering for term in state.segment.terms if not pair.holds(term.span)]
            placed = place_pair(text, pair, (draft.text, *draft.others), state.segment.table, whole)
            if placed is None:
                unplaced.add(index)
            else:
                text = placed
    return text, frozenset(unplaced)
