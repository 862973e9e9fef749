"""The page of one issue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.editing.survey import remaining
from pipeline.records import UnitResult
from pipeline.review import EntryView, count_severities, entry_title
from pipeline.review_cells import Html, escape, tag
from pipeline.web.desk import Desk
from pipeline.web.frame import badge, badges, button, frame, state_bar
from pipeline.web.opened import Opened
from pipeline.web.rows import LABELS, Row, unit_row

_FILTERS = (
    ("all", "All"),
    ("open", "To do"),
    ("findings", "With findings"),
    ("edited", "Edited"),
    ("stale", "Stale"),
    ("approved", "Approved"),
)
_KEYS = (
    ("j / k", "next / previous unit to approve or with findings"),
    ("↓ / ↑", "next / previous unit"),
    ("n / p", "next / previous entry"),
    ("a", "approve, or take the approval back"),
    ("e", "edit"),
    ("c", "comment"),
    ("r", "back to the post-edited text"),
    ("t", "glossary term from the selected text"),
    ("A", "approve what is clean in the entry"),
    ("u", "undo"),
    ("/", "search"),
    ("Ctrl+S", "save while editing"),
    ("Ctrl+Enter", "save and approve"),
    ("Esc", "leave the editor or the search"),
    ("?", "this help"),
)


def issue_page(desk: Desk, slug: str, *, by_score: bool) -> str:
    """Render an issue; `by_score` puts the units first of which the model was least sure."""
    opened = desk.open(slug)
    body = [_header(opened, slug), _banners(opened)]
    groups = [_by_score(opened)] if by_score else _by_entry(opened)
    main = tag("main", _bar(by_score, slug), *groups, _nothing(), id="units", tabindex="-1")
    side = [] if by_score else [_sidebar(opened)]
    body.append(tag("div", *side, main, class_="frame" if side else "frame single"))
    body += [_undo(desk.steps(slug)), _editor(), _term_form(), _help(), _confirm()]
    return frame(f"{slug} · review", body, slug=slug, pending=bool(opened.text) and not opened.is_analysed)


def progress(opened: Opened) -> Html:
    """Show how far the issue has come."""
    found = opened.survey()
    words = tag("b", escape(f"{found.approved} of {found.units}"))
    share = [tag("span", words, escape(" approved"))]
    rest = [(found.edited, "edited"), (found.stale, "stale"), (found.absent, "not in the file")]
    share += [tag("span", tag("b", escape(str(count))), escape(f" {name}")) for count, name in rest if count]
    marks = badges(found) or [escape("no findings")] if opened.is_analysed else [escape("looking for findings …")]
    return Html(state_bar(found) + tag("p", *share, tag("span", *marks, class_="badges"), class_="figures"))


def entry_links(opened: Opened, units: Collection[str]) -> dict[str, Html]:
    """Build the links to the entries of some units, by the entry's number."""
    wanted = {unit.entry for unit in opened.units if unit.id in units}
    return {str(view.index): _entry_link(opened, view) for view in _views(opened) if view.index in wanted}


def _header(opened: Opened, slug: str) -> Html:
    where = tag("p", tag("a", escape("← All issues"), href="/"), class_="where")
    clean = button("Approve all that is clean", "approve-clean")
    preview = tag("a", escape("Preview"), href=f"/issue/{slug}/preview", class_="button")
    tools = tag("div", preview, clean, class_="tools")
    about = tag("p", escape(opened.signature), class_="signature")
    row = tag("div", tag("h1", escape(slug)), tools, class_="title-row")
    return tag("header", where, row, tag("div", progress(opened), id="progress"), about, class_="top")


def _banners(opened: Opened) -> Html:
    parts = []
    hand = opened.hand_edits()
    if hand:
        count = len(hand.edits)
        words = f"{opened.outputs.chinese.name} was edited by hand: {count} units differ."
        parts.append(_banner(words, "Take the edits over", "adopt"))
    outdated = opened.outdated()
    if outdated:
        words = f"{len(outdated)} units would change with the English and the glossary of today."
        parts.append(_banner(words, "Bring up to date", "update"))
    if not opened.text:
        parts.append(_banner("This issue is not translated yet.", "Translate it", "update"))
    return tag("div", *parts, id="banners")


def _banner(words: str, label: str, action: str) -> Html:
    return tag("p", tag("span", escape(words)), button(label, action), class_="banner", role="status")


def _sidebar(opened: Opened) -> Html:
    links = [tag("li", _entry_link(opened, view)) for view in _views(opened)]
    summary = tag("summary", escape(f"Entries ({len(links)})"))
    return tag("nav", tag("details", summary, tag("ol", *links), open="", id="contents"), aria_label="Entries")


def _entry_link(opened: Opened, view: EntryView) -> Html:
    found = count_severities(
        finding for unit in view.units for finding in remaining(unit, opened.saved.get(unit.unit.id))
    )
    title = tag("span", escape(entry_title(view.entry)), class_="name", lang="en", dir="auto")
    asked = [unit for unit in view.units if unit.origin != "source"]
    done = sum(unit.state == "reviewed" for unit in asked)
    counts = [tag("span", escape(f"{done} of {len(asked)} approved" if asked else "nothing to review"))]
    counts += [badge(severity, count) for severity, count in found.items()]
    return tag("a", title, tag("span", *counts, class_="counts"), href=f"#entry-{view.index}")


def _views(opened: Opened) -> tuple[EntryView, ...]:
    groups: dict[int, list[UnitResult]] = {}
    for unit in opened.results():
        groups.setdefault(unit.unit.entry, []).append(unit)
    entries = opened.document.entries
    return tuple(EntryView(index, entries[index], tuple(units)) for index, units in groups.items())


