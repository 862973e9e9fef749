"""One unit on the review page: English, raw and final text with everything a reviewer needs to judge it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.bilingual import Saved
from pipeline.editing.edits import comments, dismissed, entry_digest, finding_key
from pipeline.editing.readback import ABSENT
from pipeline.editing.survey import is_clean, remaining
from pipeline.records import Finding, UnitResult
from pipeline.review import SEVERITIES, char_diff, count_reasons, count_severities, post_edit_diff, target_diff
from pipeline.review_cells import Html, changes_cell, escape, prose_cell, reasons_list, tag
from pipeline.web.frame import SYMBOLS, button
from pipeline.web.opened import Opened

LABELS = ("English", "Raw machine translation", "In the issue")
_STATES = {"kept": "nothing to translate", "waiting": "to review", "missing": "not translated yet"}
_TIME = re.compile(r"(?<=\d)T(\d\d:\d\d)[+-]\d\d:\d\d")
_SIGNED = re.compile(r"(edited|approved): (.*?), (\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*(.*)")


@dataclass(frozen=True, slots=True)
class Row:
    """What is shown of one unit."""

    result: UnitResult
    saved: Saved | None
    current: bool
    """Whether the saved entry is for the English of today, so that it can be edited."""
    locale: str
    near: tuple[UnitResult, ...] = ()
    """Neighbours, to be shown where the units do not stand in the page's order."""

    @staticmethod
    def of(opened: Opened, unit: str) -> Row:
        """Take a unit from an issue."""
        return Row(opened.result(unit), opened.saved.get(unit), opened.is_current(unit), opened.tools.locale.tag)

    @property
    def state(self) -> str:
        """The state in one word, for filters and colours."""
        if self.result.origin == "source" or self.saved is None:
            return "kept" if self.result.note != ABSENT else "missing"
        if self.result.state == "translated":
            return "edited" if self.result.origin == "person" else "waiting"
        return {"reviewed": "approved", "stale": "stale"}.get(self.result.state, "kept")


@lru_cache(maxsize=8192)
def unit_row(row: Row) -> Html:
    """Build the unit's part of the page."""
    found = count_severities(remaining(row.result, row.saved))
    editable = row.current and row.saved is not None
    seen = {"data_seen": entry_digest(row.saved), "data_target": row.saved.target} if row.saved and editable else {}
    clean = {"data_clean": ""} if is_clean(row.result, row.saved) else {}
    contents = zip(LABELS, (_english(row), _raw(row), _final(row, editable)), ("english", "raw", "result"), strict=True)
    cells = (
        tag("div", *parts, class_=f"cell {name}", data_label=label, role="group", aria_label=label)
        for label, parts, name in contents
    )
    return tag(
        "article",
        *_near(row.near[:1], row.locale),
        *cells,
        *_near(row.near[1:], row.locale),
        id=anchor(row.result.unit.id),
        class_=" ".join(["unit", row.state, *list(found)[:1]]),
        tabindex="-1",
        aria_label=f"{row.result.unit.kind} {row.result.unit.id}, {row.state}",
        data_unit=row.result.unit.id,
        data_state=row.state,
        data_severity=" ".join(found),
        **seen,
        **clean,
    )


def anchor(unit: str) -> str:
    """Give the unit's place in the page."""
    return "unit-" + re.sub(r"\s", "_", unit)


def finding_items(findings: Sequence[Finding]) -> str:
    """List findings as items, worst first."""
    ordered = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return "".join(_finding(finding) for finding in ordered)


def _english(row: Row) -> list[Html]:
    text = prose_cell(row.result.unit.source, row.result.protected, "en", row.result.lost)
    return [text, *_previous(row), _about(row)]


def _previous(row: Row) -> list[Html]:
    """Show how the English changed since the text was written."""
    saved = row.saved
    before = "" if saved is None else saved.previous or (saved.source if not row.current else "")
    if not before or before == row.result.unit.source:
        return []
    label = tag("p", escape("The English was"), class_="who")
    changes = char_diff(before, row.result.unit.source, ())
    return [tag("div", label, changes_cell(changes, row.result.protected, "en"), class_="before")]


def _about(row: Row) -> Html:
    result = row.result
    link = tag("a", escape(result.unit.id), href=f"#{anchor(result.unit.id)}")
    parts = [link, escape(f" {result.unit.kind}")]
    return tag("p", *parts, *([_score(result.score)] if result.score is not None else []), class_="about")


