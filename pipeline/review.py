"""What a reviewer is shown: the differences between raw and post-edited text, as values, terminal text or a comment."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from pipeline.records import Edit, Entry, Finding, IssueResult, Severity, Span, UnitResult

ChangeKind = Literal["same", "removed", "added"]

SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "neutral")
"""Worst first."""

_LARGEST_COMPARISON = 25_000_000
_LONGEST_ISLAND = 5
_COMMENT_LIMIT = 60_000

_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
_CONTROLS |= {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
_MENTION = re.compile(r"([@#])(?=\w)")


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of a comparison; `same` and `removed` make up the old text, `same` and `added` the new one."""

    kind: ChangeKind
    text: str
    reason: str = ""
    """Why it changed, in the words of the edits behind it; empty for what is the same or has no edit."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with those of its units that are to be shown."""

    index: int
    entry: Entry
    units: tuple[UnitResult, ...]


@dataclass(frozen=True, slots=True)
class _Region:
    """A changed range: `old[old_start:old_end]` became `new[new_start:new_end]`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        return max(self.old_end - self.old_start, self.new_end - self.new_start)


def char_diff(raw: str, machine: str, edits: Sequence[Edit]) -> tuple[Change, ...]:
    """Compare two texts by character and say for each change why it was made.

    `edits` are spans of `machine`, ascending. Where they lead exactly from one text to the other they are taken at
    their word; otherwise the texts are compared and each change takes the reasons of the edits that it touches.
    """
    replayed = _replay(raw, machine, edits)
    pieces = _compare(raw, machine, _reason_finder(edits)) if replayed is None else replayed
    return _joined(pieces)


def post_edit_diff(result: UnitResult) -> tuple[Change, ...]:
    """Compare the raw translation with the post-edited one; empty when the machine was not asked."""
    return char_diff(result.raw, result.machine, result.edits) if result.raw else ()


def target_diff(result: UnitResult) -> tuple[Change, ...]:
    """Compare what stands in the issue with the post-edited text; empty when that is what stands there.

    A text that shares less than half of its characters with the post-edited one, or has none beside it, is given
    whole and without marks.
    """
    if result.raw and result.machine == result.target:
        return ()
    changes = char_diff(result.machine, result.target, ())
    shared = sum(len(change.text) for change in changes if change.kind == "same")
    return changes if shared * 2 >= len(result.target) else (Change("same", result.target),)


def is_changed(result: UnitResult) -> bool:
    """Tell whether anything came between the machine's raw translation and the issue."""
    if result.raw:
        return not result.raw == result.machine == result.target
    return result.origin == "person"


def count_reasons(changes: Iterable[Change]) -> dict[str, int]:
    """Count the places where each reason applies, in order of first appearance."""
    counts: Counter[str] = Counter()
    for (altered, reason), _ in groupby(changes, key=lambda change: (change.kind != "same", change.reason)):
        if altered and reason:
            counts[reason] += 1
    return dict(counts)


def count_severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Count findings by severity, worst first, those without any left out."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in SEVERITIES if counts[severity]}


def all_findings(result: IssueResult) -> tuple[Finding, ...]:
    """List the findings of the issue and of its units, worst first, otherwise in order of appearance."""
    found = [*result.findings, *(finding for unit in result.units for finding in unit.findings)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))


def view_entries(result: IssueResult, units: Iterable[UnitResult]) -> tuple[EntryView, ...]:
    """Group units of the issue by entry, in order of appearance."""
    groups = groupby(units, key=lambda unit: unit.unit.entry)
    return tuple(EntryView(index, result.document.entries[index], tuple(group)) for index, group in groups)


def entry_title(entry: Entry) -> str:
    """Return the entry's title or words that stand for the missing one."""
    return entry.title or "Before the first heading"


def visible_controls(text: str) -> str:
    """Replace control characters other than tab and newline by visible ones, so that none reaches a terminal."""
    return text.translate(_CONTROLS)


def render_text(result: IssueResult, colour: bool) -> str:
    """Render what changed or has findings for a terminal; `colour` asks for ANSI colours instead of brackets."""
    shown = _worth_showing(result)
    blocks = [visible_controls(f"{result.document.issue.slug} -> {result.locale}\n{result.signature}")]
    if result.findings:
        blocks.append("\n".join(map(_finding_line, result.findings)))
    for view in view_entries(result, shown):
        blocks.append(visible_controls(f"== {view.index}. {entry_title(view.entry)} =="))
        blocks += [_unit_text(unit, colour) for unit in view.units]
    return "\n\n".join([*blocks, _left_out(result, shown)]) + "\n"


