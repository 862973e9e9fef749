"""The commands of the review: `review`, `assemble`, `adopt`, `status`, `check`. Arguments in, tables and codes out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.editing.survey import Survey
    from pipeline.records import Finding, IssueResult
    from pipeline.web.desk import Desk, Places
    from pipeline.web.opened import Opened

Command = Callable[..., Any]
_COLUMNS = ("issue", "units", "approved", "to review", "stale", "critical", "major", "minor", "by hand")


def _common(command: Command) -> Command:
    """Add the options that say where issues and outputs are."""
    for option in (
        click.option("--glossary", type=click.Path(path_type=Path), help="Folder with glossary files."),
        click.option("--output", type=click.Path(path_type=Path), help="Output folder.  [default: output_zh …]"),
        click.option("--to", "target", default="zh-Hans", show_default=True, help="Target of the translation."),
        click.option("--source", default="source_en", show_default=True, help="Folder with the English issues."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("issue", required=False)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--port", type=int, default=0, help="Port on 127.0.0.1.  [default: any free one]")
@_common
def review(
    issue: str | None, no_browser: bool, port: int, source: str, target: str, output: Path | None, glossary: Path | None
) -> None:
    """Review issues side by side in the browser; an ISSUE opens at once.

    The page is served on this machine only, under an address that works once. Ctrl+C ends it; everything is saved
    already by then.
    """
    places = _places(source, target, output, glossary)
    slug = _slug(places, issue) if issue else ""
    _serve(_desk(places), slug, port, browser=not no_browser)


@dataclass(frozen=True, slots=True)
class _Issue:
    """One issue with what is on disk for it."""

    slug: str
    opened: Opened


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@_common
def assemble(issues: Sequence[str], source: str, target: str, output: Path | None, glossary: Path | None) -> None:
    """Rebuild the Chinese issues and their reviews from the bilingual files; no model is asked."""
    for one in _opened(_places(source, target, output, glossary), issues):
        if not one.opened.is_ours:
            raise InputError(f"{one.opened.outputs.chinese}: edited by hand; run duizhao adopt {one.slug} first")
        _rebuild(one.opened)


@click.command()
@click.argument("issue")
@_common
def adopt(issue: str, source: str, target: str, output: Path | None, glossary: Path | None) -> None:
    """Take edits made in output_zh/x.md itself over into the bilingual file, as edits that are not approved yet."""
    from pipeline.web.desk_actions import adopt_hand_edits

    places = _places(source, target, output, glossary)
    desk = _desk(places)
    slug = _slug(places, issue)
    click.echo(adopt_hand_edits(desk, slug).notice, err=True)
    desk.close()
    if desk.look(slug).is_up_to_date:
        _rebuild(desk.look(slug))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_common
def status(as_json: bool, source: str, target: str, output: Path | None, glossary: Path | None) -> None:
    """Show how far the review of each issue has come; no model is asked."""
    found = [_surveyed(one) for one in _opened(_places(source, target, output, glossary), ())]
    if as_json:
        click.echo(json.dumps([{**asdict(one), "to_review": one.to_review} for one in found], indent=2))
    else:
        _print_table([_COLUMNS, *map(_columns, found)])


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option(
    "--format", "form", type=click.Choice(["text", "github", "json"]), default="text", show_default=True, help="Form."
)
@_common
def check(
    issues: Sequence[str], form: str, source: str, target: str, output: Path | None, glossary: Path | None
) -> None:
    """Check the Chinese issues against the English, the glossary and the bilingual files; no model is asked.

    Exit code 1 for critical findings, outputs that are not up to date, and structure that differs.
    """
    found = [
        (str(one.opened.outputs.bilingual), line, finding)
        for one in _opened(_places(source, target, output, glossary), issues)
        for line, finding in _problems(one)
    ]
    if form == "json":
        click.echo(
            json.dumps([{"file": file, "line": line, **asdict(finding)} for file, line, finding in found], indent=2)
        )
    for file, line, finding in found if form != "json" else ():
        click.echo(_line(form, file, line, finding))
    sys.exit(1 if any(finding.severity == "critical" for _, _, finding in found) else 0)


def _places(source: str, target: str, output: Path | None, glossary: Path | None) -> Places:
    from pipeline.locales import find_locale
    from pipeline.web.desk import Places
    from pipeline.workspace import find_issues

    locale = find_locale(target)
    folder = output or Path(locale.folder)
    try:
        issues = find_issues([source])
    except InputError as error:
        raise InputError(f"{error}; --source names the folder of the English issues") from None
    return Places({path.stem: path for path in issues}, folder, glossary, locale)


def _slug(places: Places, issue: str) -> str:
    """Take an issue's name or the path of one of its files."""
    slug = issue if issue in places.sources else Path(issue).stem
    if slug not in places.sources:
        raise InputError(f"{issue}: no such issue (there are {', '.join(places.sources)})")
    return slug