def _score(score: float) -> Html:
    """Draw how sure the model was: its mean probability of a token."""
    share = 100 * math.exp(min(score, 0.0))
    words = f"the model is {share:.0f} % sure"
    bar = tag("rect", x="0", y="0", width=f"{share:.1f}", height="1")
    picture = {"viewBox": "0 0 100 1", "preserveAspectRatio": "none", "role": "img", "aria_label": words}
    return tag("span", tag("svg", bar, **picture), class_="score", title=words)


def _raw(row: Row) -> list[Html]:
    if row.result.raw:
        return [prose_cell(row.result.raw, row.result.protected, row.locale)]
    why = "nothing to translate" if row.state == "kept" else "not asked for"
    return [tag("p", escape(f"— {why}"), class_="absent")]


def _final(row: Row, editable: bool) -> list[Html]:
    result, changes = row.result, post_edit_diff(row.result)
    by_person = target_diff(result) if result.raw or result.origin == "person" else ()
    text = [changes_cell(changes, result.protected, row.locale)] if changes and not by_person else []
    text += [reasons_list(changes)] if text and count_reasons(changes) else []
    if by_person:
        text = [changes_cell(by_person, result.protected, row.locale)]
    text = text or [prose_cell(result.target, result.protected, row.locale)]
    foot = tag("div", _state(row), *([_buttons(row)] if editable else []), class_="foot")
    return [*text, *_findings(row), *_said(row), foot]


def _state(row: Row) -> Html:
    words = [_STATES.get(row.state, row.state)]
    signed = [match for line in _remarks(row) if (match := _SIGNED.fullmatch(line))]
    words += [f"{verb} by {who}, {day} {time}{rest}" for verb, who, day, time, rest in (m.groups() for m in signed)]
    words = words[1:] if signed and row.state in {"approved", "edited"} else words
    words += ["the English changed: bring the issue up to date to edit"] if row.saved and not row.current else []
    return tag("p", escape(" · ".join(words)), class_="who")


def _remarks(row: Row) -> list[str]:
    return row.saved.remark.split("\n") if row.saved else []


def _findings(row: Row) -> list[Html]:
    items = finding_items(remaining(row.result, row.saved))
    gone = dismissed(row.saved.remark) if row.saved else {}
    again = [_dismissed(finding, gone[key]) for finding in row.result.findings if (key := finding_key(finding)) in gone]
    return [tag("ul", Html(items), *again, class_="findings")] if items or again else []


def _finding(finding: Finding) -> Html:
    severity = finding.severity
    symbol = tag("span", escape(SYMBOLS[severity]), class_="symbol", aria_hidden="true")
    mark = tag("b", symbol, escape(severity.capitalize()), class_=f"badge {severity}")
    name = tag("span", escape(finding.check), class_="check", title=finding.category)
    words = {"data_finding": finding_key(finding), "aria_label": f"Dismiss {finding.check}", "class_": "quiet"}
    dismiss = button("dismiss", "dismiss", **words)
    return tag("li", mark, escape(" "), name, escape(f" {finding.message} "), dismiss)


def _dismissed(finding: Finding, said: str) -> Html:
    again = button("reopen", "reopen", data_finding=finding_key(finding), class_="quiet")
    who, _, rest = said.partition(", ")
    reason = rest.partition(": ")[2]
    words = tag("s", escape(f"{finding.check}: {finding.message}"))
    return tag("li", words, escape(f" dismissed by {who}: {reason} "), again, class_="gone")


def _said(row: Row) -> list[Html]:
    lines = comments(row.saved.remark) if row.saved else ()
    return (
        [tag("ul", *(tag("li", escape(_TIME.sub(r" \1", line))) for line in lines), class_="comments")] if lines else []
    )


def _buttons(row: Row) -> Html:
    approved = row.state == "approved"
    main = button("Unapprove", "unapprove") if approved else button("Approve", "approve", class_="strong")
    parts = [main, button("Edit", "edit"), button("Comment", "comment")]
    changed = row.saved is not None and row.saved.edited
    parts += [button("To post-edited", "machine", title="Back to the post-edited text")] if changed else []
    raw = row.saved is not None and row.saved.raw not in ("", row.saved.target)
    parts += [button("To raw", "raw", title="Back to the raw machine translation")] if raw else []
    return tag("div", *parts, class_="actions", role="group", aria_label="Actions")


def _near(units: Sequence[UnitResult], locale: str) -> list[Html]:
    return [
        tag(
            "p",
            tag("span", escape(unit.unit.source[:160]), lang="en"),
            tag("span", escape(unit.target[:120]), lang=locale),
            class_="near",
        )
        for unit in units
    ]
