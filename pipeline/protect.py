"""A unit's Markdown to coded text and back.

In coded text every string that must survive (markup, titles, names, numbers, code, links) is one private-use
character; `Placeholder` says what it stands for. Whatever happens to coded text, the strings behind the characters
cannot be altered, and counting characters tells whether any was lost or doubled. `restore(protect(x)) == x`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.glossary import Glossary, find_terms
from pipeline.inline import find_codes
from pipeline.names import find_names
from pipeline.numbers import find_numbers
from pipeline.records import InlineCode, Placeholder, Span, TermMatch, Unit

FIRST = 0xE000
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LETTER = re.compile(r"[^\W\d_]")
_LEAD = re.compile(r"\s*(?:[—–-]+\s+|\d{1,3}[.)](?:\s+|(?=[^\W\d])))")
_SYMBOLS = re.compile("[^\x00-\u024f\u2000-\u201f\u2026\u202f\u205f\u3000\ue000-\uf8ff\ufeff]+|(?<=\\d)[°²³]")
_HIDDEN = frozenset({"strong", "em", "strike", "link", "html", "break", "footnote", "checkbox"})


@dataclass(frozen=True, slots=True)
class Coded:
    """A unit's text with placeholders, and what they stand for."""

    text: str
    placeholders: tuple[Placeholder, ...]
    """In no particular order; look them up by `char`."""
    terms: tuple[TermMatch, ...]
    """Glossary concepts to be translated or checked; spans in `text`."""
    kept: tuple[TermMatch, ...] = ()
    """Glossary concepts kept as they are; spans in the text before they became placeholders."""

    @property
    def table(self) -> Mapping[str, Placeholder]:
        """Placeholders by character."""
        return {placeholder.char: placeholder for placeholder in self.placeholders}


def protect(unit: Unit, glossary: Glossary, locale: str, known: frozenset[str], references: Mapping[str, str]) -> Coded:
    """Cover everything in the unit that must not be translated."""
    coded = _cover_markup(unit, references)
    found = find_terms(coded.text, glossary, locale)
    kept = tuple(term for term in found if term.policy == "keep")
    coded = _cover(coded, [(term.span, _kept(coded.text, term)) for term in kept])
    coded = _cover_names(coded, glossary, locale, known)
    coded = _merge_runs(coded)
    coded = _merge_pairs(coded)
    terms = tuple(term for term in find_terms(coded.text, glossary, locale) if term.policy != "keep")
    return replace(coded, terms=terms, kept=kept)


def restore(text: str, table: Mapping[str, Placeholder], *, source: bool = False) -> str:
    """Put back what the placeholders stand for: the target's strings, or with `source` the English ones."""

    def data(match: re.Match[str]) -> str:
        found = table.get(match.group())
        return match.group() if found is None else (found.source if source else found.data)

    return _PRIVATE.sub(data, text)


def is_wordless(text: str) -> bool:
    """Whether coded text has nothing to translate."""
    return not _LETTER.search(_PRIVATE.sub("", text))


def characters(text: str) -> list[str]:
    """The placeholder characters in `text`, in order."""
    return _PRIVATE.findall(text)


def next_character(placeholders: Iterable[Placeholder]) -> str:
    """A placeholder character that is still free."""
    return chr(max((ord(placeholder.char) for placeholder in placeholders), default=FIRST - 1) + 1)


def visible_text(text: str, table: Mapping[str, Placeholder]) -> str:
    """What a reader would see of coded text."""
    return _PRIVATE.sub(lambda match: table[match.group()].visible if match.group() in table else "", text)


def _cover_markup(unit: Unit, references: Mapping[str, str]) -> Coded:
    source = unit.source
    codes = [code for code in find_codes(source, references) if code.kind != "softbreak"]
    pieces: list[tuple[Span, Placeholder]] = []
    for title in unit.titles:
        codes = [code for code in codes if not _inside(code.span, title)]
        text = source[title.start : title.end]
        pieces.append((title, Placeholder("", text, "title", "ph", text.strip("*_ "), text, "title")))
    pieces += [(code.span, _code_placeholder(code, source)) for code in codes]
    for match in (*_PRIVATE.finditer(source), *_SYMBOLS.finditer(source), *filter(None, [_LEAD.match(source)])):
        span = Span(*match.span())
        if match.start() == match.end() or _overlaps(span, [taken for taken, _ in pieces]):
            continue
        visible = match.group().strip() if match.re is _SYMBOLS else ""
        pieces.append((span, Placeholder("", match.group(), "symbol", "ph", visible, match.group(), "symbol")))
    return _cover(Coded(source, (), ()), pieces)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _code_placeholder(code: InlineCode, source: str) -> Placeholder:
    data = source[code.span.start : code.span.end]
    visible = "" if code.kind in _HIDDEN or code.form != "ph" else data.strip("`$")
    return Placeholder(
        "", data, code.kind, code.form, "" if code.kind == "image" else visible, data, f"markup:{code.pair}"
    )


