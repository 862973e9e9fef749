"""What all pages of the review server share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.editing.survey import Survey
from pipeline.records import Severity
from pipeline.review import SEVERITIES
from pipeline.review_cells import Html, escape, tag

SYMBOLS: Mapping[Severity, str] = {"critical": "✖", "major": "▲", "minor": "●", "neutral": "○"}
_PARTS = ("approved", "edited", "stale", "waiting")


def frame(title: str, body: Iterable[Html], *, slug: str = "", pending: bool = False) -> str:
    """Build a page; `pending` says that it is to be loaded again when the findings are known."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", escape(title)),
        Html('<link rel="stylesheet" href="/static/desk.css"><link rel="icon" href="data:,">'),
        Html('<script src="/static/desk.js" defer></script>'),
    )
    state = {"data_pending": ""} if pending else {}
    skip = tag("a", escape("Skip to the content"), class_="skip", href="#units")
    page = tag("html", head, tag("body", skip, *body, data_slug=slug, **state), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def badge(severity: Severity, count: int) -> Html:
    """Show how many findings of a severity there are."""
    symbol = tag("span", escape(SYMBOLS[severity]), class_="symbol", aria_hidden="true")
    return tag("span", symbol, escape(f"{count} {severity}"), class_=f"badge {severity}")


def badges(found: Survey) -> list[Html]:
    """Show the findings of an issue by severity, worst first."""
    return [badge(severity, found.findings[severity]) for severity in SEVERITIES if found.findings.get(severity)]


def state_bar(found: Survey) -> Html:
    """Draw the share of each state as a bar, with the figures in words for those who do not see it."""
    waiting = found.to_review - found.edited - found.stale
    counts = dict(zip(_PARTS, (found.approved, found.edited, found.stale, waiting), strict=True))
    words = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to translate"
    pieces, at = [], 0.0
    for name, count in counts.items():
        width = 100 * count / max(found.units, 1)
        pieces.append(tag("rect", x=f"{at:.2f}", y="0", width=f"{width:.2f}", height="1", class_=name))
        at += width
    picture = {"viewBox": "0 0 100 1", "preserveAspectRatio": "none", "role": "img", "aria_label": words}
    return tag("svg", *pieces, class_="states", **picture)


def button(label: str, action: str, **attributes: str) -> Html:
    """Build a button that the script knows by its action."""
    return tag("button", escape(label), type="button", data_action=action, **attributes)