def _by_entry(opened: Opened) -> list[Html]:
    return [_entry(opened, view) for view in _views(opened)]


def _entry(opened: Opened, view: EntryView) -> Html:
    about = [] if view.entry.kind == "other" else [tag("span", escape(view.entry.kind), class_="kind")]
    title = tag("span", escape(entry_title(view.entry)), lang="en", dir="auto")
    clean = button("Approve what is clean", "approve-entry", class_="quiet")
    heading = tag("div", tag("h2", title), *about, clean, class_="entry-head")
    rows = tag("div", *(unit_row(Row.of(opened, unit.unit.id)) for unit in view.units), class_="rows")
    return tag("section", heading, rows, id=f"entry-{view.index}", class_="entry", tabindex="-1")


def _by_score(opened: Opened) -> Html:
    units = opened.results()
    places = {unit.unit.id: index for index, unit in enumerate(units)}
    asked: Sequence[UnitResult] = sorted(
        (unit for unit in units if unit.score is not None), key=lambda unit: unit.score or 0.0
    )
    rows = []
    for unit in asked:
        at = places[unit.unit.id]
        near = (*units[max(at - 1, 0) : at], *units[at + 1 : at + 2])
        rows.append(unit_row(replace(Row.of(opened, unit.unit.id), near=near)))
    heading = tag("div", tag("h2", escape("Least certain first")), class_="entry-head")
    return tag("section", heading, tag("div", *rows, class_="rows"), class_="entry", id="entry-0", tabindex="-1")


def _bar(by_score: bool, slug: str) -> Html:
    legend = tag("legend", escape("Show units"), class_="unseen")
    group = tag("fieldset", legend, *(_choice(*choice) for choice in _FILTERS))
    search = tag("input", type="search", id="search", placeholder="Search text…", aria_label="Search text")
    status = tag("p", role="status", id="status")
    other = ("Page order", f"/issue/{slug}") if by_score else ("Least certain first", f"/issue/{slug}/by-score")
    order = tag("a", escape(other[0]), href=other[1], class_="button")
    term = button("Add term", "term", title="Glossary term from the selected text")
    help_button = button("?", "help", aria_label="Keyboard help", id="help-button")
    form = tag("form", group, search, status, order, term, help_button, role="search", id="filter")
    columns = tag("div", *(tag("span", escape(label)) for label in LABELS), class_="columns", aria_hidden="true")
    return tag("div", form, columns, class_="bar")


def _choice(value: str, label: str) -> Html:
    checked = {"checked": ""} if value == "all" else {}
    radio = tag("input", type="radio", name="show", value=value, **checked)
    words = tag("span", escape(f"{label} "), tag("small", data_count=value))
    return tag("label", radio, words)


def _nothing() -> Html:
    return tag("p", escape("No unit matches the filter."), id="nothing", hidden="")


def _undo(steps: int) -> Html:
    hidden = {} if steps else {"hidden": ""}
    notice = tag("span", id="notice", role="status")
    offer = button("Fill in elsewhere", "spread", id="offer", hidden="")
    return tag("div", notice, offer, button("Undo", "undo", id="undo", **hidden), class_="toast", id="toast")


def _editor() -> Html:
    area = tag("textarea", class_="source", rows="2", spellcheck="false", aria_label="Chinese text as Markdown")
    theirs = tag("div", class_="theirs", hidden="")
    preview = tag("div", class_="live", aria_label="Preview")
    findings = tag("ul", class_="findings live-findings", aria_live="polite")
    buttons = [button("Save", "save"), button("Save and approve", "save-approve", class_="strong")]
    buttons += [button("Cancel", "cancel")]
    actions = tag("div", *buttons, class_="actions", role="group", aria_label="Editor")
    return tag("template", tag("div", theirs, area, preview, findings, actions, class_="editor"), id="editor")


def _term_form() -> Html:
    policies = (
        ("translate", "translate"),
        ("keep", "keep in English"),
        ("both", "Chinese with English"),
        ("guide", "guide the machine"),
        ("prefer", "prefer"),
    )
    options = (tag("option", escape(words), value=value) for value, words in policies)
    fields = [
        tag("label", escape("English term"), tag("input", name="term", required="", lang="en", autocomplete="off")),
        tag("label", escape("Rule"), tag("select", *options, name="policy")),
        tag("label", escape("Chinese"), tag("input", name="rendering", lang="zh", autocomplete="off")),
    ]
    error = tag("p", class_="error", role="alert")
    buttons = [tag("button", escape("Add to the glossary"), class_="strong"), button("Close", "close")]
    form = tag("form", tag("h2", escape("Glossary term"), id="term-title"), *fields, error, tag("p", *buttons))
    return tag("dialog", form, id="term", aria_labelledby="term-title")


def _confirm() -> Html:
    """Build the dialog that asks for a reason, a comment or a confirmation."""
    title = tag("h2", id="ask-title")
    findings = tag("ul", class_="findings")
    field = tag("label", tag("span"), tag("input", name="words", autocomplete="off"))
    buttons = [tag("button", escape("OK"), class_="strong", value="ok"), button("Cancel", "close")]
    return tag("dialog", tag("form", title, findings, field, tag("p", *buttons)), id="ask", aria_labelledby="ask-title")


def _help() -> Html:
    keys = (part for key, what in _KEYS for part in (tag("dt", tag("kbd", escape(key))), tag("dd", escape(what))))
    title = tag("h2", escape("Keyboard"), id="help-title")
    close = tag("form", tag("button", escape("Close")), method="dialog")
    return tag("dialog", title, tag("dl", *keys), close, id="help", aria_labelledby="help-title")
