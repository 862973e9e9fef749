"""The review page: one file with English, raw and post-edited text side by side, without any outside resource."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from pipeline.records import Finding, IssueResult, Severity, UnitResult
from pipeline.review import (
    SEVERITIES,
    EntryView,
    all_findings,
    count_reasons,
    count_severities,
    entry_title,
    is_changed,
    post_edit_diff,
    target_diff,
    view_entries,
)
from pipeline.review_cells import Html, changes_cell, escape, prose_cell, reasons_list, tag

_SYMBOLS: dict[Severity, str] = {"critical": "✖", "major": "▲", "minor": "●", "neutral": "○"}
_ORIGINS = {"person": "Text of a reviewer", "memory": "From memory", "source": "As in the English", "machine": "Issue"}
_STATES = {"reviewed": "approved", "stale": "stale", "initial": "not translated", "translated": "not approved"}
_LABELS = ("English", "Raw machine translation", "Post-edited")
_KEYS = (
    ("j / k", "next / previous unit with findings"),
    ("n / p", "next / previous entry"),
    ("/", "search"),
    ("?", "this help"),
    ("Esc", "close, or leave the search"),
)


def render_html(result: IssueResult) -> str:
    """Render the whole review page as HTML; equal results give equal bytes."""
    style, script = _resource("review.css"), _resource("review.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", escape(f"{issue_title(result)} · {result.locale} · review")),
        tag("style", style),
    )
    body = tag("body", *_body(result), tag("script", script))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def issue_title(result: IssueResult) -> str:
    """Find what the issue is called: its front matter's title, its only top heading, or else its file's name."""
    front = [unit.unit for unit in result.units if unit.unit.kind == "front-matter"]
    named = [unit.source for unit in front if unit.id.endswith("title")]
    top = [entry.title for entry in result.document.entries if entry.level == 1]
    return (named or (top if len(top) == 1 else []) or [result.document.issue.slug])[0]


def _body(result: IssueResult) -> Iterable[Html]:
    views = view_entries(result, result.units)
    yield tag("a", escape("Skip to the units"), class_="skip", href="#units")
    yield _header(result, views)
    yield tag("div", _sidebar(views), _main(result, views), class_="frame")
    yield _help()


def _header(result: IssueResult, views: Sequence[EntryView]) -> Html:
    found = count_severities(all_findings(result))
    totals = [("entries", len(views)), ("units", len(result.units))]
    totals += [("changed", sum(map(is_changed, result.units)))]
    totals += [("approved", sum(unit.state == "reviewed" for unit in result.units))]
    totals += [("strings protected", sum(len(unit.protected) for unit in result.units))]
    stats = [tag("li", tag("b", escape(f"{count:,}")), escape(" " + name)) for name, count in totals]
    badges = [_badge(severity, count) for severity, count in found.items()]
    stats += [tag("li", *(badges or [escape("no findings")]), class_="badges")]
    where = tag("p", escape(f"{result.document.issue.slug} · English → {result.locale}"), class_="where")
    signature = tag("p", escape(result.signature), class_="signature")
    title = tag("h1", escape(issue_title(result)))
    return tag("header", where, title, tag("ul", *stats, class_="totals"), signature, class_="top")


def _badge(severity: Severity, count: int) -> Html:
    return tag("span", _symbol(severity), escape(f"{count} {severity}"), class_=f"badge {severity}")


def _symbol(severity: Severity) -> Html:
    return tag("span", escape(_SYMBOLS[severity]), class_="symbol", aria_hidden="true")


def _sidebar(views: Sequence[EntryView]) -> Html:
    links = [tag("li", _entry_link(view)) for view in views]
    summary = tag("summary", escape(f"Entries ({len(views)})"))
    return tag("nav", tag("details", summary, tag("ol", *links), open="", id="contents"), aria_label="Entries")


def _entry_link(view: EntryView) -> Html:
    found = count_severities(finding for unit in view.units for finding in unit.findings)
    title = tag("span", escape(entry_title(view.entry)), class_="name", lang="en", dir="auto")
    units = "1 unit" if len(view.units) == 1 else f"{len(view.units)} units"
    counts = [tag("span", escape(units))]
    counts += [
        tag("span", _symbol(severity), escape(f"{count} {severity}"), class_=severity)
        for severity, count in found.items()
    ]
    return tag("a", title, tag("span", *counts, class_="counts"), href=f"#entry-{view.index}")


def _main(result: IssueResult, views: Sequence[EntryView]) -> Html:
    general = [_finding(finding) for finding in result.findings]
    whole = tag("h2", escape("Findings of the whole issue"))
    panel = [tag("section", whole, tag("ul", *general, class_="findings"), class_="panel")] if general else []
    entries = [_entry(view, result.locale) for view in views]
    none = tag("p", escape("No unit matches the filter."), id="nothing", hidden="")
    return tag("main", *panel, _filters(result), *entries, none, id="units", tabindex="-1")


def _filters(result: IssueResult) -> Html:
    changed = sum(map(is_changed, result.units))
    with_findings = sum(bool(unit.findings) for unit in result.units)
    choices = [("all", "All", len(result.units)), ("changed", "Changed", changed)]
    choices += [("findings", "With findings", with_findings)]
    for severity in SEVERITIES:
        count = sum(any(finding.severity == severity for finding in unit.findings) for unit in result.units)
        choices += [(severity, severity.capitalize(), count)] if count else []
    legend = tag("legend", escape("Show units"), class_="unseen")
    group = tag("fieldset", legend, *(_choice(*choice) for choice in choices))
    search = tag("input", type="search", id="search", placeholder="Search text…", aria_label="Search text")
    status = tag("p", role="status", id="status")
    button = tag("button", escape("?"), type="button", id="help-button", aria_label="Keyboard help", title="Keyboard")
    columns = tag("div", *(tag("span", escape(label)) for label in _LABELS), class_="columns", aria_hidden="true")
    form = tag("form", group, search, status, button, role="search", aria_label="Filter", id="filter", hidden="")
    return tag("div", form, columns, class_="bar")


def _choice(value: str, label: str, count: int) -> Html:
    checked = {"checked": ""} if value == "all" else {}
    radio = tag("input", type="radio", name="show", value=value, **checked)
    symbols = [_symbol(severity) for severity in SEVERITIES if severity == value]
    colour = {"class_": value} if symbols else {}
    words = tag("span", *symbols, escape(f"{label} "), tag("small", escape(str(count))), **colour)
    return tag("label", radio, words)


def _entry(view: EntryView, locale: str) -> Html:
    about = [] if view.entry.kind == "other" else [tag("span", escape(view.entry.kind), class_="kind")]
    title = tag("span", escape(entry_title(view.entry)), lang="en", dir="auto")
    heading = tag("h2", title, *about, id=f"title-{view.index}")
    labels = (tag("th", escape(label), scope="col", role="columnheader") for label in _LABELS)
    head = tag("thead", tag("tr", *labels, role="row"), role="rowgroup")
    rows = tag("tbody", *(_row(unit, locale) for unit in view.units), role="rowgroup")
    table = tag("table", head, rows, role="table", aria_labelledby=f"title-{view.index}")
    return tag("section", heading, table, id=f"entry-{view.index}", class_="entry", tabindex="-1")


def _row(result: UnitResult, locale: str) -> Html:
    found = count_severities(result.findings)
    cells = zip(_LABELS, (_english(result), _raw(result, locale), _edited(result, locale)), strict=True)
    attributes = {"data_changed": ""} if is_changed(result) else {}
    return tag(
        "tr",
        *(tag("td", *content, role="cell", data_label=label) for label, content in cells),
        role="row",
        id=_anchor(result.unit.id),
        class_=" ".join(["unit", result.state, *list(found)[:1]]),
        tabindex="-1",
        data_severity=" ".join(found),
        **attributes,
    )


def _english(result: UnitResult) -> list[Html]:
    return [prose_cell(result.unit.source, result.protected, "en", result.lost), _about(result)]


def _raw(result: UnitResult, locale: str) -> list[Html]:
    if result.raw:
        return [prose_cell(result.raw, result.protected, locale)]
    why = {"memory": "from memory", "source": "nothing to translate"}.get(result.origin, "no raw text kept")
    return [tag("p", escape(f"— {why}"), class_="absent")]


def _edited(result: UnitResult, locale: str) -> list[Html]:
    changes = post_edit_diff(result)
    parts = [changes_cell(changes, result.protected, locale)] if changes else []
    parts += [reasons_list(changes)] if count_reasons(changes) else []
    parts += [_final(result, locale)] if target_diff(result) or result.note or result.state == "reviewed" else []
    found = sorted(result.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return parts + ([tag("ul", *map(_finding, found), class_="findings")] if found else [])


def _final(result: UnitResult, locale: str) -> Html:
    """Show the fourth state: a text that came from elsewhere, or who approved the machine's."""
    final = target_diff(result)
    state = "" if result.origin == "source" else result.note or _STATES[result.state]
    words = [_ORIGINS[result.origin] if final else "", state]
    label = tag("p", escape(" · ".join(filter(None, words))), class_="who")
    text = [changes_cell(final, result.protected, locale)] if final else []
    return tag("div", label, *text, class_=f"final {result.state}")


