"""The main path: one English issue becomes one Chinese issue. Start reading here.

Every stage takes the work so far and gives back the work with one thing more known; none calls another. What a stage
needs besides (glossary, engine, what people wrote before) travels in `Tools`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pipeline import __version__
from pipeline.assemble import assemble
from pipeline.bilingual import Saved, match_units
from pipeline.checks import check_issue, check_unit
from pipeline.document import read_document
from pipeline.draft import UnitDraft, draft_units
from pipeline.first_use import Passage, gloss_first_uses
from pipeline.glossary import find_terms
from pipeline.inline import plain
from pipeline.locales import regional
from pipeline.markdown import shift_edits, write_markdown
from pipeline.marked import Marked
from pipeline.names import capitalised_inside
from pipeline.omissions import content_words
from pipeline.postedit import post_edit
from pipeline.protect import Coded, protect, restore
from pipeline.records import Document, Finding, Issue, IssueResult, Severity, State, TermMatch, Unit, UnitResult
from pipeline.skeleton import differences, skeleton, unit_differences
from pipeline.work import Tools as Tools
from pipeline.work import UnitWork as UnitWork
from pipeline.work import Work as Work

_SHOWN = 60
_RUNNING = frozenset({"paragraph", "item", "quote", "cell", "caption", "footnote"})


def translate_issue(issue: Issue, tools: Tools) -> IssueResult:
    """Run all stages on one issue."""
    work = Work(read_document(issue))
    for stage in STAGES:
        work = stage(work, tools)
    return finish(work, tools)


def protect_units(work: Work, tools: Tools) -> Work:
    """Cover names, titles, numbers, markup and code with placeholders."""
    references = work.document.references
    known = frozenset[str]().union(*(capitalised_inside(plain(u.source, references)) for u in work.document.units))
    units = [
        UnitWork(unit, protect(unit, tools.glossary, "zh-Hans", known, references)) for unit in work.document.units
    ]
    return replace(work, units=tuple(units))


def recall(work: Work, tools: Tools) -> Work:
    """Take what people approved for the same English in other issues."""
    memory, references = tools.memory or {}, work.document.references
    return _each(work, lambda unit: _recalled(unit, memory.get(unit.unit.source), references))


def _recalled(work: UnitWork, remembered: str | None, references: Mapping[str, str]) -> UnitWork:
    if work.is_kept:
        return replace(work, origin="source", state="initial", text=work.coded.text)
    if remembered is None or unit_differences(work.unit.source, remembered, references):
        return work
    note = "approved in another issue for the same English"
    return replace(work, origin="memory", state="reviewed", machine=remembered, target=remembered, note=note)


def draft(work: Work, tools: Tools) -> Work:
    """Translate what is left with the engine."""
    asked = [unit for unit in work.units if unit.origin == "machine"]
    coded = [unit.coded for unit in asked]
    drafts = iter(draft_units(coded, tools.engine, tools.progress))
    return _each(work, lambda unit: _drafted(unit, next(drafts)) if unit.origin == "machine" else unit)


def _drafted(work: UnitWork, drafted: UnitDraft) -> UnitWork:
    raw = restore(drafted.text, work.coded.table)
    return replace(work, draft=drafted, text=drafted.text, raw=raw, findings=tuple(_draft_findings(work.unit, drafted)))


def _draft_findings(unit: Unit, drafted: UnitDraft) -> Iterator[Finding]:
    if "order" in drafted.rungs:
        message = "the model lost a protected string; names were put back in English order, check the sentence"
        yield Finding("placement", "accuracy", "major", unit.id, message)
    elif "pieces" in drafted.rungs:
        message = "the sentence was translated in pieces, check how they join"
        yield Finding("placement", "linguistic conventions", "minor", unit.id, message)
    if drafted.lost:
        severity: Severity = "major" if len(content_words(drafted.lost)) > 1 else "minor"
        message = f"nothing in the Chinese seems to come from {', '.join(f'“{stretch}”' for stretch in drafted.lost)}"
        yield Finding("left out", "accuracy", severity, unit.id, message)
    if drafted.doubtful:
        message = f"the model was not sure of {', '.join(f'“{_begin(text)}”' for text in drafted.doubtful)}"
        yield Finding("doubt", "accuracy", "minor", unit.id, message)


def _begin(text: str) -> str:
    """The first words of a sentence, enough to find it."""
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"


def edit(work: Work, tools: Tools) -> Work:
    """Post-edit: glossary wording, Chinese typography, leftovers of the model."""
    return _each(work, _edited) if tools.locale.chinese else work


def _edited(work: UnitWork) -> UnitWork:
    if work.origin != "machine":
        return work
    english = restore(work.coded.text, work.coded.table, source=True)
    edited = post_edit(work.text, work.coded.placeholders, work.coded.terms, english)
    return replace(work, text=edited.text, edits=edited.edits)


def introduce(work: Work, tools: Tools) -> Work:
    """Give the English of the terms with the policy `both` where running text first has them."""
    units = [unit for unit in work.units if unit.origin == "machine" and unit.unit.kind in _RUNNING]
    english = {concept.id: concept.term for concept in tools.glossary.concepts if concept.policy == "both"}
    passages = [Passage(Marked(unit.text, unit.edits), unit.coded.terms) for unit in units]
    glossed = {unit.unit.id: marked for unit, marked in zip(units, gloss_first_uses(passages, english), strict=True)}
    return _each(work, lambda unit: _introduced(unit, glossed.get(unit.unit.id)))


def _introduced(work: UnitWork, glossed: Marked | None) -> UnitWork:
    return work if glossed is None else replace(work, text=glossed.text, edits=glossed.edits)


def regionalise(work: Work, tools: Tools) -> Work:
    """Turn Simplified into regional text, with the glossary's own regional renderings."""
    return _each(work, lambda unit: _regional(unit, tools)) if tools.locale.opencc else work


