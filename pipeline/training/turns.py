"""Makes the pairs that were written for this project: turns of phrase, announcements, news, words in their senses.

`turns.tsv` holds English and Chinese sentences, many with blanks such as `{T}` (a topic) or `{T2}` (another one);
`blanks.tsv` lists what may stand in a blank: its letter, English, Chinese. `sentences.tsv` holds sentences without
blanks, each around one or two words; some have slots.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from random import Random

from pipeline.training.corpus import Pair, clean, tidy_source, tidy_target

FILLED, FIXED, PLAIN = "turn", "turn-fixed", "sentence"
"""The domains of turns with blanks and without, and of the sentences."""
FILLINGS = 40
"""How often a sentence with blanks is filled, at most; fillings that come out alike count once."""
BLANK = re.compile(r"\{([A-Z])2?\}")
Blanks = Mapping[str, Sequence[tuple[str, str]]]


def read_columns(name: str) -> list[list[str]]:
    """Read a tab-separated file that lies beside this module."""
    text = (files("pipeline.training") / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def read_blanks() -> Blanks:
    """Return what may stand in each kind of blank, English and Chinese."""
    blanks: dict[str, list[tuple[str, str]]] = {}
    for kind, english, chinese in read_columns("blanks.tsv"):
        blanks.setdefault(kind, []).append((english, chinese))
    return blanks


def written_pairs(random: Random) -> list[Pair]:
    """Return all pairs written for this project."""
    return [*turn_pairs(random), *sentence_pairs()]


def sentence_pairs() -> list[Pair]:
    """Return the sentences as the model shall write them."""
    return [Pair(tidy_source(source), tidy_target(target), PLAIN) for source, target in read_columns("sentences.tsv")]


def turn_pairs(random: Random) -> list[Pair]:
    """Fill every sentence's blanks in some of all ways."""
    blanks = read_blanks()
    made = (
        pair for english, chinese in read_columns("turns.tsv") for pair in fillings(english, chinese, blanks, random)
    )
    return list(dict.fromkeys(clean(made)))


def fillings(english: str, chinese: str, blanks: Blanks, random: Random) -> Iterator[Pair]:
    """Yield one sentence with its blanks filled, as often as `FILLINGS` says, or as it stands if it has none."""
    kinds = sorted(set(BLANK.findall(english)))
    if not kinds:
        yield Pair(english, chinese, FIXED)
        return
    for _ in range(FILLINGS):
        drawn = {kind: random.sample(blanks[kind], 2) for kind in kinds}
        source = filled(english, {kind: [one[0] for one in two] for kind, two in drawn.items()})
        target = filled(chinese, {kind: [one[1] for one in two] for kind, two in drawn.items()})
        yield Pair(source[0].upper() + source[1:], target, FILLED)


def filled(text: str, words: Mapping[str, Sequence[str]]) -> str:
    """Put the first word of a kind into its blank, the second one into the blank marked 2."""
    return BLANK.sub(lambda blank: words[blank[1]][blank[0].endswith("2}")], text)
