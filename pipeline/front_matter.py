"""The YAML block at the top of an issue: where it is, which of its values are translated, how they are written back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from pipeline.errors import InputError
from pipeline.records import Issue, Span

TRANSLATED_KEYS = ("title", "excerpt", "description")

_BLOCK = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)(.*?(?:\r\n|\r|\n)|)(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)", re.DOTALL)
_KEY = re.compile(r"^[\w-]+[ \t]*:(?:\s|$)", re.MULTILINE)
_BLOCK_STYLE = re.compile(r"[|>]\d?([-+]?)")


def find_front_matter(text: str) -> Span | None:
    """Find what stands between the two fences; None when the text does not begin with keys between fences."""
    match = _BLOCK.match(text)
    return Span(*match.span(1)) if match and _KEY.search(match.group(1)) else None


def body_start(text: str) -> int:
    """Tell where the Markdown begins: behind the front matter's closing fence or the byte order mark."""
    match = _BLOCK.match(text)
    return match.end() if match and find_front_matter(text) else int(text.startswith("\ufeff"))


def find_values(issue: Issue) -> dict[str, tuple[Span, str]]:
    """Find the values to translate, by key: where the scalar stands, quotes included, and what it says.

    Raises `InputError` with the line when the front matter is no YAML.
    """
    span = find_front_matter(issue.text)
    found = {}
    for key, node in _pairs(issue, span) if span else []:
        wanted = key in TRANSLATED_KEYS and isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str"
        if wanted and span:
            raw = issue.text[span.start + node.start_mark.index : span.start + node.end_mark.index].rstrip()
            start = span.start + node.start_mark.index
            # An anchor or tag before the value would be lost with it.
            if not raw.startswith(("&", "*", "!")):
                found[key] = (Span(start, start + len(raw)), node.value.rstrip("\n"))
    return found


def read_values(text: str) -> Mapping[str, object]:
    """Read the front matter; empty when there is none or when it is no mapping."""
    span = find_front_matter(text)
    try:
        values = yaml.safe_load(text[span.start : span.end]) if span else {}
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}


def write_scalar(before: str, value: str) -> str:
    """Write a value in the quoting it had before, or in double quotes when that cannot hold it."""
    line = " ".join(value.split())
    style = _BLOCK_STYLE.match(before)
    if before.startswith("'"):
        return "'" + line.replace("'", "''") + "'"
    if not before.startswith('"') and not style and _says(line, line):
        return line
    return json.dumps(line + ("\n" if style and style.group(1) != "-" else ""), ensure_ascii=False)


def _says(scalar: str, value: str) -> bool:
    try:
        return bool(yaml.safe_load(f"key: {scalar}\n") == {"key": value})
    except yaml.YAMLError:
        return False


def _pairs(issue: Issue, span: Span) -> list[tuple[str, Any]]:
    try:
        node = yaml.compose(issue.text[span.start : span.end], Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it is no YAML"
        # A quote that is never closed is found at the end, but to be mended where it opens.
        mark = getattr(error, "context_mark" if "end of stream" in problem else "problem_mark", None)
        line = 2 + (mark.line if mark else 0)
        raise InputError(f"{issue.slug}: line {line}: the front matter cannot be read: {problem}") from error
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []
