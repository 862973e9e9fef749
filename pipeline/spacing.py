"""Spaces in Chinese text: one between Han and Latin or digits, none beside full-width marks or between two Han."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.marked import Change, Marked, Setting, change, classify, substitute
from pipeline.marks import NEXT_SENTENCE

_QUOTES = "“”‘’"
_UNIT = re.compile(
    r"(?<![A-Za-z\d.,\-])\d[\d,]*(?:\.\d+)?"
    r"(?=(?:[KMGTP]i?B|kB|[kKMG]?Hz|ms|ns|fps|FPS|[kcm]m|kg|mg|Gbps|Mbps)(?![A-Za-z\d]))"
)
_HEADING = re.compile(r"\s*\*\*(?:(?!\*\*).)+\*\*" + NEXT_SENTENCE.pattern)


@dataclass(frozen=True, slots=True)
class _Gap:
    """What lies between two things a reader sees: spaces and marks around text."""

    start: int
    end: int


def space_gaps(marked: Marked, setting: Setting) -> Marked:
    """Set the spaces between all visible neighbours; a space goes outside the marks around a text."""
    changes: list[Change] = []
    for gap in _gaps(marked.text, setting):
        wanted, reason = _wanted(marked.text, gap, setting)
        changes += _gap_changes(marked.text, gap, wanted, f"spacing: {reason}", setting)
    return change(marked, changes)


def space_units(marked: Marked, _setting: Setting) -> Marked:
    """Set a space between a number and a Latin unit."""
    return substitute(marked, _UNIT, lambda match: f"{match[0]} ", "spacing: unit")


def outer_whitespace(marked: Marked, setting: Setting) -> Marked:
    """Give the text the leading and trailing whitespace of the English."""
    text, english = marked.text, setting.english
    if not english.strip() or not text.strip():
        return marked
    lead = english[: len(english) - len(english.lstrip())]
    trail = english[len(english.rstrip()) :]
    end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    reason = "spacing: as in the English"
    return change(marked, [Change(0, start, lead, reason), Change(end, len(text), trail, reason)])


def _gaps(text: str, setting: Setting) -> list[_Gap]:
    seen = [at for at, char in enumerate(text) if not char.isspace() and not setting.is_markup(char)]
    return [_Gap(left + 1, right) for left, right in zip([-1, *seen], [*seen, len(text)], strict=True)]


def _wanted(text: str, gap: _Gap, setting: Setting) -> tuple[str | None, str]:
    """Return the space wanted in the gap, None for the one that is there, and why."""
    if gap.start == 0 or gap.end == len(text):
        return "", "inside marks"
    left, right = setting.seen(text[gap.start - 1], -1), setting.seen(text[gap.end], 0)
    for reason, wanted, applies in (
        ("full-width mark", "", _beside_full_width(text, gap, left, right, setting)),
        ("percent or degree", "", right in "%‰°℃" and left.isdigit()),
        ("brackets", "", left in "([" or right in ")]"),
        ("heading in bold", " ", _ends_heading(text, gap, setting)),
        ("between Han", "", classify(left) == classify(right) == "han"),
        ("two names", " ", left == right == "A" and _are_names(text[gap.start - 1] + text[gap.end], setting)),
        ("Han and Latin", " ", _is_han_beside_latin(left, right, text[gap.end + 1 : gap.end + 2])),
    ):
        if applies:
            return wanted, reason
    return None, "doubled space"


def _ends_heading(text: str, gap: _Gap, setting: Setting) -> bool:
    """Tell whether the gap lies behind the heading in bold that opens the English paragraph."""
    marks = [setting.placeholders.get(char) for char in text[gap.start : gap.end]]
    opening = setting.placeholders.get(text.lstrip()[:1])
    closes = opening is not None and any(mark and mark.reason == opening.reason for mark in marks)
    return closes and _HEADING.match(setting.english) is not None


def _are_names(chars: str, setting: Setting) -> bool:
    return all(char in setting.placeholders and setting.placeholders[char].kind == "name" for char in chars)


def _is_han_beside_latin(left: str, right: str, second: str) -> bool:
    if classify(left) == "han":
        return classify(right) == "latin" or (right in "$€£¥" and second.isdigit())
    return classify(right) == "han" and (classify(left) == "latin" or left in "%‰°℃")


def _beside_full_width(text: str, gap: _Gap, left: str, right: str, setting: Setting) -> bool:
    if "other" in (classify(left), classify(right)):
        return False
    return _closes_up(text, gap.start - 1, left, setting) or _closes_up(text, gap.end, right, setting)


def _closes_up(text: str, place: int, seen: str, setting: Setting) -> bool:
    """Tell whether the mark at `place` takes no space; quotes and apostrophes within Latin text do."""
    if classify(seen) != "full":
        return False
    if seen not in _QUOTES:
        return True
    around = (setting.see_before(text, place), setting.see_after(text, place + 1))
    return "han" in map(classify, around) or "full" in map(classify, around)


def _gap_changes(text: str, gap: _Gap, wanted: str | None, reason: str, setting: Setting) -> list[Change]:
    """Return what to change so that the gap's only whitespace is the wanted one, at its right place."""
    runs = _runs(text, gap)
    is_outer = gap.start == 0 or gap.end == len(text)
    if is_outer:
        runs = [run for run in runs if run[0] > 0 and run[1] < len(text)]
    if wanted is None:
        wanted = _present(text, runs)
    place = _place(text, gap, setting)
    changes = []
    for start, end in runs:
        holds = start <= place <= end and not is_outer
        changes.append(Change(start, end, wanted if holds else "", reason))
    return changes


def _present(text: str, runs: list[tuple[int, int]]) -> str:
    spaces = "".join(text[start:end] for start, end in runs)
    if "\n" in spaces:
        return "\n"
    return " " if spaces else ""


def _runs(text: str, gap: _Gap) -> list[tuple[int, int]]:
    """Return the whitespace runs of the gap, empty ones included: one before each mark and one at the end."""
    runs, start = [], gap.start
    for at in range(gap.start, gap.end):
        if not text[at].isspace():
            runs.append((start, at))
            start = at + 1
    return [*runs, (start, gap.end)]


def _place(text: str, gap: _Gap, setting: Setting) -> int:
    """Return where the space belongs: after closing marks, before opening ones."""
    place = gap.start
    for at in range(gap.start, gap.end):
        known = setting.placeholders.get(text[at])
        if known and known.form == "open":
            break
        if known:
            place = at + 1
    return place
