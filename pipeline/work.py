"""What travels along the main path: the work so far, and the tools of the stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.bilingual import Bilingual
from pipeline.draft import UnitDraft
from pipeline.drafts import CachedEngine
from pipeline.glossary import Glossary
from pipeline.locales import Locale
from pipeline.protect import Coded, is_wordless, restore
from pipeline.records import Document, Edit, Finding, Origin, State, Unit


@dataclass(frozen=True)
class Tools:
    """What the stages work with."""

    locale: Locale
    glossary: Glossary
    engine: CachedEngine
    saved: Bilingual = field(default_factory=Bilingual)
    """The issue's bilingual file from the last run."""
    memory: Mapping[str, str] | None = None
    """Approved translations of other issues, by their English."""
    progress: Callable[[int, int], None] | None = None
    """Told how many segments of how many are done."""


@dataclass(frozen=True, slots=True)
class UnitWork:
    """What is known about one unit so far."""

    unit: Unit
    coded: Coded
    """The English with placeholders."""
    draft: UnitDraft | None = None
    text: str = ""
    """The Chinese as coded text, as far as it has come."""
    edits: tuple[Edit, ...] = ()
    raw: str = ""
    machine: str = ""
    target: str = ""
    origin: Origin = "machine"
    state: State = "translated"
    note: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the Chinese is the English: nothing to translate, no date or number to write otherwise."""
        text, table = self.coded.text, self.coded.table
        return is_wordless(text) and restore(text, table) == restore(text, table, source=True)


@dataclass(frozen=True, slots=True)
class Work:
    """An issue on its way."""

    document: Document
    units: tuple[UnitWork, ...] = ()
    text: str = ""
    findings: tuple[Finding, ...] = ()
