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
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.bilingual import Saved, read_bilingual, text_digest
from pipeline.editing.po_text import (
    find_units,
    read_remarks,
    without_previous,
    write_field,
    write_fuzzy,
    write_remarks,
)
from pipeline.errors import ConflictError, InputError
from pipeline.records import Finding, Span

ChangeKind = Literal["edit", "approve", "unapprove", "comment", "dismiss", "reopen", "raw", "machine"]

_HEAD = 'msgid ""\nmsgstr ""\n\n'
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
    gone = dismissed(remark) if "dismissed: " in remark else {}
    return tuple(finding for finding in findings if finding_key(finding) not in gone)


def comments(remark: str) -> tuple[str, ...]:
    """Read what people said about an entry, with name and time; notes from other tools come as they are."""
    ours = ("edited: ", "approved: ", "dismissed: ")
    lines = (line.removeprefix("comment: ") for line in remark.split("\n") if not line.startswith(ours))
    return tuple(line for line in lines if line)


def read_entries(text: str, name: str, units: Collection[str]) -> dict[str, Saved]:
    """Read the entries of some units; InputError when the file has none for one of them."""
    return {unit: _read(text[span.start : span.end], name) for unit, span in _places(text, name, units).items()}


def entry_texts(text: str, name: str, units: Collection[str]) -> dict[str, str]:
    """Return some entries as they are written in the file, for `put_back`."""
    return {unit: text[span.start : span.end] for unit, span in _places(text, name, units).items()}


def apply_edit(text: str, name: str, unit: str, seen: str, change: Change) -> str:
    """Change one entry and return the file's new text; nothing but that entry differs.

    Raises ConflictError when the entry is no longer the one with digest `seen`, InputError when the change makes
    no sense (an empty text, an unknown entry). `name` is the file's, for messages.
    """
    return apply_edits(text, name, {unit: (seen, (change,))})


def apply_edits(text: str, name: str, wanted: Mapping[str, tuple[str, Sequence[Change]]]) -> str:
    """Change several entries, each by a digest and changes to be made in turn; all of them or none."""

    def changed(unit: str, block: str) -> str:
        seen, changes = wanted[unit]
        _require_seen(block, name, unit, seen)
        for change in changes:
            saved = _read(block, name)
            _require_sense(saved, change, name)
            block = _CHANGES[change.kind](block, saved, change)
        return block

    return _replaced(text, name, wanted, changed)


def put_back(text: str, name: str, earlier: Mapping[str, tuple[str, str]]) -> str:
    """Undo: write earlier forms of entries again, each with the digest it must still have; all of them or none."""

    def changed(unit: str, block: str) -> str:
        seen, before = earlier[unit]
        _require_seen(block, name, unit, seen)
        return before

    return _replaced(text, name, earlier, changed)


def _replaced(text: str, name: str, units: Collection[str], changed: Callable[[str, str], str]) -> str:
    pieces, at = [], 0
    for unit, span in sorted(_places(text, name, units).items(), key=lambda pair: pair[1].start):
        pieces += [text[at : span.start], changed(unit, text[span.start : span.end])]
        at = span.end
    return "".join(pieces) + text[at:]


def _places(text: str, name: str, units: Collection[str]) -> dict[str, Span]:
    found = find_units(text, units)
    for unit in units:
        if unit not in found:
            raise InputError(f"{name}: no entry {unit}; run translate to bring the file up to date")
    return found


def _read(block: str, name: str) -> Saved:
    # polib takes the first comments of a file for the header's.
    return read_bilingual(_HEAD + block.replace("\r\n", "\n"), name).entries[-1]


def _require_seen(block: str, name: str, unit: str, seen: str) -> None:
    if entry_digest(_read(block, name)) != seen:
        raise ConflictError(f"{name}: {unit} was changed by somebody else meanwhile; nothing was written")


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


def _machine(block: str, _saved: Saved, change: Change) -> str:
    block = write_fuzzy(write_field(block, "msgstr", change.text), True)
    return _noted(without_previous(block), [], ("edited: ", "approved: "))


def _approve(block: str, _saved: Saved, change: Change) -> str:
    block = without_previous(write_fuzzy(block, False))
    return _noted(block, [f"approved: {_signed(change)}{change.text and f' ({_line(change.text)})'}"], ("approved: ",))


def _unapprove(block: str, _saved: Saved, _change: Change) -> str:
    return _noted(write_fuzzy(block, True), [], ("approved: ",))


def _comment(block: str, _saved: Saved, change: Change) -> str:
    return _noted(block, [f"comment: {_signed(change)}: {_line(change.text)}"])


def _dismiss(block: str, _saved: Saved, change: Change) -> str:
    line = f"dismissed: {change.finding}: {_signed(change)}: {_line(change.text)}"
    return _noted(block, [line], (f"dismissed: {change.finding}: ",))


def _reopen(block: str, _saved: Saved, change: Change) -> str:
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
