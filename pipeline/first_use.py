"""The policy `both`: a term stands in Chinese, and at its first use in an issue the English follows in parentheses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.marked import Change, Marked, change
from pipeline.records import TermMatch
from pipeline.term_cover import find_starts

_PARENTHESIS = re.compile(r"[\ue000-\uf8ff]*\s*[（(]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit's Chinese with its edits, and the terms of its English."""

    text: Marked
    terms: tuple[TermMatch, ...]


def gloss_first_uses(passages: Sequence[Passage], english: Mapping[str, str]) -> list[Marked]:
    """Add the English, by concept, behind the first rendering of each `both` term in an issue's running text.

    Where parentheses follow already, as in 强化学习（RL）, the term counts as introduced.
    """
    known: set[str] = set()
    glossed = []
    for passage in passages:
        marked = passage.text
        for term in passage.terms:
            if term.policy == "both" and term.concept not in known:
                place = _behind(term, marked.text)
                if place is not None:
                    known.add(term.concept)
                    marked = _glossed(marked, place, english[term.concept], term.concept)
        glossed.append(marked)
    return glossed


def _behind(term: TermMatch, text: str) -> int | None:
    """The place behind the first rendering; None when there is none."""
    ends = [
        (start, start + len(rendering))
        for rendering in (term.rendering, *term.admitted)
        for start in find_starts(rendering, text)
    ]
    return min(ends, key=lambda place: (place[0], -place[1]))[1] if ends else None


def _glossed(marked: Marked, place: int, english: str, concept: str) -> Marked:
    if _PARENTHESIS.match(marked.text, place):
        return marked
    space = marked.text[place : place + 1] == " "
    return change(marked, [Change(place, place + space, f"（{english}）", f"first use: {concept}")])