def _anchor(unit: str) -> str:
    return "unit-" + re.sub(r"\s", "_", unit)


def _about(result: UnitResult) -> Html:
    link = tag("a", escape(result.unit.id), href=f"#{_anchor(result.unit.id)}")
    parts = [link, escape(f" {result.unit.kind}")]
    if result.score is not None:
        meaning = "The model's log probability; nearer to 0 is surer"
        shown = tag("span", escape(f"score {result.score:.2f}".replace("-", "−")), title=meaning)
        parts += [escape(" · "), shown]
    return tag("p", *parts, class_="about")


def _finding(finding: Finding) -> Html:
    severity = finding.severity
    badge = tag("b", _symbol(severity), escape(severity.capitalize()), class_=f"badge {severity}")
    name = tag("span", escape(finding.check), class_="check", title=finding.category)
    return tag("li", badge, escape(" "), name, escape(f" {finding.message}"))


def _help() -> Html:
    keys = (part for key, what in _KEYS for part in (tag("dt", tag("kbd", escape(key))), tag("dd", escape(what))))
    marks = [tag("dt", tag("ins", escape("added"))), tag("dd", escape("put in by post-editing or by a reviewer"))]
    marks += [tag("dt", tag("del", escape("removed"))), tag("dd", escape("taken out"))]
    marks += [tag("dt", tag("span", escape("GAN"), class_="keep")), tag("dd", escape("protected: stays as it is"))]
    marks += [tag("dt", tag("span", escape("clause"), class_="lost")), tag("dd", escape("perhaps left out"))]
    close = tag("form", tag("button", escape("Close")), method="dialog")
    title = tag("h2", escape("Keyboard and marks"), id="help-title")
    return tag("dialog", title, tag("dl", *keys, *marks), close, id="help", aria_labelledby="help-title")


def _policy(style: str, script: str) -> str:
    """Allow this style and this script and nothing else, not even what escaping might have missed."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _resource(name: str) -> Html:
    return Html((files("pipeline") / "templates" / name).read_text(encoding="utf-8"))
