"""Issue to document: where the translatable text is and what it is.

1. One unit per heading, paragraph, list item paragraph, quote paragraph, footnote paragraph and table cell; of the
   front matter the values of `title`, `excerpt` and `description`.
2. markdown-it says on which lines a block stands; its content is then looked up in the untouched lines themselves. What
   cannot be found there is no unit and stays as it is.
3. Text without a letter outside its markup is no unit; nor are code, HTML and math blocks, link definitions and what
   stands between `<!-- translate:off -->` and `<!-- translate:on -->`.
   Links that name their target by their own text, `[text]`, are given as `[text][text]`, or translation would cut them.
4. A link card, `[](url) [## Title`, its description and `domain](url)`, spans several blocks: its title and description
   are units, its domain line is not.
5. A heading begins an entry, and so does a paragraph that is one line in bold. Italics below an image are a caption.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from markdown_it.token import Token

from pipeline.front_matter import body_start, find_values
from pipeline.inline import find_codes, markdown_parser, plain, with_full_references
from pipeline.records import Document, Entry, EntryKind, Issue, Span, Unit, UnitKind
from pipeline.titles import card_title, emphasised_title, find_titles, is_paper, is_paper_link, whole_line

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_SWITCH = re.compile(r"<!--[ \t]*translate:(on|off)[ \t]*-->")
_CARD_OPEN = re.compile(
    r"^[ \t]*(?:\[\]\(([^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)[ \t]*)?\[#{1,6}[ \t]+(?P<title>\S.*?)[ \t]*$"
)
_CARD_CLOSE = re.compile(r"^[^\s\[\]]*\]\((\S+?)\)[ \t]*$")
_BOLD_LINE = re.compile(r"^(\*{2,3}|_{2,3})(?![\s*_])[^*\n]+(?<![\s*_.])\1$")
_ROW_PREFIX = re.compile(r"^(?:[ \t>]|(?:[-+*]|\d{1,9}[.)])[ \t]+)+")
_ITALIC = re.compile(r"^[*_](?![*_\s])")
_URL = re.compile(r"https?://[^\s)>\]]+")
_SECTION = re.compile(r"^\W*\d+\s*[.)]")
_USE_CASE = re.compile(r"\buse[- ]cases?\b", re.IGNORECASE)
_WHERE: tuple[tuple[str, UnitKind], ...] = (
    ("th", "cell"),
    ("td", "cell"),
    ("heading", "heading"),
    ("footnote_reference", "footnote"),
)
_TITLE_KINDS = ("paragraph", "item", "quote")
_SHORT = {"heading": "h", "paragraph": "p", "item": "li", "quote": "q", "cell": "td", "footnote": "fn", "caption": "p"}


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    """Without its line ending."""
    text: str
    """As the parser is given it: a NUL stands as U+FFFD."""


@dataclass(frozen=True, slots=True)
class _Block:
    kind: UnitKind
    span: Span
    source: str
    leads: tuple[str, ...]
    level: int = 0
    """Heading level; 0 when it begins no entry."""
    top: bool = True
    """Stands in no list, quote or footnote."""
    titles: tuple[Span, ...] = ()
    card: str = ""
    """Address a link card leads to."""
    name: str = ""
    """Key of a front matter value."""


def read_document(issue: Issue) -> Document:
    """Find the entries and units of an issue; `InputError` for front matter that is no YAML."""
    front = [_Block("front-matter", span, value, (), name=key) for key, (span, value) in find_values(issue).items()]
    body = body_start(issue.text)
    references, blocks = _body(issue.text, body)
    blocks = [replace(block, source=with_full_references(block.source, references)) for block in blocks]
    blocks = _with_titles(list(_with_cards(_with_bold_headings(blocks))), references)
    entries, owners = _entries(blocks)
    blocks = _with_captions(blocks)
    off = _switched_off(issue.text, body)
    units = _units([*front, *blocks], [*(0 for _ in front), *owners], off, references)
    return Document(issue, entries, units, references)


# Blocks


def _lines(text: str, start: int) -> list[_Line]:
    found = []
    for match in _LINE.finditer(text, start):
        found.append(_Line(Span(match.start(1), match.end(1)), match.group(1).replace("\0", "\ufffd")))
        if not match.group(2):
            break
    return found


def _parse(lines: Sequence[_Line]) -> tuple[dict[str, str], list[Token]]:
    parser, tokens = markdown_parser(), list[Token]()
    environment: dict[str, Any] = {}
    parser.block.parse("\n".join(line.text for line in lines), parser, environment, tokens)
    references = {label: data["href"] for label, data in environment.get("references", {}).items()}
    notes = environment.get("footnotes", {}).get("refs", {})
    return references | {f"^{label[1:]}": "" for label in notes}, tokens


def _body(text: str, start: int) -> tuple[dict[str, str], list[_Block]]:
    lines = _lines(text, start)
    references, tokens = _parse(lines)
    blocks: list[_Block] = []
    parents: list[Token] = []
    cells: list[Span] = []
    for token in tokens:
        if token.type == "tr_open" and token.map:
            cells = _cells(lines[token.map[0]])
        if token.nesting > 0:
            parents.append(token)
        elif token.nesting < 0:
            parents.pop()
        elif token.type == "inline" and token.content:
            spans = _place(token, parents, lines, cells)
            blocks += [_block(text, parents, spans)] if spans else []
        if token.type in ("th_close", "td_close"):
            cells = cells[1:]
    return references, blocks


def _block(text: str, parents: Sequence[Token], spans: Sequence[Span]) -> _Block:
    containers = [token.type.removesuffix("_open") for token in parents]
    kind = next((kind for name, kind in _WHERE if name in containers), None)
    inner = next((name for name in reversed(containers) if name in ("list_item", "blockquote")), "")
    plain_kinds: dict[str, UnitKind] = {"list_item": "item", "blockquote": "quote"}
    return _Block(
        kind=kind or plain_kinds.get(inner, "paragraph"),
        span=Span(spans[0].start, spans[-1].end),
        source="\n".join(text[span.start : span.end] for span in spans),
        leads=tuple(text[one.end : two.start] for one, two in pairwise(spans)),
        level=int(parents[-1].tag[1]) if kind == "heading" and len(parents) == 1 else 0,
        top=len(parents) == 1,
    )


def _place(token: Token, parents: Sequence[Token], lines: Sequence[_Line], cells: Sequence[Span]) -> tuple[Span, ...]:
    """Find the content's lines in the text; nothing when one of them is not there as the parser gave it."""
    if token.map is None:
        return ()
    if parents[-1].type in ("th_open", "td_open"):
        return tuple(cells[:1])
    pieces = token.content.split("\n")
    atx = parents[-1].markup.startswith("#")
    last = len(pieces) - 1
    found = [
        _find(line, piece, exact=index < last, atx=atx)
        for index, (line, piece) in enumerate(zip(lines[token.map[0] :], pieces, strict=False))
    ]
    return tuple(span for span in found if span) if all(found) else ()


