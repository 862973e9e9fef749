"""The reviewer's desk: the issues as they stand on disk, what a person does to them, and the undo of it.

Every operation first looks whether a file changed, then writes at once. The bilingual file is the only place where a
person's work is kept; what is held in memory here may be lost at any moment. Reasons and findings need the stages of
the main path, which run in a thread of their own; until they are done an issue is shown without them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.drafts import CachedEngine
from pipeline.editing.edits import entry_digest, entry_texts, put_back, read_entries
from pipeline.editing.readback import modelless_tools, result_of, with_drafts, without_model
from pipeline.editing.rebuild import announced
from pipeline.errors import EngineError, InputError
from pipeline.files import digest, read_bytes, write_text
from pipeline.locales import Locale
from pipeline.review_html import render_html
from pipeline.web.opened import Opened
from pipeline.work import Tools, Work
from pipeline.workspace import load_glossary

PATIENCE = 0.6
"""Seconds that the page of an issue waits for findings before it is shown without them; a large one never does."""
LONG_PATIENCE = 120.0
_PAUSE = 2.0
_LARGE = 400
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is; `sources` are the English issues by slug."""

    sources: Mapping[str, Path]
    folder: Path
    glossary: Path | None
    locale: Locale

    @property
    def glossary_folder(self) -> Path:
        """The folder with the glossary files that are in use."""
        return self.glossary or Path("glossary")


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
        self.lock = threading.RLock()
        """To be held while an issue is changed, never while waiting for its analysis."""
        self._make_engine = engine
        self._engine: CachedEngine | None = None
        self._seats: dict[str, _Seat] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="analysis")
        self._timers: dict[str, threading.Timer] = {}
        self._tools: tuple[str, Tools] | None = None

    def slugs(self) -> tuple[str, ...]:
        """List the issues that may be asked for."""
        return tuple(self.places.sources)

    def warm_up(self) -> None:
        """Begin to read all issues, so that they open at once."""
        for slug in self.slugs():
            self._worker.submit(self.open, slug, 0.0)

    def close(self) -> None:
        """Finish what is being done and drop the rest."""
        for timer in self._timers.values():
            if timer.is_alive():
                timer.cancel()
                timer.function(*timer.args)
        self._worker.shutdown(wait=True, cancel_futures=True)

    def open(self, slug: str, patience: float = PATIENCE) -> Opened:
        """Give an issue as it stands on disk; waits for its findings no longer than `patience` seconds."""
        with self.lock:
            seat = self._seat(slug)
            analysis = self._analysis(seat)
        if analysis is not None and (patience > PATIENCE or len(seat.opened.units) < _LARGE):
            _wait(analysis, patience)
        return seat.opened

    def look(self, slug: str) -> Opened:
        """Give an issue as it stands on disk, and do not begin to look for its findings."""
        with self.lock:
            return self._seat(slug).opened

    def at_hand(self) -> dict[str, Opened]:
        """Give the issues read so far, without looking whether they changed."""
        return {slug: seat.opened for slug, seat in self._seats.items()}

    def steps(self, slug: str) -> int:
        """Count what can be undone."""
        return len(self._seats[slug].steps) if slug in self._seats else 0

    def commit(self, slug: str, text: str, entries: Mapping[str, str]) -> tuple[str, ...]:
        """Write a new text of the bilingual file and the Chinese issue that follows from it.

        `entries` maps the changed units to their entries. A Chinese issue that was edited by hand is left alone.
        """
        seat = self._seats[slug]
        before = entry_texts(seat.opened.text, seat.opened.name, set(entries.values()))
        self._write(seat.opened, text, entries)
        if entries:
            now = {saved.unit: saved for saved in seat.opened.saved.values()}
            steps = tuple(Step(entry, entry_digest(now[entry]), block) for entry, block in before.items())
            seat.steps = [*seat.steps, steps][-_MOST_STEPS:]
        return tuple(entries)

    def _write(self, opened: Opened, text: str, entries: Mapping[str, str]) -> None:
        read = read_entries(text, opened.name, set(entries.values()))
        saved = {unit: read[entry] for unit, entry in entries.items()}
        chinese = opened.chinese
        if opened.is_ours:
            chinese = opened.assembled(saved)
            text = announced(text, chinese)
        opened.write(text, chinese, saved)
        self._later(opened)

    def undo(self, slug: str) -> tuple[str, ...]:
        """Take back the last thing done to an issue from here; gives the units it concerned, none when there is none.

        Raises ConflictError when one of them was changed from elsewhere since; the step is then forgotten.
        """
        with self.lock:
            opened, seat = self.look(slug), self._seats[slug]
            steps = seat.steps.pop() if seat.steps else ()
            text = put_back(opened.text, opened.name, {step.entry: (step.after, step.before) for step in steps})
            owners = {saved.unit: unit for unit, saved in opened.saved.items()}
            entries = {owners[step.entry]: step.entry for step in steps if step.entry in owners}
            if entries:
                self._write(opened, text, entries)
            return tuple(entries)

    def _later(self, opened: Opened) -> None:
        """Write the static review anew when nothing has been saved for a while."""
        waiting = self._timers.get(opened.name)
        if waiting:
            waiting.cancel()
        timer = threading.Timer(_PAUSE, self._write_review, [opened])
        timer.daemon = True
        self._timers[opened.name] = timer
        timer.start()

    def _write_review(self, opened: Opened) -> None:
        with self.lock:
            if not opened.is_analysed:
                return
            units = opened.results()
        result = result_of(opened.document, units, opened.tools.locale.tag, opened.signature)
        write_text(opened.outputs.review, render_html(result))

    def _seat(self, slug: str) -> _Seat:
        if slug not in self.places.sources:
            raise InputError(f"{slug}: no such issue")
        tools = self._current_tools()
        seat = self._seats.get(slug)
        if seat is None:
            seat = self._seats[slug] = _Seat(Opened(self.places.sources[slug], self.places.folder, tools))
        else:
            seat.opened.refresh(tools)
        return seat

    def _current_tools(self) -> Tools:
        """Read the glossary again when one of its files has changed."""
        files = sorted(self.places.glossary_folder.glob("*.yaml"))
        now = " ".join(digest(read_bytes(file)) for file in files)
        if self._tools is None or self._tools[0] != now:
            self._tools = now, modelless_tools(self.places.locale, load_glossary(self.places.glossary))
        return self._tools[1]

    def _analysis(self, seat: _Seat) -> Future[None] | None:
        """See to it that the stages run for what is there now; None when they have."""
        wanted = seat.opened.wanted
        if seat.opened.analysed == wanted:
            return None
        if seat.wanted != wanted:
            seat.wanted = wanted
            seat.analysis = self._worker.submit(self._analyse, seat.opened, wanted)
        return seat.analysis

    def _analyse(self, opened: Opened, wanted: str) -> None:
        if opened.wanted != wanted:
            return
        known, complete = self._known(opened)
        shown = opened.prepare(known)
        with self.lock:
            if opened.wanted == wanted:
                opened.learn(known, wanted, shown, complete)

    def _known(self, opened: Opened) -> tuple[Work, bool]:
        """Run the stages; without a model as many as need none."""
        issue = opened.document.issue
        try:
            self._engine = self._engine or self._make_engine()
            return with_drafts(issue, replace(opened.tools, engine=self._engine)), True
        except EngineError:
            return without_model(issue, opened.tools), False


def _wait(analysis: Future[None], patience: float) -> None:
    try:
        analysis.result(timeout=patience)
    except TimeoutError:
        return
