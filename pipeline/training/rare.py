"""Finds the pairs that hold words seldom seen, so that an epoch can show those pairs more often."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.training.augment import WORD
from pipeline.training.corpus import Pair

SHORTEST_WORD = 4
FEWEST, MOST = 3, 150
"""In how many pairs a seldom word stands."""
PAIRS_A_WORD = 8


def rare_pairs(pairs: Sequence[Pair]) -> list[int]:
    """List, by their numbers, the first few pairs of every seldom word.

    Words that stand with a capital in more than a third of the pairs are taken for names and left out.
    """
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    first: defaultdict[str, list[int]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        for word in {match for match in WORD.findall(pair.source) if len(match) >= SHORTEST_WORD}:
            low = word.lower()
            (small if word == low else capital)[low] += 1
            if len(first[low]) < PAIRS_A_WORD:
                first[low].append(number)
    seldom = (word for word, count in small.items() if FEWEST <= count <= MOST and count >= 2 * capital[word])
    return sorted({number for word in seldom for number in first[word]})
