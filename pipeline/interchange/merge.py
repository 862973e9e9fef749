"""What people did in an exported file, as changes to the bilingual file; whatever is not clear is a conflict.

A row carries the digest of what was exported. So three states can be told apart: untouched by the translator (then
nothing is done, whatever happened here), changed there only (then it is taken over), changed on both sides (then
nothing is overwritten).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.bilingual import Bilingual, Saved
from pipeline.editing.edits import Change, ChangeKind, apply_edits, comments, entry_digest
from pipeline.interchange.rows import Row, row_of, version_of


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was not taken over."""

    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who imports, and when (ISO 8601)."""

    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do."""

    changes: Mapping[str, tuple[Saved, tuple[Change, ...]]]
    """By unit: the entry as it stands here, and what is to be done to it."""
    conflicts: tuple[Conflict, ...]

    def count(self, kind: ChangeKind) -> int:
        """Count the entries that get a change of this kind."""
        return sum(any(change.kind == kind for change in changes) for _, changes in self.changes.values())


class _ConflictError(Exception):
    """The reason why one row is not taken over."""


def plan_import(here: Bilingual, rows: Sequence[Row], signature: Signature) -> Plan:
    """Compare the rows of a file with the entries here."""
    places: dict[str, list[Saved]] = {}
    for saved in here.entries:
        places.setdefault(saved.source, []).append(saved)
    wanted: dict[str, tuple[Saved, tuple[Change, ...]]] = {}
    conflicts = []
    for row in rows:
        try:
            saved, changes = _planned(_with_our_line_ends(row, places), places, signature)
            if changes and wanted.setdefault(saved.unit, (saved, changes))[1] != changes:
                raise _ConflictError("the unit stands in the file twice, with different texts")
        except _ConflictError as error:
            conflicts.append(Conflict(row.unit or row.source[:40], str(error)))
    return Plan(wanted, tuple(conflicts))


def apply_plan(text: str, name: str, plan: Plan) -> str:
    """Carry a plan out on the bilingual file's text; nothing but the entries of the plan differs."""
    wanted = {unit: (entry_digest(saved), changes) for unit, (saved, changes) in plan.changes.items()}
    return apply_edits(text, name, wanted)


def _with_our_line_ends(row: Row, places: Mapping[str, object]) -> Row:
    """Undo what tools on Windows do to line ends."""
    if _is_untouched(row) or ("\r" in row.source and row.source in places):
        return row
    return replace(row, source=row.source.replace("\r\n", "\n"), target=row.target.replace("\r\n", "\n"))


def _planned(row: Row, places: Mapping[str, Sequence[Saved]], signature: Signature) -> tuple[Saved, tuple[Change, ...]]:
    if row.problem:
        raise _ConflictError(row.problem)
    saved = _entry(row, places)
    now = row_of(saved) if saved else row
    if saved is None and _is_untouched(row):
        return _NOBODY, ()
    if saved is None:
        raise _ConflictError("the English changed since the export, or the unit is not of this issue")
    changes = () if _is_untouched(row) else tuple(_text_changes(row, now, signature))
    if changes and row.version != now.version and (row.version or saved.is_persons):
        raise _ConflictError(f"changed here since the export; the text here stays: {saved.target[:60]}")
    return saved, (*changes, *_comments(row, saved, signature))


_NOBODY = Saved("", "", "", edited=False, approved=False, previous="", remark="", raw="", machine="")


def _entry(row: Row, places: Mapping[str, Sequence[Saved]]) -> Saved | None:
    """Find the entry with the row's English, best at the row's address."""
    same = places.get(row.source, ())
    here = [saved for saved in same if saved.unit == row.unit]
    return here[0] if here else same[0] if len(same) == 1 else None


def _is_untouched(row: Row) -> bool:
    states = (True, False) if row.approved is None else (row.approved,)
    return row.version in {version_of(row.source, row.target, state) for state in states}


def _text_changes(row: Row, now: Row, signature: Signature) -> Iterator[Change]:
    edited = row.target != now.target
    if edited and not row.target.strip():
        raise _ConflictError("the target is empty; the text here stays")
    if "\0" in row.target:
        raise _ConflictError("the target holds a zero byte; the text here stays")
    if edited:
        yield Change("edit", signature.by, signature.at, row.target)
    if row.approved and (edited or now.status not in {"approved", "kept"}):
        yield Change("approve", signature.by, signature.at)
    if row.approved is False and now.approved and not edited:
        yield Change("unapprove", signature.by, signature.at)


def _comments(row: Row, saved: Saved, signature: Signature) -> Iterator[Change]:
    """Take over the remarks that do not stand here yet, with or without a name in front."""
    said = comments(saved.remark)
    known = {*said, *(line.partition(": ")[2] for line in said)}
    for line in dict.fromkeys(" ".join(line.split()) for line in row.comment.split("\n")):
        if line and line not in known:
            yield Change("comment", signature.by, signature.at, line)
