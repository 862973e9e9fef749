"""What is visibly wrong with a hypothesis, counted, so that the ladder can choose between hypotheses."""

from __future__ import annotations

import re

_PRIVATE = "\ue000-\uf8ff"
_LATIN = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LOOP = re.compile(r"([^\d\s]{1,12}?)(?:\s*\1){2,}")
_STUCK = re.compile(r"([^\d\s]{1,16}?)(?:\s*\1){4,}")
_DOUBLE = re.compile(r"([\u3400-\u9fff]{3,10})(?:[，、,的和与]|\s*[—–-]+\s*)?\1")
_STUTTER = re.compile(r"([\u3400-\u9fff]{2})[\u3400-\u9fff]{0,2}\1[\u3400-\u9fff]{0,2}\1")
_NUMBER = re.compile(r"\d+")
_COUNT_WORDS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_BROKEN, _MADE_UP, _LEFT, _LOST_NUMBER, _LOOPED, _SHORT, _LONG, _STUTTERED, _UNPAIRED = 5, 2, 1, 3, 4, 3, 2, 2, 2
_PAIRS = (("“", "”"), ("（", "）"), ("(", ")"), ("《", "》"))


def find_faults(source: str, target: str) -> int:
    """A weight, 0 when nothing is visibly wrong. Both texts are coded, without paired marks in the source."""
    return (
        _latin_faults(source, target)
        + _number_faults(source, target)
        + (_BROKEN if "\ufffd" in target else 0)
        + (_LOOPED if _LOOP.search(_without(target)) and not _LOOP.search(_without(source)) else 0)
        + (_LOOPED if _DOUBLE.search(target) else 0)
        + (_STUTTERED if _STUTTER.search(target) else 0)
        + _length_faults(source, target)
        + _pair_faults(source, target)
    )


def is_broken(text: str) -> bool:
    """Whether the model got stuck, five times the same in a row, or wrote bytes that are no text."""
    return "\ufffd" in text or bool(_STUCK.search(_without(text)))


def _without(text: str) -> str:
    return re.sub(rf"[{_PRIVATE}—…·.*=_-]", "", text)


def _latin_faults(source: str, target: str) -> int:
    known = {word.lower() for word in _LATIN.findall(source)}
    return sum(_LEFT if word.lower() in known else _MADE_UP for word in _LATIN.findall(target))


def _number_faults(source: str, target: str) -> int:
    wanted, found = _NUMBER.findall(source), _NUMBER.findall(target)
    lost = sum(max(0, wanted.count(number) - found.count(number)) for number in set(wanted))
    allowed = {_COUNT_WORDS[word] for word in re.findall(r"[a-z]+", source.lower()) if word in _COUNT_WORDS}
    made_up = sum(number not in wanted and number not in allowed for number in found)
    return _LOST_NUMBER * (lost + made_up)


def _pair_faults(source: str, target: str) -> int:
    """A weight for quotation marks and brackets without their partners, unless those of the English stand so too."""
    if source.count('"') % 2 or any(source.count(left) != source.count(right) for left, right in _PAIRS):
        return 0
    return _UNPAIRED * any(target.count(left) != target.count(right) for left, right in _PAIRS)


def _length_faults(source: str, target: str) -> int:
    words = len(re.findall(r"[A-Za-z]+", source))
    size = len(_HAN.findall(target)) + 2 * len(_LATIN.findall(target))
    if words >= 6 and size < 0.75 * words:
        return _SHORT
    return _LONG if words >= 1 and size > 4 * words + 8 else 0