def _literal(text: str, kind: str, reason: str) -> Placeholder:
    return Placeholder("", text, kind, "ph", text, text, reason)


def _kept(text: str, term: TermMatch) -> Placeholder:
    english = text[term.span.start : term.span.end]
    return Placeholder("", term.rendering, "name", "ph", term.rendering, english, f"term: {term.concept}")


def _cover_names(coded: Coded, glossary: Glossary, locale: str, known: frozenset[str]) -> Coded:
    # An everyday word may be a part of a name, as in `Rigging the Lottery: …`.
    blocked = [term.span for term in find_terms(coded.text, glossary, locale) if term.policy != "guide"]
    pieces: list[tuple[Span, Placeholder]] = []
    for span, chinese in find_numbers(coded.text):
        if _free(span, [*blocked, *(taken for taken, _ in pieces)], coded.text):
            english = coded.text[span.start : span.end]
            pieces.append((span, Placeholder("", chinese, "number", "ph", chinese, english, "number")))
    taken = [*blocked, *(span for span, _ in pieces)]
    for name in find_names(coded.text, taken, known):
        text = coded.text[name.span.start : name.span.end]
        pieces.append((name.span, _literal(text, "name", f"name: {name.look}")))
    return _cover(coded, pieces)


def _free(span: Span, taken: Sequence[Span], text: str) -> bool:
    return not _overlaps(span, taken) and not _PRIVATE.search(text[span.start : span.end])


def _cover(coded: Coded, pieces: Sequence[tuple[Span, Placeholder]]) -> Coded:
    """Put one new character in the place of each span; spans must not overlap."""
    placeholders = list(coded.placeholders)
    parts: list[str] = []
    at = 0
    for span, piece in sorted(pieces, key=lambda pair: pair[0].start):
        placeholder = replace(piece, char=next_character(placeholders))
        placeholders.append(placeholder)
        parts += [coded.text[at : span.start], placeholder.char]
        at = span.end
    parts.append(coded.text[at:])
    return replace(coded, text="".join(parts), placeholders=tuple(placeholders))


def _merge_runs(coded: Coded) -> Coded:
    """Make one placeholder of names that stand side by side when a capital was all that one of them had."""
    table = coded.table
    pieces: list[tuple[Span, Placeholder]] = []
    for match in re.finditer("[\ue000-\uf8ff](?: [\ue000-\uf8ff])+", coded.text):
        names = [table[char] for char in characters(match.group())]
        if all(n.kind == "name" for n in names) and any(n.reason == "name: capitals" for n in names):
            texts = {field: " ".join(getattr(n, field) for n in names) for field in ("data", "visible", "source")}
            reason = "; ".join(dict.fromkeys(n.reason for n in names))
            pieces.append((Span(*match.span()), Placeholder("", kind="name", form="ph", reason=reason, **texts)))
    gone = {char for span, _ in pieces for char in characters(coded.text[span.start : span.end])}
    placeholders = tuple(p for p in coded.placeholders if p.char not in gone)
    return _cover(replace(coded, placeholders=placeholders), pieces)


def _merge_pairs(coded: Coded) -> Coded:
    """Make one placeholder of a pair of marks that has nothing to translate between them: `[**GAN**](url)`."""
    merged = coded
    while True:
        span = _closed_pair(merged)
        if span is None:
            return merged
        text, table = merged.text[span.start : span.end], merged.table
        inner = [table[char] for char in text[1:-1]]
        piece = Placeholder(
            "",
            restore(text, table),
            "name" if table[text[0]].kind != "link" else "link",
            "ph",
            "".join(placeholder.visible for placeholder in inner),
            restore(text, table, source=True),
            "; ".join(dict.fromkeys(p.reason for p in inner if not p.reason.startswith("markup"))) or "markup",
        )
        left = tuple(placeholder for placeholder in merged.placeholders if placeholder.char not in text)
        merged = _cover(replace(merged, placeholders=left), [(span, piece)])


def _closed_pair(coded: Coded) -> Span | None:
    table = coded.table
    for start, char in enumerate(coded.text):
        first = table.get(char)
        if first is None or first.form != "open":
            continue
        end = start + 1
        while end < len(coded.text) and coded.text[end] in table and table[coded.text[end]].form == "ph":
            end += 1
        last = table.get(coded.text[end]) if end < len(coded.text) else None
        if last is not None and last.form == "close" and last.reason == first.reason:
            return Span(start, end + 1)
    return None