def _regional(work: UnitWork, tools: Tools) -> UnitWork:
    if work.origin != "machine":
        return work
    convert = regional(tools.locale.opencc)
    text = convert(work.text)
    wanted = {
        convert(old.rendering): new.rendering
        for old, new in zip(work.coded.terms, _regional_terms(work, tools), strict=True)
    }
    for converted in sorted(wanted, key=len, reverse=True):
        text = text.replace(converted, wanted[converted])
    edits = shift_edits(work.edits, work.text, text, f"script: {tools.locale.tag}")
    placeholders = tuple(
        replace(p, data=convert(p.data), visible=convert(p.visible)) if p.kind == "number" else p
        for p in work.coded.placeholders
    )
    return replace(work, text=text, edits=edits, coded=replace(work.coded, placeholders=placeholders))


def _regional_terms(work: UnitWork, tools: Tools) -> tuple[TermMatch, ...]:
    """The unit's terms as the target locale writes them."""
    convert = regional(tools.locale.opencc)
    local = {term.span: term.rendering for term in find_terms(work.coded.text, tools.glossary, tools.locale.tag)}
    return tuple(
        replace(
            term,
            rendering=found if (found := local.get(term.span, "")) != term.rendering else convert(term.rendering),
            admitted=tuple(map(convert, term.admitted)),
            avoid=tuple(map(convert, term.avoid)),
        )
        for term in work.coded.terms
    )


def write(work: Work, _tools: Tools) -> Work:
    """Put the protected strings back, and the English itself where the result would not be whole."""
    references = work.document.references
    return _each(work, lambda unit: _written(unit, references))


def _written(work: UnitWork, references: Mapping[str, str]) -> UnitWork:
    source = work.unit.source
    if work.origin == "source":
        return replace(work, machine=source, target=source)
    if work.origin == "memory":
        return work
    written = write_markdown(work.text, work.coded.table, work.edits)
    wrong = unit_differences(source, written.text, references)
    if not wrong:
        return replace(work, machine=written.text, target=written.text, edits=written.edits)
    more = f" (and {len(wrong) - 2} more)" if len(wrong) > 2 else ""
    message = f"left in English, the translation was not whole: {' '.join(wrong[:2])}{more}"
    finding = Finding("structure", "design and markup", "critical", work.unit.id, message)
    return replace(work, machine=source, target=source, edits=(), findings=(*work.findings, finding))


def adopt(work: Work, tools: Tools) -> Work:
    """Let people's texts win over the machine's."""
    matched = match_units([unit.unit for unit in work.units], tools.saved)
    return _each(work, lambda unit: _adopted(unit, matched.get(unit.unit.id)))


def _adopted(work: UnitWork, saved: Saved | None) -> UnitWork:
    if saved is None or not saved.is_persons:
        return work
    stale = saved.source != work.unit.source or (bool(saved.previous) and not saved.approved)
    if stale:
        message = f"the English changed since a person wrote this; it was: {saved.previous or saved.source}"
        finding = Finding("stale", "accuracy", "major", work.unit.id, message)
        return _persons(work, saved, "stale", "written by a person for an earlier English", finding)
    note = "approved by a person" if saved.approved else "edited by a person, not yet approved"
    return _persons(work, saved, "reviewed" if saved.approved else "translated", note)


