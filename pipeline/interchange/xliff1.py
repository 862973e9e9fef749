"""XLIFF 1.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from pipeline.errors import InputError
from pipeline.interchange.codes import Code, code_source, code_target
from pipeline.interchange.native import known_codes, read_inline, write_inline
from pipeline.interchange.rows import SOURCE_LANGUAGE, Exchange, Row, Status
from pipeline.interchange.xml_text import attribute, children, content, descendants, document, element, escape

_SPACE = "urn:oasis:names:tc:xliff:document:1.2"
_STATES: Mapping[Status, Mapping[str, str]] = {
    "kept": {"state": "translated"},
    "machine": {"state": "needs-review-translation", "state-qualifier": "leveraged-mt"},
    "edited": {"state": "translated"},
    "stale": {"state": "needs-review-translation"},
    "approved": {"state": "signed-off"},
}
_DONE = {"signed-off", "final"}
_TYPES = {"strong": "bold", "em": "italic", "link": "link", "image": "image", "break": "lb"}
_OURS = {"raw", "previous English"}
_VERSION = "version:"


def write_xliff1(exchange: Exchange) -> str:
    """Write an issue as XLIFF 1.2."""
    units = "\n".join(_unit(row, exchange.references) for row in exchange.rows)
    attributes = {
        "original": f"{exchange.slug}.md",
        "source-language": SOURCE_LANGUAGE,
        "target-language": exchange.locale,
        "datatype": "x-markdown",
        "xml:space": "preserve",
    }
    file = element("file", f"\n<header/>\n{element('body', f'{chr(10)}{units}{chr(10)}')}\n", attributes)
    return document(element("xliff", f"\n{file}\n", {"xmlns": _SPACE, "version": "1.2"}))


def _unit(row: Row, references: Mapping[str, str]) -> str:
    source = code_source(row.source, references)
    target = code_target(row.target, references, source)
    status = row.status or "machine"
    parts = [
        element("source", write_inline(source, _code)),
        element("target", write_inline(target, _code), _STATES[status]),
        *_notes(row),
    ]
    attributes = {
        "id": row.unit,
        "approved": "yes" if row.approved else "",
        "translate": "no" if status == "kept" else "",
        "extradata": f"{_VERSION}{row.version}",
        "xml:space": "preserve",
    }
    return element("trans-unit", "\n" + "\n".join(parts) + "\n", attributes)


def _code(code: Code) -> Mapping[str, str]:
    kind = {} if code.form == "close" else {"ctype": _TYPES.get(code.kind, f"x-{code.kind}")}
    return {"id": str(code.number), **kind}


def _notes(row: Row) -> list[str]:
    notes = {"raw": row.raw, "previous English": row.previous, "comment": row.comment}
    return [element("note", escape(text), {"from": who}) for who, text in notes.items() if text]


def read_xliff1(root: Element) -> tuple[Row, ...]:
    """Read the units of an XLIFF 1.2 file."""
    return tuple(_row(node) for node in descendants(root, "trans-unit"))


def _row(node: Element) -> Row:
    sources, targets = children(node, "source"), children(node, "target")
    unit = attribute(node, "id")
    try:
        known = known_codes(sources[0], "id") if sources else {}
        source = read_inline(sources[0], "id", known) if sources else ""
        target = read_inline(targets[0], "id", known) if targets else ""
    except InputError as error:
        return Row(unit, "", "", None, problem=str(error))
    version = attribute(node, "extradata")
    return Row(
        unit,
        source,
        target,
        _status(node, targets),
        comment=_comment(children(node, "note")),
        version=version.removeprefix(_VERSION) if version.startswith(_VERSION) else "",
    )


def _status(node: Element, targets: Sequence[Element]) -> Status | None:
    """Read state and approval, which tools do not always keep in step; a doubt counts as not approved."""
    approved, state = node.get("approved"), targets[0].get("state") if targets else None
    if approved is None and state is None:
        return None
    pending = approved == "no" or (state or "").startswith(("needs-", "new"))
    return "approved" if not pending and (approved == "yes" or state in _DONE) else "edited"


def _comment(notes: Sequence[Element]) -> str:
    return "\n".join(content(note) for note in notes if note.get("from") not in _OURS)
