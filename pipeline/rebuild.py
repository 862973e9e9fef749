"""The Chinese issue from its bilingual file, and edits made in the Chinese issue itself back to their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.assemble import assemble
from pipeline.bilingual import text_digest
from pipeline.document import read_document
from pipeline.errors import InputError
from pipeline.po_text import read_header, write_header
from pipeline.records import Document, Issue, Unit

OUTPUT, OUTPUT_BEFORE = "X-Duizhao-Output", "X-Duizhao-Output-Before"


@dataclass(frozen=True, slots=True)
class HandEdit:
    """A unit whose text was changed in the Chinese issue itself."""

    unit: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HandEdits:
    """What a person did to the Chinese issue."""

    edits: tuple[HandEdit, ...]
    whole: bool
    """Whether these edits account for everything; otherwise something outside the units was changed too."""

    def __bool__(self) -> bool:
        return bool(self.edits) or not self.whole


NO_HAND_EDITS = HandEdits((), whole=True)


def is_ours(bilingual: str, chinese: str | None) -> bool:
    """Tell whether the Chinese issue is one that was written with this bilingual file or the one before it.

    The one before it is left when the machine stopped between writing the two files.
    """
    known = (read_header(bilingual, OUTPUT), read_header(bilingual, OUTPUT_BEFORE))
    return chinese is None or text_digest(chinese) in known


def announce(bilingual: str, chinese: str, before: str | None) -> str:
    """Write into the bilingual file which Chinese issue goes with it and which one may still lie there."""
    old = text_digest(before) if before is not None and before != chinese else ""
    return write_header(write_header(bilingual, OUTPUT, text_digest(chinese)), OUTPUT_BEFORE, old)


def find_hand_edits(document: Document, targets: Mapping[str, str], chinese: str) -> HandEdits:
    """Compare a Chinese issue with the one that `targets`, by unit id, would give."""
    expected = assemble(document, targets)
    if expected == chinese:
        return NO_HAND_EDITS
    try:
        ours, theirs = _units(document, expected), _units(document, chinese)
    except InputError:
        return HandEdits((), whole=False)
    names = _names(document, ours)
    edits = [
        HandEdit(names[one.id], targets.get(names[one.id], one.source), two.source)
        for one, two in _pairs(ours, theirs)
        if one.source != two.source and one.id in names
    ]
    adopted = assemble(document, {**targets, **{edit.unit: edit.after for edit in edits}})
    return HandEdits(tuple(edits), whole=adopted == chinese)


def _units(document: Document, text: str) -> Sequence[Unit]:
    return read_document(Issue(document.issue.slug, text, "")).units


def _names(document: Document, ours: Sequence[Unit]) -> dict[str, str]:
    """Map the addresses of the Chinese issue's units to those of the English ones."""
    if len(ours) == len(document.units):
        return {one.id: unit.id for one, unit in zip(ours, document.units, strict=True)}
    english = {unit.id for unit in document.units}
    return {one.id: one.id for one in ours if one.id in english}


def _pairs(ours: Sequence[Unit], theirs: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Pair the units of two versions: those between equal ones by order where as many stand there, else by address."""
    keys = [[(unit.kind, unit.source) for unit in side] for side in (ours, theirs)]
    found: list[tuple[Unit, Unit]] = []
    for kind, one, one_end, two, two_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        left, right = ours[one:one_end], theirs[two:two_end]
        if kind == "replace" and len(left) == len(right):
            found += [pair for pair in zip(left, right, strict=True) if pair[0].kind == pair[1].kind]
        elif kind == "replace":
            places = {unit.id: unit for unit in right}
            found += [(unit, places[unit.id]) for unit in left if unit.id in places]
    return found


def rebuilt(document: Document, targets: Mapping[str, str], bilingual: str, before: str | None) -> tuple[str, str]:
    """Give the Chinese issue for the targets, and the bilingual file that announces it."""
    chinese = assemble(document, targets)
    return chinese, announce(bilingual, chinese, before)


