"""Changes to glossary files as text: what is not changed keeps its bytes, comments and order.

An entry is named by the line it begins on, as `Concept.place` gives it. The caller reads the result with
`parse_glossary` before it is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from pipeline.errors import GlossaryError
from pipeline.glossary_file import Concept, slug

Value = str | tuple[str, ...]
Fields = Mapping[str, Value]

ORDER: Final = (
    *("term", "id", "forms", "case", "policy", "zh-Hans", "zh-Hant-TW", "zh-Hant-HK", "admitted", "avoid"),
    *("context", "status", "pos", "definition", "note", "source", "date"),
)
"""The usual order of the keys."""
_PLAIN: Final = re.compile(r"[^\W\d_](?:[\w .+/()'’&-]*[\w.+)'’])?")
_NOT_TEXT: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


@dataclass(frozen=True, slots=True)
class _Pair:
    """A key with its value, as places in the text."""

    key: str
    start: int
    value: int
    end: int
    items: tuple[tuple[int, int], ...] | None
    """Places of the items of a list in brackets."""


@dataclass(frozen=True, slots=True)
class _Entry:
    start: int
    """Of the line."""
    pairs: tuple[_Pair, ...]
    flow: bool
    """Whether it is written in braces."""

    @property
    def end(self) -> int:
        return self.pairs[-1].end


def fields_of(concept: Concept) -> dict[str, Value]:
    """List what an entry says, by key in the usual order; what it leaves out is left out."""
    values: dict[str, Value] = {
        **{key: getattr(concept, key.replace("-", "_").lower()) or "" for key in ORDER},
        "id": "" if concept.id == slug(concept.term) else concept.id,
        "zh-Hans": "" if concept.policy == "keep" and concept.zh_hans == concept.term else concept.zh_hans,
        "context": tuple(dict.fromkeys(concept.context)),
        "status": "" if concept.status == "preferred" else concept.status,
        "pos": "" if concept.pos == "noun" else concept.pos,
    }
    return {key: value for key, value in values.items() if value}


def with_entry(text: str, fields: Fields) -> str:
    """Append an entry."""
    lines = [f"  {key}: {_written(fields[key])}" for key in ORDER if fields.get(key)]
    joint = "" if not text or text.endswith("\n") else "\n"
    return text + joint + "-" + "\n".join(lines)[1:] + "\n"


def without_entry(text: str, line: int) -> str:
    """Take an entry out; comments above it stay."""
    entry = _entry(text, line)
    end = _line_end(text, entry.end)
    return text[: entry.start] + text[end:]


def with_fields(text: str, line: int, changes: Fields) -> str:
    """Change values of an entry; an empty one takes the key out, a new key goes to its usual place."""
    for key, value in changes.items():
        entry = _entry(text, line)
        pair = next((pair for pair in entry.pairs if pair.key == key), None)
        if pair is None:
            text = _with_key(text, entry, key, value) if value else text
        elif value:
            text = text[: pair.value] + _rewritten(text, pair, value) + text[pair.end :]
        else:
            text = _without_key(text, entry, pair)
    return text


def place_of(concept: Concept) -> tuple[str, int]:
    """Give the file and the line of an entry."""
    name, _, line = concept.place.rpartition(":")
    return name, int(line)


def _entry(text: str, line: int) -> _Entry:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    body = text.removeprefix("\ufeff")
    shift = len(text) - len(body)
    root = yaml.compose(body, Loader=loader)
    for node in root.value if isinstance(root, yaml.SequenceNode) else []:
        if node.start_mark.line + 1 == line and isinstance(node, yaml.MappingNode) and node.value:
            start = text.rfind("\n", 0, node.start_mark.index + shift) + 1
            pairs = tuple(_pair(text, shift, key, value) for key, value in node.value)
            return _Entry(start, pairs, bool(node.flow_style))
    raise GlossaryError(f"line {line}: no entry begins here")


def _pair(text: str, shift: int, key: yaml.Node, value: yaml.Node) -> _Pair:
    start, end = value.start_mark.index + shift, value.end_mark.index + shift
    colon = text.index(":", key.end_mark.index + shift) + 1
    if "\n" in text[colon:start] and not text[colon:start].strip():
        start = colon
    end = start + len(text[start:end].rstrip())
    items = None
    if isinstance(value, yaml.SequenceNode) and value.flow_style:
        items = tuple((item.start_mark.index + shift, item.end_mark.index + shift) for item in value.value)
    return _Pair(str(key.value), key.start_mark.index + shift, start, _without_comments(text, start, end), items)


def _without_comments(text: str, start: int, end: int) -> int:
    """Step back over comments that follow a block value: they belong to what comes next."""
    lines = text[start:end].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return start + len("\n".join(lines).rstrip())


def _rewritten(text: str, pair: _Pair, value: Value) -> str:
    """The new value, a longer list in brackets with the text of its first items as it is."""
    old = text[pair.value : pair.end]
    if isinstance(value, tuple) and pair.items:
        items = [_read(text[start:end]) for start, end in pair.items]
        if list(value[: len(items)]) == items:
            last = pair.items[-1][1] - pair.value
            return old[:last] + "".join(f", {_scalar(item)}" for item in value[len(items) :]) + old[last:]
    return _written(value) if old[:1].strip() else f" {_written(value)}"


def _with_key(text: str, entry: _Entry, key: str, value: Value) -> str:
    before = [pair for pair in entry.pairs if ORDER.index(pair.key) < ORDER.index(key)]
    last = before[-1] if before else entry.pairs[0]
    if entry.flow:
        return f"{text[: last.end]}, {key}: {_written(value)}{text[last.end :]}"
    indent = entry.pairs[0].start - entry.start
    end = _line_end(text, last.end)
    joint = "" if text[:end].endswith("\n") else "\n"
    newline = "\r\n" if text[:end].endswith("\r\n") else "\n"
    return f"{text[:end]}{joint}{' ' * indent}{key}: {_written(value)}{newline}{text[end:]}"


def _without_key(text: str, entry: _Entry, pair: _Pair) -> str:
    index = entry.pairs.index(pair)
    if index == 0:
        return text[: pair.start] + text[entry.pairs[1].start :] if len(entry.pairs) > 1 else text
    if entry.flow:
        return text[: entry.pairs[index - 1].end] + text[pair.end :]
    start = text.rfind("\n", 0, pair.start) + 1
    return text[:start] + text[_line_end(text, pair.end) :]


def _line_end(text: str, place: int) -> int:
    """The place after the line's end; what stands behind a value on its line is a comment."""
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def _written(value: Value) -> str:
    return _scalar(value) if isinstance(value, str) else f"[{', '.join(map(_scalar, value))}]"


def _scalar(value: str) -> str:
    value = value.strip()
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _read(scalar: str) -> str:
    return str(yaml.load(scalar, Loader=yaml.BaseLoader)).strip()
