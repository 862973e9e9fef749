"""Texts of a review page as safe HTML: markup dimmed, protected strings and changes marked."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NewType

from pipeline.omissions import find_stretches
from pipeline.review import Change, count_reasons, visible_controls

Html = NewType("Html", str)
"""Text that may stand in a page as it is; `escape` and `tag` make it, so that the type checker finds what is unsafe."""

_VOID = {"meta", "input"}
_OWN_LINE = {"meta", "section", "tr", "header", "main", "nav"}
_LONGEST_URL = 34
_SHORT = 6

_MARKUP = re.compile(
    r"(?P<escape>\\(?=[!-/:-@\[-`{-~]))"
    r"|(?P<code>(?<!`)(?P<ticks>`{1,9})(?!`)(?s:.{1,500}?)(?<!`)(?P=ticks)(?!`))"
    r"|\]\((?P<link>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+\"[^\"\n]{0,300}\")?\)"
    r"|<(?P<auto>https?://[^\s<>]+)>"
    r"|(?P<tag></?[A-Za-z][^<>]{0,300}>)"
    r"|(?P<url>(?:https?://|www\.)[^\s<>()\[\]\"'“”，。；：！？、（）《》【】]+)"
    r"|(?P<mark>\*{1,3}|~~|!?\[|\]|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w))"
)


@dataclass(frozen=True, slots=True)
class _Style:
    """A range of a text and what it is: `mark` (dimmed), `code`, `url`, `keep` (protected) or `lost` (left out)."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class _Layout:
    """A text cut where its look changes; `names[i]` holds for `text[starts[i]:starts[i + 1]]`."""

    text: str
    starts: tuple[int, ...]
    names: tuple[tuple[str, ...], ...]


def escape(text: str) -> Html:
    """Escape text for an element or a quoted attribute; control characters become visible."""
    return Html(html.escape(visible_controls(text)))


def tag(name: str, /, *children: Html, **attributes: str) -> Html:
    """Build an element; `class_` stands for `class`, other underscores in attribute names for hyphens."""
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    listed = "".join(f' {key}="{escape(value)}"' for key, value in pairs)
    end = "" if name in _VOID else f"{''.join(children)}</{name}>"
    return Html(f"<{name}{listed}>{end}" + ("\n" if name in _OWN_LINE else ""))


def prose_cell(text: str, protected: Sequence[str], language: str, lost: Sequence[str] = ()) -> Html:
    """Show a text with its markup dimmed and its protected strings marked, and what was `lost` in translation."""
    return _text_block([_styled(_layout(text, protected, lost), 0, len(text))], language)


def changes_cell(changes: Sequence[Change], protected: Sequence[str], language: str) -> Html:
    """Show a text with its changes, each with its reason as a tooltip and the number of the reason's footnote."""
    old = _layout("".join(change.text for change in changes if change.kind != "added"), protected)
    new = _layout("".join(change.text for change in changes if change.kind != "removed"), protected)
    numbers = {reason: number for number, reason in enumerate(count_reasons(changes), 1)}
    parts: list[Html] = []
    old_at = new_at = 0
    for (altered, reason), group in groupby(changes, key=lambda change: (change.kind != "same", change.reason)):
        pieces: list[Html] = []
        start = old_at + new_at
        for change in group:
            layout, at = (old, old_at) if change.kind == "removed" else (new, new_at)
            pieces.append(_piece_of(change, _styled(layout, at, at + len(change.text))))
            old_at += len(change.text) if change.kind != "added" else 0
            new_at += len(change.text) if change.kind != "removed" else 0
        note = [tag("sup", escape(str(numbers[reason])))] if reason else []
        length = "short" if old_at + new_at - start <= _SHORT else "long"
        parts += [tag("span", *pieces, *note, class_=f"change {length}")] if altered else pieces
    return _text_block(parts, language)


