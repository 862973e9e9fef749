"""Glossary files: YAML text -> concept entries, checked line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, cast, get_args

import yaml

from pipeline.errors import GlossaryError
from pipeline.records import Policy

CaseRule = Literal["any", "exact", "initial"]
Status = Literal["preferred", "admitted", "deprecated"]
PartOfSpeech = Literal["noun", "name", "verb", "adjective", "adverb", "phrase", "heading"]

LISTS: Final = ("forms", "admitted", "avoid", "context")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "case": get_args(CaseRule),
    "policy": get_args(Policy),
    "status": get_args(Status),
    "pos": get_args(PartOfSpeech),
}
TEXTS: Final = ("term", "id", "zh-Hans", "zh-Hant-TW", "zh-Hant-HK", "definition", "note", "source", "date")
KEYS: Final = (*TEXTS, *CHOICES, *LISTS)

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Concept:
    """One glossary entry: an English term with its forms and what Chinese readers get for it."""

    id: str
    """Slug, unique in the glossary."""
    term: str
    """The English head form; what `keep` writes, whatever form stood in the text."""
    forms: tuple[str, ...]
    """Further English spellings. Plurals and hyphen, space and line-break variants need no entry."""
    case: CaseRule | None
    """How capitals count; None leaves it to each form's own look."""
    policy: Policy
    zh_hans: str
    """The required or preferred Simplified rendering; the term itself under `keep`."""
    zh_hant_tw: str
    """Taiwan's rendering where conversion from Simplified is wrong, else empty."""
    zh_hant_hk: str
    """Hong Kong's rendering where conversion from Simplified is wrong, else empty."""
    admitted: tuple[str, ...]
    """Further Simplified renderings that count as right."""
    avoid: tuple[str, ...]
    """Simplified renderings that must never stand in the target."""
    context: tuple[str, ...]
    """Lower-case words of which one must stand in the same text; empty for a term with one sense."""
    status: Status
    """A `deprecated` entry is kept for the record and never matched."""
    pos: PartOfSpeech
    """Only a `noun` has a plural; a `name` is a proper noun without one, a `heading` is a whole text by itself."""
    definition: str
    note: str
    source: str
    date: str
    """ISO day of the last change, or empty."""
    place: str
    """`file:line` of the entry."""

    @property
    def is_limited(self) -> bool:
        """Whether it holds only beside certain words or as a heading."""
        return bool(self.context) or self.pos == "heading"


@dataclass(frozen=True, slots=True)
class _Field:
    values: tuple[str, ...]
    is_list: bool
    place: str


_Fields = dict[str, _Field]


def read_concepts(files: Mapping[str, str]) -> tuple[Concept, ...]:
    """Parse glossary files, given as name -> text, in the order of their names.

    Raises GlossaryError, its message beginning with `file:line:`, for the first thing that is wrong.
    """
    concepts = [
        _concept(_fields(name, entry), f"{name}:{_line(entry)}")
        for name in sorted(files)
        for entry in _entries(name, files[name])
    ]
    _require_unique(concepts, lambda concept: concept.id, "id")
    return tuple(concepts)


def slug(term: str) -> str:
    """Turn a term into an id: lower-case letters and digits, joined by hyphens; `C++` becomes `c-plus-plus`."""
    return "-".join(re.findall(r"[a-z0-9]+", term.lower().replace("'", "").replace("+", " plus ")))


def _entries(name: str, text: str) -> list[yaml.Node]:
    root = _compose(name, text)
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise GlossaryError(f"{name}:{_line(root)}: a glossary file is a list of entries (each begins with `- term:`)")
    return list(root.value)


