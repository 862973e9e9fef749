"""A bilingual file and its English back to what a reviewer sees. Nothing here needs a model.

`settle` joins what the stages of the main path know of a unit with what the bilingual file says of it; where they
disagree the file is right. What the stages know may come from cached drafts (then every post-edit has its reason) or
from `without_model` (then only the raw and the final text are known).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.assemble import assemble
from pipeline.bilingual import Bilingual, Saved, match_units, text_digest
from pipeline.checks import check_issue
from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine import EchoEngine
from pipeline.glossary import Glossary
from pipeline.locales import Locale
from pipeline.protect import Coded
from pipeline.records import Document, Finding, Issue, IssueResult, Unit, UnitResult
from pipeline.skeleton import differences, skeleton
from pipeline.translate import STAGES, adopt, check, finish, plan_issue
from pipeline.work import Tools, UnitWork, Work

ABSENT = "not in the bilingual file yet; run translate"


def modelless_tools(locale: Locale, glossary: Glossary) -> Tools:
    """Give tools for the stages that ask no model."""
    return Tools(locale, glossary, CachedEngine(EchoEngine(), Drafts(Path(":memory:"))))


def without_model(issue: Issue, tools: Tools) -> Work:
    """Run the stages that need no model."""
    return plan_issue(issue, replace(tools, memory=None))


def with_drafts(issue: Issue, tools: Tools) -> Work:
    """Run the stages up to the point where people's texts come in; the model is asked for missing drafts only."""
    work = Work(without_model(issue, tools).document)
    for stage in STAGES[: STAGES.index(adopt)]:
        work = stage(work, replace(tools, memory=None))
    return work


def unread(document: Document) -> Work:
    """Give what is known of a document before any stage has run."""
    return Work(document, tuple(UnitWork(unit, Coded(unit.source, (), ())) for unit in document.units))


def settle(known: UnitWork, saved: Saved | None, document: Document, tools: Tools) -> UnitWork:
    """Join what is known of a unit with its saved entry, and check the text that stands there."""
    own = replace(tools, saved=Bilingual((saved,) if saved else ()))
    work = adopt(Work(document, (_as_saved(known, saved),)), own)
    return check(work, own).units[0] if saved else work.units[0]


def settle_unchecked(known: UnitWork, saved: Saved | None, document: Document, tools: Tools) -> UnitWork:
    """Join like `settle`, without findings other than those of the state."""
    own = replace(tools, saved=Bilingual((saved,) if saved else ()))
    return adopt(Work(document, (_as_saved(known, saved),)), own).units[0]


def is_outdated(known: UnitWork, saved: Saved | None) -> bool:
    """Tell whether translating again would give another text than the machine's that stands in the file."""
    if saved is None:
        return True
    return not saved.is_persons and known.origin != "source" and known.machine != saved.target


def result_of(document: Document, units: tuple[UnitResult, ...], locale: str, signature: str) -> IssueResult:
    """Assemble units to a result; structural differences become findings."""
    text = assemble(document, {unit.unit.id: unit.target for unit in units})
    wrong = differences(skeleton(document.issue.text), skeleton(text))
    structure = (Finding("structure", "design and markup", "critical", "", message) for message in wrong)
    pairs = [(unit.unit.id, unit.unit.source, unit.target) for unit in units if unit.origin != "source"]
    return IssueResult(document, locale, units, text, (*structure, *check_issue(pairs)), signature)


def read_back(issue: Issue, saved: Bilingual, tools: Tools, signature: str = "") -> IssueResult:
    """Read an issue's English and bilingual file, with all checks and without a model."""
    known = without_model(issue, tools)
    matched = match_units([unit.unit for unit in known.units], saved)
    units = (settle(unit, matched.get(unit.unit.id), known.document, tools) for unit in known.units)
    return result_of(
        known.document, finish(replace(known, units=tuple(units)), tools).units, tools.locale.tag, signature
    )


def saved_targets(units: Iterable[Unit], matched: Mapping[str, Saved]) -> dict[str, str]:
    """List the text of each unit that the bilingual file has one for."""
    return {unit.id: matched[unit.id].target for unit in units if unit.id in matched}


def _as_saved(known: UnitWork, saved: Saved | None) -> UnitWork:
    source = known.unit.source
    if saved is None:
        kept = known.origin == "source"
        note = "" if kept else ABSENT
        return replace(known, raw="", machine="", target=source, edits=(), state="initial", note=note, findings=())
    if known.origin == "source" and not saved.is_persons:
        return replace(known, machine=source, target=saved.target or source)
    raw = saved.raw or known.raw
    made = known.machine if saved.edited else saved.target
    is_known = text_digest(made) == saved.machine
    return replace(
        known,
        raw=raw,
        machine=made if is_known else raw,
        target=saved.target,
        edits=known.edits if is_known and (made, raw) == (known.machine, known.raw) else (),
        findings=() if saved.edited else known.findings,
        origin="machine",
        state="translated",
    )
