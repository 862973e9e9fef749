"""What a changed glossary changes: its entries, units of past issues, and what people's texts say against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.bilingual import Saved
from pipeline.checks import check_unit
from pipeline.glossary import Glossary, find_terms
from pipeline.glossary_file import Concept
from pipeline.records import Finding, IssueResult, TermMatch

_TERM_CHECKS = frozenset({"glossary terms", "avoided terms", "protected strings"})


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that is new, gone or another; the fields that only people read do not count."""

    id: str
    old: Concept | None
    new: Concept | None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit whose terms are others now."""

    unit: str
    source: str
    before: str
    """Its Chinese as it stands."""
    after: str
    """What translating again gives; for a person's text the same."""
    terms: tuple[str, ...]
    """Ids of the changed entries in it."""
    contradictions: tuple[str, ...]
    """What in a person's text does not agree with the glossary as it is now, in words."""


def changed_entries(old: Glossary, new: Glossary) -> tuple[EntryChange, ...]:
    """Compare two states of a glossary by the ids of their entries."""
    ids = dict.fromkeys([*old.by_id, *new.by_id])
    changes = (EntryChange(one, old.by_id.get(one), new.by_id.get(one)) for one in ids)
    return tuple(change for change in changes if _content(change.old) != _content(change.new))


def _content(concept: Concept | None) -> Concept | None:
    return concept and replace(concept, definition="", note="", source="", date="", place="")


def affected_units(saved: Sequence[Saved], old: Glossary, new: Glossary, locale: str) -> Mapping[str, tuple[str, ...]]:
    """Map the units of a bilingual file whose terms are others now to these; empty for an issue that stays."""
    found = {one.unit: _touched(one.source, old, new, locale) for one in saved}
    return {unit: terms for unit, terms in found.items() if terms}


def _touched(source: str, old: Glossary, new: Glossary, locale: str) -> tuple[str, ...]:
    before, after = (find_terms(source, glossary, locale) for glossary in (old, new))
    other = (term for term in (*before, *after) if term not in before or term not in after)
    return tuple(dict.fromkeys(term.concept for term in other))


def unit_changes(
    result: IssueResult, saved: Sequence[Saved], touched: Mapping[str, tuple[str, ...]], new: Glossary
) -> tuple[UnitChange, ...]:
    """Compare what stands in a bilingual file with a translation of the same issue under the new glossary."""
    before = {one.unit: one for one in saved}
    return tuple(
        UnitChange(
            unit=done.unit.id,
            source=done.unit.source,
            before=before[done.unit.id].target,
            after=done.target,
            terms=touched[done.unit.id],
            contradictions=_contradictions(before[done.unit.id], touched[done.unit.id], new, result.locale),
        )
        for done in result.units
        if done.unit.id in touched and done.unit.id in before
    )


def _contradictions(saved: Saved, terms: Sequence[str], new: Glossary, locale: str) -> tuple[str, ...]:
    if not saved.is_persons:
        return ()
    matches = tuple(term for term in find_terms(saved.source, new, locale) if term.concept in terms)
    return tuple(finding.message for finding in _term_findings(saved, matches, locale))


def _term_findings(saved: Saved, terms: tuple[TermMatch, ...], locale: str) -> list[Finding]:
    kept = tuple(term.rendering for term in terms if term.policy == "keep")
    findings = check_unit(saved.unit, "paragraph", saved.source, saved.target, kept, terms, locale)
    return [finding for finding in findings if finding.check in _TERM_CHECKS]
