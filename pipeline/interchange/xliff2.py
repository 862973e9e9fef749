"""XLIFF 2.0, core only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from pipeline.errors import InputError
from pipeline.interchange.codes import Code, Piece, code_source, code_target
from pipeline.interchange.rows import SOURCE_LANGUAGE, Exchange, Row, Status
from pipeline.interchange.xml_text import (
    attribute,
    children,
    content,
    descendants,
    document,
    element,
    escape,
    local,
    unmark,
)

_SPACE = "urn:oasis:names:tc:xliff:document:2.0"
_STATES: Mapping[Status, str] = {
    "kept": "initial",
    "machine": "translated",
    "edited": "translated",
    "stale": "translated",
    "approved": "final",
}
_DONE = {"reviewed", "final"}
_TYPES = {
    "strong": ("fmt", "xlf:b"),
    "em": ("fmt", "xlf:i"),
    "strike": ("fmt", "duizhao:strike"),
    "break": ("fmt", "xlf:lb"),
    "link": ("link", ""),
    "image": ("image", ""),
}
_RAW, _PREVIOUS, _COMMENT, _VERSION = "raw", "previous English", "comment", "version"


def write_xliff2(exchange: Exchange) -> str:
    """Write an issue as XLIFF 2.0."""
    units = "\n".join(_unit(number, row, exchange.references) for number, row in enumerate(exchange.rows, 1))
    file = element("file", f"\n{units}\n", {"id": "f1", "original": f"{exchange.slug}.md", "xml:space": "preserve"})
    languages = {"srcLang": SOURCE_LANGUAGE, "trgLang": exchange.locale}
    return document(element("xliff", f"\n{file}\n", {"xmlns": _SPACE, "version": "2.0", **languages}))


def _unit(number: int, row: Row, references: Mapping[str, str]) -> str:
    source = code_source(row.source, references)
    target = code_target(row.target, references, source)
    data = {code.data: "" for code in (*source, *target) if isinstance(code, Code)}
    data = {text: f"d{index}" for index, text in enumerate(data, 1)}
    status = row.status or "machine"
    segment = element(
        "segment",
        f"\n{element('source', _inline(source, data))}\n{element('target', _inline(target, data))}\n",
        {"id": "s1", "state": _STATES[status], "subState": f"duizhao:{status}"},
    )
    parts = [_notes(row), *_original_data(data), segment]
    attributes = {"id": f"u{number}", "name": row.unit, "translate": "no" if status == "kept" else ""}
    return element("unit", "\n" + "\n".join(parts) + "\n", attributes)


def _notes(row: Row) -> str:
    notes = {_RAW: row.raw, _PREVIOUS: row.previous, _COMMENT: row.comment, _VERSION: row.version}
    written = [element("note", escape(text), {"category": category}) for category, text in notes.items() if text]
    return element("notes", "\n" + "\n".join(written) + "\n")


def _original_data(data: Mapping[str, str]) -> list[str]:
    written = [element("data", escape(text), {"id": name, "xml:space": "preserve"}) for text, name in data.items()]
    return [element("originalData", "\n" + "\n".join(written) + "\n")] if data else []


def _inline(pieces: Sequence[Piece], data: Mapping[str, str]) -> str:
    """Write text and codes; pairs are known to be nested, so that start and end tags balance."""
    closing = {p.number: data[p.data] for p in pieces if isinstance(p, Code) and p.form == "close"}
    return "".join(escape(p) if isinstance(p, str) else _code(p, data[p.data], closing) for p in pieces)


def _code(code: Code, name: str, closing: Mapping[int, str]) -> str:
    if code.form == "close":
        return "</pc>"
    kind, sub = _TYPES.get(code.kind, ("other", f"duizhao:{code.kind}"))
    more = {"type": kind, "subType": sub}
    if code.form == "ph":
        return element("ph", "", {"id": str(code.number), **more, "dataRef": name})
    ends = {"dataRefStart": name, "dataRefEnd": closing[code.number]}
    return element("pc", "", {"id": str(code.number), **more, **ends}).removesuffix("/>") + ">"


def read_xliff2(root: Element) -> tuple[Row, ...]:
    """Read the units of an XLIFF 2.0 file."""
    return tuple(_row(node) for node in descendants(root, "unit"))


def _row(node: Element) -> Row:
    parts = [child for child in node if local(child) in {"segment", "ignorable"}]
    notes = [(note.get("category", ""), content(note)) for note in descendants(node, "note")]
    unit = attribute(node, "name")
    try:
        markup = _Markup(node)
        source = "".join(_side(part, "source", markup) for part in parts)
        target = "".join(_side(part, "target", markup) for part in parts) if _is_translated(parts) else ""
    except InputError as error:
        return Row(unit, "", "", None, problem=str(error))
    comment = "\n".join(text for category, text in notes if category not in {_RAW, _PREVIOUS, _VERSION})
    return Row(unit, source, target, _status(parts), comment=comment, version=dict(notes).get(_VERSION, ""))


def _is_translated(parts: Sequence[Element]) -> bool:
    return all(children(part, "target") for part in parts if local(part) == "segment")


def _status(parts: Sequence[Element]) -> Status | None:
    states = [part.get("state") for part in parts if local(part) == "segment"]
    if states and all(state in _DONE for state in states):
        return "approved"
    return "edited" if any(states) else None


def _side(part: Element, name: str, markup: _Markup) -> str:
    found = children(part, name) or children(part, "source")
    return "".join(markup.read(node) for node in found[:1])


class _Markup:
    """The original data of one unit, by which inline elements become Markdown again."""

    def __init__(self, unit: Element) -> None:
        self._data = {node.get("id"): content(node) for node in descendants(unit, "data")}
        self._source = {
            (local(node), node.get("id")): node for side in descendants(unit, "source") for node in side.iter()
        }

    def read(self, node: Element) -> str:
        return unmark(node.text or "") + "".join(self._child(child) + unmark(child.tail or "") for child in node)

    def _child(self, node: Element) -> str:
        return "".join(self._pieces(node))

    def _pieces(self, node: Element) -> Iterator[str]:
        name = local(node)
        if name == "pc":
            yield self._of(node, "dataRefStart") + self.read(node) + self._of(node, "dataRefEnd")
        elif name in {"ph", "sc", "ec"}:
            yield self._of(node, "dataRef")
        elif name == "cp":
            yield _character(node.get("hex", ""))
        elif name in {"mrk", "sm", "em"}:
            yield self.read(node)
        else:
            raise InputError(f"the inline element <{name}> is not one of ours")

    def _of(self, node: Element, key: str) -> str:
        name = node.get(key)
        if name is None:
            original = self._source.get((local(node), node.get("id")))
            name = None if original is None else original.get(key)
        if name not in self._data:
            raise InputError(f"an inline element <{local(node)}> without its original data")
        return self._data[name]


def _character(written: str) -> str:
    try:
        return chr(int(written, 16))
    except (ValueError, OverflowError):
        raise InputError(f"the character “{written}” does not exist") from None
