"""The reviewer's desk: the issues as they stand on disk, what a person does to them, and the undo of it.

Every operation first looks whether a file changed, then writes at once. The bilingual file is the only place where a
person's work is kept; what is held in memory here may be lost at any moment. Reasons and findings need the stages of
the main path, which run in a thread of their own; until they are done an issue is shown without them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipeline.bilingual import Saved, write_bilingual
from pipeline.drafts import CachedEngine
from pipeline.edits import Change, apply_edit, entry_digest, entry_text, put_back, read_entry
from pipeline.errors import ConflictError, InputError
from pipeline.files import digest, read_text, write_text
from pipeline.glossary import Glossary
from pipeline.locales import Locale
from pipeline.new_term import FILE, NewTerm, check_term, units_with, with_term
from pipeline.opened import Opened, find_glossary, read_glossary
from pipeline.readback import modelless_tools, with_drafts
from pipeline.rebuild import rebuilt
from pipeline.records import Finding, UnitResult
from pipeline.review_html import render_html
from pipeline.survey import is_clean, remaining
from pipeline.workspace import Before, Outputs, load_before, save

BLOCKING = frozenset({"protected strings", "links", "code", "numbers", "markup", "broken text", "structure"})
"""Checks whose findings stop a save until the reviewer confirms it."""

_MOST_STEPS = 200
_PATIENCE = 0.6


class UnconfirmedError(Exception):
    """A text that lost something which must not be lost; it is saved only when the reviewer insists."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings for the page."""
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is; `sources` are the English issues by slug."""

    sources: Mapping[str, Path]
    folder: Path
    glossary: Path | None
    locale: Locale


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation did."""

    units: tuple[str, ...] = ()
    """Units to be shown anew."""
    notice: str = ""
    offers: tuple[tuple[str, str], ...] = ()
    """Slug and entry of the same English in other issues."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry before a change, and the digest it had after."""

    entry: str
    after: str
    before: str


@dataclass(slots=True)
class _Seat:
    """What is held in memory of one issue."""

    opened: Opened
    steps: list[tuple[Step, ...]] = field(default_factory=list)
    analysis: Future[None] | None = None
    wanted: str = ""
    """Digest of English and glossary that the running analysis is for."""


