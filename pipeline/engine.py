"""What a translation engine is, and the engines by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Decode each request."""


class EchoEngine:
    """Gives back what it gets, for trying the pipeline without a model."""

    signature = "echo"
    slots = tuple(f"<t{index}>" for index in range(10))

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """One hypothesis each: the request's own text."""
        return [(Hypothesis(request.text, 0.0),) for request in requests]
