"""Cuts augmented pairs into batches of like lengths; where it stopped can be written down and taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from pipeline.training.augment import Rates, Terms, augment
from pipeline.training.corpus import Pair, sample_epoch
from pipeline.training.tokenizer import recut

CHUNK = 36_000
LONGEST = 128
STEP = 4
Encoded = tuple[list[int], list[int]]


class Encoder(Protocol):
    """What turns text into piece numbers, as SentencePieceProcessor does."""

    def encode(self, texts: list[str], **how: Any) -> list[list[int]]:
        """Encode several texts."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the endless row of batches of one rank."""

    epoch: int = 0
    chunk: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """Everything that decides which batches a rank sees; the same feed gives the same batches again."""

    pairs: list[Pair]
    weights: Mapping[str, float]
    rates: Rates
    terms: Terms
    tokens: int
    """Most pieces of the longer side in a batch, padding included."""
    eos: int
    seed: int
    rank: int = 0
    chunk: int = field(default=CHUNK)
    rare: Sequence[int] = ()
    """Numbers of the pairs that hold a seldom word."""
    rare_more: float = 0.0
    """How many more times an epoch these are seen."""


def encode_pairs(
    pairs: Sequence[Pair], encoder: Encoder, eos: int, recut_share: float = 0.0, random: Random | None = None
) -> list[Encoded]:
    """Encode pairs, each side closed by `eos`; pairs with an empty or overlong side are left out.

    With `random`, a share of the sources is cut into other pieces than the likeliest ones.
    """
    sources = encoder.encode([pair.source for pair in pairs])
    if random is not None and recut_share:
        drawn = [index for index in range(len(pairs)) if random.random() < recut_share]
        others = recut(encoder, [pairs[index].source for index in drawn], random.getrandbits(32))
        for index, pieces in zip(drawn, others, strict=True):
            sources[index] = pieces
    targets = encoder.encode([pair.target for pair in pairs])
    return [
        ([*source, eos], [*target, eos])
        for source, target in zip(sources, targets, strict=True)
        if 0 < len(source) < LONGEST and 0 < len(target) < LONGEST
    ]


def up_to_step(length: int) -> int:
    """Round a length up, so that few different shapes occur (each new shape costs a compiled kernel)."""
    return -(-length // STEP) * STEP


def cut_batches(encoded: Sequence[Encoded], tokens: int, random: Random) -> list[list[Encoded]]:
    """Group encoded pairs of like lengths into batches of at most `tokens` pieces, in random order."""
    ordered = sorted(encoded, key=lambda pair: (up_to_step(len(pair[1])), len(pair[0])))
    batches: list[list[Encoded]] = []
    current: list[Encoded] = []
    width = 0
    for pair in ordered:
        wider = max(width, up_to_step(max(len(pair[0]), len(pair[1]))))
        if current and len(current) + 1 > rows_for(wider, tokens):
            batches.append(current)
            current, wider = [], up_to_step(max(len(pair[0]), len(pair[1])))
        current.append(pair)
        width = wider
    if current:
        batches.append(current)
    random.shuffle(batches)
    return batches


def rows_for(width: int, tokens: int) -> int:
    """Return how many rows of a width make one batch, a multiple of 8 where that leaves at least 16."""
    rows = max(1, tokens // width)
    return rows // 8 * 8 if rows >= 16 else rows


def chunk_batches(feed: Feed, order: Sequence[int], place: Cursor, encoder: Encoder) -> list[list[Encoded]]:
    """Make the batches of one chunk of an epoch's order."""
    random = Random(f"{feed.seed}/{feed.rank}/{place.epoch}/{place.chunk}")
    start = place.chunk * feed.chunk
    pairs = [feed.pairs[index] for index in order[start : start + feed.chunk]]
    changed = augment(pairs, feed.rates, feed.terms, random)
    encoded = encode_pairs(changed, encoder, feed.eos, feed.rates.recut, random)
    return cut_batches(encoded, feed.tokens, random)


def batches(feed: Feed, encoder: Encoder, start: Cursor) -> Iterator[tuple[list[Encoded], Cursor]]:
    """Yield batches without end from `start` on, each with the place that follows it."""
    epoch, chunk, skip = start.epoch, start.chunk, start.batch
    while True:
        random = Random(f"{feed.seed}/{feed.rank}/{epoch}")
        order = sample_epoch(feed.pairs, feed.weights, random, feed.rare, feed.rare_more)
        if not order:
            raise ValueError("no pairs to train on")
        while chunk * feed.chunk < len(order):
            made = chunk_batches(feed, order, Cursor(epoch, chunk), encoder)
            for number in range(skip, len(made)):
                yield made[number], Cursor(epoch, chunk, number + 1)
            chunk, skip = chunk + 1, 0
        epoch, chunk = epoch + 1, 0