def _persons(work: UnitWork, saved: Saved, state: State, note: str, *findings: Finding) -> UnitWork:
    note = f"{note}; {saved.remark}" if saved.remark else note
    return replace(work, target=saved.target, origin="person", state=state, note=note, findings=findings)


def check(work: Work, tools: Tools) -> Work:
    """Look for what a reviewer should see."""
    return _each(work, lambda unit: replace(unit, findings=(*unit.findings, *_checked(unit, tools))))


def _checked(work: UnitWork, tools: Tools) -> tuple[Finding, ...]:
    if work.origin == "source" or not tools.locale.chinese:
        return ()
    return check_unit(
        work.unit.id,
        work.unit.kind,
        work.unit.source,
        work.target,
        protected_strings(work.coded, work.unit),
        _regional_terms(work, tools),
        tools.locale.tag,
    )


def protected_strings(coded: Coded, unit: Unit) -> tuple[str, ...]:
    """The strings that stand in the English as they must stand in the Chinese."""
    kinds = {"name", "title", "url", "autolink", "code", "math", "number"}
    altered = {p.data for p in coded.placeholders if p.data != p.source}
    shown = [p.visible for p in coded.placeholders if p.kind in kinds and p.visible and p.data == p.source]
    translated = " ".join(coded.text[term.span.start : term.span.end] for term in coded.terms)
    kept = (text for text in shown if text in unit.source and text not in altered and text not in translated)
    return tuple(dict.fromkeys(kept))


def join(work: Work, _tools: Tools) -> Work:
    """Assemble the Chinese issue and prove that nothing but text has changed."""
    document = work.document
    wanted = skeleton(document.issue.text)
    text = assemble(document, {unit.unit.id: unit.target for unit in work.units})
    if differences(wanted, skeleton(text)):
        work = _each(work, lambda unit: _proved(unit, document))
        text = assemble(document, {unit.unit.id: unit.target for unit in work.units})
    wrong = differences(wanted, skeleton(text))
    findings = tuple(Finding("structure", "design and markup", "critical", "", message) for message in wrong)
    return replace(work, text=text, findings=findings)


def _proved(work: UnitWork, document: Document) -> UnitWork:
    """The unit, or its English where its Chinese alone changes the issue's structure. A person's text stays."""
    alone = assemble(document, {unit.id: unit.source for unit in document.units} | {work.unit.id: work.target})
    wrong = differences(skeleton(document.issue.text), skeleton(alone))
    if not wrong:
        return work
    person = work.origin == "person"
    message = (
        f"{'a person’s text changes' if person else 'left in English, the Chinese changed'} the structure: {wrong[0]}"
    )
    finding = Finding("structure", "design and markup", "critical", work.unit.id, message)
    target = work.target if person else work.unit.source
    return replace(work, target=target, findings=(*work.findings, finding))


STAGES: tuple[Callable[[Work, Tools], Work], ...] = (
    protect_units,
    recall,
    draft,
    edit,
    introduce,
    regionalise,
    write,
    adopt,
    check,
    join,
)


def finish(work: Work, tools: Tools) -> IssueResult:
    """The result as others see it."""
    pairs = [(unit.unit.id, unit.unit.source, unit.target) for unit in work.units if unit.origin != "source"]
    return IssueResult(
        document=work.document,
        locale=tools.locale.tag,
        units=tuple(_result(unit) for unit in work.units),
        text=work.text,
        findings=(*work.findings, *check_issue(pairs)),
        signature=signature(tools),
    )


def _result(work: UnitWork) -> UnitResult:
    return UnitResult(
        unit=work.unit,
        raw=work.raw,
        machine=work.machine,
        target=work.target,
        edits=work.edits,
        protected=protected_strings(work.coded, work.unit),
        findings=work.findings,
        origin=work.origin,
        state=work.state,
        score=work.draft.score if work.draft else None,
        note=work.note,
        lost=work.draft.lost if work.draft and work.origin == "machine" else (),
    )


def signature(tools: Tools) -> str:
    """What made the result, in one line."""
    return " · ".join(
        (
            f"duizhao {__version__}",
            f"model {tools.engine.signature}",
            f"glossary {tools.glossary.digest} ({len(tools.glossary.concepts)} concepts)",
            f"memory {len(tools.memory or {})} approved",
            tools.locale.tag,
        )
    )


def _each(work: Work, change: Callable[[UnitWork], UnitWork]) -> Work:
    return replace(work, units=tuple(change(unit) for unit in work.units))


def plan_issue(issue: Issue, tools: Tools) -> Work:
    """Run the stages up to the model, for a dry run."""
    work = Work(read_document(issue))
    for stage in STAGES[: STAGES.index(draft)]:
        work = stage(work, tools)
    return work
