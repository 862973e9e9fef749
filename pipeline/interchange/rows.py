"""What travels in every format: one row for each unit, and how a bilingual file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.bilingual import Bilingual, Saved, text_digest
from pipeline.editing.edits import comments

Status = Literal["kept", "machine", "edited", "stale", "approved"]
SOURCE_LANGUAGE = "en"
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Row:
    """One unit on its way out or back."""

    unit: str
    source: str
    target: str
    """Markdown; empty when the file has no translation."""
    status: Status | None
    """`kept` has nothing to translate, `stale` was written for an earlier English; None when a file says nothing."""
    raw: str = ""
    comment: str = ""
    """What people said, one remark on each line."""
    previous: str = ""
    """The English for which a stale text was written."""
    version: str = ""
    """Digest of what was exported; empty when a file does not carry it."""
    problem: str = ""
    """Why the row cannot be read."""

    @property
    def approved(self) -> bool | None:
        """Whether a person stands for the text; None when the file does not say."""
        return None if self.status is None else self.status == "approved"


@dataclass(frozen=True, slots=True)
class Exchange:
    """An issue as it is exported."""

    slug: str
    locale: str
    """BCP-47 tag of the target."""
    rows: tuple[Row, ...]
    references: Mapping[str, str] = field(default_factory=dict)
    """The issue's reference links, by which its inline markup is recognised."""


def version_of(source: str, target: str, approved: bool) -> str:
    """Name the parts of an entry that an import may overwrite."""
    return text_digest(repr((source, target, approved)))


def export_rows(bilingual: Bilingual) -> tuple[Row, ...]:
    """Give the rows of a bilingual file, in its order."""
    return tuple(row_of(saved) for saved in bilingual.entries)


def row_of(saved: Saved) -> Row:
    """Give one entry as a row."""
    return Row(
        unit=saved.unit,
        source=saved.source,
        target=saved.target,
        status=_status(saved),
        raw=saved.raw,
        comment="\n".join(comments(saved.remark)),
        previous=saved.previous,
        version=version_of(saved.source, saved.target, saved.approved),
    )


def _status(saved: Saved) -> Status:
    if saved.approved:
        return "approved"
    if saved.previous:
        return "stale"
    if saved.edited:
        return "edited"
    return "kept" if saved.target == saved.source and not saved.raw else "machine"


def read_status(written: str) -> Status | None:
    """Read a status as we write it; None for anything else."""
    return next((status for status in STATUSES if status == written.strip().lower()), None)
