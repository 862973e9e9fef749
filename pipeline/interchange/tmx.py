"""TMX 1.4b: translation memories of any tool in, ours out, and one issue both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.interchange.codes import Code, code_source, code_target
from pipeline.interchange.native import read_inline, write_inline
from pipeline.interchange.rows import SOURCE_LANGUAGE, Exchange, Row, read_status
from pipeline.interchange.xml_text import (
    XML_LANGUAGE,
    attribute,
    children,
    content,
    descendants,
    document,
    element,
    escape,
    local,
    parse_xml,
)
from pipeline.locales import find_locale

STATUS, VERSION, RAW, PREVIOUS = "x-status", "x-version", "x-raw", "x-previous"


@dataclass(frozen=True, slots=True)
class Pair:
    """One translation unit with its English and its target."""

    source: str
    target: str
    name: str = ""
    """The `tuid`."""
    by: str = ""
    at: str = ""
    """When it was last changed, as TMX writes it: `20210304T021500Z`."""
    properties: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problem: str = ""
    """Why the unit cannot be read."""


def write_tmx(pairs: Iterable[Pair], locale: str, references: Mapping[str, str]) -> str:
    """Write a translation memory; `references` are the link targets by which markup is recognised."""
    header = element(
        "header",
        "",
        {
            "creationtool": "duizhao",
            "creationtoolversion": __version__,
            "segtype": "block",
            "o-tmf": "duizhao",
            "adminlang": SOURCE_LANGUAGE,
            "srclang": SOURCE_LANGUAGE,
            "datatype": "x-markdown",
        },
    )
    units = "".join(f"{_unit(pair, locale, references)}\n" for pair in pairs)
    return document(element("tmx", f"\n{header}\n{element('body', chr(10) + units)}\n", {"version": "1.4"}))


def _unit(pair: Pair, locale: str, references: Mapping[str, str]) -> str:
    source = code_source(pair.source, references)
    target = code_target(pair.target, references, source)
    sides = {SOURCE_LANGUAGE: source, locale: target}
    parts = [
        *(element("note", escape(note)) for note in pair.notes if note),
        *(element("prop", escape(text), {"type": kind}) for kind, text in pair.properties.items() if text),
        *(
            element("tuv", element("seg", write_inline(pieces, _code)), {"xml:lang": language})
            for language, pieces in sides.items()
        ),
    ]
    attributes = {"tuid": pair.name, "changeid": pair.by, "changedate": pair.at}
    return element("tu", "\n" + "\n".join(parts) + "\n", attributes)


def _code(code: Code) -> Mapping[str, str]:
    if code.form == "close":
        return {"i": str(code.number)}
    number = {"i": str(code.number)} if code.form == "open" else {}
    return {**number, "x": str(code.number), "type": code.kind}


def read_tmx(data: bytes, name: str, locale: str = "") -> tuple[Pair, ...]:
    """Read the units that have English and a target of `locale`, in any of the ways to write it.

    Without a locale the target is the first text that is not English.
    """
    root = parse_xml(data, name)
    if local(root) != "tmx":
        raise InputError(f"{name}: not a TMX file (its root is <{local(root)}>)")
    pairs = (_pair(node, locale) for node in descendants(root, "tu"))
    return tuple(pair for pair in pairs if pair is not None)


def _pair(node: Element, locale: str) -> Pair | None:
    sides = [(_language(side), side) for side in children(node, "tuv")]
    english = [side for language, side in sides if _is_english(language)]
    others = [side for language, side in sides if not _is_english(language) and _speaks(language, locale)]
    if not english or not others:
        return None
    dated = [side for side in (others[0], node) if side.get("changedate") or side.get("creationdate")]
    who = dated[0] if dated else node
    try:
        source, target = _segment(english[0]), _segment(others[0])
        problem = ""
    except InputError as error:
        source, target, problem = "", "", str(error)
    return Pair(
        source,
        target,
        attribute(node, "tuid"),
        attribute(who, "changeid") or attribute(who, "creationid"),
        attribute(who, "changedate") or attribute(who, "creationdate"),
        {prop.get("type", ""): content(prop) for prop in children(node, "prop")},
        tuple(content(note) for note in children(node, "note")),
        problem,
    )


def _language(side: Element) -> str:
    return side.get(XML_LANGUAGE) or side.get("lang") or ""


def _is_english(language: str) -> bool:
    return language.lower().replace("_", "-").split("-")[0] == SOURCE_LANGUAGE


def _speaks(language: str, locale: str) -> bool:
    try:
        return not locale or find_locale(language, own_model=True).tag == locale
    except InputError:
        return False


def _segment(side: Element) -> str:
    segment = children(side, "seg")
    if not segment:
        return ""
    return read_inline(segment[0], "x", {})


def write_issue_tmx(exchange: Exchange) -> str:
    """Write an issue as TMX; what nobody approved says so in its `x-status`."""
    pairs = (_of_row(row) for row in exchange.rows if row.target)
    return write_tmx(pairs, exchange.locale, exchange.references)


def _of_row(row: Row) -> Pair:
    properties = {STATUS: row.status or "", VERSION: row.version, RAW: row.raw, PREVIOUS: row.previous}
    return Pair(row.source, row.target, row.unit, properties=properties, notes=(row.comment,))


def read_issue_tmx(data: bytes, name: str, locale: str) -> tuple[Row, ...]:
    """Read the units of a TMX file as rows."""
    return tuple(_row(pair) for pair in read_tmx(data, name, locale))


def _row(pair: Pair) -> Row:
    return Row(
        pair.name,
        pair.source,
        pair.target,
        read_status(pair.properties.get(STATUS, "")),
        comment="\n".join(pair.notes),
        version=pair.properties.get(VERSION, ""),
        problem=pair.problem,
    )
