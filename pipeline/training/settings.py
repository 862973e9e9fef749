"""The settings of a training run, as they are written into its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.training.augment import Rates
from pipeline.training.turns import FILLED, FIXED, PLAIN

FIELD_WEIGHTS: Mapping[str, float] = {
    "ml": 2.5,
    "ml-article": 2.0,
    "ml-sub": 1.5,
    "ml-docs": 2.0,
    "ml-llmgen": 0.8,
    "tech-blog": 1.0,
    "dev-article": 1.0,
    "tech-article": 1.0,
    "news-tech": 0.7,
    "wiki": 1.0,
    "ted": 0.6,
    "spoken": 0.5,
    "general": 0.6,
    "tech": 0.3,
    "web": 0.3,
    "dev-docs": 0.3,
    "ui": 0.4,
    "ms-ht": 0.12,
    "algorithms": 0.05,
    "dialogue": 0.1,
    "dialogue-truecased": 0.03,
    "caption": 0.1,
    "story-truecased": 0.05,
    "term": 5.0,
    FILLED: 5.0,
    FIXED: 60.0,
    PLAIN: 10.0,
}
"""How often a pair of a domain is seen in one epoch; domains not named here count once.

Without a weight for `turn`, all that was written for this project is left out, `sentence` too."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network."""

    encoder_layers: int = 6
    decoder_layers: int = 2
    width: int = 256
    inner: int = 1024
    heads: int = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """One training run. Give `minutes` or `updates`; the rate falls to zero at their end."""

    data: tuple[str, ...]
    folder: str
    dev: tuple[str, ...] = ()
    terms: str = ""
    """TSV of English terms and their Chinese; used as fragments and for term slots."""
    tokenizer: str = ""
    """SentencePiece model to use; trained from the data when empty."""
    start: str = ""
    """Finished model folder to begin from, whose shape and tokeniser are then taken too; new weights when empty."""
    deepen: tuple[int, int] = (0, 0)
    """Encoder and decoder layers put between those of `start`."""
    widen: int = 0
    """Units added to every feed-forward layer of `start`."""
    pieces: int = 10_000
    shape: Shape = field(default_factory=Shape)
    minutes: float = 0.0
    updates: int = 0
    tokens: int = 3000
    """Pieces a rank sees in one update, padding included."""
    rate: float = 1e-3
    warmup: int = 500
    hold: float = 0.15
    """Share of the run after which the rate begins to fall."""
    dropout: float = 0.0
    smoothing: float = 0.1
    ranks: int = 1
    seed: int = 1
    save_minutes: float = 5.0
    keep: int = 8
    """Checkpoints kept."""
    average: int = 3
    """Checkpoints averaged at the end."""
    share: float = 1.0
    """How far the written weights lie on the way from those of `start` to the average."""
    hold_out: int = 0
    """One in so many pairs is kept for measuring; 0 where `dev` names sets of their own."""
    notes: str = ""
    """Markdown file with what a card cannot know by itself: licences, weaknesses seen by eye."""
    rare_more: float = 1.0
    """How many more times an epoch a pair is seen that holds a seldom word."""
    rates: Rates = field(default_factory=Rates)
    weights: Mapping[str, float] = field(default_factory=lambda: dict(FIELD_WEIGHTS))