def _find(line: _Line, piece: str, *, exact: bool, atx: bool) -> Span | None:
    piece = piece.lstrip(" \t")
    text = line.text if exact else line.text.rstrip()
    piece = piece if exact else piece.rstrip()
    if atx and not text.endswith(piece):
        text = text.rstrip("#").rstrip()
    start = line.span.start + len(text) - len(piece)
    return Span(start, start + len(piece)) if piece and text.endswith(piece) else None


def _cells(line: _Line) -> list[Span]:
    """Cut a table row at its free pipes, white space off; list and quote marks before the row stay out."""
    start = len(line.text) - len(_ROW_PREFIX.sub("", line.text, count=1))
    edges = [match.start() for match in re.finditer(r"(?<!\\)\|", line.text) if match.start() >= start]
    bounds = [start - 1, *edges, len(line.text)]
    found = []
    for left, right in pairwise(bounds):
        cell = line.text[left + 1 : right]
        begin = line.span.start + left + 1 + len(cell) - len(cell.lstrip())
        found.append(Span(begin, begin + len(cell.strip())))
    return found[1:] if found and found[0].start == found[0].end and edges[:1] == [start] else found


# Structure of newsletters


def _with_bold_headings(blocks: Sequence[_Block]) -> list[_Block]:
    """Turn a paragraph that is one line in bold, apart from lone escapes, into a heading under the last real one."""
    found, level = [], 0
    for block in blocks:
        level = block.level or level
        lines = [line.strip() for line in block.source.split("\n") if line.strip() != "\\\\"]
        bold = block.kind == "paragraph" and block.top and len(lines) == 1 and _BOLD_LINE.match(lines[0])
        found.append(replace(block, kind="heading", level=min(level + 1, 6)) if bold else block)
    return found


