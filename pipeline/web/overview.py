"""The first page: all issues, how far each has come, what needs attention."""

from __future__ import annotations

from pipeline.errors import DuizhaoError
from pipeline.review_cells import Html, escape, tag
from pipeline.web.desk import Desk
from pipeline.web.frame import badges, frame, state_bar
from pipeline.web.opened import Opened

_COLUMNS = ("Issue", "Progress", "Approved", "To review", "Stale", "Findings", "")


def overview_page(desk: Desk) -> str:
    """Render the table of all issues."""
    rows = overview_rows(desk)
    top = tag(
        "header",
        tag("p", escape(f"{desk.places.folder} · English → {desk.places.locale.tag}"), class_="where"),
        tag("h1", escape("Issues")),
        class_="top",
    )
    heads = tag("tr", *(tag("th", escape(name), scope="col") for name in _COLUMNS))
    body = tag("tbody", Html(str(rows["rows"])), id="issues")
    table = tag("table", tag("thead", heads), body, class_="issues")
    legend = [
        tag("li", tag("span", class_=f"swatch {name}"), escape(words))
        for name, words in (("approved", "approved"), ("edited", "edited"), ("stale", "stale"), ("waiting", "waiting"))
    ]
    main = tag("main", table, tag("ul", *legend, class_="legend"), id="units", tabindex="-1")
    return frame("Review", [top, main], pending=bool(rows["pending"]))


def overview_rows(desk: Desk) -> dict[str, object]:
    """Give the table's rows, and whether some findings are still being looked for."""
    rows, pending = [], False
    for slug in desk.slugs():
        try:
            opened = desk.open(slug, 0)
            pending = pending or not opened.is_analysed
            rows.append(_row(slug, opened))
        except DuizhaoError as error:
            rows.append(tag("tr", tag("th", escape(slug), scope="row"), tag("td", escape(str(error)), colspan="6")))
    return {"rows": "".join(rows), "pending": pending}


def _row(slug: str, opened: Opened) -> Html:
    found = opened.survey()
    name = tag("th", tag("a", escape(slug), href=f"/issue/{slug}"), scope="row")
    if not opened.text:
        return tag("tr", name, tag("td", escape("not translated yet; run duizhao translate"), colspan="6"))
    findings = badges(found) or [escape("none" if opened.is_analysed else "…")]
    notes = [f"{found.hand_edits} edited by hand"] if found.hand_edits else []
    outdated = len(opened.outdated())
    notes += [f"{outdated} out of date"] if outdated else []
    share = f"{found.approved} of {found.units}"
    cells = [("Progress", [state_bar(found)]), ("Approved", [escape(share)])]
    cells += [("To review", [escape(str(found.to_review))]), ("Stale", [escape(str(found.stale or "–"))])]
    cells += [("Findings", findings), ("", [escape(" · ".join(notes))])]
    return tag("tr", name, *(tag("td", *content, data_label=label) for label, content in cells))
