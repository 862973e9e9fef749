"""What a reviewer does to one entry of a bilingual file, as operations on the file's text.

Only standard PO parts are used: the fuzzy flag says "not approved", translator comments say who did what and when, one
plain line each. So any PO editor opens the same file. Each operation carries the digest of the entry that the reviewer
saw; when the entry is another by now, nothing is changed.

    # edited: Lin Mei, 2021-03-04T10:15+08:00
    # approved: Lin Mei, 2021-03-04T10:16+08:00
    # comment: Lin Mei, 2021-03-04T10:16+08:00: ask the authors
    # dismissed: numbers 3f2a91c0: Lin Mei, 2021-03-04T10:17+08:00: a date, not a count
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.bilingual import Saved, read_bilingual, text_digest
from pipeline.errors import ConflictError, InputError
from pipeline.po_text import (
    find_entry,
    read_remarks,
    without_previous,
    write_field,
    write_fuzzy,
    write_remarks,
)
from pipeline.records import Finding, Span

ChangeKind = Literal["edit", "approve", "unapprove", "comment", "dismiss", "reopen", "raw", "machine"]

_DISMISSED = re.compile(r"dismissed: (?P<key>.+ [0-9a-f]{8}): (?P<said>.*)")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a person does to one entry."""

    kind: ChangeKind
    """`raw` and `machine` go back to the model's text before and after post-editing."""
    by: str
    at: str
    """Time in ISO 8601."""
    text: str = ""
    """The new text, the comment or the reason; for `machine` the post-edited text."""
    finding: str = ""
    """Key of the finding that is dismissed or opened again."""


def entry_digest(saved: Saved) -> str:
    """Name what a reviewer sees of an entry: English, text, state and remarks."""
    return text_digest(repr((saved.source, saved.target, saved.edited, saved.approved, saved.previous, saved.remark)))


def finding_key(finding: Finding) -> str:
    """Name a finding within its unit; another message of the same check is another finding."""
    return f"{finding.check} {text_digest(finding.message)[:8]}"


def dismissed(remark: str) -> Mapping[str, str]:
    """Read the dismissed findings of an entry: who, when and why, by the finding's key."""
    matches = (_DISMISSED.fullmatch(line) for line in remark.split("\n"))
    return {match["key"]: match["said"] for match in matches if match}


def open_findings(findings: Iterable[Finding], remark: str) -> tuple[Finding, ...]:
    """Leave out the findings that a person dismissed."""
    gone = dismissed(remark)
    return tuple(finding for finding in findings if finding_key(finding) not in gone)


def comments(remark: str) -> tuple[str, ...]:
    """Read what people said about an entry, with name and time; notes from other tools come as they are."""
    ours = ("edited: ", "approved: ", "dismissed: ")
    lines = (line.removeprefix("comment: ") for line in remark.split("\n") if not line.startswith(ours))
    return tuple(line for line in lines if line)


def read_entry(text: str, name: str, unit: str) -> Saved:
    """Read the entry of a unit; InputError when the file has none."""
    return _read(_block(text, name, unit)[1], name)


def entry_text(text: str, name: str, unit: str) -> str:
    """Return the entry of a unit as it is written in the file, for `put_back`."""
    return _block(text, name, unit)[1]


def apply_edit(text: str, name: str, unit: str, seen: str, change: Change) -> str:
    """Change one entry and return the file's new text; nothing but that entry differs.

    Raises ConflictError when the entry is no longer the one with digest `seen`, InputError when the change makes
    no sense (an empty text, an unknown entry). `name` is the file's, for messages.
    """
    span, block = _block(text, name, unit)
    saved = _read(block, name)
    if entry_digest(saved) != seen:
        raise ConflictError(f"{name}: {unit} was changed by somebody else meanwhile; nothing was written")
    _require_sense(saved, change, name)
    return text[: span.start] + _CHANGES[change.kind](block, saved, change) + text[span.end :]


def put_back(text: str, name: str, unit: str, seen: str, block: str) -> str:
    """Undo: write an earlier form of an entry again, unless the entry has changed since."""
    span, now = _block(text, name, unit)
    if entry_digest(_read(now, name)) != seen:
        raise ConflictError(f"{name}: {unit} was changed since; it is not undone")
    return text[: span.start] + block + text[span.end :]


def _block(text: str, name: str, unit: str) -> tuple[Span, str]:
    span = find_entry(text, unit)
    if span is None:
        raise InputError(f"{name}: no entry {unit}; run translate to bring the file up to date")
    return span, text[span.start : span.end]


def _read(block: str, name: str) -> Saved:
    return read_bilingual(block.replace("\r\n", "\n"), name).entries[0]


def _require_sense(saved: Saved, change: Change, name: str) -> None:
    place = f"{name}: {saved.unit}"
    if change.kind in {"edit", "machine", "comment", "dismiss"} and not change.text.strip():
        raise InputError(f"{place}: the text is empty; to give up an edit, go back to the machine's text")
    if change.kind == "approve" and not saved.target.strip():
        raise InputError(f"{place}: an empty translation cannot be approved")
    if change.kind == "raw" and not saved.raw:
        raise InputError(f"{place}: the raw translation is not known")
    if change.kind == "machine" and text_digest(change.text) != saved.machine:
        raise InputError(f"{place}: that is not what post-editing made; run translate first")


def _edit(block: str, saved: Saved, change: Change) -> str:
    if change.text == saved.target:
        return block
    block = write_fuzzy(write_field(block, "msgstr", change.text), True)
    return _noted(block, [f"edited: {_signed(change)}"], ("edited: ", "approved: "))


def _raw(block: str, saved: Saved, change: Change) -> str:
    return _edit(block, saved, Change("edit", change.by, change.at, saved.raw))


def _machine(block: str, saved: Saved, change: Change) -> str:
    block = write_fuzzy(write_field(block, "msgstr", change.text), True)
    return _noted(without_previous(block), [], ("edited: ", "approved: "))


def _approve(block: str, saved: Saved, change: Change) -> str:
    block = without_previous(write_fuzzy(block, False))
    return _noted(block, [f"approved: {_signed(change)}{change.text and f' ({_line(change.text)})'}"], ("approved: ",))


def _unapprove(block: str, saved: Saved, change: Change) -> str:
    return _noted(write_fuzzy(block, True), [], ("approved: ",))


def _comment(block: str, saved: Saved, change: Change) -> str:
    return _noted(block, [f"comment: {_signed(change)}: {_line(change.text)}"])


def _dismiss(block: str, saved: Saved, change: Change) -> str:
    line = f"dismissed: {change.finding}: {_signed(change)}: {_line(change.text)}"
    return _noted(block, [line], (f"dismissed: {change.finding}: ",))


def _reopen(block: str, saved: Saved, change: Change) -> str:
    return _noted(block, [], (f"dismissed: {change.finding}: ",))


_CHANGES: Mapping[ChangeKind, Callable[[str, Saved, Change], str]] = {
    "edit": _edit,
    "raw": _raw,
    "machine": _machine,
    "approve": _approve,
    "unapprove": _unapprove,
    "comment": _comment,
    "dismiss": _dismiss,
    "reopen": _reopen,
}


def _noted(block: str, new: Sequence[str], replaced: tuple[str, ...] = ()) -> str:
    kept = [line for line in read_remarks(block) if not (replaced and line.startswith(replaced))]
    return write_remarks(block, [*kept, *new])


def _signed(change: Change) -> str:
    return f"{_line(change.by).replace(':', ' ')}, {change.at}"


def _line(text: str) -> str:
    return " ".join(text.split())
