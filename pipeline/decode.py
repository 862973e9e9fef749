"""The ladder: how a segment is translated so that nothing protected is lost, whatever the model does.

    plain      marks taken out, names as slots; marks are put around the words they held, found in the answer
    slotted    words that were not found again, and terms that came out wrong, become slots themselves
    wide       the same from a wider beam, without the capital that may make a word look like a name
    turned     the same with other slot numbers
    names      the names themselves instead of slots
    pieces     the sentence cut in two at a comma or a conjunction
    order      only what stands between the placeholders is translated, and these keep their English order

A rung is taken only when those above gave nothing sound; the last cannot fail. Each ladder is a generator that
yields the requests it needs next and is sent the answers, so that one batch serves the same step of many segments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.engine import Engine, Hypothesis, Request
from pipeline.faults import find_faults
from pipeline.marks import Pair, find_pairs, place_pair, without_marks
from pipeline.protect import characters, is_wordless
from pipeline.records import Placeholder, TermMatch
from pipeline.slots import EngineText, read_answer, with_names, with_slots

_CLAUSE = re.compile(r"[,;:] |\s[—–-] |\s(?=(?:and|but|which|while|because|whereas|so that|that)\s)")
_WORDS_AT_ONCE = 70
_TERM_SLOT = 0xF000
_PAIR_SLOT = 0xF400


@dataclass(frozen=True, slots=True)
class Segment:
    """What the ladder is given: coded text, its placeholders, and the terms that must come out right."""

    text: str
    table: Mapping[str, Placeholder]
    terms: tuple[TermMatch, ...] = ()
    """Spans in `text`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sound translation: every placeholder of the segment stands in `text` exactly once."""

    text: str
    score: float
    rung: str
    """The rung that gave it."""
    others: tuple[str, ...] = ()
    """Other sound translations of the same request."""


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

    @property
    def rank(self) -> tuple[int, int, int, float]:
        return len(self.unplaced), len(self.wrong_terms), self.faults, -self.score

    @property
    def perfect(self) -> bool:
        return not (self.unplaced or self.wrong_terms or self.faults)


@dataclass(slots=True)
class _Climb:
    """The state of one ladder: what is known about the segment so far."""

    segment: Segment
    slots: Sequence[str]
    pairs: tuple[Pair, ...]
    contents: Mapping[int, Draft]
    tries: list[_Try] = field(default_factory=list)

    def best(self) -> _Try | None:
        return min(self.tries, key=lambda attempt: attempt.rank, default=None)

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
    known = _known(segment)
    if known:
        return Draft(known, 0.0, "glossary")
    if len(segment.text.split()) > _WORDS_AT_ONCE and _clause_ends(segment):
        return (yield from _in_pieces(segment, slots))
    pairs = find_pairs(segment.text, segment.table)
    drafts = yield from gather([climb(_content(segment, pair), slots) for pair in pairs])
    state = _Climb(segment, slots, pairs, dict(enumerate(drafts)))
    yield from _ask(state, _Form("plain"))
    found = state.best()
    if found is None or not found.perfect:
        yield from _ask_again(state, found)
    for form in (_Form("turned", _all(pairs), turned=True), _Form("names", _all(pairs), names=True)):
        if state.sound() is None:
            yield from _ask(state, form)
    sound = state.sound()
    if sound is None:
        return (yield from (_in_pieces if _clause_ends(segment) else _in_order)(segment, slots))
    others = tuple(attempt.text for attempt in state.tries if not attempt.unplaced and attempt is not sound)
    return Draft(sound.text, sound.score, "plain" if sound is found else "retry", others)


def _known(segment: Segment) -> str:
    """The rendering of a segment that is a term and nothing else but a mark at its end."""
    if len(segment.terms) != 1 or segment.terms[0].span.start:
        return ""
    rest = segment.text[segment.terms[0].span.end :].strip()
    return segment.terms[0].rendering + rest if rest in {"", ":", ".", "…", "!", "?"} else ""


def _all(pairs: Sequence[Pair]) -> frozenset[int]:
    return frozenset(range(len(pairs)))


def _ask_again(state: _Climb, found: _Try | None) -> Generator[list[Request], Answers, None]:
    """Turn what went wrong into slots, then look wider."""
    if found is not None and (found.unplaced or found.wrong_terms):
        yield from _ask(state, _Form("slotted", found.unplaced, found.wrong_terms))
    best = state.sound()
    if best is None or not best.perfect:
        terms = best.wrong_terms if best else frozenset[int]()
        yield from _ask(state, _Form("wide", frozenset() if best else _all(state.pairs), terms, wide=True))


def _content(segment: Segment, pair: Pair) -> Segment:
    text = segment.text[pair.inner.start : pair.inner.end]
    return Segment(text, segment.table, _terms_within(segment, pair.inner.start, pair.inner.end))


def _terms_within(segment: Segment, start: int, end: int) -> tuple[TermMatch, ...]:
    return tuple(
        replace(term, span=type(term.span)(term.span.start - start, term.span.end - start))
        for term in segment.terms
        if start <= term.span.start and term.span.end <= end
    )


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
    text = segment.text
    for start, end, char in sorted(changes, reverse=True):
        text = text[:start] + char + text[end:]
    return without_marks(text, segment.table), meaning


def _judge(
    state: _Climb, form: _Form, sent: EngineText, meaning: Mapping[str, str], hypothesis: Hypothesis
) -> _Try | None:
    text = read_answer(hypothesis.text, sent)
    if text is None or (is_wordless(text) and not meaning):
        return None
    for char, chinese in meaning.items():
        text = re.sub(rf" ?{char} ?", chinese.replace("\\", r"\\\\"), text)
    text, unplaced = _place(state, form, text)
    faults = find_faults(without_marks(state.segment.text, state.segment.table), text)
    faults += _misread_as_dates(text, state.segment.table)
    return _Try(text, hypothesis.score, unplaced, _wrong_terms(state.segment.terms, text, faults > 0), faults)


def _misread_as_dates(text: str, table: Mapping[str, Placeholder]) -> int:
    """A weight for names that the model took for a number and followed by 年, 月 or 日."""
    chars = re.findall("([\ue000-\uf8ff])\\s*[年月日]", text)
    return sum(2 for char in chars if char in table and not table[char].visible[-1:].isdigit())


def _place(state: _Climb, form: _Form, text: str) -> tuple[str, frozenset[int]]:
    """Put marks around the words they held, for the pairs that were not slots."""
    unplaced = set()
    for index, pair in enumerate(state.pairs):
        if index not in form.pairs:
            draft = state.contents[index]
            placed = place_pair(text, pair, (draft.text, *draft.others), state.segment.table)
            if placed is None:
                unplaced.add(index)
            else:
                text = placed
    return text, frozenset(unplaced)


def _wrong_terms(terms: Sequence[TermMatch], text: str, faulty: bool) -> frozenset[int]:
    """Terms whose rendering is missing, or that came out in a rendering to avoid.

    A merely preferred rendering is asked for only when the text is `faulty` anyway.
    """
    wrong = set()
    for index, term in enumerate(terms):
        wanted = sum(other.rendering == term.rendering for other in terms)
        found = max(text.count(rendering) for rendering in (term.rendering, *term.admitted))
        missing = (faulty or term.policy != "prefer") and found < wanted
        left = text.replace(term.rendering, "")
        if missing or any(avoided in left for avoided in term.avoid):
            wrong.add(index)
    return frozenset(wrong)


def _clause_ends(segment: Segment) -> list[int]:
    """Places where the text can be cut in two: outside marks, with words on both sides."""
    pairs = find_pairs(segment.text, segment.table)
    return [
        match.end()
        for match in _CLAUSE.finditer(segment.text)
        if not any(pair.outer.start < match.end() < pair.outer.end for pair in pairs)
        and not any(term.span.start < match.end() < term.span.end for term in segment.terms)
        and len(segment.text[: match.start()].split()) > 1
        and len(segment.text[match.end() :].split()) > 1
        and not is_wordless(segment.text[: match.start()])
        and not is_wordless(segment.text[match.end() :])
    ]


def _in_pieces(segment: Segment, slots: Sequence[str]) -> Ladder:
    middle = len(segment.text) / 2
    at = min(_clause_ends(segment), key=lambda place: abs(place - middle))
    left, right = segment.text[:at].rstrip(), segment.text[at:].lstrip()
    skipped = len(segment.text) - len(right)
    halves = (
        Segment(left, segment.table, _terms_within(segment, 0, len(left))),
        Segment(right, segment.table, _terms_within(segment, skipped, len(segment.text))),
    )
    first, second = yield from gather([climb(half, slots) for half in halves])
    joint = "" if re.search(r"[，,；;：:。—-]\s*$", first.text) else "，"
    head = re.sub(r"[,;。]\s*$", "，", first.text)
    rung = "order" if "order" in (first.rung, second.rung) else "pieces"
    return Draft(f"{head}{joint}{second.text}", min(first.score, second.score), rung)


def _in_order(segment: Segment, slots: Sequence[str]) -> Ladder:
    parts = re.split("([\ue000-\uf8ff]+)", segment.text)
    if len(parts) == 1:
        return (yield from _as_it_comes(segment))
    drafts = yield from gather([climb(Segment(part.strip(), segment.table), slots) for part in parts])
    text = "".join(_in_its_spaces(part, draft.text) for part, draft in zip(parts, drafts, strict=True))
    return Draft(text, min(draft.score for draft in drafts), "order")


def _in_its_spaces(part: str, text: str) -> str:
    """The translation of a part with the white space that stood around the part."""
    bare = part.strip()
    return part.replace(bare, text, 1) if bare else part


def _as_it_comes(segment: Segment) -> Ladder:
    """Text without placeholders that gave nothing usable: the first answer, or the English."""
    answers = yield [Request(segment.text.strip())]
    texts = [h for h in answers[0] if h.text.strip() and not characters(h.text)]
    if texts:
        return Draft(texts[0].text, texts[0].score, "order")
    return Draft(segment.text, float("-inf"), "order")
