"""The Chinese issue from its bilingual file, and edits made in the Chinese issue itself back to their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pipeline.assemble import assemble
from pipeline.bilingual import Saved, text_digest
from pipeline.document import read_document
from pipeline.editing.po_text import read_header, write_header
from pipeline.errors import InputError
from pipeline.records import Document, Finding, Issue, Unit

_OUTPUT = "X-Duizhao-Output"


@dataclass(frozen=True, slots=True)
class HandEdit:
    """A unit whose text was changed in the Chinese issue itself."""

    unit: str
    """The unit, or its entry in the bilingual file."""
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
    """Tell whether the Chinese issue is one that was written with this bilingual file, not edited by hand."""
    return chinese is None or text_digest(chinese) in read_header(bilingual, _OUTPUT).split()


def announced(bilingual: str, chinese: str | None, old: str | None = None) -> str:
    """Write into the bilingual file which Chinese issue goes with it, and which one may still lie there."""
    names = [text_digest(text) for text in (chinese, old) if text is not None]
    return write_header(bilingual, _OUTPUT, " ".join(names))


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


def find_in_entries(entries: Sequence[Saved], slug: str, chinese: str) -> HandEdits:
    """Compare a Chinese issue with the entries it was made of, for when the English has changed since.

    Names entries, not units. What cannot be told apart for certain is left out.
    """
    try:
        theirs = read_document(Issue(slug, chinese, "")).units
    except InputError:
        return HandEdits((), whole=False)
    ours = [saved for saved in entries if saved.target]
    texts = [saved.target for saved in ours], [unit.source for unit in theirs]
    edits = [
        HandEdit(saved.unit, saved.target, unit.source)
        for kind, one, one_end, two, two_end in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes()
        if kind == "replace" and one_end - one == two_end - two
        for saved, unit in zip(ours[one:one_end], theirs[two:two_end], strict=True)
    ]
    return HandEdits(tuple(edits), whole=False)


def without_relapses(found: HandEdits, entries: Mapping[str, Saved]) -> HandEdits:
    """Leave out edits that would put the machine's text back in the place of a person's.

    Nobody writes the machine's very words again; the Chinese issue is older than the bilingual file there.
    """
    kept = tuple(
        edit
        for edit in found.edits
        if not (entries[edit.unit].is_persons and text_digest(edit.after) == entries[edit.unit].machine)
    )
    return HandEdits(kept, whole=found.whole and len(kept) == len(found.edits))


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
    for kind, one, one_end, two, two_end in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        left, right = ours[one:one_end], theirs[two:two_end]
        if kind == "replace" and len(left) == len(right):
            found += [pair for pair in zip(left, right, strict=True) if pair[0].kind == pair[1].kind]
        elif kind == "replace":
            places = {unit.id: unit for unit in right}
            found += [(unit, places[unit.id]) for unit in left if unit.id in places]
    return found


class Assembler:
    """Assembles one English issue again and again, fitting only those texts that are new."""

    def __init__(self, document: Document) -> None:
        """Begin without any text."""
        self._document = document
        self._fitted: dict[str, tuple[str, str]] = {}

    def __call__(self, targets: Mapping[str, str]) -> str:
        """Give what `assemble` gives."""
        text, at = self._document.issue.text, 0
        pieces: list[str] = []
        for unit in self._document.units:
            pieces += [text[at : unit.span.start], self._piece(unit, targets.get(unit.id, unit.source))]
            at = unit.span.end
        return "".join(pieces) + text[at:]

    def _piece(self, unit: Unit, target: str) -> str:
        known = self._fitted.get(unit.id)
        if known is None or known[0] != target:
            text = self._document.issue.text
            alone = assemble(replace(self._document, units=(unit,)), {unit.id: target})
            known = target, alone[unit.span.start : len(alone) - (len(text) - unit.span.end)]
            self._fitted[unit.id] = known
        return known[1]


def stale_outputs(
    document: Document, saved: Mapping[str, Saved], bilingual: str, chinese: str | None
) -> tuple[Finding, ...]:
    """Say what is not up to date: units translate has not seen, a Chinese issue that is not what its file gives."""
    found = [
        _critical("outdated", unit.id, "the English is new or has changed; run duizhao translate")
        for unit in document.units
        if unit.id not in saved or saved[unit.id].source != unit.source
    ]
    targets = {unit: one.target for unit, one in saved.items()}
    if chinese is None:
        found.append(_critical("outdated", "", "the Chinese issue is missing; run duizhao assemble"))
    elif not is_ours(bilingual, chinese):
        found.append(_critical("edited by hand", "", "the Chinese issue was edited by hand; run duizhao adopt"))
    elif chinese != assemble(document, targets):
        found.append(_critical("outdated", "", "the Chinese issue is older than its file; run duizhao assemble"))
    return tuple(found)


def _critical(check: str, unit: str, message: str) -> Finding:
    return Finding(check, "design and markup", "critical", unit, message)
