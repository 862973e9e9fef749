"""Coded text to engine text and back: placeholders become slot tokens, and every one must return exactly once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.names import is_shouting, is_title_case
from pipeline.protect import characters
from pipeline.records import Placeholder

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SLOT = re.compile(r"<\s*t\s*(\d+)\s*>")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][\w .+/&:’'-]{0,38}[\w+]|[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class EngineText:
    """What an engine is sent, and how to read its answer."""

    text: str
    chars: Mapping[str, str]
    """What stands for a placeholder in the text (a slot token or the name itself) -> the placeholder's character."""


def with_slots(text: str, slots: Sequence[str], *, turned: bool = False) -> EngineText | None:
    """Coded text with slot tokens, numbered from the left or, `turned`, from the right; None when there are too few."""
    chars = characters(text)
    if len(chars) > len(slots):
        return None
    numbered = dict(zip(chars, slots[: len(chars)][::-1] if turned else slots, strict=False))
    sent = _PRIVATE.sub(lambda match: numbered[match.group()], calm(text))
    return EngineText(_tidy(sent), {slot: char for char, slot in numbered.items()})


def with_names(text: str, table: Mapping[str, Placeholder]) -> EngineText | None:
    """Coded text with the names themselves, for models that copy what they do not know; None when that is hopeless."""
    chars = characters(text)
    names = {char: table[char].visible if char in table else "" for char in chars}
    if not all(_PLAIN_NAME.fullmatch(name) for name in names.values()) or len(set(names.values())) < len(names):
        return None
    if any(_count(name, _PRIVATE.sub(" ", text)) for name in names.values()):
        return None
    sent = _PRIVATE.sub(lambda match: names[match.group()], calm(text))
    return EngineText(_tidy(sent), {name: char for char, name in names.items()})


def read_answer(answer: str, sent: EngineText) -> str | None:
    """The answer as coded text; None when a placeholder is lost or doubled, or the model made up a slot."""
    text = _SLOT.sub(lambda match: f"<t{match.group(1)}>", _PRIVATE.sub("", answer))
    for token in sorted(sent.chars, key=len, reverse=True):
        if _count(token, text) != 1:
            return None
        text = _pattern(token).sub(lambda _: sent.chars[token], text)  # noqa: B023 used at once
    return None if _SLOT.search(text) else text


def calm(text: str) -> str:
    """Title Case and CAPITALS as a sentence, which is what models have seen; names are placeholders already."""
    if not (is_shouting(text) or (is_title_case(text) and not re.search(r"[.!?]$", text.strip()))):
        return text
    lowered = re.sub(r"\b(?!I\b)[A-Z]\w*", lambda match: match.group().lower(), text)
    return re.sub(r"[a-z]", lambda match: match.group().upper(), lowered, count=1)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _pattern(token: str) -> re.Pattern[str]:
    if token.startswith("<"):
        return re.compile(re.escape(token))
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(token)}(?![A-Za-z0-9])")


def _count(token: str, text: str) -> int:
    return len(_pattern(token).findall(text))
