"""Glossaries in the formats of other tools: entries as fields in, text out, and back.

    csv       source,target with a head line
    babeldoc  source,target,tgt_lng with a head line
    deepl     four columns without a head line: source, target, and the two languages
    omegat    tab-separated without a head line: source, target, comment
    json      all fields
    tbx       TBX-Basic (ISO 30042), all fields; what TBX has no place for stands in notes

The first four have one row for each spelling and know a pair of strings only; of them, a target that is the source
means `keep`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.glossary import Glossary
from pipeline.glossary_file import KEYS, LISTS, Concept, slug
from pipeline.terms.edit import Fields, Value, fields_of
from pipeline.terms.tbx import read_tbx, write_tbx

Convert = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Format:
    """How entries are written to a text in a format and read from it."""

    write: Callable[[Sequence[Concept], str, Convert], str]
    """Concepts, locale and conversion from Simplified Chinese."""
    read: Callable[[str, str], list[Fields]]
    """The text and its name, for messages."""


def rows(concepts: Iterable[Concept], locale: str, convert: Convert) -> list[tuple[str, str, str]]:
    """List each spelling with its rendering in the locale and the note."""
    return [
        (form, _target(concept, form, locale, convert), concept.note)
        for concept in concepts
        if concept.status != "deprecated"
        for form in (concept.term, *concept.forms)
    ]


def _target(concept: Concept, form: str, locale: str, convert: Convert) -> str:
    if concept.policy == "keep":
        return concept.zh_hans if form == concept.term else form
    override = {"zh-Hant-TW": concept.zh_hant_tw, "zh-Hant-HK": concept.zh_hant_hk}.get(locale, "")
    return override or convert(concept.zh_hans)


def _table(lines: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(lines)
    return text.getvalue()


def write_csv(concepts: Sequence[Concept], locale: str, convert: Convert) -> str:
    """Write `source,target`."""
    return _table([("source", "target"), *((one, two) for one, two, _ in rows(concepts, locale, convert))])


def write_babeldoc(concepts: Sequence[Concept], locale: str, convert: Convert) -> str:
    """Write `source,target,tgt_lng`, the language as BabelDOC names it."""
    language = {"zh-Hans": "zh-CN", "zh-Hant-TW": "zh-TW", "zh-Hant-HK": "zh-HK"}.get(locale, locale)
    lines = [(one, two, language) for one, two, _ in rows(concepts, locale, convert)]
    return _table([("source", "target", "tgt_lng"), *lines])


def write_deepl(concepts: Sequence[Concept], locale: str, convert: Convert) -> str:
    """Write four columns; each source once, as DeepL wants it, so of homonyms the sense that needs no context."""
    first: dict[str, str] = {}
    general = sorted(concepts, key=lambda concept: concept.is_limited)
    for source, target, _ in rows(general, locale, convert):
        first.setdefault(source, target)
    sources = dict.fromkeys(source for source, _, _ in rows(concepts, locale, convert))
    return _table((source, first[source], "EN", "ZH") for source in sources)


def write_omegat(concepts: Sequence[Concept], locale: str, convert: Convert) -> str:
    """Write tab-separated lines; tabs and line ends within become spaces."""
    lines = rows(concepts, locale, convert)
    return "".join("\t".join(" ".join(cell.split()) for cell in line).rstrip("\t") + "\n" for line in lines)


def write_json(concepts: Sequence[Concept], _locale: str, _convert: Convert) -> str:
    """Write the entries as the YAML files have them."""
    return json.dumps([fields_of(concept) for concept in concepts], ensure_ascii=False, indent=2) + "\n"


def read_csv(text: str, name: str) -> list[Fields]:
    """Read rows of two or more columns, with a head line or without one."""
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if lines and [cell.strip().lower() for cell in lines[0][:2]] == ["source", "target"]:
        lines = [[], *lines[1:]]
    return _entries(lines, name)


def read_omegat(text: str, name: str) -> list[Fields]:
    """Read tab-separated lines; those that begin with # are comments."""
    lines = text.removeprefix("\ufeff").splitlines()
    return _entries([[] if line.startswith("#") else line.split("\t") for line in lines], name)


def read_json(text: str, name: str) -> list[Fields]:
    """Read entries with the keys of the YAML files."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name}: not valid JSON ({error})") from None
    if not isinstance(data, list):
        raise InputError(f"{name}: a list of entries is needed")
    return [_checked(entry, f"{name}: entry {number}") for number, entry in enumerate(data, 1)]


def _checked(entry: object, place: str) -> Fields:
    if not isinstance(entry, Mapping):
        raise InputError(f"{place}: not an object")
    fields: dict[str, Value] = {}
    for key, value in entry.items():
        is_texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if key not in KEYS or not (is_texts if key in LISTS else isinstance(value, str)):
            raise InputError(f"{place}: {key!r} is no key with such a value (legal keys: {', '.join(KEYS)})")
        fields[str(key)] = tuple(value) if key in LISTS else value
    return fields


def _entries(lines: Sequence[Sequence[str]], name: str) -> list[Fields]:
    """One entry for each source, further targets of it as admitted renderings."""
    targets: dict[str, list[str]] = {}
    notes: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not any(cell.strip() for cell in line):
            continue
        cells = [" ".join(cell.split()) for cell in line]
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise InputError(f"{name}:{number}: source and target are needed")
        known = targets.setdefault(cells[0], [])
        if cells[1] not in known:
            known.append(cells[1])
        if len(cells) == 3 and not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_]\w+)*", cells[2]):
            notes[cells[0]] = cells[2]
    return [_pair(source, texts, notes.get(source, "")) for source, texts in targets.items()]


def _pair(source: str, targets: Sequence[str], note: str) -> Fields:
    more: dict[str, Value] = {"note": note} if note else {}
    if targets[0] == source:
        return {"term": source, "policy": "keep", **more}
    admitted: dict[str, Value] = {"admitted": tuple(targets[1:])} if len(targets) > 1 else {}
    return {"term": source, "policy": "translate", "zh-Hans": targets[0], **admitted, **more}


def split_known(entries: Iterable[Fields], glossary: Glossary) -> tuple[list[Fields], list[tuple[Fields, Concept]]]:
    """Part entries into new ones, each once, and those whose term is a spelling or id of the glossary already."""
    spellings = {form: one for one in glossary.concepts for form in (one.id, one.term, *one.forms)}
    new: dict[str, Fields] = {}
    known: list[tuple[Fields, Concept]] = []
    for fields in entries:
        identity = str(fields.get("id") or slug(str(fields["term"])))
        match = glossary.by_id.get(identity) or (None if "id" in fields else spellings.get(str(fields["term"])))
        if match is not None:
            known.append((fields, match))
        else:
            new.setdefault(identity, fields)
    return list(new.values()), known


FORMATS: Mapping[str, Format] = {
    "csv": Format(write_csv, read_csv),
    "babeldoc": Format(write_babeldoc, read_csv),
    "deepl": Format(write_deepl, read_csv),
    "omegat": Format(write_omegat, read_omegat),
    "json": Format(write_json, read_json),
    "tbx": Format(lambda concepts, _locale, _convert: write_tbx(concepts), read_tbx),
}
