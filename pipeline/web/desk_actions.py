"""What a reviewer can do at the desk. Each action writes at once and says which units are to be shown anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast, get_args

from pipeline.bilingual import Saved, write_bilingual
from pipeline.editing.edits import Change, ChangeKind, apply_edits, entry_digest, read_entries
from pipeline.editing.new_term import FILE, NewTerm, units_with, with_term
from pipeline.editing.rebuild import HandEdit, announced
from pipeline.editing.survey import is_clean, remaining
from pipeline.errors import ConflictError, InputError
from pipeline.files import digest, read_text, write_text
from pipeline.glossary import parse_glossary
from pipeline.memory_store import approved
from pipeline.records import Finding, Policy
from pipeline.review_html import render_html
from pipeline.web.desk import LONG_PATIENCE, Desk
from pipeline.web.opened import Opened
from pipeline.workspace import load_before, save

BLOCKING = frozenset({"protected strings", "links", "code", "numbers", "markup", "broken text", "structure"})
"""Checks whose findings stop a save until the reviewer confirms it."""


class UnconfirmedError(Exception):
    """A text that lost something which must not be lost; it is saved only when the reviewer insists."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings for the page."""
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did."""

    units: tuple[str, ...] = ()
    """Units to be shown anew."""
    notice: str = ""
    offers: int = 0
    """How often the same English waits in other issues."""


def check_text(desk: Desk, slug: str, unit: str, text: str) -> tuple[Finding, ...]:
    """Check a text that is being typed; dismissed findings are left out."""
    opened = desk.open(slug, LONG_PATIENCE)
    with desk.lock:
        return _findings(opened, unit, text)


def change_unit(desk: Desk, slug: str, unit: str, seen: str, change: Change, *, confirmed: bool) -> Outcome:
    """Do one thing to one unit.

    Raises ConflictError when it is no longer what was seen, UnconfirmedError when a text lost what it must keep.
    """
    checked = change.kind in {"edit", "approve", "raw"} and not confirmed
    if checked or change.kind == "machine":
        desk.open(slug, LONG_PATIENCE)
    with desk.lock:
        opened = desk.look(slug)
        saved = opened.current_entry(unit)
        if change.kind == "machine":
            change = replace(change, text=opened.machine(unit))
        text = apply_edits(opened.text, opened.name, {saved.unit: (seen, (change,))})
        if checked:
            _require_whole(opened, unit, read_entries(text, opened.name, {saved.unit})[saved.unit].target)
        if change.kind != "approve":
            return Outcome(desk.commit(slug, text, {unit: saved.unit}))
        others = _same_here(opened, unit)
        text = _give(desk, opened, text, others, saved.target, f"same English as {unit}")
        units = desk.commit(slug, text, {unit: saved.unit, **others})
        notice = f"approved; {len(others)} more with the same English filled in" if others else "approved"
        return Outcome(units, notice, len(_same_elsewhere(desk, slug, unit)))


def approve_clean(desk: Desk, slug: str, units: Sequence[str]) -> Outcome:
    """Approve those of `units` that have no findings."""
    desk.open(slug, LONG_PATIENCE)
    with desk.lock:
        opened = desk.look(slug)
        known = {unit.id for unit in opened.units}
        clean = [unit for unit in units if unit in known and is_clean(opened.result(unit), opened.saved.get(unit))]
        _commit_all(desk, slug, {unit: signed(desk, "approve") for unit in clean})
        return Outcome(tuple(clean), f"{len(clean)} units approved")


def undo(desk: Desk, slug: str) -> Outcome:
    """Take back the last thing done to an issue from here."""
    units = desk.undo(slug)
    return Outcome(units, f"undone: {', '.join(units)}" if units else "nothing to undo")


def spread(desk: Desk, slug: str, unit: str) -> Outcome:
    """Fill an approved text in wherever the same English waits in other issues."""
    with desk.lock:
        saved = desk.look(slug).entry(unit)
        if not saved.approved:
            raise InputError(f"{slug}: {unit} is not approved")
        places = _same_elsewhere(desk, slug, unit)
        for other, there in places:
            opened = desk.look(other)
            entries = {there: opened.current_entry(there).unit}
            text = _give(desk, opened, opened.text, entries, saved.target, f"same English as in {slug}")
            desk.commit(other, text, entries)
        return Outcome(notice=f"filled in {len(places)} units of other issues")


def add_term(desk: Desk, slug: str, term: str, rendering: str, policy: str) -> Outcome:
    """Add a glossary entry; the outcome names the units that hold the term. GlossaryError for one that clashes."""
    if policy not in get_args(Policy):
        raise InputError(f"{policy}: no such policy")
    term, day = " ".join(term.split()), datetime.now().date().isoformat()
    new = NewTerm(term, cast("Policy", policy), rendering, desk.person, day)
    with desk.lock:
        folder = desk.places.glossary_folder
        files = {str(path): read_text(path) for path in sorted(folder.glob("*.yaml"))}
        if not files:
            raise InputError(f"{folder}: no glossary folder here that terms could be added to")
        name = str(folder / FILE)
        text = with_term(files.get(name, ""), new, desk.places.locale)
        glossary = parse_glossary({**files, name: text})
        known = files.get(name)
        write_text(Path(name), text, expected=None if known is None else digest(known.encode("utf-8")))
        units = units_with(desk.look(slug).units, glossary, term)
        return Outcome(units, f"“{term}” added; it stands in {len(units)} units of this issue")


def bring_up_to_date(desk: Desk, slug: str) -> Outcome:
    """Follow the English and the glossary of today; people's texts stay."""
    desk.open(slug, LONG_PATIENCE)
    with desk.lock:
        opened = desk.look(slug)
        if not opened.is_analysed:
            raise InputError(f"{slug}: still being worked on; try again")
        if not opened.is_complete:
            raise InputError(f"{slug}: there is no model to translate with")
        if not opened.is_ours:
            raise ConflictError(f"{slug}: the Chinese issue was edited by hand; adopt these edits first")
        before = load_before(opened.outputs)
        memory = approved(desk.places.folder, slug)
        result = opened.translated(before.saved, memory)
        save(opened.outputs, result, before, write_bilingual(result, before.saved), render_html(result))
        return Outcome(notice="brought up to date")


