"""Trains the joint tokeniser: SentencePiece unigram with byte fallback and slots as single pieces."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline.training.augment import SLOTS
from pipeline.training.corpus import Pair

NAME = "tokenizer.model"
MOST_TEXTS = 1_000_000
FLATNESS = 0.3
"""How far from the likeliest cut a drawn one may be: 1 hardly differs, 0 is any cut at all."""


def train_tokenizer(pairs: Iterable[Pair], pieces: int, folder: Path) -> Path:
    """Train on both sides of the pairs and write the model into a folder; fewer pieces if the text holds no more.

    `</s>` is 0, `<unk>` 1, `<pad>` 2. Nothing is normalised, so full-width marks stay what they are.
    """
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=chain.from_iterable((pair.source, pair.target) for pair in pairs),
        model_prefix=str(folder / Path(NAME).stem),
        model_type="unigram",
        vocab_size=pieces,
        hard_vocab_limit=False,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        user_defined_symbols=list(SLOTS),
        bos_id=-1,
        eos_id=0,
        unk_id=1,
        pad_id=2,
        input_sentence_size=MOST_TEXTS,
        shuffle_input_sentence=True,
        num_threads=1,
        minloglevel=1,
    )
    return folder / NAME


def recut(encoder: Any, texts: list[str], seed: int) -> list[list[int]]:
    """Cut texts into pieces drawn at random from all ways to cut them (Kudo 2018); a seed gives the same cuts again."""
    import sentencepiece

    sentencepiece.set_random_generator_seed(seed)
    cuts: list[list[int]] = encoder.encode(texts, enable_sampling=True, alpha=FLATNESS, nbest_size=-1, num_threads=1)
    return cuts
