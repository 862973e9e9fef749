"""Pairs of marks (bold, italics, links) in coded text: where they stand, and around which Chinese words they belong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import Placeholder, Span


@dataclass(frozen=True, slots=True)
class Pair:
    """An opening and a closing mark and what they hold; never inside another pair."""

    open: str
    close: str
    outer: Span
    inner: Span

    def holds(self, span: Span) -> bool:
        """Whether the span stands between the two marks."""
        return self.inner.start <= span.start and span.end <= self.inner.end


def find_pairs(text: str, table: Mapping[str, Placeholder]) -> tuple[Pair, ...]:
    """The outermost pairs of marks, from left to right."""
    pairs: list[Pair] = []
    at = 0
    while at < len(text):
        end = _partner(text, at, table)
        if end is not None:
            pairs.append(Pair(text[at], text[end], Span(at, end + 1), Span(at + 1, end)))
            at = end
        at += 1
    return tuple(pairs)


NEXT_SENTENCE = re.compile('\\s+["“‘(]*([A-Z\ue000-\uf8ff])')
"""What begins behind a heading in bold: blanks, then a capital or a protected string."""


def lead_in(text: str, table: Mapping[str, Placeholder]) -> int:
    """Where a heading in bold at the start of a paragraph ends, 0 without one: `**Benchmarks** Many …`."""
    start = len(text) - len(text.lstrip())
    first = table.get(text[start : start + 1])
    if first is None:
        return 0
    pair = next(iter(find_pairs(text, table)), None)
    if first.form == "open" and first.kind == "strong" and pair is not None and pair.outer.start == start:
        end = pair.outer.end
    elif first.form == "ph" and first.source.startswith("**") and " " in first.visible:
        end = start + 1
    else:
        return 0
    following = NEXT_SENTENCE.match(text, end)
    if following is None:
        return 0
    seen = table[following[1]].visible if following[1] in table else following[1]
    return end if seen[:1].isupper() else 0


def _partner(text: str, at: int, table: Mapping[str, Placeholder]) -> int | None:
    mark = table.get(text[at])
    if mark is None or mark.form != "open":
        return None
    for index in range(at + 1, len(text)):
        other = table.get(text[index])
        if other is not None and other.form == "close" and other.reason == mark.reason:
            return index
    return None


def without_marks(text: str, table: Mapping[str, Placeholder]) -> str:
    """Coded text without its complete pairs of marks; what they hold stays."""
    pairs = find_pairs(text, table)
    for pair in reversed(pairs):
        inner = without_marks(text[pair.inner.start : pair.inner.end], table)
        text = text[: pair.outer.start] + inner + text[pair.outer.end :]
    return text


def place_pair(
    text: str, pair: Pair, contents: Sequence[str], table: Mapping[str, Placeholder], whole: Sequence[str] = ()
) -> str | None:
    """Put the pair around the one place where its content stands in `text`; None when there is none or several.

    `contents` are possible translations of the content, best first; the words in `text` stay as they are, only
    marks inside the content are added. The pair cuts none of the `whole` expressions in two.
    """
    uncut = [Span(*match.span()) for one in whole for match in re.finditer(re.escape(one), text)]
    taken = [other.outer for other in find_pairs(text, table)]
    for content in contents:
        bare = without_marks(content, table).strip().strip("。，,.；;：:")
        found = list(_loosely(bare).finditer(text)) if _says_something(bare) else []
        found = [match for match in found if not any(s.start < match.end() and match.start() < s.end for s in taken)]
        found = [match for match in found if not any(_cuts(match, span) for span in uncut)]
        if len(found) == 1:
            start, end = found[0].span()
            inner = (
                content.strip().strip("。，,.；;：:") if without_marks(content, table) != content else text[start:end]
            )
            return text[:start] + pair.open + inner + pair.close + text[end:]
    return None


def _cuts(match: re.Match[str], span: Span) -> bool:
    """Whether a match holds a part of the span only."""
    overlap = match.start() < span.end and span.start < match.end()
    return overlap and not (match.start() <= span.start and span.end <= match.end())


def _says_something(bare: str) -> bool:
    """Whether a string is long enough to be found by its letters alone."""
    return len(re.findall(r"[^\W_]|[\ue000-\uf8ff]", bare)) >= 2


def _loosely(bare: str) -> re.Pattern[str]:
    letters = [re.escape(letter) for letter in re.sub(r"\s+", "", bare)]
    return re.compile(r"\s*".join(letters))
