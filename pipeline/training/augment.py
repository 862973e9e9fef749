"""Turns clean pairs into what the model meets at work: slots, headings, capitals, fragments, merged sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from pipeline.training.corpus import HAN_CHARACTER, Pair, tidy_target

SLOTS = tuple(f"<t{number}>" for number in range(10))
SLOT = re.compile(r"<t\d>")
JOINS_BEFORE = re.compile(r"[A-Za-z0-9_.$@{#/\\-]")
JOINS_AFTER = re.compile(r"[A-Za-z0-9_@}/\\]")
LATIN_WORD = r"[A-Za-z][A-Za-z0-9]*(?:[-_.+/'@#][A-Za-z0-9]+)*[+#]{0,2}(?:\(\))?"
SHARED = re.compile(
    rf"https?://[A-Za-z0-9/._~%#?&=+:-]*[A-Za-z0-9/]|`[^`]+`|\$[^$]{{1,40}}\$"
    rf"|(?<![A-Za-z0-9_]){LATIN_WORD}(?: (?:{LATIN_WORD}|\d[\d.]*(?![A-Za-z0-9])))*"
    r"|(?<![A-Za-z0-9_.-])\d[\d.,:/-]*\d%?(?![A-Za-z_])|(?<![A-Za-z0-9_.-])\d%?(?![A-Za-z0-9_.-])"
)
SHARED_WORD = re.compile(LATIN_WORD)
WORD = re.compile(r"(?<![A-Za-z0-9_$\\{/@.])[A-Za-z]+(?:['’][a-z]+)?(?![A-Za-z0-9_}/@]|\.[A-Za-z])")
ENGLISH_QUOTE = re.compile(r'(?:^|(?<=[ (]))["“]([^"“” ][^"“”]{4,90})["”]')
CHINESE_QUOTE = re.compile(r"[《“]([^《》“”]{2,60})[》”]")
ENGLISH_WORD = re.compile(r"[A-Za-z][A-Za-z-]*")
FINAL_MARK = re.compile(r"[.!?:]+$")
FINAL_WIDE_MARK = re.compile(r"[。！？：.!?:]+$")
FRAMES = (
    ("{slot}: {source}", "{slot}：{target}"),
    ("{slot} - {source}", "{slot} - {target}"),
    ("{slot} {source}", "{slot} {target}"),
    ("{source} {slot}", "{target} {slot}"),
    ("{source} ({slot})", "{target}（{slot}）"),
    ("{slot}. {source}", "{slot}. {target}"),
)
MINOR = {"a", "an", "the", "of", "in", "on", "for", "to", "and", "or", "with", "from", "by", "at", "as"}
"""Words that stay small in a heading."""
SENTENCE_END = (".", "!", "?")
Terms = Mapping[str, tuple[str, ...]]
MOST_SHARED = 6
LONGEST_TERM = 4


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each change is made, as a share of the pairs."""

    shared_slots: float = 0.45
    term_slot: float = 0.12
    around_term: float = 0.03
    quote_slot: float = 0.5
    frame: float = 0.03
    repeated: float = 0.04
    random_start: float = 0.25
    title_case: float = 0.05
    upper_case: float = 0.03
    lower_start: float = 0.03
    no_final_mark: float = 0.12
    merge: float = 0.02
    from_the_right: float = 0.08
    """Slots numbered from the right, as on a second try."""
    recut: float = 0.0
    """Sources cut into pieces other than the likeliest."""


@dataclass(frozen=True, slots=True)
class Swap:
    """A string of the source and the string of the target that one slot shall replace."""

    source: str
    target: str


def places(text: str, part: str) -> list[int]:
    """Find where `part` stands in `text` as a whole word, in characters."""
    found: list[int] = []
    start = text.find(part)
    while start >= 0:
        end = start + len(part)
        before = start > 0 and JOINS_BEFORE.match(text[start - 1])
        after = end < len(text) and JOINS_AFTER.match(text[end])
        if not before and not after:
            found.append(start)
        start = text.find(part, end)
    return found


def shared_strings(source: str, target: str, most: int = 1) -> list[str]:
    """List strings that stand equally often on both sides, at most `most` times: names, numbers, links, code."""
    found: list[str] = []
    for run in dict.fromkeys(match.group() for match in SHARED.finditer(target)):
        parts = [run] if run in source else SHARED_WORD.findall(run)
        for part in dict.fromkeys(parts):
            times = len(places(source, part)) if len(part) > 1 or part.isdigit() else 0
            if 0 < times <= most and times == len(places(target, part)) == target.count(part) == source.count(part):
                found.append(part)
    return [part for part in dict.fromkeys(found) if not any(part != other and part in other for other in found)]