def _compose(name: str, text: str) -> yaml.Node | None:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise GlossaryError(f"{name}:{line}: not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise GlossaryError(f"{name}:1: not valid YAML: {error}") from error


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _fields(name: str, entry: yaml.Node) -> _Fields:
    if not isinstance(entry, yaml.MappingNode):
        raise GlossaryError(f"{name}:{_line(entry)}: an entry is a mapping (legal keys: {', '.join(KEYS)})")
    fields: _Fields = {}
    for key, value in entry.value:
        place = f"{name}:{_line(key)}"
        if key.value not in KEYS:
            raise GlossaryError(f"{place}: unknown key {key.value!r} (legal keys: {', '.join(KEYS)})")
        if key.value in fields:
            raise GlossaryError(f"{place}: key {key.value!r} stands twice in one entry")
        fields[key.value] = _field(key.value, value, place)
    return fields


def _field(key: str, node: yaml.Node, place: str) -> _Field:
    if key in LISTS:
        return _Field(tuple(_list_items(key, node, place)), True, place)
    if not isinstance(node, yaml.ScalarNode):
        raise GlossaryError(f"{place}: {key!r} takes one value, not a list or mapping")
    value = node.value.strip()
    if not value:
        raise GlossaryError(f"{place}: {key!r} is empty (leave the key out instead)")
    if key in CHOICES and value not in CHOICES[key]:
        raise GlossaryError(f"{place}: {key!r} cannot be {value!r} (legal values: {', '.join(CHOICES[key])})")
    return _Field((value,), False, place)


def _list_items(key: str, node: yaml.Node, place: str) -> Iterable[str]:
    if not isinstance(node, yaml.SequenceNode):
        raise GlossaryError(f"{place}: {key!r} takes a list, such as [first, second]")
    seen: set[str] = set()
    for item in node.value:
        if not isinstance(item, yaml.ScalarNode) or not item.value.strip():
            raise GlossaryError(f"{place}: every item of {key!r} is a non-empty text")
        if item.value.strip() in seen:
            raise GlossaryError(f"{place}: {item.value.strip()!r} stands twice in {key!r}")
        seen.add(item.value.strip())
        yield item.value.strip()


def _concept(fields: _Fields, place: str) -> Concept:
    def text(key: str, default: str = "") -> str:
        return fields[key].values[0] if key in fields else default

    def items(key: str) -> tuple[str, ...]:
        return fields[key].values if key in fields else ()

    _require_keys(fields, place)
    _require_sense(fields, place)
    term = text("term")
    return Concept(
        id=text("id") or slug(term),
        term=term,
        forms=items("forms"),
        case=cast("CaseRule | None", text("case") or None),
        policy=cast("Policy", text("policy")),
        zh_hans=text("zh-Hans", term),
        zh_hant_tw=text("zh-Hant-TW"),
        zh_hant_hk=text("zh-Hant-HK"),
        admitted=items("admitted"),
        avoid=items("avoid"),
        context=tuple(word.lower() for word in items("context")),
        status=cast("Status", text("status", "preferred")),
        pos=cast("PartOfSpeech", text("pos", "noun")),
        definition=text("definition"),
        note=text("note"),
        source=text("source"),
        date=text("date"),
        place=place,
    )


def _require_keys(fields: _Fields, place: str) -> None:
    needed = ["term", "policy"]
    if "policy" in fields and fields["policy"].values[0] != "keep":
        needed.append("zh-Hans")
    for key in needed:
        if key not in fields:
            hint = f" (legal values: {', '.join(CHOICES[key])})" if key in CHOICES else ""
            name = f" of {fields['term'].values[0]!r}" if "term" in fields else ""
            raise GlossaryError(f"{place}: the entry{name} lacks {key!r}{hint}")


def _require_sense(fields: _Fields, place: str) -> None:
    term = fields["term"].values[0]
    if not slug(term) and "id" not in fields:
        raise GlossaryError(f"{place}: {term!r} has no Latin letter or digit to make an id from; give it an 'id'")
    if "id" in fields and not _ID.fullmatch(fields["id"].values[0]):
        raise GlossaryError(f"{fields['id'].place}: 'id' is lower-case letters, digits and single hyphens")
    if "forms" in fields and term in fields["forms"].values:
        raise GlossaryError(f"{fields['forms'].place}: 'forms' repeats the term {term!r}")
    if "date" in fields:
        _require_day(fields["date"])
    if "avoid" in fields:
        _require_avoidable(fields)


def _require_day(field: _Field) -> None:
    try:
        date.fromisoformat(field.values[0])
    except ValueError:
        message = f"{field.place}: 'date' cannot be {field.values[0]!r} (legal values: days such as 2026-11-21)"
        raise GlossaryError(message) from None


def _require_avoidable(fields: _Fields) -> None:
    wanted = {value for key in ("term", "zh-Hans", "admitted") if key in fields for value in fields[key].values}
    for value in fields["avoid"].values:
        if value in wanted:
            raise GlossaryError(f"{fields['avoid'].place}: 'avoid' forbids {value!r}, which the entry itself asks for")


def _require_unique(concepts: Iterable[Concept], key: Callable[[Concept], str], what: str) -> None:
    first: dict[str, Concept] = {}
    for concept in concepts:
        other = first.setdefault(key(concept), concept)
        if other is not concept:
            raise GlossaryError(f"{concept.place}: {what} {key(concept)!r} is already used at {other.place}")
