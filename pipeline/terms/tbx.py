"""Glossary entries as TBX-Basic (ISO 30042) and back; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from pipeline.errors import InputError
from pipeline.glossary_file import LISTS, Concept
from pipeline.terms.edit import Fields, Value, fields_of

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">\n'
_SPEECH = {"noun": "noun", "name": "proper noun", "verb": "verb", "adjective": "adjective", "adverb": "adverb"}
_STATUS = {
    "preferred": "preferredTerm-admn-sts",
    "admitted": "admittedTerm-admn-sts",
    "deprecated": "deprecatedTerm-admn-sts",
}
_RENDERINGS = (("zh-Hans", "preferred"), ("admitted", "admitted"), ("avoid", "deprecated"))
_NOTES = ("policy", "case", "status", "pos", "context", "source", "date")
"""Fields that TBX-Basic has no place for: notes of the entry, `key: value`."""


def write_tbx(concepts: Sequence[Concept]) -> str:
    """Write a martif document with one termEntry for each concept."""
    root = ElementTree.Element("martif", {"type": "TBX-Basic", _LANGUAGE: "en"})
    header = ElementTree.SubElement(root, "martifHeader")
    description = ElementTree.SubElement(ElementTree.SubElement(header, "fileDesc"), "sourceDesc")
    _add(description, "p", "Glossary of duizhao")
    body = ElementTree.SubElement(ElementTree.SubElement(root, "text"), "body")
    for concept in concepts:
        _write_entry(body, concept)
    ElementTree.indent(root)
    return _HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"


def _write_entry(body: ElementTree.Element, concept: Concept) -> None:
    fields = fields_of(concept)
    entry = ElementTree.SubElement(body, "termEntry", {"id": concept.id})
    if concept.definition:
        _add(entry, "descrip", concept.definition, type="definition")
    for key in _NOTES:
        for text in _texts(fields.get(key, ())):
            _add(entry, "note", f"{key}: {text}")
    if concept.note:
        _add(entry, "note", concept.note)
    english = ElementTree.SubElement(entry, "langSet", {_LANGUAGE: "en"})
    for form, status in ((concept.term, "preferred"), *((form, "admitted") for form in concept.forms)):
        _write_term(english, form, status, concept.pos)
    chinese = [(text, status) for key, status in _RENDERINGS for text in _texts(fields.get(key, ()))]
    if chinese:
        simplified = ElementTree.SubElement(entry, "langSet", {_LANGUAGE: "zh-Hans"})
        for text, status in chinese:
            _write_term(simplified, text, status)
    for locale in ("zh-Hant-TW", "zh-Hant-HK"):
        for text in _texts(fields.get(locale, ())):
            _write_term(ElementTree.SubElement(entry, "langSet", {_LANGUAGE: locale}), text, "preferred")


def _write_term(language: ElementTree.Element, text: str, status: str, pos: str = "") -> None:
    term = ElementTree.SubElement(language, "tig")
    _add(term, "term", text)
    if pos:
        _add(term, "termNote", _SPEECH.get(pos, "other"), type="partOfSpeech")
    _add(term, "termNote", _STATUS[status], type="administrativeStatus")


def _add(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, tag, attributes).text = text


def _texts(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def read_tbx(text: str, name: str) -> list[Fields]:
    """Read a martif document of ours or of another tool; InputError for one that is no XML or has no entries."""
    if "<!ENTITY" in text:
        raise InputError(f"{name}: entity declarations are not read")
    try:
        root = ElementTree.fromstring(text.removeprefix("\ufeff").encode())
    except ElementTree.ParseError as error:
        raise InputError(f"{name}:{error.position[0]}: not valid XML ({error})") from None
    entries = list(_named(root, "termEntry"))
    if not entries:
        raise InputError(f"{name}: no termEntry elements")
    read = (_read_entry(entry) for entry in entries)
    return [fields for fields in read if fields.get("term")]


def _read_entry(entry: ElementTree.Element) -> Fields:
    fields: dict[str, Value] = {"id": entry.get("id", "")}
    for language in _named(entry, "langSet"):
        _read_language(fields, language)
    definition = next((node.text for node in _named(entry, "descrip") if node.get("type") == "definition"), "")
    fields |= {"definition": definition or ""}
    for note in (child.text or "" for child in entry if _tag(child) == "note"):
        key, colon, value = note.partition(": ")
        if key in LISTS and colon:
            fields[key] = (*_texts(fields.get(key, ())), value)
        elif key in _NOTES and colon:
            fields[key] = value
        else:
            fields["note"] = note
    default = "translate" if "zh-Hans" in fields else "keep"
    return {key: value for key, value in {"policy": default, **fields}.items() if value}


def _read_language(fields: dict[str, Value], language: ElementTree.Element) -> None:
    tag = language.get(_LANGUAGE, "")
    terms = [(_text(node, "term"), _text(node, "termNote", "administrativeStatus")) for node in _terms(language)]
    terms = [(text, status) for text, status in terms if text]
    if tag.startswith("en") and terms:
        fields["term"] = terms[0][0]
        fields["forms"] = tuple(text for text, _ in terms[1:])
    elif tag in {"zh-Hant-TW", "zh-Hant-HK", "zh-TW", "zh-HK"} and terms:
        fields[f"zh-Hant-{tag[-2:]}"] = terms[0][0]
    elif tag.startswith("zh") and terms:
        right = [text for text, status in terms if not status.startswith("deprecated")]
        fields["zh-Hans"] = right[0] if right else ""
        fields["admitted"] = tuple(right[1:])
        fields["avoid"] = tuple(text for text, status in terms if status.startswith("deprecated"))


def _terms(language: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (node for node in language.iter() if _tag(node) in {"tig", "ntig"})


def _text(node: ElementTree.Element, tag: str, kind: str = "") -> str:
    found = (child for child in _named(node, tag) if not kind or child.get("type") == kind)
    return next((" ".join((child.text or "").split()) for child in found), "")


def _named(root: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (node for node in root.iter() if _tag(node) == tag)


def _tag(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
