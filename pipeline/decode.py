"""The ladder: how a segment is translated so that nothing protected is lost, whatever the model does.

    plain      marks taken out, names as slots (those with a rendering too, when they are of several words);
               marks are put around the words they held, found in the answer
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
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace

from pipeline.attempt import Climb, Draft, Form, Try, formed, judge, rated
from pipeline.engine import Engine, Hypothesis, Request
from pipeline.faults import is_broken
from pipeline.marks import Pair, find_pairs
from pipeline.omissions import content_words, left_out
from pipeline.parts import (
    Segment,
    around,
    bare,
    clause_ends,
    content,
    cut_out,
    good_ends,
    join_parts,
    known_rendering,
    long_names,
)
from pipeline.protect import characters, is_wordless
from pipeline.records import Span
from pipeline.slots import with_names, with_slots
from pipeline.term_cover import find_wrong

_WORDS_AT_ONCE = 70


Answers = list[tuple[Hypothesis, ...]]
Ladder = Generator[list[Request], Answers, Draft]


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
    state = Climb(segment, slots, pairs, dict(enumerate(drafts)), stubborn=long_names(segment))
    yield from _ask(state, Form("plain", terms=state.stubborn))
    found = state.best()
    if found is None or not found.perfect:
        yield from _ask_again(state, found)
    for form in (Form("turned", _all(pairs), state.stubborn, turned=True), Form("names", _all(pairs), names=True)):
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


def _joined(state: Climb, halves: Draft) -> Try | None:
    """What the halves of a sentence came to, None when names had to be put back in English order."""
    if halves.rung == "order":
        return None
    return rated(state, halves.text, halves.score, frozenset(), halves.lost)


def _left_out(segment: Segment, sound: Try) -> Generator[list[Request], Answers, tuple[str, ...]]:
    """What seems to be left out, and does not stand in the text as the model translates it by itself."""
    words = content_words(sound.unseen)
    if not words:
        return ()
    answers = yield [Request(word if word.isupper() else word.lower()) for word in words]
    renderings = {word: [h.text for h in answer] for word, answer in zip(words, answers, strict=True)}
    return left_out(sound.unseen, segment.text, sound.text, renderings)


def _all(pairs: Sequence[Pair]) -> frozenset[int]:
    return frozenset(range(len(pairs)))


def _ask_again(state: Climb, found: Try | None) -> Generator[list[Request], Answers, None]:
    """Mend the words for terms, turn what still is wrong into slots, then look wider."""
    if found is not None and found.wrong_terms:
        yield from _learn_words(state, found.wrong_terms)
        capital = frozenset(index for index in found.wrong_terms if state.segment.surface(index).istitle())
        if capital and not state.perfect():
            yield from _ask(state, Form("small", small=capital))
        found = state.best()
    if found is not None and (found.unplaced or found.wrong_terms):
        state.stubborn |= found.wrong_terms
        yield from _ask(state, Form("slotted", found.unplaced, state.stubborn))
    best = state.sound()
    if best is None or not best.perfect:
        state.stubborn |= best.wrong_terms if best else frozenset()
        terms = state.stubborn if best else frozenset[int]()
        yield from _ask(state, Form("wide", frozenset() if best else _all(state.pairs), terms, wide=True))


def _learn_words(state: Climb, terms: frozenset[int]) -> Generator[list[Request], Answers, None]:
    """Ask how the model translates terms by themselves: in the sentence it often says the same."""
    segment = state.segment
    english = {segment.terms[i].concept: segment.surface(i) for i in sorted(terms)}
    answers = yield [Request(text) for text in english.values()]
    for (concept, text), answer in zip(english.items(), answers, strict=True):
        state.words[concept] = (text, *(hypothesis.text.strip(" 。.") for hypothesis in answer))
    state.tries += [rated(state, t.text, t.score, t.unplaced, t.unseen) for t in state.tries]


def _forced(segment: Segment, terms: frozenset[int]) -> frozenset[int]:
    return frozenset(index for index in terms if segment.terms[index].policy != "prefer")


def _ask(state: Climb, form: Form) -> Generator[list[Request], Answers, None]:
    """Ask for one form and note what its hypotheses came to."""
    text, meaning = formed(state, form)
    if form.wide:
        text = text[:1].lower() + text[1:]
    sent = with_names(text, state.segment.table) if form.names else with_slots(text, state.slots, turned=form.turned)
    if sent is None:
        return
    answers = yield [Request(sent.text, form.wide)]
    for hypothesis in answers[0]:
        attempt = judge(state, form, sent, meaning, hypothesis)
        if attempt is not None:
            state.tries.append(attempt)


def _for_terms(segment: Segment, slots: Sequence[str], sound: Try) -> Generator[list[Request], Answers, Draft | None]:
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
