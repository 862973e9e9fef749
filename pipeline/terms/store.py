"""The glossary folder as something to change: read once, each change checked as a whole before a file is written."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import digest, write_text
from pipeline.glossary import Glossary, parse_glossary
from pipeline.glossary_file import KEYS, LISTS, Concept
from pipeline.terms.edit import Fields, Value, place_of, with_entry
from pipeline.workspace import default_glossary, read_glossary

_HOMES = {"keep": "names.yaml", "guide": "everyday.yaml"}
_HOME = "terms.yaml"


@dataclass(frozen=True, slots=True)
class Store:
    """The files of a glossary folder as they were read, and what they say."""

    folder: Path
    files: Mapping[str, str]
    """Text by path."""
    glossary: Glossary

    def find(self, name: str) -> Concept:
        """Find an entry by its id, its term or a form; InputError when there is none, or several."""
        if name in self.glossary.by_id:
            return self.glossary.by_id[name]
        spellings = [(one, (one.term, *one.forms)) for one in self.glossary.concepts]
        found = [one for one, forms in spellings if name in forms]
        found = found or [one for one, forms in spellings if name.lower() in map(str.lower, forms)]
        if not found:
            raise InputError(f"{name!r}: no such entry; see `duizhao glossary list {name}`")
        if len(found) > 1:
            ids = ", ".join(f"{one.id} ({one.place})" for one in found)
            raise InputError(f"{name!r} stands in several entries, name one by its id: {ids}")
        return found[0]

    def home(self, policy: str) -> str:
        """The file for a new entry: the one that holds such entries, else the last one, else a new one."""
        wanted = str(self.folder / _HOMES.get(policy, _HOME))
        return wanted if wanted in self.files or not self.files else max(self.files)

    def path(self, name: str) -> str:
        """The path of a file in the folder that may not be there yet."""
        if not name.endswith(".yaml"):
            raise InputError(f"{name}: glossary files end in .yaml")
        return str(self.folder / name if Path(name).parent == Path() else Path(name))


def open_store(folder: Path | None) -> Store:
    """Read the glossary in a folder; by default the one that translation uses."""
    files = read_glossary(folder)
    return Store(folder or default_glossary(), files, parse_glossary(files))


def committed_glossary(folder: Path) -> Glossary:
    """Read the glossary as it is in the last commit; InputError where there is no such thing."""
    names = _git(folder, "ls-tree", "--name-only", "HEAD", "./").splitlines()
    files = {name: _git(folder, "show", f"HEAD:./{name}") for name in names if name.endswith(".yaml")}
    return parse_glossary({str(folder / name): text for name, text in files.items()})


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise InputError(f"{folder}: no earlier state in git; name a folder with --against") from None
    return done.stdout.decode("utf-8")


def change_entry(store: Store, concept: Concept, change: Callable[[str, int], str]) -> Store:
    """Change the text of the file that holds an entry, given with the entry's line."""
    name, line = place_of(concept)
    return write_file(store, name, change(store.files[name], line))


def add_entry(store: Store, name: str, fields: Fields) -> Store:
    """Append an entry to a file."""
    return write_file(store, name, with_entry(store.files.get(name, ""), fields))


def write_file(store: Store, name: str, text: str) -> Store:
    """Write a file, unless the glossary would be broken by it (GlossaryError) or it changed meanwhile."""
    files = {**store.files, name: text}
    glossary = parse_glossary(files)
    before = store.files.get(name)
    write_text(Path(name), text, expected=None if before is None else digest(before.encode("utf-8")))
    return replace(store, files=files, glossary=glossary)


def read_value(key: str, texts: tuple[str, ...]) -> Value:
    """Make a field's value of what was typed; InputError for an unknown key."""
    if key not in KEYS:
        raise InputError(f"{key!r}: no such key (legal keys: {', '.join(KEYS)})")
    return texts if key in LISTS else texts[-1]