def adopt_hand_edits(desk: Desk, slug: str) -> Outcome:
    """Take edits made in the Chinese issue itself over into the bilingual file, not approved.

    What stands outside the units cannot be taken over; the issue as it was edited then stays beside as `x.md.bak`.
    """
    with desk.lock:
        opened = desk.look(slug)
        found = opened.hand_edits()
        if not found:
            return Outcome(notice="no edits by hand")
        kept = "" if found.whole else f"; the issue as it was edited is kept as {_copied(opened)}"
        saved = read_entries(opened.text, opened.name, {edit.unit for edit in found.edits})
        wanted = {
            edit.unit: (entry_digest(saved[edit.unit]), _taken_over(desk, edit, saved[edit.unit]))
            for edit in found.edits
        }
        # From here on the Chinese issue counts as written with the bilingual file, so that it may be replaced.
        text = announced(apply_edits(opened.text, opened.name, wanted), opened.chinese)
        opened.write(text, opened.chinese, {})
        opened.forget()
        desk.look(slug)
        if opened.is_up_to_date:
            desk.commit(slug, text, {})
        owners = {saved.unit: unit for unit, saved in opened.saved.items()}
        return Outcome(tuple(owners.get(entry, entry) for entry in wanted), f"{len(wanted)} units taken over{kept}")


def _taken_over(desk: Desk, edit: HandEdit, saved: Saved) -> tuple[Change, ...]:
    """Take over an edit; a person's text that it replaces stays as a comment."""
    replaced = (signed(desk, "comment", f"before the edit by hand: {saved.target}"),) if saved.is_persons else ()
    return (*replaced, signed(desk, "edit", edit.after))


def _copied(opened: Opened) -> str:
    """Keep a copy of the Chinese issue; gives its name."""
    path = opened.outputs.chinese
    names = (path.with_name(f"{path.name}.bak{number}") for number in ("", *range(2, 10_000)))
    copy = next(name for name in names if not name.exists())
    write_text(copy, opened.chinese or "")
    return copy.name


def signed(desk: Desk, kind: str, text: str = "", finding: str = "") -> Change:
    """Make a change of this person at this moment; InputError for an unknown kind."""
    if kind not in get_args(ChangeKind):
        raise InputError(f"{kind}: no such change")
    now = datetime.now().astimezone().isoformat(timespec="minutes")
    return Change(cast("ChangeKind", kind), desk.person, now, text, finding)


def _findings(opened: Opened, unit: str, text: str) -> tuple[Finding, ...]:
    saved = opened.current_entry(unit)
    tried = opened.tried(unit, replace(saved, target=text, edited=True, approved=False))
    return remaining(tried, saved)


def _require_whole(opened: Opened, unit: str, text: str) -> None:
    findings = [finding for finding in _findings(opened, unit, text) if finding.check in BLOCKING]
    if findings:
        raise UnconfirmedError(findings)


def _commit_all(desk: Desk, slug: str, changes: Mapping[str, Change]) -> tuple[str, ...]:
    opened = desk.look(slug)
    saved = {unit: opened.current_entry(unit) for unit in changes}
    wanted = {saved[unit].unit: (entry_digest(saved[unit]), (change,)) for unit, change in changes.items()}
    text = apply_edits(opened.text, opened.name, wanted)
    return desk.commit(slug, text, {unit: one.unit for unit, one in saved.items()})


def _same_here(opened: Opened, unit: str) -> dict[str, str]:
    """Map untouched units of the issue with the same English to their entries."""
    source = opened.saved[unit].source
    return {
        other: saved.unit
        for other, saved in opened.saved.items()
        if other != unit and saved.source == source and not saved.is_persons and opened.is_current(other)
    }


def _give(desk: Desk, opened: Opened, text: str, entries: Mapping[str, str], target: str, why: str) -> str:
    """Write an approved text into other entries."""
    changes = (signed(desk, "edit", target), signed(desk, "approve", why))
    wanted = {entry: (entry_digest(opened.saved[unit]), changes) for unit, entry in entries.items()}
    return apply_edits(text, opened.name, wanted)


def _same_elsewhere(desk: Desk, slug: str, unit: str) -> list[tuple[str, str]]:
    """List issue and unit wherever the English of an approved unit waits with another text."""
    approved = desk.at_hand()[slug].saved[unit]
    return [
        (other, there)
        for other, opened in desk.at_hand().items()
        if other != slug
        for there, saved in opened.saved.items()
        if (saved.source, saved.is_persons) == (approved.source, False)
        and saved.target != approved.target
        and opened.is_current(there)
    ]