def render_markdown(result: IssueResult) -> str:
    """Render what changed or has findings as a comment for a pull request, within the 65,536 characters of one.

    Everything is HTML that hosts allow in comments, so that no Markdown of the units is rendered and nobody
    mentioned in them is notified.
    """
    shown = _worth_showing(result)
    head = [f"<h3>{_escaped(result.document.issue.slug)} → {_escaped(result.locale)}</h3>"]
    head += [f"<p>{_escaped(result.signature)}</p>", *_findings_table(all_findings(result))]
    sections = [_entry_section(view) for view in view_entries(result, shown)]
    budget = _COMMENT_LIMIT - sum(map(len, head))
    kept = _within(sections, budget)
    cut = [f"<p>Too long for a comment: {len(sections) - len(kept)} entries not shown.</p>"]
    tail = [f"<p>{_escaped(_left_out(result, shown))}</p>"]
    return "\n\n".join([*head, *kept, *(cut if len(kept) < len(sections) else []), *tail]) + "\n"


def _replay(raw: str, machine: str, edits: Sequence[Edit]) -> list[Change] | None:
    """Follow the edits from the old text to the new one; None when they do not fit."""
    pieces: list[Change] = []
    old = new = 0
    for edit in edits:
        gap = machine[new : edit.span.start]
        old_end = old + len(gap) + len(edit.before)
        fits = edit.span.start >= new and machine[edit.span.start : edit.span.end] == edit.after
        if not fits or raw[old:old_end] != gap + edit.before:
            return None
        alone = replace(edit, span=Span(0, len(edit.after)))
        pieces += [Change("same", gap), *_compare(edit.before, edit.after, _reason_finder([alone]))]
        old, new = old_end, edit.span.end
    return [*pieces, Change("same", machine[new:])] if raw[old:] == machine[new:] else None


def _compare(old: str, new: str, reason_of: Callable[[int, int], str]) -> list[Change]:
    pieces: list[Change] = []
    at = 0
    for region in _regions(old, new):
        reason = reason_of(region.new_start, region.new_end)
        pieces.append(Change("same", new[at : region.new_start]))
        pieces.append(Change("removed", old[region.old_start : region.old_end], reason))
        pieces.append(Change("added", new[region.new_start : region.new_end], reason))
        at = region.new_end
    return [*pieces, Change("same", new[at:])]


def _regions(old: str, new: str) -> list[_Region]:
    """Find the changed ranges of two texts; very long ones count as changed altogether."""
    from rapidfuzz.distance import Levenshtein

    if len(old) * len(new) > _LARGEST_COMPARISON:
        return _one_region(old, new)
    regions: list[_Region] = []
    for code in Levenshtein.opcodes(old, new):
        region = _Region(code.src_start, code.src_end, code.dest_start, code.dest_end)
        while code.tag != "equal" and regions and _is_noise(old, new, regions[-1], region):
            before = regions.pop()
            region = _Region(before.old_start, region.old_end, before.new_start, region.new_end)
        regions += [] if code.tag == "equal" else [region]
    return regions


def _one_region(old: str, new: str) -> list[_Region]:
    if old == new:
        return []
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    backwards = zip(reversed(old), reversed(new), strict=False)
    end = min(rest, next((i for i, (a, b) in enumerate(backwards) if a != b), rest))
    return [_Region(start, len(old) - end, start, len(new) - end)]


def _is_noise(old: str, new: str, left: _Region, right: _Region) -> bool:
    """Tell whether the equal text between two changes is so short that showing it would only confuse.

    Changed punctuation and spaces stay by themselves, so that each keeps its own reason.
    """
    island = right.new_start - left.new_end
    wordy = all(
        any(map(str.isalnum, old[region.old_start : region.old_end] + new[region.new_start : region.new_end]))
        for region in (left, right)
    )
    return island == 0 or (wordy and (island <= 2 or island < min(left.size, right.size, _LONGEST_ISLAND)))


def _reason_finder(edits: Sequence[Edit]) -> Callable[[int, int], str]:
    """Build the function that finds the reasons for a changed range of the new text."""
    ends = [edit.span.end for edit in edits]

    def find(start: int, end: int) -> str:
        first = bisect_left(ends, start)
        last = first
        while last < len(edits) and edits[last].span.start <= end:
            last += 1
        touching = edits[first:last]
        inside = [edit for edit in touching if edit.span.start < end and edit.span.end > start]
        return "; ".join(dict.fromkeys(edit.reason for edit in inside or touching))

    return find


def _joined(pieces: Iterable[Change]) -> tuple[Change, ...]:
    """Join neighbours of one kind and reason; drop empty pieces."""
    groups = groupby((piece for piece in pieces if piece.text), key=lambda piece: (piece.kind, piece.reason))
    return tuple(Change(kind, "".join(piece.text for piece in group), reason) for (kind, reason), group in groups)