def term_swaps(source: str, target: str, terms: Terms) -> list[Swap]:
    """List the terms that stand once in the source and one of whose Chinese forms stands once in the target."""
    words = [(match.start(), match.end()) for match in ENGLISH_WORD.finditer(source)]
    swaps: list[Swap] = []
    for first, (start, _) in enumerate(words):
        for _, end in reversed(words[first : first + LONGEST_TERM]):
            english = source[start:end]
            for chinese in terms.get(english.lower(), ()):
                if target.count(chinese) == 1 and source.count(english) == 1:
                    swaps.append(Swap(english, chinese))
                    break
    return swaps


def quote_swap(source: str, target: str) -> Swap | None:
    """Pair the only quotation of the source with the only quotation or 《title》 of the target."""
    if sum(map(source.count, '"“”')) != 2:
        return None
    english, chinese = ENGLISH_QUOTE.findall(source), CHINESE_QUOTE.findall(target)
    if len(english) == len(chinese) == 1 and source.count(english[0]) == target.count(chinese[0]) == 1:
        inner = str(english[0])
        return Swap(inner.rstrip(",.") if inner.rstrip(",.") else inner, str(chinese[0]))
    return None


def put_slots(pair: Pair, swaps: Iterable[Swap], start: int, step: int = 1) -> Pair:
    """Replace swaps by slots numbered from `start` in the order of the source, upwards or (step -1) downwards."""
    source, target, domain = pair
    ordered = sorted(swaps, key=lambda swap: source.find(swap.source))
    for number, swap in enumerate(ordered):
        mark = chr(0xE000 + number)
        source, target = source.replace(swap.source, mark), target.replace(swap.target, mark)
    for number in range(len(ordered)):
        mark, slot = chr(0xE000 + number), SLOTS[(start + step * number) % len(SLOTS)]
        source, target = source.replace(mark, slot), target.replace(mark, slot)
    return Pair(source, tidy_target(target), domain)


def is_balanced(pair: Pair) -> bool:
    """Tell whether every slot stands equally often on both sides."""
    return sorted(SLOT.findall(pair.source)) == sorted(SLOT.findall(pair.target))


def without_overlap(swaps: Iterable[Swap]) -> list[Swap]:
    """Keep the first of any swaps that share characters on either side."""
    kept: list[Swap] = []
    for swap in swaps:
        sources, targets = [one.source for one in kept], [one.target for one in kept]
        if not any(swap.source in one or one in swap.source for one in sources) and not any(
            swap.target in one or one in swap.target for one in targets
        ):
            kept.append(swap)
    return kept


def choose_swaps(pair: Pair, rates: Rates, terms: Terms, random: Random) -> list[Swap]:
    """Draw which parts of a pair become slots."""
    source, target, _ = pair
    swaps: list[Swap] = []
    if random.random() < rates.quote_slot and ('"' in source or "“" in source):
        quoted = quote_swap(source, target)
        swaps += [quoted] if quoted else []
    if random.random() < rates.shared_slots:
        most = 3 if random.random() < rates.repeated * 4 else 1
        shared = shared_strings(source, target, most)
        count = random.randint(1, min(MOST_SHARED, len(shared))) if shared else 0
        swaps += [Swap(part, part) for part in random.sample(shared, count)]
    if random.random() < rates.term_slot:
        known = term_swaps(source, target, terms)
        swaps += random.sample(known, min(len(known), random.choice((1, 1, 1, 2))))
    return without_overlap(swaps)[: len(SLOTS) - 2]


def with_slots(pair: Pair, rates: Rates, terms: Terms, random: Random) -> Pair:
    """Put slots into a pair as its dice fall; a pair that would lose its balance stays as it is."""
    swaps = choose_swaps(pair, rates, terms, random)
    if not swaps:
        return around_term(pair, terms, random) if random.random() < rates.around_term else pair
    start = random.randrange(len(SLOTS)) if random.random() < rates.random_start else 0
    if random.random() < rates.from_the_right:
        changed = put_slots(pair, swaps, len(swaps) - 1, -1)
    else:
        changed = put_slots(pair, swaps, start)
    return changed if is_balanced(changed) else pair


def around_term(pair: Pair, terms: Terms, random: Random) -> Pair:
    """Put a pair of slots around a term on both sides, as the marks of a link stand around its text."""
    known = [swap for swap in term_swaps(pair.source, pair.target, terms) if swap.source and swap.target]
    if not known:
        return pair
    swap, start = random.choice(known), random.choice((0, 0, 0, random.randrange(9)))
    first, last = SLOTS[start], SLOTS[start + 1]
    source = pair.source.replace(swap.source, f"{first} {swap.source} {last}")
    target = tidy_target(pair.target.replace(swap.target, f" {first} {swap.target} {last} "))
    changed = Pair(source, target, pair.domain)
    return changed if is_balanced(changed) else pair


