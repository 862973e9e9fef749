"""A text that remembers how it was changed, and what a reader sees at each place of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.records import Edit, Placeholder, Span, TermMatch

CharClass = Literal["han", "latin", "full", "half", "other", "edge"]

OBJECT = "\ufffc"
"""Stands for something a reader sees that is no text: an image, a line break, an unknown placeholder."""
FULL_MARKS = "，。；：？！（）、“”‘’《》〈〉「」『』【】〔〕—…～"
_HAN = re.compile(r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement to be made: `text[start:end]` becomes `after`."""

    start: int
    end: int
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the edits that made it, with spans in the text, ascending and never overlapping."""

    text: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules may look at beside the text."""

    placeholders: Mapping[str, Placeholder]
    """By their character."""
    terms: tuple[TermMatch, ...]
    english: str

    def see_before(self, text: str, place: int) -> str:
        """Return the character a reader sees left of `place`, spaces and markup skipped; empty at the start."""
        for at in range(place - 1, -1, -1):
            if not text[at].isspace() and not self.is_markup(text[at]):
                return self.seen(text[at], -1)
        return ""

    def see_after(self, text: str, place: int) -> str:
        """Return the character a reader sees from `place` on, spaces and markup skipped; empty at the end."""
        for at in range(place, len(text)):
            if not text[at].isspace() and not self.is_markup(text[at]):
                return self.seen(text[at], 0)
        return ""

    def seen(self, char: str, edge: int) -> str:
        """Return what is seen at the left (0) or right (-1) edge of one character of placeholder text."""
        if not is_private(char):
            return char
        known = self.placeholders.get(char)
        visible = known.visible.strip() if known and known.kind not in ("escape", "entity") else ""
        if not visible:
            return OBJECT
        return visible[edge] if classify(visible[edge]) in ("han", "full") else "A"

    def is_markup(self, char: str) -> bool:
        """Tell whether the character stands for a mark around text, which spacing looks through."""
        known = self.placeholders.get(char)
        return known is not None and not known.visible and (known.form != "ph" or known.kind == "footnote")

    def is_name(self, char: str) -> bool:
        """Tell whether the character stands for a protected string that a reader sees."""
        known = self.placeholders.get(char)
        return known is not None and bool(known.visible.strip())

    def has_han(self, text: str) -> bool:
        """Tell whether a reader sees any Chinese character in the text."""
        return any(_HAN.search(self.placeholders[char].visible if self.is_name(char) else char) for char in text)


def is_private(char: str) -> bool:
    """Tell whether the character may stand for a protected string."""
    return _PRIVATE.match(char) is not None


def classify(char: str) -> CharClass:
    """Return how the character behaves beside others; `edge` for the empty string."""
    if not char:
        return "edge"
    if _HAN.match(char):
        return "han"
    if char in FULL_MARKS:
        return "full"
    if char.isalnum() and not "\u3040" <= char <= "\u30ff":
        return "latin"
    return "half" if char.isascii() else "other"


def substitute(marked: Marked, pattern: re.Pattern[str], after: Callable[[re.Match[str]], str], reason: str) -> Marked:
    """Replace every match by `after(match)`; a match that stays the same leaves no edit."""
    found = pattern.finditer(marked.text)
    return change(marked, [Change(match.start(), match.end(), after(match), reason) for match in found])


def change(marked: Marked, changes: Iterable[Change]) -> Marked:
    """Make the changes, which must be ascending and must not overlap."""
    for one in reversed(list(changes)):
        if marked.text[one.start : one.end] != one.after:
            marked = _change_one(marked, _trimmed(marked.text, one))
    return marked


def _trimmed(text: str, one: Change) -> Change:
    """Return the change without the characters that stay at its two ends."""
    before, after = text[one.start : one.end], one.after
    left = 0
    while left < min(len(before), len(after)) and before[left] == after[left]:
        left += 1
    right = 0
    while right < min(len(before), len(after)) - left and before[-1 - right] == after[-1 - right]:
        right += 1
    return Change(one.start + left, one.end - right, after[left : len(after) - right], one.reason)


def _change_one(marked: Marked, one: Change) -> Marked:
    text, edits = marked.text, marked.edits
    touched = [edit for edit in edits if _touches(edit.span, one)]
    start = min([one.start, *(edit.span.start for edit in touched)])
    end = max([one.end, *(edit.span.end for edit in touched)])
    shift = len(one.after) - (one.end - one.start)
    after = text[start : one.start] + one.after + text[one.end : end]
    reasons = "; ".join(dict.fromkeys([*(part for edit in touched for part in edit.reason.split("; ")), one.reason]))
    joined = Edit(Span(start, end + shift), _original(text, start, end, touched), after, reasons)
    left = [edit for edit in edits if edit not in touched and edit.span.end <= one.start]
    right = [_shifted(edit, shift) for edit in edits if edit not in touched and edit.span.start >= one.end]
    kept = [joined] if joined.before != joined.after else []
    return Marked(text[: one.start] + one.after + text[one.end :], (*left, *kept, *right))


def _touches(span: Span, one: Change) -> bool:
    """Tell whether edit and change share a character, or meet while one of them is empty."""
    if span.start < one.end and one.start < span.end:
        return True
    is_empty = span.start == span.end or one.start == one.end
    return is_empty and span.start <= one.end and one.start <= span.end


def _original(text: str, start: int, end: int, edits: list[Edit]) -> str:
    """Return what stood in `text[start:end]` before the edits."""
    for edit in reversed(edits):
        text = text[: edit.span.start] + edit.before + text[edit.span.end :]
        end += len(edit.before) - (edit.span.end - edit.span.start)
    return text[start:end]


def _shifted(edit: Edit, shift: int) -> Edit:
    return replace(edit, span=Span(edit.span.start + shift, edit.span.end + shift))