def _worth_showing(result: IssueResult) -> list[UnitResult]:
    return [unit for unit in result.units if unit.findings or is_changed(unit)]


def _left_out(result: IssueResult, shown: Sequence[UnitResult]) -> str:
    rest = len(result.units) - len(shown)
    return f"{len(shown)} of {len(result.units)} units shown; {rest} left out: unchanged and without findings."


def _finding_line(finding: Finding) -> str:
    return visible_controls(f"  {finding.severity.upper():<8}  {finding.check}: {finding.message}")


def _unit_text(result: UnitResult, colour: bool) -> str:
    changes = post_edit_diff(result)
    rows = [("EN", visible_controls(result.unit.source)), ("raw", visible_controls(result.raw))]
    rows += [("edited", _marked(changes, colour)), (result.origin, _marked(target_diff(result), colour))]
    rows += [("note", visible_controls(result.note)), ("why", visible_controls("; ".join(_reason_list(changes))))]
    state = "" if result.state == "translated" else f"  {result.state}"
    lines = [f"{result.unit.id}  {result.unit.kind}{state}"]
    lines += [f"  {label:<8}  " + text.replace("\n", "\n" + " " * 12) for label, text in rows if text]
    return "\n".join([*lines, *map(_finding_line, result.findings)])


def _reason_list(changes: Iterable[Change]) -> list[str]:
    return [f"{reason} ×{count}" if count > 1 else reason for reason, count in count_reasons(changes).items()]


def _marked(changes: Iterable[Change], colour: bool) -> str:
    brackets = {"removed": ("[-", "-]"), "added": ("{+", "+}")}
    colours = {"removed": ("\x1b[31;9m", "\x1b[0m"), "added": ("\x1b[32;4m", "\x1b[0m")}
    return _wrapped(changes, colours if colour else brackets, visible_controls)


def _wrapped(changes: Iterable[Change], marks: dict[str, tuple[str, str]], clean: Callable[[str], str]) -> str:
    pairs = ((marks.get(change.kind, ("", "")), clean(change.text)) for change in changes)
    return "".join(before + text + after for (before, after), text in pairs)


def _escaped(text: str) -> str:
    """Escape for HTML inside Markdown; a word joiner keeps `@name` and `#1` from being linked."""
    safe = html.escape(_MENTION.sub("\\1\u2060", visible_controls(text)))
    return safe.replace("\n", "<br>")


def _findings_table(findings: Sequence[Finding]) -> list[str]:
    cells = ((finding.severity, finding.check, finding.unit, finding.message) for finding in findings)
    rows = ["<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in row) + "</tr>" for row in cells]
    kept = _within(rows, _COMMENT_LIMIT // 2)
    head = "<table>\n<tr><th>Severity</th><th>Check</th><th>Unit</th><th>Message</th></tr>\n"
    more = f"\n<p>{len(rows) - len(kept)} more findings not shown.</p>" if len(kept) < len(rows) else ""
    return [head + "\n".join(kept) + "\n</table>" + more] if rows else ["<p>No findings.</p>"]


def _within(parts: Sequence[str], budget: int) -> list[str]:
    kept: list[str] = []
    for part in parts:
        budget -= len(part) + 2
        if budget < 0:
            break
        kept.append(part)
    return kept


def _entry_section(view: EntryView) -> str:
    counts = count_severities(finding for unit in view.units for finding in unit.findings)
    about = ", ".join([f"{len(view.units)} units", *(f"{count} {severity}" for severity, count in counts.items())])
    head = f"<details><summary>{view.index}. {_escaped(entry_title(view.entry))} ({about})</summary>\n<table>"
    columns = "<tr><th>Unit</th><th>English</th><th>Raw machine translation</th><th>Post-edited</th></tr>"
    return "\n".join([head, columns, *map(_unit_row, view.units), "</table>", "</details>"])


def _unit_row(result: UnitResult) -> str:
    changes, final = post_edit_diff(result), target_diff(result)
    parts = [_html_marked(changes)] if changes else []
    parts += [f"<b>{result.origin}:</b> {_html_marked(final)}"] if final else []
    parts += [f"<i>{_escaped(reason)}</i>" for reason in _reason_list(changes)]
    parts += [f"<b>{item.severity}</b> {_escaped(item.check + ': ' + item.message)}" for item in result.findings]
    cells = (_escaped(result.unit.id), _escaped(result.unit.source), _escaped(result.raw), "<br>".join(parts))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _html_marked(changes: Iterable[Change]) -> str:
    return _wrapped(changes, {"removed": ("<del>", "</del>"), "added": ("<ins>", "</ins>")}, _escaped)
