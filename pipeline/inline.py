"""Inline markup of a unit and where it stands.

markdown-it says which inline markup a text holds but not where. The rules do know: each is called with the
parser's position before and after. So every rule is wrapped and what it did is written down as an event; the
events then become codes with exact positions.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from pipeline.records import CodeForm, InlineCode, Span

NO_REFERENCES: Mapping[str, str] = MappingProxyType({})

_TRACE = "trace"
_OWNER = "trace owner"
_TOKEN_KINDS = {"em": "em", "strong": "strong", "s": "strike"}
_CHECKBOX = re.compile(r"\[[ xX]\][ \t](?=\S)")
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9])(?:https?://|ftp://|www\.)[!-~¡-ÿ]+|[A-Za-z0-9._%+\\-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)
_NOT_IN_ADDRESS = re.compile(r"[<>\[\]|\"`\0]")
_MATH = re.compile(r"(?<!\d)(\$\$?)(?![\s$])((?:\\.|[^\\$])+)(?<!\s)\1(?![\d$])", re.DOTALL)
_INLINE_TARGET = re.compile(r"\]\(\s*(?:<([^>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))")


class _Event(NamedTuple):
    rule: str
    start: int
    end: int
    tokens: tuple[Token, ...]
    label_end: int


class _Mark(NamedTuple):
    start: int
    end: int
    kind: str
    form: CodeForm


@lru_cache(maxsize=1)
def markdown_parser() -> MarkdownIt:
    """Give the one parser all modules share: CommonMark with tables, strikethrough, footnotes and dollar math."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    footnote_plugin(parser, inline=False, move_to_end=False)
    dollarmath_plugin(parser, allow_labels=False)
    parser.inline.ruler.at("math_inline", _inline_math)
    for name in parser.inline.ruler.get_active_rules():
        position = parser.inline.ruler.__find__(name)
        parser.inline.ruler.at(name, partial(_observed, name, parser.inline.ruler.__rules__[position].fn))
    return parser


def environment(references: Mapping[str, str]) -> dict[str, Any]:
    """Build the parser's environment in which the document's references and footnotes are known."""
    links = {label: {"href": href, "title": ""} for label, href in references.items() if not label.startswith("^")}
    notes = {f":{label[1:]}": -1 for label in references if label.startswith("^")}
    return {"references": links, "footnotes": {"refs": notes, "list": {}}}


def find_codes(source: str, references: Mapping[str, str] = NO_REFERENCES) -> tuple[InlineCode, ...]:
    """Find all inline markup of a unit's source, ascending and without overlaps.

    `references` maps the document's normalised link labels to their targets, footnotes as `^label`.
    """
    return _find_codes(source, tuple(references.items()))


@lru_cache(maxsize=4096)
def _find_codes(source: str, references: tuple[tuple[str, str], ...]) -> tuple[InlineCode, ...]:
    marks = [mark for event in _events(source, dict(references)) for mark in _marks(event, source)]
    return _paired(_with_addresses(source, _with_checkbox(source, marks)))


def visible(kind: str, data: str) -> str:
    """Tell what a reader sees of one code; nothing for pure markup."""
    if kind in ("code", "math"):
        fence = data[: len(data) - len(data.lstrip(data[0]))]
        return data[len(fence) : -len(fence)].strip()
    if kind == "break":
        return "\n"
    shown = {"autolink": data[1:-1], "url": data, "escape": data[1:], "softbreak": " ", "entity": html.unescape(data)}
    return shown.get(kind, "")


def plain(source: str, references: Mapping[str, str] = NO_REFERENCES) -> str:
    """Reduce Markdown to the text a reader sees."""
    pieces, position = [], 0
    for code in find_codes(source, references):
        pieces.append(source[position : code.span.start])
        pieces.append(visible(code.kind, source[code.span.start : code.span.end]))
        position = code.span.end
    return "".join(pieces) + source[position:]


def links(source: str, references: Mapping[str, str] = NO_REFERENCES) -> tuple[tuple[InlineCode, InlineCode, str], ...]:
    """List the links that stand around text: opening code, closing code, target."""
    found, opened = [], {}
    for code in find_codes(source, references):
        if code.kind == "link" and code.form == "open":
            opened[code.pair] = code
        elif code.kind == "link":
            found.append((opened[code.pair], code, _target(source, opened[code.pair], code, references)))
    return tuple(sorted(found, key=lambda link: link[0].span.start))


def find_addresses(text: str) -> tuple[Span, ...]:
    """Find the web and mail addresses that stand bare in a text, without the punctuation of the sentence."""
    found = []
    for match in _ADDRESS.finditer(text):
        address = _without_tail(_NOT_IN_ADDRESS.split(match.group(), maxsplit=1)[0])
        if not address.endswith(("://", "www")):
            found.append(Span(match.start(), match.start() + len(address)))
    return tuple(found)


def with_full_references(source: str, references: Mapping[str, str]) -> str:
    """Write `[text]` and `[text][]` as `[text][text]`, so that the link survives when its text is translated."""
    edits = []
    for opening, closing, _ in links(source, references):
        if source[closing.span.start : closing.span.end] in ("]", "][]"):
            label = " ".join(source[opening.span.end : closing.span.start].split())
            edits.append((closing.span, f"][{label}]"))
    for span, full in sorted(edits, key=lambda edit: -edit[0].start):
        source = source[: span.start] + full + source[span.end :]
    return source


def _target(source: str, opening: InlineCode, closing: InlineCode, references: Mapping[str, str]) -> str:
    data = source[closing.span.start : closing.span.end]
    if match := _INLINE_TARGET.match(data):
        return match.group(1) or match.group(2) or ""
    label = data[2:-1] if len(data) > 3 else source[opening.span.end : closing.span.start]
    return references.get(normalizeReference(label), "")


