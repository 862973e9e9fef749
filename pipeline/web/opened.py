"""One issue as it stands on disk, held in memory and read again when a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.bilingual import Bilingual, Saved, match_units, read_bilingual
from pipeline.document import read_document
from pipeline.editing.po_text import read_header
from pipeline.editing.readback import is_outdated, saved_targets, settle, settle_unchecked, unread
from pipeline.editing.rebuild import (
    NO_HAND_EDITS,
    Assembler,
    HandEdits,
    announced,
    find_hand_edits,
    find_in_entries,
    is_ours,
    without_relapses,
)
from pipeline.editing.survey import Survey, survey
from pipeline.errors import InputError
from pipeline.files import decode, digest, read_bytes, write_text
from pipeline.records import Document, Finding, IssueResult, Unit, UnitResult
from pipeline.translate import adopt, check, finish, join, recall
from pipeline.work import Tools, UnitWork, Work
from pipeline.workspace import Outputs, load_issue


class Opened:
    """An issue with its English, its bilingual file, its Chinese, and what the stages of the main path know of it."""

    def __init__(self, source: Path, folder: Path, tools: Tools) -> None:
        """Read the files."""
        self.source, self.outputs, self.tools = source, Outputs.of(folder, source.stem), tools
        self.name = str(self.outputs.bilingual)
        self.text, self.digest, self.chinese = "", "", None
        self.bilingual = Bilingual()
        self.saved: Mapping[str, Saved] = {}
        self.analysed = ""
        """Digest of the English and the glossary for which the stages have run."""
        self.is_complete = False
        """Whether the drafts are known too, so that the issue can be translated again."""
        self._shown: dict[str, tuple[UnitWork, Saved | None, UnitResult]] = {}
        self._read_english()
        self.refresh(tools)

    digest: str | None
    chinese: str | None

    @property
    def document(self) -> Document:
        """The English issue."""
        return self.known.document

    @property
    def wanted(self) -> str:
        """Digest of the English and the glossary as they are now."""
        return f"{self.document.issue.sha256} {self.tools.glossary.digest}"

    @property
    def is_analysed(self) -> bool:
        """Whether findings and reasons are known."""
        return self.analysed == self.wanted

    @property
    def is_ours(self) -> bool:
        """Whether the Chinese issue is as it was written, not edited by hand."""
        return is_ours(self.text, self.chinese)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of the English issue."""
        return self.document.units

    def refresh(self, tools: Tools) -> None:
        """Read again what has changed on disk."""
        self.tools = tools
        if digest(read_bytes(self.source)) != self.document.issue.sha256:
            self._read_english()
        data = read_bytes(self.outputs.bilingual) if self.outputs.bilingual.exists() else None
        found = None if data is None else digest(data)
        if found != self.digest:
            self.text = "" if data is None else decode(data, self.name)
            self.bilingual = Bilingual() if data is None else read_bilingual(self.text, self.name)
            self.digest = found
            self.saved = self._matched()
        path = self.outputs.chinese
        self.chinese = decode(read_bytes(path), str(path)) if path.exists() else None

    def _read_english(self) -> None:
        self.known = unread(read_document(load_issue(self.source)))
        self._index, self.analysed, self._shown = self._places(), "", {}
        self._assembler = Assembler(self.document)
        self.saved = self._matched()

    def _matched(self) -> Mapping[str, Saved]:
        """Find the live entry of each unit; obsolete ones come back only when the issue is brought up to date."""
        return match_units(self.units, replace(self.bilingual, obsolete=()))

    def _places(self) -> dict[str, int]:
        return {unit.unit.id: index for index, unit in enumerate(self.known.units)}

    def prepare(self, known: Work) -> dict[str, tuple[UnitWork, Saved | None, UnitResult]]:
        """Check all units with what the stages found; takes its time and changes nothing here."""
        saved = self.saved
        self.assembled()
        return {
            unit.unit.id: (unit, saved.get(unit.unit.id), self._settled(unit, saved.get(unit.unit.id), known, True))
            for unit in known.units
        }

    def learn(
        self, known: Work, analysed: str, shown: dict[str, tuple[UnitWork, Saved | None, UnitResult]], complete: bool
    ) -> None:
        """Take over what the stages found, and what `prepare` made of it; `complete` unless there was no model."""
        self.is_complete = complete
        self.known, self.analysed, self._shown = known, analysed, shown
        self._index = self._places()

    def entry(self, unit: str) -> Saved:
        """Give the saved entry of a unit; InputError when there is none."""
        if unit not in self.saved:
            raise InputError(f"{self.name}: no entry for {unit}; bring the issue up to date first")
        return self.saved[unit]

    def is_current(self, unit: str) -> bool:
        """Tell whether the unit's saved entry is for the English of today."""
        return unit in self.saved and unit in self._index and self._source(unit) == self.saved[unit].source

    def current_entry(self, unit: str) -> Saved:
        """Give the saved entry of a unit that may be changed: its English is today's."""
        saved = self.entry(unit)
        if not self.is_current(unit):
            raise InputError(f"{self.name}: the English of {unit} has changed; bring the issue up to date first")
        return saved

    def _source(self, unit: str) -> str:
        return self.known.units[self._index[unit]].unit.source

    def result(self, unit: str) -> UnitResult:
        """Give a unit as it is to be shown."""
        known, saved = self.known.units[self._index[unit]], self.saved.get(unit)
        cached = self._shown.get(unit)
        if cached is None or cached[0] is not known or cached[1] != saved:
            cached = known, saved, self._settled(known, saved, self.known, bool(self.analysed))
            self._shown[unit] = cached
        return cached[2]

    def results(self) -> tuple[UnitResult, ...]:
        """Give all units as they are to be shown."""
        return tuple(self.result(unit.id) for unit in self.units)

    def tried(self, unit: str, saved: Saved) -> UnitResult:
        """Give a unit as it would be with another entry."""
        return self._settled(self.known.units[self._index[unit]], saved, self.known, True)

    def _settled(self, known: UnitWork, saved: Saved | None, work: Work, checked: bool) -> UnitResult:
        settled = (settle if checked else settle_unchecked)(known, saved, work.document, self.tools)
        return finish(Work(work.document, (settled,)), self.tools).units[0]

    def machine(self, unit: str) -> str:
        """Give the post-edited text of a unit; empty while it is not known."""
        return self.known.units[self._index[unit]].machine

    def outdated(self) -> tuple[str, ...]:
        """List the units that translating again would change; empty while the stages run."""
        if not (self.is_analysed and self.is_complete):
            return ()
        return tuple(
            unit.unit.id
            for unit in self.known.units
            if is_outdated(unit, self.saved.get(unit.unit.id)) or not self.is_current(unit.unit.id)
        )

    def targets(self, changed: Mapping[str, Saved] | None = None) -> dict[str, str]:
        """List the texts of the Chinese issue by unit, with some entries changed."""
        return saved_targets(self.units, {**self.saved, **(changed or {})})

    def assembled(self, changed: Mapping[str, Saved] | None = None) -> str:
        """Give the Chinese issue as the bilingual file has it, with some entries changed."""
        return self._assembler(self.targets(changed))

    @property
    def is_up_to_date(self) -> bool:
        """Whether the bilingual file is for the English of today."""
        return all(self.is_current(unit.id) for unit in self.units)

    def hand_edits(self) -> HandEdits:
        """Find what was edited in the Chinese issue itself, by entry of the bilingual file."""
        if self.is_ours or self.chinese is None or not self.text:
            return NO_HAND_EDITS
        if self.is_up_to_date:
            found = find_hand_edits(self.document, self.targets(), self.chinese)
            found = replace(found, edits=tuple(replace(edit, unit=self.saved[edit.unit].unit) for edit in found.edits))
        else:
            found = find_in_entries(self.bilingual.entries, self.document.issue.slug, self.chinese)
        return without_relapses(found, {saved.unit: saved for saved in self.bilingual.entries})

    def forget(self) -> None:
        """Have the bilingual file read and matched again at the next look."""
        self.digest = ""

    @property
    def signature(self) -> str:
        """What made the machine's texts."""
        return read_header(self.text, "X-Duizhao-Signature")

    def translated(self, saved: Bilingual, memory: Mapping[str, str]) -> IssueResult:
        """Give the issue as translating again would make it; the stages must have run."""
        tools = replace(self.tools, saved=saved, memory=memory)
        work = self.known
        for stage in (recall, adopt, check, join):
            work = stage(work, tools)
        return finish(work, tools)

    def survey(self, general: tuple[Finding, ...] = ()) -> Survey:
        """Count states and findings."""
        slug = self.document.issue.slug
        return survey(slug, self.results(), self.saved, general, len(self.hand_edits().edits))

    def write(self, text: str, chinese: str | None, changed: Mapping[str, Saved]) -> None:
        """Write the bilingual file and the Chinese issue; ConflictError when the former is no longer what was read.

        Until the Chinese issue is there, the bilingual file names the old one too, so that a stop in between is not
        taken for an edit by hand.
        """
        new = chinese is not None and chinese != self.chinese
        self._write_bilingual(announced(text, chinese, self.chinese) if new else text)
        entries = {saved.unit: saved for saved in changed.values()}
        self.bilingual = replace(
            self.bilingual, entries=tuple(entries.get(saved.unit, saved) for saved in self.bilingual.entries)
        )
        self.saved = {**self.saved, **changed}
        if new and chinese is not None:
            write_text(self.outputs.chinese, chinese)
            self.chinese = chinese
            self._write_bilingual(text)

    def _write_bilingual(self, text: str) -> None:
        write_text(self.outputs.bilingual, text, expected=self.digest)
        self.text, self.digest = text, digest(text.encode("utf-8"))