def framed(pair: Pair, random: Random) -> Pair:
    """Set a slot before or after the whole pair: an item's name, a number, a link at the end."""
    free = [slot for slot in SLOTS if slot not in pair.source]
    if not free or SLOT.search(pair.source):
        return pair
    slot = free[0] if random.random() < 0.7 else random.choice(free)
    english, chinese = random.choice(FRAMES)
    source = english.format(slot=slot, source=pair.source)
    return Pair(source, tidy_target(chinese.format(slot=slot, target=pair.target)), pair.domain)


def outside_slots(text: str, change: re.Pattern[str], write: str) -> str:
    """Apply `upper` or `title` to the words of a text that are no slots."""
    pieces = SLOT.split(text)
    slots = [*SLOT.findall(text), ""]
    writer = title_word if write == "title" else upper_word
    return "".join(change.sub(writer, piece) + slot for piece, slot in zip(pieces, slots, strict=True))


def upper_word(match: re.Match[str]) -> str:
    """Write a word in capitals."""
    return match.group().upper()


def title_word(match: re.Match[str]) -> str:
    """Write a word as in a heading: small function words and words with inner capitals stay."""
    word = match.group()
    return word if word in MINOR or not word.islower() else word.capitalize()


def recased(source: str, rates: Rates, random: Random) -> str:
    """Draw the casing of an English text; slots are never touched."""
    dice = random.random()
    if dice < rates.title_case:
        text = outside_slots(source, WORD, "title")
        return text[:1].upper() + text[1:] if text[:1] != "<" else text
    if dice < rates.title_case + rates.upper_case:
        return outside_slots(source, WORD, "upper")
    lower = dice < rates.title_case + rates.upper_case + rates.lower_start
    if lower and len(source) > 1 and source[1].islower():
        return source[0].lower() + source[1:]
    return source


def without_final_mark(pair: Pair) -> Pair:
    """Take the closing mark off both sides, if both have one."""
    source, target = FINAL_MARK.sub("", pair.source), FINAL_WIDE_MARK.sub("", pair.target)
    if source == pair.source or target == pair.target or not source or not target:
        return pair
    return Pair(source.rstrip(), target.rstrip(), pair.domain)


def merged(first: Pair, second: Pair) -> Pair:
    """Set two pairs one after the other as one text of two sentences."""
    return Pair(f"{first.source} {second.source}", tidy_target(f"{first.target}{second.target}"), first.domain)


def can_merge(first: Pair, second: Pair) -> bool:
    """Tell whether both pairs are whole sentences, so that one may follow the other."""
    return all(
        pair.source.endswith(SENTENCE_END) and pair.target.endswith(("。", "！", "？")) for pair in (first, second)
    )


def augment(pairs: list[Pair], rates: Rates, terms: Terms, random: Random) -> list[Pair]:
    """Change a run of pairs as the dice fall; neighbours may be merged, so there may be fewer."""
    changed: list[Pair] = []
    for pair in pairs:
        if changed and random.random() < rates.merge and can_merge(changed[-1], pair):
            pair = merged(changed.pop(), pair) if not SLOT.search(changed[-1].source) else pair
        pair = with_slots(pair, rates, terms, random) if not SLOT.search(pair.source) else pair
        if random.random() < rates.frame:
            pair = framed(pair, random)
        if random.random() < rates.no_final_mark:
            pair = without_final_mark(pair)
        changed.append(Pair(recased(pair.source, rates, random), pair.target, pair.domain))
    return changed


def term_table(pairs: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
    """Gather short pairs into a table from lower-case English to its Chinese forms."""
    table: dict[str, tuple[str, ...]] = {}
    for source, target, _ in pairs:
        key = source.lower()
        if is_term(source, target) and target not in table.get(key, ()):
            table[key] = (*table.get(key, ()), target)
    return table


def is_term(source: str, target: str) -> bool:
    """Tell whether a pair is one to four words and two to eight Chinese characters, nothing else."""
    words = source.split(" ")
    plain = all(ENGLISH_WORD.fullmatch(word) for word in words)
    return plain and len(words) <= LONGEST_TERM and len(source) > 3 and is_han(target)


def is_han(text: str) -> bool:
    """Tell whether a text is two to eight Chinese characters."""
    return 2 <= len(text) <= 8 and len(HAN_CHARACTER.findall(text)) == len(text)


def term_pairs(pairs: Iterable[Pair], random: Random) -> list[Pair]:
    """Write terms the way they stand in running text, in headings and in capitals."""
    written = []
    for source, target, _ in pairs:
        kept = source if any(word[1:].lower() != word[1:] for word in source.split()) else source.lower()
        form = random.choice((kept, kept, kept.title() if kept.islower() else kept, source.upper()))
        written.append(Pair(form, target, "term"))
    return written
