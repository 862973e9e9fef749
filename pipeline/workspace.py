"""Folders and files of a run: which issues to read, where their outputs go, which glossary and memory apply."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bilingual import Bilingual, read_bilingual, text_digest
from pipeline.errors import ConflictError, InputError
from pipeline.files import digest, read_bytes, read_text, write_text
from pipeline.glossary import Glossary, parse_glossary
from pipeline.records import Issue, IssueResult
from pipeline.source import read_issue

_HERE = Path(__file__).parent
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Outputs:
    """The three files of one issue."""

    chinese: Path
    bilingual: Path
    review: Path

    @staticmethod
    def of(folder: Path, slug: str) -> Outputs:
        """The outputs of the issue `slug` in `folder`."""
        return Outputs(folder / f"{slug}.md", folder / f"{slug}.po", folder / f"{slug}.html")


@dataclass(frozen=True, slots=True)
class Before:
    """What the last run left, and what people made of it."""

    saved: Bilingual
    bilingual_digest: str | None
    """Of the file's bytes; None when there was none."""
    chinese: str | None
    """The Chinese issue as it stands on disk."""

    @property
    def edited_by_hand(self) -> bool:
        """Whether the Chinese issue is not what was written with the bilingual file."""
        return self.chinese is not None and text_digest(self.chinese) != self.saved.output


def find_issues(paths: Sequence[str]) -> list[Path]:
    """The Markdown files that files, folders and globs stand for, each once; InputError when one stands for none."""
    found: dict[Path, None] = {}
    for written in paths:
        for path in _expand(written):
            found[path] = None
    slugs: dict[str, Path] = {}
    for path in found:
        other = slugs.setdefault(path.stem, path)
        if other != path:
            raise InputError(f"{path} and {other}: two issues of one name would overwrite each other's outputs")
    return list(found)


def _expand(written: str) -> list[Path]:
    path = Path(written)
    if path.is_dir():
        issues = sorted(file for file in path.glob("*.md") if file.is_file() and not file.name.startswith("."))
        if not issues:
            raise InputError(f"{path}: no issues in this folder (files ending in .md)")
        return issues
    if path.exists():
        return [path]
    matches = sorted(Path(match) for match in glob.glob(written, recursive=True) if Path(match).is_file())
    if not matches:
        raise InputError(f"{written}: no such file or folder")
    return matches


def load_issue(path: Path) -> Issue:
    """Read an issue; its slug is the file's name without the ending."""
    try:
        return read_issue(read_bytes(path), path.stem)
    except InputError as error:
        message = str(error)
        raise InputError(message if message.startswith(str(path)) else f"{path}: {message}") from None


def load_glossary(folder: Path | None) -> Glossary:
    """The glossary in `folder`; by default `glossary/` here, else the one that comes with the package."""
    chosen = folder or _default_glossary()
    if not chosen.is_dir():
        raise InputError(f"{chosen}: no such glossary folder")
    files = sorted(chosen.glob("*.yaml"))
    if not files and folder is not None:
        raise InputError(f"{chosen}: no glossary files in this folder (files ending in .yaml)")
    return parse_glossary({str(file): read_text(file) for file in files})


def _default_glossary() -> Path:
    places = (Path("glossary"), _HERE / "glossary_data", _HERE.parent / "glossary")
    return next((place for place in places if any(place.glob("*.yaml"))), places[0])


def load_before(outputs: Outputs) -> Before:
    """What stands in the output folder for an issue."""
    chinese = read_text(outputs.chinese) if outputs.chinese.exists() else None
    if not outputs.bilingual.exists():
        return Before(Bilingual(), None, chinese)
    data = read_bytes(outputs.bilingual)
    saved = read_bilingual(read_text(outputs.bilingual), str(outputs.bilingual))
    return Before(saved, digest(data), chinese)


def other_bilinguals(folder: Path, slug: str) -> list[Bilingual]:
    """The bilingual files of the other issues in the output folder, oldest name first."""
    return [read_bilingual(read_text(file), str(file)) for file in sorted(folder.glob("*.po")) if file.stem != slug]


def refuse_overwriting(outputs: Outputs, before: Before, *, force: bool) -> None:
    """Stop before a Chinese issue that a person edited is replaced; with `force` a copy is kept beside it."""
    if not before.edited_by_hand:
        return
    if not force:
        raise ConflictError(
            f"{outputs.chinese}: edited by hand since it was written; carry the edits over to "
            f"{outputs.bilingual.name}, or use --force to replace it (a copy stays as {outputs.chinese.name}.bak)"
        )
    copy = outputs.chinese.with_name(f"{outputs.chinese.name}.bak")
    write_text(copy, before.chinese or "")


def save(outputs: Outputs, result: IssueResult, before: Before, bilingual: str, review: str) -> None:
    """Write the three files. The bilingual one goes first, since it holds what people wrote."""
    write_text(outputs.bilingual, bilingual, expected=before.bilingual_digest)
    write_text(outputs.chinese, result.text)
    write_text(outputs.review, review)