class Desk:
    """All issues of a folder. Safe to use from several threads."""

    def __init__(self, places: Places, person: str, engine: Callable[[], CachedEngine]) -> None:
        """Read nothing yet; `engine` is called once, in the thread that uses it."""
        self.places, self.person = places, person
        self._make_engine, self._engine = engine, None
        self._seats: dict[str, _Seat] = {}
        self._lock = threading.RLock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="analysis")
        self._glossary: tuple[str, Glossary] | None = None

    _engine: CachedEngine | None

    def slugs(self) -> tuple[str, ...]:
        """List the issues that may be asked for."""
        return tuple(self.places.sources)

    def warm_up(self) -> None:
        """Begin to read all issues, so that they open at once."""
        for slug in self.slugs():
            self._worker.submit(self.open, slug, 0.0)

    def close(self) -> None:
        """Drop what is still to be done."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def open(self, slug: str, patience: float = _PATIENCE) -> Opened:
        """Give an issue as it stands on disk; waits for its findings no longer than `patience` seconds."""
        with self._lock:
            seat = self._seat(slug)
            pending = self._analysed(seat)
        if pending is not None and patience:
            pending_done(pending, patience)
        return seat.opened

    def check(self, slug: str, unit: str, text: str) -> tuple[Finding, ...]:
        """Check a text that is being typed; dismissed findings are left out."""
        opened = self.open(slug, 60)
        with self._lock:
            saved = opened.entry(unit)
            draft = replace(saved, target=text, edited=True, approved=False)
            return remaining(opened.tried(unit, draft), saved)

    def change(self, slug: str, unit: str, seen: str, change: Change, *, confirmed: bool = False) -> Outcome:
        """Do one thing to one unit; ConflictError when it is no longer what was seen."""
        with self._lock:
            opened = self.open(slug, 0)
            saved = opened.current_entry(unit)
            change = self._complete(opened, unit, change)
            if change.kind in {"edit", "approve", "raw"} and not confirmed:
                self._require_whole(slug, unit, change)
            text = apply_edit(opened.text, opened.name, saved.unit, seen, change)
            if change.kind != "approve":
                return Outcome(self._commit(slug, text, {unit: saved.unit}))
            text, others = self._filled(opened, unit, text, change)
            units = self._commit(slug, text, {unit: saved.unit, **others})
            notice = f"filled in {len(others)} more with the same English" if others else ""
            return Outcome(units, notice, self._same_elsewhere(slug, saved.source, opened.saved[unit].target))

    def approve_clean(self, slug: str, units: Sequence[str]) -> Outcome:
        """Approve those of `units` that have no findings."""
        with self._lock:
            opened = self.open(slug, 60)
            clean = [unit for unit in units if is_clean(opened.result(unit), opened.saved.get(unit))]
            text = opened.text
            for unit in clean:
                saved = opened.saved[unit]
                text = apply_edit(text, opened.name, saved.unit, entry_digest(saved), self._signed("approve"))
            self._commit(slug, text, {unit: opened.saved[unit].unit for unit in clean})
            return Outcome(tuple(clean), f"{len(clean)} units approved")

    def undo(self, slug: str) -> Outcome:
        """Take back the last thing done to an issue from here."""
        with self._lock:
            opened, seat = self.open(slug, 0), self._seats[slug]
            if not seat.steps:
                return Outcome(notice="nothing to undo")
            steps, text = seat.steps.pop(), opened.text
            for step in steps:
                text = put_back(text, opened.name, step.entry, step.after, step.before)
            owners = {saved.unit: unit for unit, saved in opened.saved.items()}
            entries = {owners[step.entry]: step.entry for step in steps if step.entry in owners}
            return Outcome(self._commit(slug, text, entries, keep=False), "undone")

    def spread(self, slug: str, unit: str) -> Outcome:
        """Fill an approved text in wherever the same English waits in other issues."""
        with self._lock:
            saved = self.open(slug, 0).entry(unit)
            if not saved.approved:
                raise InputError(f"{slug}: {unit} is not approved")
            offers = self._same_elsewhere(slug, saved.source, saved.target)
            for other, entry in offers:
                opened = self.open(other, 0)
                text = self._given(opened, entry, opened.text, saved.target, f"same English as in {slug}")
                self._commit(other, text, {opened.owner(entry): entry})
            return Outcome(notice=f"filled in {len(offers)} units of other issues")

    def add_term(self, slug: str, term: str, rendering: str, policy: str) -> Outcome:
        """Add a glossary entry; the outcome names the units that hold the term."""
        if policy not in ("keep", "translate", "both", "prefer"):
            raise InputError(f"{policy}: no such policy")
        new = NewTerm(term, policy, rendering, self.person, datetime.now().date().isoformat())
        with self._lock:
            folder = find_glossary(self.places.glossary)
            files = {str(path): read_text(path) for path in sorted(folder.glob("*.yaml"))}
            name = str(folder / FILE)
            text = with_term(files.get(name, ""), new, self.places.locale)
            glossary = check_term(files, name, text)
            known = files.get(name)
            write_text(Path(name), text, expected=None if known is None else digest(known.encode("utf-8")))
            units = units_with(self.open(slug, 0).document.units, glossary, " ".join(term.split()))
            return Outcome(units, f"“{term}” stands in {len(units)} units of this issue")

    def apply(self, slug: str) -> Outcome:
        """Bring an issue up to date with its English and the glossary; people's texts stay."""
        opened = self.open(slug, 120)
        with self._lock:
            opened = self.open(slug, 0)
            if not opened.is_analysed:
                raise InputError(f"{slug}: still being worked on; try again")
            if opened.hand_edits():
                raise ConflictError(f"{slug}: the Chinese issue was edited by hand; adopt these edits first")
            outputs = Outputs.of(self.places.folder, slug)
            before = load_before(outputs)
            result = opened.translated(before.saved)
            save(outputs, result, before, write_bilingual(result, before.saved), render_html(result))
            return Outcome(notice="brought up to date")

    def adopt(self, slug: str) -> Outcome:
        """Take edits made in the Chinese issue itself over into the bilingual file, not approved."""
        with self._lock:
            opened = self.open(slug, 0)
            found, text = opened.hand_edits(), opened.text
            for edit in found.edits:
                saved = opened.current_entry(edit.unit)
                text = apply_edit(text, opened.name, saved.unit, entry_digest(saved), self._signed("edit", edit.after))
            if not found.whole and opened.chinese is not None:
                write_text(self.places.folder / f"{slug}.md.bak", opened.chinese)
            units = {edit.unit: opened.saved[edit.unit].unit for edit in found.edits}
            return Outcome(self._commit(slug, text, units, rebuild=True), f"{len(units)} units adopted")

    def steps(self, slug: str) -> int:
        """Count what can be undone."""
        return len(self._seats[slug].steps) if slug in self._seats else 0

    def rebuild_review(self, slug: str) -> None:
        """Begin to write the issue's static review anew."""
        self._worker.submit(self._write_review, slug)

    def _write_review(self, slug: str) -> None:
        opened = self.open(slug, 0)
        if opened.is_analysed and opened.digest is not None:
            write_text(Outputs.of(self.places.folder, slug).review, render_html(opened.whole()))

    def _seat(self, slug: str) -> _Seat:
        if slug not in self.places.sources:
            raise InputError(f"{slug}: no such issue")
        tools = modelless_tools(self.places.locale, self._current_glossary())
        seat = self._seats.get(slug)
        if seat is None:
            opened = Opened.read(self.places.sources[slug], self.places.folder, tools)
            seat = self._seats[slug] = _Seat(opened)
        else:
            seat.opened.refresh(tools)
        return seat

    def _current_glossary(self) -> Glossary:
        self._glossary = read_glossary(self.places.glossary, self._glossary)
        return self._glossary[1]

    def _analysed(self, seat: _Seat) -> Future[None] | None:
        """See to it that the stages run for what is there now; the future is None when they have."""
        wanted = seat.opened.wanted
        if seat.opened.analysed == wanted:
            return None
        if seat.wanted != wanted:
            seat.wanted = wanted
            seat.analysis = self._worker.submit(self._analyse, seat, wanted)
        return seat.analysis

    def _analyse(self, seat: _Seat, wanted: str) -> None:
        opened = seat.opened
        if opened.wanted != wanted:
            return
        if self._engine is None:
            self._engine = self._make_engine()
        known = with_drafts(opened.document.issue, replace(opened.tools, engine=self._engine))
        opened.prepare(known)
        with self._lock:
            if opened.wanted == wanted:
                opened.learn(known, wanted)

    def _commit(
        self, slug: str, text: str, entries: Mapping[str, str], *, keep: bool = True, rebuild: bool = False
    ) -> tuple[str, ...]:
        """Write the bilingual file and the Chinese issue; `entries` maps the changed units to their entries."""
        seat = self._seats[slug]
        opened = seat.opened
        old = {unit: entry_text(opened.text, opened.name, entry) for unit, entry in entries.items()}
        saved = {unit: read_entry(text, opened.name, entry) for unit, entry in entries.items()}
        chinese = opened.chinese
        if rebuild or opened.is_ours:
            chinese, text = rebuilt(opened.document, opened.targets(saved), text, opened.chinese)
        opened.write(text, chinese, saved)
        if keep and entries:
            steps = tuple(Step(entry, entry_digest(saved[unit]), old[unit]) for unit, entry in entries.items())
            seat.steps = [*seat.steps, steps][-_MOST_STEPS:]
        return tuple(entries)

    def _complete(self, opened: Opened, unit: str, change: Change) -> Change:
        if change.kind != "machine":
            return change
        return replace(change, text=opened.machine(unit))

    def _require_whole(self, slug: str, unit: str, change: Change) -> None:
        saved = self.open(slug, 0).entry(unit)
        text = {"edit": change.text, "approve": saved.target, "raw": saved.raw}[change.kind]
        findings = [finding for finding in self.check(slug, unit, text) if finding.check in BLOCKING]
        if findings:
            raise UnconfirmedError(findings)

    def _filled(self, opened: Opened, unit: str, text: str, change: Change) -> tuple[str, dict[str, str]]:
        """Give the approved text to untouched units with the same English."""
        saved = opened.saved[unit]
        same = {
            other: one.unit
            for other, one in opened.saved.items()
            if other != unit and one.source == saved.source and not one.is_persons and opened.is_current(other)
        }
        for entry in same.values():
            text = self._given(opened, entry, text, saved.target, f"same English as {unit}")
        return text, same

    def _given(self, opened: Opened, entry: str, text: str, target: str, why: str) -> str:
        for change in (self._signed("edit", target), self._signed("approve", why)):
            seen = entry_digest(read_entry(text, opened.name, entry))
            text = apply_edit(text, opened.name, entry, seen, change)
        return text

    def _same_elsewhere(self, slug: str, source: str, target: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (other, saved.unit)
            for other, seat in self._seats.items()
            if other != slug
            for unit, saved in seat.opened.saved.items()
            if saved.source == source and not saved.is_persons and saved.target != target and seat.opened.is_current(unit)
        )

    def _signed(self, kind: str, text: str = "") -> Change:
        return signed(kind, self.person, text)


def signed(kind: str, person: str, text: str = "", finding: str = "") -> Change:
    """Make a change of this person at this moment; InputError for an unknown kind."""
    now = datetime.now().astimezone().isoformat(timespec="minutes")
    if kind not in ("edit", "approve", "unapprove", "comment", "dismiss", "reopen", "raw", "machine"):
        raise InputError(f"{kind}: no such change")
    return Change(kind, person, now, text, finding)


def pending_done(pending: Future[None], patience: float) -> bool:
    """Wait for an analysis; tell whether it ended in time."""
    try:
        pending.result(timeout=patience)
    except TimeoutError:
        return False
    return True


def clean_units(units: Sequence[UnitResult], saved: Mapping[str, Saved]) -> tuple[str, ...]:
    """List the units that can be approved without a closer look."""
    return tuple(unit.unit.id for unit in units if is_clean(unit, saved.get(unit.unit.id)))
