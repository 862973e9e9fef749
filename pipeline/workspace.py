"""Folders and files of a run: which issues to read, where their outputs go, which glossary and memory apply."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bilingual import Bilingual, read_bilingual, text_digest
from pipeline.errors import ConflictError, InputError
from pipeline.files import cache_folder, digest, read_bytes, read_text, write_text
from pipeline.glossary import Glossary
from pipeline.glossary_cache import recall_glossary
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
        return self.chinese is not None and text_digest(self.chinese) not in self.saved.output.split()


def find_issues(paths: Sequence[str]) -> list[Path]:
    """The Markdown files that files, folders and globs stand for, each once; InputError when one stands for none."""
    found: dict[Path, Path] = {}
    for written in paths:
        for path in _expand(written):
            found.setdefault(path.resolve(), path)
    slugs: dict[str, Path] = {}
    for path in found.values():
        other = slugs.setdefault(path.stem, path)
        if other != path:
            raise InputError(f"{path} and {other}: two issues of one name would overwrite each other's outputs")
    return list(found.values())


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
        raise InputError(placed(error, path)) from None


def placed(error: Exception, path: Path) -> str:
    """The error's sentence, beginning with the file it is about."""
    message = str(error)
    return message if str(path) in message else f"{path}: {message.removeprefix(f'{path.stem}: ')}"


def load_glossary(folder: Path | None) -> Glossary:
    """The glossary in `folder`; by default `glossary/` here, else the one that comes with the package."""
    return recall_glossary(read_glossary(folder), cache_folder() / "glossaries")


def read_glossary(folder: Path | None) -> dict[str, str]:
    """The text of the files that `load_glossary` reads, by path."""
    chosen = folder or default_glossary()
    if not chosen.is_dir():
        raise InputError(f"{chosen}: no such glossary folder")
    files = sorted(chosen.glob("*.yaml"))
    if not files and folder is not None:
        raise InputError(f"{chosen}: no glossary files in this folder (files ending in .yaml)")
    return {str(file): read_text(file) for file in files}


def default_glossary() -> Path:
    """`glossary/` here, else the glossary that comes with the package."""
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


def refuse_overwriting(outputs: Outputs, before: Before, source: Path, *, force: bool) -> None:
    """Stop before a Chinese issue that a person edited is replaced; with `force` a copy is kept beside it.

    The English issue at `source` is never replaced.
    """
    if outputs.chinese.resolve() == source.resolve():
        raise InputError(f"{source}: its translation would overwrite it; choose another folder with --output")
    if not before.edited_by_hand:
        return
    if not force:
        raise ConflictError(
            f"{outputs.chinese}: edited by hand since it was written; `duizhao adopt {source.stem}` takes the edits "
            f"into {outputs.bilingual.name}, --force replaces it (a copy stays as {outputs.chinese.name}.bak)"
        )
    write_text(_free_copy(outputs.chinese), before.chinese or "")


def _free_copy(path: Path) -> Path:
    """`x.md.bak`, or with a number when earlier copies stand there."""
    names = (path.with_name(f"{path.name}.bak{number}") for number in ("", *range(2, 10_000)))
    return next(name for name in names if not name.exists())


def save(outputs: Outputs, result: IssueResult, before: Before, bilingual: str, review: str) -> None:
    """Write the three files. The bilingual one goes first, since it holds what people wrote.

    Until the Chinese issue is replaced too, it names the old one beside the new, so that a run stopped in between is
    not taken for an edit by hand.
    """
    first = bilingual
    if before.chinese not in {None, result.text}:
        new, old = text_digest(result.text), text_digest(before.chinese or "")
        first = bilingual.replace(f"X-Duizhao-Output: {new}", f"X-Duizhao-Output: {new} {old}", 1)
    write_text(outputs.bilingual, first, expected=before.bilingual_digest)
    write_text(outputs.chinese, result.text)
    write_text(outputs.bilingual, bilingual, expected=digest(first.encode("utf-8")))
    write_text(outputs.review, review)
