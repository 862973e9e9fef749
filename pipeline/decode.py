"""The ladder: how a segment is translated so that nothing protected is lost, whatever the model does.

    plain      marks taken out, names as slots; marks are put around the words they held, found in the answer
    renamed    the same answers, the words that the model has for a term by itself replaced by its rendering
    small      a term in lower case, where its capitals made it look like a name
    slotted    words that were not found again, and terms that came out wrong, become slots themselves
    wide       the same from a wider beam, without the capital that may make a word look like a name
    turned     the same with other slot numbers
    names      the names themselves instead of slots
    clauses    the sentence cut in two at a comma or a conjunction, where words seem to be left out of the whole
    pieces     the same because placeholders were lost, or cut around terms that must stand
    order      only what stands between the placeholders is translated, and these keep their English order

A rung is taken only when those above gave nothing sound; the last cannot fail. Each ladder is a generator that
yields the requests it needs next and is sent the answers, so that one batch serves the same step of many segments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.engine import Engine, Hypothesis, Request
from pipeline.faults import find_faults, is_broken
from pipeline.marks import Pair, find_pairs, place_pair, without_marks
from pipeline.omissions import content_words, left_out, weighty
from pipeline.parts import Segment as Segment
from pipeline.parts import around, bare, clause_ends, content, cut_out, good_ends, join_parts, known_rendering
from pipeline.protect import characters, is_wordless
from pipeline.records import Placeholder, Span
from pipeline.slots import EngineText, read_answer, with_names, with_slots
from pipeline.term_cover import find_wrong, rename

_WORDS_AT_ONCE = 70
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


Answers = list[tuple[Hypothesis, ...]]
Ladder = Generator[list[Request], Answers, Draft]


@dataclass(frozen=True, slots=True)
class _Form:
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
class _Try:
    """What one hypothesis came to."""

    text: str
    score: float
    unplaced: frozenset[int]
    wrong_terms: frozenset[int]
    faults: int
    unseen: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int, float]:
        lost = len(content_words(self.unseen))
        return len(self.unplaced), len(self.wrong_terms), self.faults + lost, -self.score

    @property
    def perfect(self) -> bool:
        return not (self.unplaced or self.wrong_terms or self.faults or self.unseen)


@dataclass(slots=True)
class _Climb:
    """The state of one ladder: what is known about the segment so far."""

    segment: Segment
    slots: Sequence[str]
    pairs: tuple[Pair, ...]
    contents: Mapping[int, Draft]
    tries: list[_Try] = field(default_factory=list)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the model may write for a concept of its own accord."""
    stubborn: frozenset[int] = frozenset()
    """Terms that came out wrong in the best answer to some form."""

    def weighty(self, stretches: Iterable[str]) -> tuple[str, ...]:
        """The stretches that matter: terms are looked for by themselves."""
        return weighty(stretches, (self.segment.surface(index) for index in range(len(self.segment.terms))))

    def best(self) -> _Try | None:
        return min(self.tries, key=lambda attempt: attempt.rank, default=None)

    def perfect(self) -> bool:
        best = self.best()
        return best is not None and best.perfect

    def sound(self) -> _Try | None:
        return min((t for t in self.tries if not t.unplaced), key=lambda attempt: attempt.rank, default=None)


def translate_all(segments: Sequence[Segment], engine: Engine, progress: Callable[[int], None] | None) -> list[Draft]:
    """Translate segments together; `progress` is told how many are done."""
    ladders = gather([climb(segment, engine.slots) for segment in segments], progress)
    try:
        requests = next(ladders)
        while True:
            requests = ladders.send(engine.translate(requests))
    except StopIteration as done:
        return list(done.value)


def first_requests(segments: Sequence[Segment], engine: Engine) -> list[Request]:
    """What the model would be asked first, for a dry run."""
    try:
        return next(gather([climb(segment, engine.slots) for segment in segments]))
    except StopIteration:
        return []


def gather(
    ladders: Iterable[Ladder], progress: Callable[[int], None] | None = None
) -> Generator[list[Request], Answers, list[Draft]]:
    """Run ladders side by side: one merged list of requests for each step."""
    running = dict(enumerate(ladders))
    results: dict[int, Draft] = {}
    wanted: dict[int, list[Request]] = {}
    answers: dict[int, Answers | None] = dict.fromkeys(running)
    while running:
        for index, ladder in list(running.items()):
            try:
                given = answers[index]
                wanted[index] = next(ladder) if given is None else ladder.send(given)
            except StopIteration as done:
                results[index] = done.value
                del running[index]
        if progress:
            progress(len(results))
        if running:
            merged = yield [request for index in running for request in wanted[index]]
            at = 0
            for index in running:
                answers[index] = merged[at : at + len(wanted[index])]
                at += len(wanted[index])
    return [results[index] for index in sorted(results)]


