"""What a translation engine is, and the engines by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

DOUBT, DOUBT_KEY = -0.72, "duizhao_doubt"
"""The score below which a sentence deserves a second look, and where a model's configuration gives it.

Judged by eye on the shipped model; models without the entry are not judged.
"""
NO_DOUBT = float("-inf")


@dataclass(frozen=True, slots=True)
class Request:
    """One piece of engine text to decode."""

    text: str
    """English, slots written as the engine's slot tokens."""
    wide: bool = False
    """Ask for more hypotheses from a wider beam; for retries."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One translation an engine offers."""

    text: str
    score: float
    """Log probability a token; 0 is certain."""
    unseen: tuple[str, ...] = ()
    """Stretches of the request that the engine hardly looked at while it wrote; empty when it cannot tell."""


class Engine(Protocol):
    """Something that translates. It is asked for batches and answers in the same order, best hypothesis first."""

    @property
    def signature(self) -> str:
        """Model and settings in one word, such as `embedded@1f2e3d4c/beam4`; equal signatures mean equal answers."""

    @property
    def slots(self) -> tuple[str, ...]:
        """Tokens the model passes through untouched; empty when it knows none."""

    @property
    def doubt(self) -> float:
        """The score below which a translation is likely to be wrong; `NO_DOUBT` where that is not known."""

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Decode each request."""


class EchoEngine:
    """Gives back what it gets, for trying the pipeline without a model."""

    signature = "echo"
    slots = tuple(f"<t{index}>" for index in range(10))
    doubt = NO_DOUBT

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """One hypothesis each: the request's own text."""
        return [(Hypothesis(request.text, 0.0),) for request in requests]
