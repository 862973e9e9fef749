"""English words that nothing in the Chinese seems to come from.

A model that loses a clause hardly looks at its words while it writes. `unseen` reads that from the attention between
answer and source; `left_out` then drops what stands in the answer all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.records import Span

FLOOR, FLOOR_KEY = 0.25, "duizhao_attention_floor"
"""The attention below which a word counts as unseen, and where a model's configuration gives it.

Measured on the shipped model, as the mean of the heads of its second decoder layer; models without the entry are not
judged.
"""
_WORD = re.compile(r"(?<![A-Za-z'’-])[A-Za-z]{2,}(?:-[A-Za-z]+)*(?![A-Za-z'’-])")
_SLOT = re.compile(r"\S*<t\d+>\S*")
_MARKS = "。，、；：？！“”\"'().,;:?! 的地得了"
_WORD_START = "▁"
_SMALL = frozenset(
    """
    able about above across actually addition after again against all almost along already also although always
    am among an and another any are around as at away back based be became because become been before being
    below besides between both but by called came can cannot case cases come coming could did do does doing done
    down due during each effort efforts either else etc even ever every far few first for found from further
    gave get gets getting give given gives go goes going good got had has have having he held help helps hence
    her here hers highly him his how however i if in included includes including instead into involved involving
    is it its itself just keep kept kind known later let lies like likely made main make makes making many may
    me might more most much must my namely near need needed needs neither never new next no nor not now of off
    often on once one ones only onto or other others our out over own part particular particularly per perform
    performing possible possibly present presented provide provided provides quite range rather really related
    same see seem seems several shall she should show showed shown shows since so some something still such take
    taken takes than that the their them themselves then there therefore these they thing things this those
    though through thus time to together too took toward towards under until up upon us use used uses using
    variety various very via want was way we well went were what when where whether which while who whole whom
    whose why will with within without would year yes yet you your
    """.split()
)
"""Words that Chinese often does without, or says in ways of its own."""


def unseen(pieces: Sequence[str], attention: Sequence[Sequence[float]], floor: float) -> tuple[str, ...]:
    """Stretches of a source whose words all stay below `floor` at every step of decoding.

    `pieces` are SentencePiece pieces; `attention` has a row for each piece of the answer and in it one weight for
    each piece of the source, together 1. The weight of a word is that of its pieces together.
    """
    stretches: list[list[str]] = []
    open_stretch = False
    for start, end in _words(pieces):
        weight = max((sum(row[start:end]) for row in attention), default=0.0)
        if weight < floor:
            stretches = stretches if open_stretch else [*stretches, []]
            stretches[-1].append("".join(pieces[start:end]).replace(_WORD_START, ""))
        open_stretch = weight < floor
    return tuple(" ".join(stretch) for stretch in stretches)


def _words(pieces: Sequence[str]) -> list[tuple[int, int]]:
    starts = [index for index, piece in enumerate(pieces) if piece.startswith(_WORD_START)]
    return list(zip(starts, [*starts[1:], len(pieces)], strict=True))


def weighty(stretches: Iterable[str], known: Iterable[str] = ()) -> tuple[str, ...]:
    """The stretches that hold a word of content other than `known` ones, without the small words at their ends."""
    beside = _SMALL | {word.lower() for text in known for word in _WORD.findall(text)}
    parts = (part for stretch in stretches for part in _SLOT.split(stretch))
    found = (_trimmed(part, lambda word: word.lower() not in beside) for part in parts)
    return tuple(stretch for stretch in found if stretch)


def _trimmed(stretch: str, counts: Callable[[str], bool]) -> str:
    words = [match for match in _WORD.finditer(stretch) if counts(match[0])]
    return stretch[words[0].start() : words[-1].end()] if words else ""


def content_words(stretches: Iterable[str]) -> list[str]:
    """The words of content in stretches, each once."""
    words = (word for stretch in stretches for word in _WORD.findall(stretch))
    return list(dict.fromkeys(word for word in words if word.lower() not in _SMALL))


def left_out(
    stretches: Iterable[str], english: str, chinese: str, renderings: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """The stretches of which half the words of content or more stand less often in the Chinese than in the English.

    `renderings` holds by English word what it may have become.
    """
    missing = {word for word, chosen in renderings.items() if not _stands(word, chosen, english, chinese)}
    kept = []
    for stretch in stretches:
        words = content_words([stretch])
        if 2 * sum(word in missing for word in words) >= max(1, len(words)):
            kept.append(stretch)
    return tuple(dict.fromkeys(kept))


def find_stretches(text: str, stretches: Iterable[str]) -> list[Span]:
    """Where stretches stand in a text as Markdown: the first place of each, or of each of its words of content."""
    found: list[Span] = []
    for stretch in stretches:
        whole = _first(text, r"\W+".join(map(re.escape, re.findall(r"\w+", stretch))))
        found += whole or [span for word in content_words([stretch]) for span in _first(text, re.escape(word))]
    return found


def _first(text: str, pattern: str) -> list[Span]:
    whole = rf"(?<!\w){pattern}(?!\w)"
    match = re.search(whole, text) or re.search(whole, text, re.IGNORECASE) if pattern else None
    return [Span(*match.span())] if match else []


def _stands(word: str, renderings: Sequence[str], english: str, chinese: str) -> bool:
    stem = re.escape(word.lower().removesuffix("s"))
    wanted = len(re.findall(rf"\b{stem}s?\b", english.lower()))
    forms = [form for form in (rendering.strip(_MARKS).lower() for rendering in renderings) if form]
    return any(chinese.lower().count(form) >= max(1, wanted) for form in (word.lower(), *forms))