def _desk(places: Places) -> Desk:
    from pipeline.drafts import CachedEngine, Drafts
    from pipeline.editing.person import person_name
    from pipeline.engine_ct2 import find_engine
    from pipeline.files import cache_folder
    from pipeline.web.desk import Desk

    cache = cache_folder()

    def engine() -> CachedEngine:
        return CachedEngine(find_engine("embedded", cache, places.locale.tag), Drafts(cache / "drafts.sqlite"))

    return Desk(places, person_name(), engine)


def _serve(desk: Desk, slug: str, port: int, *, browser: bool) -> None:
    import socket
    import webbrowser

    import uvicorn

    from pipeline.web.app import make_app
    from pipeline.web.guard import Keys

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        taken, keys = listener.getsockname()[1], Keys()
        address = f"http://127.0.0.1:{taken}/{f'issue/{slug}' if slug else ''}?token={keys.token}"
        click.echo(f"Review: {address}\nCtrl+C ends it; everything is saved as you go.", err=True)
        desk.warm_up()
        if browser:
            webbrowser.open(address)
        server = uvicorn.Server(uvicorn.Config(make_app(desk, keys, taken), log_level="error"))
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    desk.close()


def _opened(places: Places, issues: Sequence[str]) -> Iterator[_Issue]:
    """Open the issues asked for, or all that are translated."""
    from pipeline.editing.readback import modelless_tools
    from pipeline.web.opened import Opened
    from pipeline.workspace import load_glossary

    tools = modelless_tools(places.locale, load_glossary(places.glossary))
    for slug in [_slug(places, issue) for issue in issues] or places.sources:
        opened = Opened(places.sources[slug], places.folder, tools)
        if opened.text:
            yield _Issue(slug, opened)
        elif issues:
            raise InputError(f"{opened.name}: no such file; run duizhao translate first")


def _rebuild(opened: Opened) -> None:
    from pipeline.editing.rebuild import announced
    from pipeline.files import write_text
    from pipeline.review_html import render_html

    chinese = opened.assembled()
    opened.write(announced(opened.text, chinese), chinese, {})
    write_text(opened.outputs.review, render_html(_checked(opened)))
    click.echo(f"{opened.outputs.bilingual} → {opened.outputs.chinese}", err=True)


def _checked(opened: Opened) -> IssueResult:
    from pipeline.editing.readback import read_back

    return read_back(opened.document.issue, opened.bilingual, opened.tools, opened.signature)


def _surveyed(one: _Issue) -> Survey:
    from pipeline.editing.survey import survey

    result, opened = _checked(one.opened), one.opened
    return survey(one.slug, result.units, opened.saved, result.findings, len(opened.hand_edits().edits))


def _columns(found: Survey) -> tuple[str, ...]:
    severities = (str(found.findings.get(severity, 0)) for severity in ("critical", "major", "minor"))
    counts = (found.units, found.approved, found.to_review, found.stale + found.absent)
    return (found.slug, *map(str, counts), *severities, str(found.hand_edits))


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *rest = zip(row, widths, strict=True)
        click.echo("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]))


def _problems(one: _Issue) -> Iterator[tuple[int, Finding]]:
    """Yield the findings nobody dismissed and what is out of date, each with its line in the bilingual file."""
    from pipeline.editing.rebuild import stale_outputs
    from pipeline.editing.survey import remaining
    from pipeline.records import Finding

    opened = one.opened
    result = _checked(opened)
    for finding in (*stale_outputs(opened.document, opened.saved, opened.text, opened.chinese), *result.findings):
        yield _line_of(opened, finding.unit), finding
    waiting = sum(unit.state != "reviewed" and unit.origin != "source" for unit in result.units)
    if waiting:
        yield 1, Finding("unapproved", "accuracy", "neutral", "", f"{waiting} units are not approved")
    for unit in result.units:
        for finding in remaining(unit, opened.saved.get(unit.unit.id)):
            yield _line_of(opened, finding.unit), finding


def _line_of(opened: Opened, unit: str) -> int:
    from pipeline.editing.po_text import find_units

    saved = opened.saved.get(unit)
    span = find_units(opened.text, [saved.unit]).get(saved.unit) if saved else None
    return opened.text.count("\n", 0, span.start) + 1 if span else 1


def _line(form: str, file: str, line: int, finding: Finding) -> str:
    words = f"{finding.unit or 'issue'}: {finding.check}: {finding.message}".replace("\n", " ")
    if form == "github":
        level = {"critical": "error", "major": "warning"}.get(finding.severity, "notice")
        return f"::{level} file={file},line={line}::{words.replace('%', '%25')}"
    return f"{file}:{line}: {finding.severity}: {words}"
