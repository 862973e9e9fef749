"""A glossary as it was read last, so that files that did not change are not parsed again.

What is kept only saves time: it may be deleted, gives way when the files change, and is left aside when it is damaged.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.files import digest, read_text, write_text
from pipeline.glossary import Glossary, parse_glossary
from pipeline.glossary_file import Concept


def recall_glossary(files: Mapping[str, str], folder: Path) -> Glossary:
    """Parse glossary files, given as name -> text, or take what `folder` keeps of the same files.

    Raises GlossaryError as `parse_glossary` does; a broken glossary is never kept.
    """
    path = folder / f"{_digest(*sorted(files))[:16]}.json"
    state = _digest(__version__, *(field.name for field in fields(Concept)), *files, *files.values())
    kept = _read(path, state)
    if kept is not None:
        return kept
    glossary = parse_glossary(files)
    _write(path, state, glossary)
    return glossary


def _digest(*texts: str) -> str:
    return digest("\0".join(texts).encode())


def _read(path: Path, state: str) -> Glossary | None:
    try:
        kept = json.loads(read_text(path))
        if kept["state"] != state:
            return None
        return Glossary(tuple(map(_concept, kept["concepts"])), kept["digest"])
    except (InputError, ValueError, TypeError, KeyError):
        return None


def _concept(row: list[Any]) -> Concept:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return Concept(*values)


def _write(path: Path, state: str, glossary: Glossary) -> None:
    rows = [astuple(concept) for concept in glossary.concepts]
    kept = {"state": state, "digest": glossary.digest, "concepts": rows}
    with contextlib.suppress(InputError):
        write_text(path, json.dumps(kept, ensure_ascii=False))