def _with_cards(blocks: Sequence[_Block]) -> Iterator[_Block]:
    position = 0
    while position < len(blocks):
        block = blocks[position]
        opening = _CARD_OPEN.match(block.source) if block.top else None
        length = _card_length(blocks[position + 1 :]) if opening else 0
        if opening and length:
            url = opening.group(1) or _card_url(blocks[position + length])
            start = block.span.start + opening.start("title")
            span = Span(start, start + len(opening["title"]))
            yield replace(block, kind="card-title", span=span, source=opening["title"], leads=(), level=0, card=url)
            for part in blocks[position + 1 : position + length]:
                yield replace(part, kind="card-text", level=0)
        else:
            yield block
        position += length + 1


def _card_length(blocks: Sequence[_Block]) -> int:
    """Count the blocks up to the one that closes a card; 0 when none of the next three does."""
    closed = (index for index, block in enumerate(blocks[:3], 1) if block.top and _CARD_CLOSE.match(block.source))
    return next(closed, 0)


def _card_url(block: _Block) -> str:
    match = _CARD_CLOSE.match(block.source)
    return match.group(1) if match else ""


def _with_titles(blocks: Sequence[_Block], references: Mapping[str, str]) -> list[_Block]:
    inner = [_inner_titles(block, references) for block in blocks]
    for index, block in enumerate(blocks):
        if block.kind != "card-title" and is_paper_link(block.source, references):
            near = [place for place in (index - 1, index + 1) if _may_be_title(blocks, place, block.top)]
            spans = [(place, whole_line(blocks[place].source, references)) for place in near if not inner[place]]
            place, found = next(((place, found) for place, found in spans if found), (0, ()))
            inner[place] = inner[place] or found
    for index, (heading, block) in enumerate(pairwise(blocks), 1):
        if heading.level and not inner[index] and _may_be_title(blocks, index, heading.top):
            inner[index] = emphasised_title(block.source)
    return _with_repeated(blocks, inner)


def _inner_titles(block: _Block, references: Mapping[str, str]) -> tuple[Span, ...]:
    if block.kind == "card-title":
        return card_title(block.source, block.card)
    return find_titles(block.source, references)


def _may_be_title(blocks: Sequence[_Block], place: int, top: bool) -> bool:
    return 0 <= place < len(blocks) and blocks[place].top == top and blocks[place].kind in _TITLE_KINDS


def _with_repeated(blocks: Sequence[_Block], titles: Sequence[tuple[Span, ...]]) -> list[_Block]:
    """Add the headings that say the same as a title below them, unless a talk or the like in quotation marks has it."""
    found = [replace(block, titles=spans) for block, spans in zip(blocks, titles, strict=True)]
    heading = 0
    for index, block in enumerate(found):
        heading = index if block.level else heading
        unquoted = (span for span in block.titles if block.source[: span.start][-1:] not in ("“", '"'))
        said = " ".join(plain(block.source[span.start : span.end]) for span in unquoted)
        if said and not block.level and plain(found[heading].source).strip().casefold() == said.strip().casefold():
            found[heading] = replace(found[heading], titles=whole_line(found[heading].source))
    return found


