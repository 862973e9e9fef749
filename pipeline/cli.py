"""The command line: arguments in, calls, tables and exit codes out. The only module that prints."""

from __future__ import annotations

import importlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import __version__
from pipeline.errors import DuizhaoError

if TYPE_CHECKING:
    from pipeline.records import Issue, IssueResult
    from pipeline.session import Session
    from pipeline.workspace import Before

_LAZY = {
    "adapt": ("pipeline.training.commands:adapt", "Go on from the shipped model with your own approved segments."),
    "adopt": ("pipeline.editing.commands:adopt", "Take edits made in the Chinese issue into its bilingual file."),
    "assemble": ("pipeline.editing.commands:assemble", "Rebuild Chinese issues from their bilingual files."),
    "check": ("pipeline.editing.commands:check", "Find what is stale, broken or unapproved; for pull requests."),
    "export": ("pipeline.interchange.commands:export_command", "Write an issue as XLIFF, TMX, PO or CSV."),
    "glossary": ("pipeline.terms.commands:glossary", "Look after the glossary."),
    "import": ("pipeline.interchange.commands:import_command", "Take edits from an XLIFF, TMX, PO or CSV file."),
    "memory": ("pipeline.memory_commands:memory", "Search and exchange approved translations."),
    "review": ("pipeline.editing.commands:review", "Review issues side by side in the browser."),
    "status": ("pipeline.editing.commands:status", "Show how far the review of each issue is."),
    "train": ("pipeline.training.commands:train", "Train a model from sentence pairs."),
}
"""Commands that are imported when they are used: name -> (place, short help)."""