def climb(segment: Segment, slots: Sequence[str]) -> Ladder:
    """Go up the rungs until one gives a sound translation."""
    if is_wordless(segment.text):
        return Draft(segment.text, 0.0, "nothing")
    known = known_rendering(segment)
    if known:
        return Draft(known, 0.0, "glossary")
    if len(segment.text.split()) > _WORDS_AT_ONCE and clause_ends(segment):
        return (yield from _in_pieces(segment, slots))
    pairs = find_pairs(segment.text, segment.table)
    drafts = yield from gather([climb(content(segment, pair), slots) for pair in pairs])
    state = _Climb(segment, slots, pairs, dict(enumerate(drafts)))
    yield from _ask(state, _Form("plain"))
    found = state.best()
    if found is None or not found.perfect:
        yield from _ask_again(state, found)
    for form in (_Form("turned", _all(pairs), state.stubborn, turned=True), _Form("names", _all(pairs), names=True)):
        if (sound := state.sound()) is None or (form.terms and _forced(segment, sound.wrong_terms)):
            yield from _ask(state, form)
    sound = state.sound()
    if sound is None:
        return (yield from (_in_pieces if clause_ends(segment) else _in_order)(segment, slots))
    if _forced(segment, sound.wrong_terms):
        parted = yield from _for_terms(segment, slots, sound)
        if parted is not None:
            return parted
    others = tuple(attempt.text for attempt in state.tries if not attempt.unplaced and attempt is not sound)
    draft = Draft(sound.text, sound.score, "plain" if sound is found else "retry", others)
    lost = yield from _left_out(segment, sound)
    if lost and (ends := good_ends(segment)):
        halves = yield from _in_pieces(segment, slots, ends)
        whole, joined = replace(sound, unseen=lost), _joined(state, halves)
        if joined is not None and joined.rank[:3] < whole.rank[:3]:
            return Draft(joined.text, joined.score, "clauses", (sound.text, *others), joined.unseen)
    return replace(draft, lost=lost)


def _joined(state: _Climb, halves: Draft) -> _Try | None:
    """What the halves of a sentence came to, None when names had to be put back in English order."""
    if halves.rung == "order":
        return None
    return _rated(state, halves.text, halves.score, frozenset(), halves.lost)


def _left_out(segment: Segment, sound: _Try) -> Generator[list[Request], Answers, tuple[str, ...]]:
    """What seems to be left out, and does not stand in the text as the model translates it by itself."""
    words = content_words(sound.unseen)
    if not words:
        return ()
    answers = yield [Request(word if word.isupper() else word.lower()) for word in words]
    renderings = {word: [h.text for h in answer] for word, answer in zip(words, answers, strict=True)}
    return left_out(sound.unseen, segment.text, sound.text, renderings)


def _all(pairs: Sequence[Pair]) -> frozenset[int]:
    return frozenset(range(len(pairs)))


def _ask_again(state: _Climb, found: _Try | None) -> Generator[list[Request], Answers, None]:
    """Mend the words for terms, turn what still is wrong into slots, then look wider."""
    if found is not None and found.wrong_terms:
        yield from _learn_words(state, found.wrong_terms)
        capital = frozenset(index for index in found.wrong_terms if state.segment.surface(index).istitle())
        if capital and not state.perfect():
            yield from _ask(state, _Form("small", small=capital))
        found = state.best()
    if found is not None and (found.unplaced or found.wrong_terms):
        state.stubborn |= found.wrong_terms
        yield from _ask(state, _Form("slotted", found.unplaced, found.wrong_terms))
    best = state.sound()
    if best is None or not best.perfect:
        state.stubborn |= best.wrong_terms if best else frozenset()
        terms = state.stubborn if best else frozenset[int]()
        yield from _ask(state, _Form("wide", frozenset() if best else _all(state.pairs), terms, wide=True))


def _learn_words(state: _Climb, terms: frozenset[int]) -> Generator[list[Request], Answers, None]:
    """Ask how the model translates terms by themselves: in the sentence it often says the same."""
    segment = state.segment
    english = {segment.terms[i].concept: segment.surface(i) for i in sorted(terms)}
    answers = yield [Request(text) for text in english.values()]
    for (concept, text), answer in zip(english.items(), answers, strict=True):
        state.words[concept] = (text, *(hypothesis.text.strip(" 。.") for hypothesis in answer))
    state.tries += [_rated(state, t.text, t.score, t.unplaced, t.unseen) for t in state.tries]


def _forced(segment: Segment, terms: frozenset[int]) -> frozenset[int]:
    return frozenset(index for index in terms if segment.terms[index].policy != "prefer")


