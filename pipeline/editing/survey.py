"""How far the review of an issue has come: counts for tables, pages and pull requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.bilingual import Saved
from pipeline.editing.edits import open_findings
from pipeline.editing.readback import ABSENT
from pipeline.records import Finding, Severity, UnitResult


@dataclass(frozen=True, slots=True)
class Survey:
    """The state of one issue; units without anything to translate are not counted."""

    slug: str
    units: int
    approved: int
    edited: int
    """Changed by a person and not yet approved."""
    stale: int
    """Written by a person for an earlier English."""
    absent: int
    """In the English, but not in the bilingual file."""
    findings: Mapping[Severity, int]
    hand_edits: int
    """Units changed in the Chinese issue itself."""

    @property
    def to_review(self) -> int:
        """Units that nobody has approved."""
        return self.units - self.approved


def survey(
    slug: str,
    units: Sequence[UnitResult],
    saved: Mapping[str, Saved],
    general: Sequence[Finding] = (),
    hand_edits: int = 0,
) -> Survey:
    """Count the states and the findings that nobody dismissed; `general` are findings of the issue as a whole."""
    asked = [unit for unit in units if unit.origin != "source"]
    states = Counter(unit.state for unit in asked)
    found = Counter(finding.severity for finding in general)
    for unit in asked:
        found.update(finding.severity for finding in remaining(unit, saved.get(unit.unit.id)))
    return Survey(
        slug=slug,
        units=len(asked),
        approved=states["reviewed"],
        edited=sum(unit.origin == "person" and unit.state == "translated" for unit in asked),
        stale=states["stale"],
        absent=sum(unit.note == ABSENT for unit in asked),
        findings=dict(found),
        hand_edits=hand_edits,
    )


def remaining(unit: UnitResult, saved: Saved | None) -> tuple[Finding, ...]:
    """List the findings of a unit that nobody dismissed."""
    return open_findings(unit.findings, saved.remark if saved else "")


def is_clean(unit: UnitResult, saved: Saved | None) -> bool:
    """Tell whether a unit may be approved together with others: neither findings nor doubts about its English."""
    waiting = saved is not None and unit.state == "translated" and unit.origin != "source"
    return waiting and saved is not None and saved.source == unit.unit.source and not remaining(unit, saved)