class _Group(click.Group):
    """A group that imports most commands only when they are used, and ends errors of ours with exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_LAZY})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LAZY:
            return super().get_command(ctx, cmd_name)
        module, _, name = _LAZY[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 click's signature
        rows = {name: command.get_short_help_str(80) for name, command in self.commands.items()}
        rows |= {name: short for name, (_, short) in _LAZY.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DuizhaoError as error:
            click.echo(f"duizhao: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="duizhao")
def main() -> None:
    """Turn an English machine-learning newsletter into a parallel Chinese one."""


@dataclass(slots=True)
class _Totals:
    """The figures of the closing table."""

    issues: int = 0
    entries: int = 0
    units: int = 0
    words: int = 0
    remembered: int = 0
    decoded: int = 0
    recalled: int = 0
    protected: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    failed: int = 0


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--to", "target", default="zh-Hans", show_default=True, help="Target: zh-Hans, zh-Hant-TW, zh-Hant-HK.")
@click.option("--output", type=click.Path(path_type=Path), help="Output folder.  [default: output_zh, output_zh-TW …]")
@click.option("--model", default="embedded", show_default=True, help="`embedded` or a folder with a Marian model.")
@click.option("--glossary", type=click.Path(path_type=Path), help="Folder with glossary files.  [default: glossary]")
@click.option("--dry-run", is_flag=True, help="Do all but translate and write; say what would be done.")
@click.option("--force", is_flag=True, help="Replace a Chinese issue that was edited by hand; a copy is kept.")
def translate(
    paths: Sequence[str],
    target: str,
    output: Path | None,
    model: str,
    glossary: Path | None,
    dry_run: bool,
    force: bool,
) -> None:
    """Translate issues: files, folders, globs, or - for standard input.

    For each x.md this writes x.md (the Chinese issue), x.po (the bilingual file) and x.html (the review) to the
    output folder. Exit code 1 says that a finding is critical, 2 that something could not be read or written.
    """
    from pipeline.session import open_session

    started = time.monotonic()
    session = open_session(target, output, model, glossary)
    totals = _Totals()
    if "-" in paths:
        _translate_stdin(session, paths, totals, dry_run=dry_run)
    else:
        _translate_files(session, paths, totals, dry_run=dry_run, force=force)
    if dry_run:
        _print_plan(totals)
    else:
        totals.decoded, totals.recalled = session.engine.decoded, session.engine.recalled
        _print_totals(totals, time.monotonic() - started)
    sys.exit(2 if totals.failed else 1 if totals.findings["critical"] else 0)


def _translate_files(session: Session, paths: Sequence[str], totals: _Totals, *, dry_run: bool, force: bool) -> None:
    from pipeline.workspace import Outputs, find_issues, load_before, load_issue, placed

    issues = find_issues(paths)
    for path in issues:
        try:
            if dry_run:
                _plan_one(session, load_issue(path), load_before(Outputs.of(session.folder, path.stem)), totals)
            else:
                _translate_one(session, path, totals, force=force)
        except DuizhaoError as error:
            totals.failed += 1
            click.echo(f"duizhao: {placed(error, path)}", err=True)


def _translate_one(session: Session, path: Path, totals: _Totals, *, force: bool) -> None:
    from pipeline.session import translate_file
    from pipeline.workspace import Outputs

    with _progress(path.name) as report:
        result = translate_file(session, path, force=force, progress=report)
    outputs = Outputs.of(session.folder, path.stem)
    _count(totals, result)
    click.echo(f"{path} → {outputs.chinese}", err=True)
    _print_findings(result, outputs.review)


def _translate_stdin(session: Session, paths: Sequence[str], totals: _Totals, *, dry_run: bool) -> None:
    from pipeline.bilingual import Bilingual
    from pipeline.session import tools_for
    from pipeline.source import read_issue
    from pipeline.translate import translate_issue
    from pipeline.workspace import Before

    if len(paths) > 1:
        raise click.UsageError("- stands alone: standard input is one issue")
    issue, before = read_issue(sys.stdin.buffer.read(), "stdin"), Before(Bilingual(), None, None)
    if dry_run:
        _plan_one(session, issue, before, totals)
        return
    with _progress("stdin") as report:
        result = translate_issue(issue, tools_for(session, issue, before, report))
    sys.stdout.buffer.write(result.text.encode("utf-8"))
    sys.stdout.buffer.flush()
    _count(totals, result)


def _plan_one(session: Session, issue: Issue, before: Before, totals: _Totals) -> None:
    from pipeline.draft import count_new
    from pipeline.session import tools_for
    from pipeline.translate import plan_issue

    tools = tools_for(session, issue, before)
    work = plan_issue(issue, tools)
    segments, new = count_new([unit.coded for unit in work.units if unit.origin == "machine"], session.engine)
    totals.issues += 1
    totals.entries += len(work.document.entries)
    totals.units += len(work.units)
    totals.words += sum(len(unit.unit.source.split()) for unit in work.units)
    totals.remembered += sum(unit.origin == "memory" for unit in work.units)
    totals.protected += sum(len(unit.coded.placeholders) for unit in work.units)
    totals.decoded += new
    click.echo(f"{issue.slug}: {segments} segments, about {new} to translate", err=True)


def _count(totals: _Totals, result: IssueResult) -> None:
    from pipeline.review import all_findings

    totals.issues += 1
    totals.entries += len(result.document.entries)
    totals.units += len(result.units)
    totals.words += sum(len(unit.unit.source.split()) for unit in result.units)
    totals.remembered += sum(unit.origin in {"memory", "person"} for unit in result.units)
    totals.protected += sum(len(unit.protected) for unit in result.units)
    totals.findings.update(finding.severity for finding in all_findings(result))


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on the terminal; nothing where the output is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _print_findings(result: IssueResult, review: Path) -> None:
    from pipeline.review import all_findings

    for finding in all_findings(result):
        if finding.severity == "critical":
            click.echo(f"  critical: {finding.unit or 'issue'}: {finding.message} (see {review})", err=True)


def _print_totals(totals: _Totals, seconds: float) -> None:
    severities = ", ".join(f"{totals.findings[s]} {s}" for s in ("critical", "major", "minor") if totals.findings[s])
    _print_table(
        totals,
        ("from memory", f"{totals.remembered} units, {totals.recalled} drafts"),
        ("newly translated", f"{totals.decoded} requests"),
        ("strings protected", str(totals.protected)),
        ("findings", severities or "none"),
        ("time", f"{seconds:.1f} s"),
    )


def _print_plan(totals: _Totals) -> None:
    _print_table(
        totals,
        ("from memory", f"{totals.remembered} units"),
        ("would be translated", f"about {totals.decoded} requests"),
        ("strings protected", str(totals.protected)),
    )


def _print_table(totals: _Totals, *more: tuple[str, str]) -> None:
    rows = [
        ("issues", str(totals.issues)),
        ("entries", str(totals.entries)),
        ("units", str(totals.units)),
        ("words", str(totals.words)),
        *more,
    ]
    for label, value in rows:
        click.echo(f"{label:<20} {value}", err=True)


@main.command()
@click.argument("issue", metavar="ISSUE", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "md", "html"]), default="text", show_default=True, help="Form."
)
@click.option("--since", metavar="REV", help="Show instead what changed in the Chinese since a git revision, as text.")
@click.option("--to", "target", default="zh-Hans", show_default=True, help="Target: zh-Hans, zh-Hant-TW, zh-Hant-HK.")
@click.option("--output", type=click.Path(path_type=Path), help="Folder where the issue was translated to.")
@click.option("--model", default="embedded", show_default=True, help="`embedded` or a folder with a Marian model.")
@click.option("--glossary", type=click.Path(path_type=Path), help="Folder with glossary files.  [default: glossary]")
def diff(
    issue: Path, form: str, since: str | None, target: str, output: Path | None, model: str, glossary: Path | None
) -> None:
    """Show what became of an English ISSUE: raw translation and post-edits, with reasons and findings."""
    if since is not None:
        click.echo(_history(issue, since, target, output))
        return
    from pipeline.review import render_markdown, render_text
    from pipeline.review_html import render_html
    from pipeline.session import open_session, translated

    result, _ = translated(open_session(target, output, model, glossary), issue)
    colour = sys.stdout.isatty()
    shown = {"text": lambda: render_text(result, colour), "md": lambda: render_markdown(result)}
    click.echo(shown.get(form, lambda: render_html(result))())


def _history(issue: Path, since: str, target: str, output: Path | None) -> str:
    from pipeline.editing.history import bilingual_at, changes_between, render_changes
    from pipeline.locales import find_locale
    from pipeline.workspace import Outputs, load_before

    outputs = Outputs.of(output or Path(find_locale(target).folder), issue.stem)
    changes = changes_between(bilingual_at(outputs.bilingual, since), load_before(outputs).saved)
    return render_changes(issue.stem, changes)
