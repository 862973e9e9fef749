"""Ordinary English words, so that a capital alone need not say whether a word is a name.

`words.txt` was counted over 1.4 million English sentences on technology and everyday subjects. It lists the words that
stand there in small letters often enough and seldom with a capital inside a sentence: in 8 sentences if an English
dictionary has the word, else in 30, and in 2 or 8 if it never has a capital there. Forms that `_ENDINGS` derives from a
listed word are left out, coarse words and first names were taken out by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_ENDINGS = tuple(
    tuple(ending.split(">"))
    for ending in (
        "s> es> ies>y ed> ed>e d> ied>y ing> ing>e ly> ily>y ness> able> able>e ability>able ation>e ation>ate "
        "ation> ment> ity> ity>e less> ful> al> ism> ist> ic>"
    ).split()
)
_BEGINNINGS = ("anti", "dis", "mis", "non", "over", "un", "under")
"""`re-` and `inter-` are none of them: they make names, such as Reformer."""
_SHORTEST_STEM = 3
_SHORTEST_REST = 5


def is_ordinary(word: str) -> bool:
    """Whether a word, in any casing, is listed or derived from a listed one: `Unleashing` is, `Hopfield` is not."""
    small = word.lower()
    rests = [small.removeprefix(one) for one in _BEGINNINGS if small.startswith(one)]
    return any(map(_is_derived, (small, *(rest for rest in rests if len(rest) >= _SHORTEST_REST))))


def _is_derived(word: str) -> bool:
    return word in _listed() or any(stem in _listed() for stem in _stems(word))


@cache
def _listed() -> frozenset[str]:
    return frozenset((files("pipeline") / "words.txt").read_text(encoding="utf-8").split())


def _stems(word: str) -> Iterator[str]:
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            yield stem + instead
            if ending in ("ed", "ing") and len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2]:
                yield stem[:-1]
