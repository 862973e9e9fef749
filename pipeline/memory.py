"""The translation memory as values: what people approved, which of several answers is best, what is merely similar.

The order of trust: approved before pending, the same neighbours before others, this project before imported files,
the newest before older ones. Similar English is only ever a suggestion, shown with its difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.bilingual import Bilingual, Saved, text_digest
from pipeline.interchange.tmx import STATUS, Pair
from pipeline.review import Change, char_diff

SIMILAR = 75.0
"""Percentage from which English counts as similar."""
BEFORE, AFTER, FILE = "x-before", "x-after", "x-file"
_SIGNED = re.compile(r"(?:approved|edited): (?P<by>.*), (?P<at>\d{4}-\d\d-\d\dT[\d:.+\-Z]+)")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One translation that a person made."""

    file: str
    """Where it comes from: a bilingual file or an imported memory."""
    name: str
    """The unit's id there."""
    source: str
    target: str
    approved: bool
    """Otherwise it is pending: edited, but nobody stands for it yet."""
    imported: bool
    live: bool
    """Whether its issue still has the English."""
    by: str
    at: float
    """Seconds since 1970; 0 when nobody noted it."""
    before: str = ""
    """Digest of the English in front of it; empty at the start of an issue."""
    after: str = ""

    @property
    def day(self) -> str:
        """The day it was made; empty when nobody noted it."""
        return datetime.fromtimestamp(self.at, UTC).date().isoformat() if self.at else ""


@dataclass(frozen=True, slots=True)
class Match:
    """A remembered unit with the very same English."""

    unit: Remembered
    same_context: bool
    """Whether both neighbours are the same too."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A remembered unit with similar English."""

    unit: Remembered
    score: float
    """Percentage, 75 and up."""
    diff: tuple[Change, ...]
    """From the remembered English to the one asked for."""


def remember(bilingual: Bilingual, file: str, revised: str = "") -> tuple[Remembered, ...]:
    """List what people made of a bilingual file; `revised` dates what bears no date of its own."""
    digests = ["", *(text_digest(saved.source) for saved in bilingual.entries), ""]
    live = (
        _remembered(saved, file, revised, digests[index], digests[index + 2])
        for index, saved in enumerate(bilingual.entries)
    )
    gone = (_remembered(saved, file, revised, live=False) for saved in bilingual.obsolete)
    return tuple(unit for unit in (*gone, *live) if unit is not None)


def _remembered(
    saved: Saved, file: str, revised: str, before: str = "", after: str = "", *, live: bool = True
) -> Remembered | None:
    if not saved.is_persons or saved.previous:
        return None
    signed = [(seconds(match["at"]), match["by"]) for match in _SIGNED.finditer(saved.remark)]
    at, by = max(signed, default=(seconds(revised), ""))
    return Remembered(file, saved.unit, saved.source, saved.target, saved.approved, False, live, by, at, before, after)


def remember_pairs(pairs: Iterable[Pair], file: str) -> tuple[Remembered, ...]:
    """List the units of an imported memory; they count as approved."""
    return tuple(
        Remembered(
            file,
            pair.properties.get(FILE, "") or pair.name,
            pair.source,
            pair.target,
            approved=True,
            imported=True,
            live=True,
            by=pair.by,
            at=seconds(pair.at),
            before=pair.properties.get(BEFORE, ""),
            after=pair.properties.get(AFTER, ""),
        )
        for pair in usable(pairs)
    )


def usable(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Drop pairs that are broken or empty, and those that say nobody approved them."""
    for pair in pairs:
        if pair.source.strip() and pair.target.strip() and pair.properties.get(STATUS, "approved") == "approved":
            yield pair


def seconds(written: str) -> float:
    """Read a time in ISO 8601, as PO files and TMX files write it too; 0 for none."""
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        return 0.0
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def best(units: Iterable[Remembered], before: str = "", after: str = "") -> Match | None:
    """Choose among units with the same English; the last of equals. None when there is none."""
    ranked = [(_trust(unit, before, after), index, unit) for index, unit in enumerate(units)]
    if not ranked:
        return None
    unit = max(ranked, key=lambda entry: entry[:2])[2]
    return Match(unit, (unit.before, unit.after) == (before, after))


def _trust(unit: Remembered, before: str, after: str) -> tuple[bool, int, bool, float, str, bool]:
    same = (unit.before == before) + (unit.after == after)
    return unit.approved, same if unit.live else 0, not unit.imported, unit.at, unit.file, unit.live


def suggest(source: str, units: Sequence[Remembered], limit: int = 5) -> tuple[Suggestion, ...]:
    """Find units with similar, not the same, English: the most similar first, of equals the most trusted."""
    from rapidfuzz import fuzz, process

    ranked = sorted((unit for unit in units if unit.source != source), key=lambda u: _trust(u, "", ""), reverse=True)
    by_source: dict[str, Remembered] = {}
    for unit in ranked:
        by_source.setdefault(unit.source, unit)
    found = process.extract(source, list(by_source), scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=limit)
    return tuple(Suggestion(by_source[text], score, char_diff(text, source, ())) for text, score, _ in found)


def containing(text: str, units: Iterable[Remembered]) -> list[Remembered]:
    """Find units whose English or target holds a text in any case: the same text first, then the most trusted."""
    wanted = text.casefold()
    found = [unit for unit in units if wanted in unit.source.casefold() or wanted in unit.target.casefold()]
    return sorted(found, key=lambda unit: (unit.source == text, _trust(unit, "", "")), reverse=True)


def export_pairs(units: Iterable[Remembered]) -> tuple[Pair, ...]:
    """Give approved units as pairs, the same translation once for each context."""
    kept: dict[tuple[str, str, str, str], Remembered] = {}
    for unit in sorted((unit for unit in units if unit.approved), key=lambda unit: _trust(unit, "", "")):
        kept[unit.source, unit.target, unit.before, unit.after] = unit
    return tuple(_pair(unit) for unit in kept.values())


def _pair(unit: Remembered) -> Pair:
    at = datetime.fromtimestamp(unit.at, UTC).strftime("%Y%m%dT%H%M%SZ") if unit.at else ""
    properties = {BEFORE: unit.before, AFTER: unit.after, FILE: f"{unit.file}: {unit.name}" if unit.name else unit.file}
    return Pair(unit.source, unit.target, by=unit.by, at=at, properties=properties)


def merge_pairs(old: Iterable[Pair], new: Iterable[Pair]) -> tuple[Pair, ...]:
    """Add pairs to an imported memory; the same translation in the same context stands once, with its last date."""
    merged: dict[tuple[str, str, str, str], Pair] = {}
    for pair in (*old, *usable(new)):
        key = pair.source, pair.target, pair.properties.get(BEFORE, ""), pair.properties.get(AFTER, "")
        merged[key] = max(merged.get(key, pair), pair, key=lambda one: seconds(one.at))
    return tuple(merged.values())


def contradictions(units: Iterable[Remembered]) -> Mapping[str, tuple[str, ...]]:
    """List the English that has several approved translations."""
    found: dict[str, dict[str, None]] = {}
    for unit in units:
        if unit.approved:
            found.setdefault(unit.source, {})[unit.target] = None
    return {source: tuple(targets) for source, targets in found.items() if len(targets) > 1}