def _ask(state: _Climb, form: _Form) -> Generator[list[Request], Answers, None]:
    """Ask for one form and note what its hypotheses came to."""
    text, meaning = _formed(state, form)
    if form.wide:
        text = text[:1].lower() + text[1:]
    sent = with_names(text, state.segment.table) if form.names else with_slots(text, state.slots, turned=form.turned)
    if sent is None:
        return
    answers = yield [Request(sent.text, form.wide)]
    for hypothesis in answers[0]:
        attempt = _judge(state, form, sent, meaning, hypothesis)
        if attempt is not None:
            state.tries.append(attempt)


def _formed(state: _Climb, form: _Form) -> tuple[str, dict[str, str]]:
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


def _judge(
    state: _Climb, form: _Form, sent: EngineText, meaning: Mapping[str, str], hypothesis: Hypothesis
) -> _Try | None:
    text = read_answer(hypothesis.text, sent)
    if text is None or (is_wordless(text) and not meaning) or is_broken(text):
        return None
    for char, chinese in meaning.items():
        text = re.sub(rf" ?{char} ?", chinese.replace("\\", r"\\"), text)
    text, unplaced = _place(state, form, text)
    inside = tuple(stretch for index in sorted(form.pairs) for stretch in state.contents[index].lost)
    return _rated(state, text, hypothesis.score, unplaced, state.weighty(hypothesis.unseen) + inside)


def _rated(state: _Climb, text: str, score: float, unplaced: frozenset[int], unseen: tuple[str, ...]) -> _Try:
    segment = state.segment
    text = rename(text, segment.terms, state.words)
    faults = find_faults(without_marks(segment.text, segment.table), text) + _misread_as_dates(text, segment.table)
    wrong = find_wrong(segment.terms, text, faults > 0)
    return _Try(text, score, unplaced, wrong, faults, unseen)


def _misread_as_dates(text: str, table: Mapping[str, Placeholder]) -> int:
    """A weight for names that the model took for a number and followed by 年, 月 or 日."""
    chars = re.findall("([\ue000-\uf8ff])\\s*[年月日]", text)
    return sum(4 for char in chars if char in table and not table[char].visible[-1:].isdigit())


def _place(state: _Climb, form: _Form, text: str) -> tuple[str, frozenset[int]]:
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


def _for_terms(segment: Segment, slots: Sequence[str], sound: _Try) -> Generator[list[Request], Answers, Draft | None]:
    """A translation in parts, when it has more of the terms that must stand than the best one of the whole."""
    if clause_ends(segment):
        draft = yield from _in_pieces(segment, slots)
    else:
        spans = around(segment, _forced(segment, sound.wrong_terms))
        if spans == [Span(0, len(segment.text))]:
            return None
        draft = yield from _cut(segment, slots, spans, "pieces")
    left = _forced(segment, find_wrong(segment.terms, draft.text, faulty=False))
    return draft if len(left) < len(_forced(segment, sound.wrong_terms)) else None


def _in_pieces(segment: Segment, slots: Sequence[str], ends: Sequence[int] = ()) -> Ladder:
    middle = len(segment.text) / 2
    at = min(ends or good_ends(segment) or clause_ends(segment), key=lambda place: abs(place - middle))
    halves = [bare(segment.part(0, at)), bare(segment.part(at, len(segment.text)))]
    first, second = yield from gather([climb(half, slots) for half in halves])
    joint = "" if re.search(r"[，,；;：:。—-]\s*$", first.text) else "，"
    head = re.sub(r"[,;。]\s*$", "，", first.text)
    rung = "order" if "order" in (first.rung, second.rung) else "pieces"
    return Draft(f"{head}{joint}{second.text}", min(first.score, second.score), rung, lost=first.lost + second.lost)


def _in_order(segment: Segment, slots: Sequence[str]) -> Ladder:
    spans = [Span(*match.span()) for match in re.finditer("[\ue000-\uf8ff]+", segment.text)]
    spans = spans or around(segment, _forced(segment, frozenset(range(len(segment.terms)))))
    if not spans:
        return (yield from _as_it_comes(segment))
    return (yield from _cut(segment, slots, spans, "order"))


def _cut(segment: Segment, slots: Sequence[str], spans: Sequence[Span], rung: str) -> Ladder:
    """Translate what the spans hold and what stands between them, each by itself."""
    parts = cut_out(segment, spans)
    drafts = yield from gather([climb(bare(part), slots) for part in parts])
    text = join_parts(parts, [draft.text for draft in drafts])
    rung = "order" if "order" in {rung, *(draft.rung for draft in drafts)} else rung
    lost = tuple(stretch for draft in drafts for stretch in draft.lost)
    return Draft(text, min(draft.score for draft in drafts), rung, lost=lost)


def _as_it_comes(segment: Segment) -> Ladder:
    """Text without placeholders that gave nothing usable: the first answer, or the English."""
    answers = yield [Request(segment.text.strip())]
    texts = [h for h in answers[0] if h.text.strip() and not characters(h.text) and not is_broken(h.text)]
    if texts:
        return Draft(texts[0].text, texts[0].score, "order")
    return Draft(segment.text, float("-inf"), "order")