def _inline_math(state: StateInline, silent: bool) -> bool:
    """Read `$x$` and `$$x$$`; the plugin's own rule lets the last character of the text decide about the first."""
    match = _MATH.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.markup, token.content = match.groups()
    state.pos = match.end()
    return True


def _observed(name: str, rule: Callable[[StateInline, bool], bool], state: StateInline, silent: bool) -> bool:
    """Run one inline rule; note what it did when a trace is asked for and the text is not an image's alt text."""
    trace = state.env.get(_TRACE)
    if silent or trace is None or state.env.setdefault(_OWNER, state) is not state:
        return rule(state, silent)
    start, before = state.pos, len(state.tokens)
    if not rule(state, silent):
        return False
    end = state.pos
    label_end = parseLinkLabel(state, start, True) if name == "link" else -1
    trace.append(_Event(name, start, end, tuple(state.tokens[before:]), label_end))
    return True


def _events(source: str, references: Mapping[str, str]) -> list[_Event]:
    trace: list[_Event] = []
    parser = markdown_parser()
    parser.inline.parse(source, parser, {**environment(references), _TRACE: trace}, [])
    return trace


def _marks(event: _Event, source: str) -> Iterator[_Mark]:
    last = event.tokens[-1].type if event.tokens else ""
    if event.rule == "emphasis":
        yield from _emphasis_marks(event)
    elif event.rule == "strikethrough":
        yield from _strike_marks(event)
    elif event.rule == "link":
        yield _Mark(event.start, event.start + 1, "link", "open")
        yield _Mark(event.label_end, event.end, "link", "close")
    elif last in ("softbreak", "hardbreak"):
        start = len(source[: event.start].rstrip(" ")) if event.rule == "newline" else event.start
        start = event.start if source[start - 1 : start] == "\n" else start
        yield _Mark(start, event.end, "break" if last == "hardbreak" else "softbreak", "ph")
    elif kind := _standalone_kind(event, last):
        yield _Mark(event.start, event.end, kind, "ph")


def _standalone_kind(event: _Event, last: str) -> str:
    if event.rule == "escape":
        return "escape" if event.tokens[-1].content != event.tokens[-1].markup else ""
    if event.rule in ("entity", "image", "autolink"):
        return event.rule
    kinds = {"code_inline": "code", "html_inline": "html", "footnote_ref": "footnote", "math_inline": "math"}
    return kinds.get(last, "")


def _emphasis_marks(event: _Event) -> Iterator[_Mark]:
    length = event.end - event.start
    for position, token in enumerate(event.tokens[-length:], event.start):
        kind, _, edge = token.type.partition("_")
        if kind == "strong":
            start = position - 1 if edge == "open" else position
            yield _Mark(start, start + 2, kind, "open" if edge == "open" else "close")
        elif kind == "em":
            yield _Mark(position, position + 1, kind, "open" if edge == "open" else "close")


def _strike_marks(event: _Event) -> Iterator[_Mark]:
    count, odd = divmod(event.end - event.start, 2)
    tokens = event.tokens[-count:]
    # The parser moves the odd tilde of a closing run behind it and leaves that of an opening run in front.
    shift = 0 if any(token.type == "s_close" for token in tokens) else odd
    for index, token in enumerate(tokens):
        if token.type in ("s_open", "s_close"):
            start = event.start + shift + 2 * index
            yield _Mark(start, start + 2, "strike", "open" if token.type == "s_open" else "close")


def _with_checkbox(source: str, marks: list[_Mark]) -> list[_Mark]:
    match = _CHECKBOX.match(source)
    if match is None or any(mark.start < match.end() for mark in marks):
        return marks
    return [_Mark(0, match.end(), "checkbox", "ph"), *marks]


def _with_addresses(source: str, marks: list[_Mark]) -> list[_Mark]:
    """Add bare addresses; an escape or entity inside an address belongs to it."""
    soft = [mark for mark in marks if mark.kind in ("escape", "entity")]
    hard = [mark for mark in marks if mark not in soft]
    free = list(source)
    for mark in hard:
        free[mark.start : mark.end] = "\0" * (mark.end - mark.start)
    found = [_widened(span, soft) for span in find_addresses("".join(free))]
    apart = [mark for mark in soft if not any(url.start <= mark.start < url.end for url in found)]
    return [*found, *hard, *apart]


def _widened(span: Span, soft: list[_Mark]) -> _Mark:
    """Take whole the escapes and entities an address begins or ends in."""
    start = min([span.start, *(mark.start for mark in soft if mark.start < span.start < mark.end)])
    end = max([span.end, *(mark.end for mark in soft if mark.start < span.end < mark.end)])
    return _Mark(start, end, "url", "ph")


def _without_tail(address: str) -> str:
    """Take off the punctuation that belongs to the sentence, and a bracket that was opened before the address."""
    shorter = address.rstrip("?!.,:;*_~'\\")
    if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
        shorter = shorter[:-1]
    return address if shorter == address else _without_tail(shorter)


def _paired(marks: list[_Mark]) -> tuple[InlineCode, ...]:
    codes, opened = [], []
    for number, mark in enumerate(sorted(marks)):
        if mark.form == "open":
            opened.append((mark.kind, number))
        pair = number if mark.form != "close" else _partner(opened, mark.kind)
        codes.append(InlineCode(Span(mark.start, mark.end), mark.kind, mark.form, pair))
    return tuple(codes)


def _partner(opened: list[tuple[str, int]], kind: str) -> int:
    index = max(index for index, (open_kind, _) in enumerate(opened) if open_kind == kind)
    return opened.pop(index)[1]