def _with_captions(blocks: Sequence[_Block]) -> list[_Block]:
    """Mark the paragraphs in italics that follow a paragraph of nothing but images."""
    found = list(blocks)
    for index, (image, block) in enumerate(pairwise(blocks), 1):
        codes = {code.kind for code in find_codes(image.source)}
        below = codes <= {"image", "softbreak", "escape"} and "image" in codes and not _has_letters(image.source, {})
        if below and block.kind == "paragraph" and _ITALIC.match(block.source) and not block.titles:
            found[index] = replace(block, kind="caption")
    return found


# Entries and units


def _entries(blocks: Sequence[_Block]) -> tuple[tuple[Entry, ...], list[int]]:
    """Give the entries and, for each block, the index of its entry."""
    starts = [0, *(index for index, block in enumerate(blocks) if block.level), len(blocks)]
    owners = [entry for entry, (one, two) in enumerate(pairwise(starts)) for _ in range(one, two)]
    entries, section = [], False
    for number, (one, two) in enumerate(pairwise(starts)):
        heading = plain(blocks[one].source).replace("\\", "").strip() if number else ""
        if number and (_SECTION.match(heading) or blocks[one].level == 1 or _USE_CASE.search(heading)):
            section = bool(_USE_CASE.search(heading)) or (section and not _SECTION.match(heading))
        entries.append(Entry(heading, blocks[one].level if number else 0, _entry_kind(blocks[one:two], section)))
    return tuple(entries), owners


def _entry_kind(blocks: Sequence[_Block], use_cases: bool) -> EntryKind:
    below = [block for block in blocks if not block.level and any(letter.isalpha() for letter in block.source)]
    urls = [block.card or url for block in below if block.kind != "item" for url in _URL.findall(block.source) or [""]]
    titled = any(block.titles and block.titles == whole_line(block.source) for block in below)
    if any(is_paper(url) for url in urls) or (titled and not any(block.card for block in below)):
        return "paper"
    if use_cases and below:
        return "use case"
    return "article" if any(urls) else "other"


def _switched_off(text: str, start: int) -> list[Span]:
    """List the stretches that are to be left alone; a switch shown as code does not count."""
    if not _SWITCH.search(text, start):
        return []
    lines = _lines(text, start)
    code = [token.map for token in _parse(lines)[1] if token.type in ("fence", "code_block") and token.map]
    shown = [Span(lines[one].span.start, lines[two - 1].span.end) for one, two in code]
    found: list[Span] = []
    opened: int | None = None
    for match in _SWITCH.finditer(text, start):
        quoted = text[match.start() - 1 : match.start()] == "`"
        if quoted or any(span.start <= match.start() < span.end for span in shown):
            continue
        if match.group(1) == "on" and opened is not None:
            found.append(Span(opened, match.end()))
        opened = None if match.group(1) == "on" else match.start() if opened is None else opened
    return found if opened is None else [*found, Span(opened, len(text))]


def _units(
    blocks: Sequence[_Block], owners: Sequence[int], off: Sequence[Span], references: Mapping[str, str]
) -> tuple[Unit, ...]:
    counts: Counter[str] = Counter()
    units = []
    for block, entry in zip(blocks, owners, strict=True):
        address = f"e{entry}/" + (f"fm-{block.name}" if block.name else _SHORT.get(block.kind, block.kind))
        counts[address] += 1
        silent = any(block.span.start < span.end and span.start < block.span.end for span in off)
        if not silent and _has_letters(block.source, references):
            number = "" if block.name or block.level else str(counts[address])
            identity = address + number
            units.append(Unit(identity, block.kind, block.span, block.source, block.leads, entry, block.titles))
    return tuple(units)


def _has_letters(source: str, references: Mapping[str, str]) -> bool:
    codes = find_codes(source, references)
    edges = [0, *(edge for code in codes for edge in (code.span.start, code.span.end)), len(source)]
    gaps = (source[one:two] for one, two in zip(edges[::2], edges[1::2], strict=True))
    return any(letter.isalpha() for gap in gaps for letter in gap)