def reasons_list(changes: Sequence[Change]) -> Html:
    """List the reasons for the changes as numbered footnotes, with how often each applies."""
    counts = count_reasons(changes).items()
    items = [tag("li", escape(f"{reason} ×{count}" if count > 1 else reason)) for reason, count in counts]
    return tag("ol", *items, class_="reasons", aria_label="Reasons for the changes")


def short_url(url: str) -> str:
    """Shorten a URL to its host and its end."""
    bare = re.sub(r"^https?://(www\.)?", "", url).rstrip("/")
    if len(bare) <= _LONGEST_URL:
        return bare
    host, _, path = bare.partition("/")
    room = max(_LONGEST_URL - len(host) - 2, 8)
    return f"{host[:_LONGEST_URL]}/…{path[-room:]}" if path else f"{bare[:_LONGEST_URL]}…"


def _text_block(parts: Sequence[Html], language: str) -> Html:
    return tag("div", *parts, class_="text", lang=language, dir="auto")


def _piece_of(change: Change, shown: Html) -> Html:
    if change.kind == "same":
        return shown
    blank = "blank" if change.text.isspace() else ""
    classes = f"{blank} newline" if "\n" in change.text else blank
    attributes = {"title": change.reason} if change.reason else {}
    attributes |= {"class_": classes} if classes else {}
    return tag("ins" if change.kind == "added" else "del", shown, **attributes)


def _styled(layout: _Layout, start: int, end: int) -> Html:
    parts: list[Html] = []
    index = bisect_right(layout.starts, start) - 1
    while start < end:
        whole_end = layout.starts[index + 1]
        stop = min(whole_end, end)
        whole = start == layout.starts[index] and stop == whole_end
        parts.append(_piece(layout.text[start:stop], layout.names[index], whole))
        start, index = stop, index + 1
    return Html("".join(parts))


def _piece(text: str, names: tuple[str, ...], whole: bool) -> Html:
    if not names:
        return escape(text)
    if "url" in names and whole:
        return tag("span", escape(short_url(text)), class_=" ".join(names), title=text)
    return tag("span", escape(text), class_=" ".join(names))


def _layout(text: str, protected: Sequence[str], lost: Sequence[str] = ()) -> _Layout:
    events: defaultdict[int, Counter[str]] = defaultdict(Counter)
    gone = [_Style(span.start, span.end, "lost") for span in find_stretches(text, lost)]
    for style in (*_markup_styles(text), *_protected_styles(text, protected), *gone):
        events[style.start][style.name] += 1
        events[style.end][style.name] -= 1
    cuts = sorted({0, *events})
    active: Counter[str] = Counter()
    names = []
    for cut in cuts:
        active.update(events[cut])
        names.append(tuple(sorted(name for name, count in active.items() if count > 0)))
    return _Layout(text, (*cuts, len(text)), tuple(names))


def _markup_styles(text: str) -> Iterator[_Style]:
    for match in _MARKUP.finditer(text):
        kind = match.lastgroup or "link"
        inner = "link" if match["link"] is not None else kind
        if inner in ("link", "auto"):
            start, end = match.span(inner)
            yield _Style(match.start(), start, "mark")
            yield _Style(start, end, "url")
            yield _Style(end, match.end(), "mark")
        else:
            yield _Style(match.start(), match.end(), inner if inner in ("code", "url") else "mark")


def _protected_styles(text: str, protected: Sequence[str]) -> Iterator[_Style]:
    for string in filter(None, dict.fromkeys(protected)):
        at = text.find(string)
        while at >= 0:
            end = at + len(string)
            if not (_joins(text, at) or _joins(text, end)):
                yield _Style(at, end, "keep")
            at = text.find(string, end)


def _joins(text: str, at: int) -> bool:
    """Tell whether a Latin word or number goes on across this place."""
    around = text[at - 1 : at + 1] if at else ""
    return len(around) == 2 and around.isascii() and around.isalnum()
