"""The commands `duizhao export` and `duizhao import`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.editing.edits import ChangeKind
    from pipeline.interchange.merge import Plan

_PATH = click.Path(path_type=Path)
_ENDINGS = (".md", ".po")


@click.command("export")
@click.argument("issue", type=_PATH)
@click.option(
    "--format",
    "form",
    type=click.Choice(["xliff", "xliff2", "tmx", "po", "csv"]),
    required=True,
    help="Form of the file.",
)
@click.option("--output", type=_PATH, help="File to write.  [default: standard output]")
@click.option("--to", "target", default="zh-Hans", show_default=True, help="Target: zh-Hans, zh-Hant-TW, zh-Hant-HK.")
@click.option("--folder", type=_PATH, help="Folder where the issue was translated to.  [default: output_zh …]")
def export_command(issue: Path, form: str, output: Path | None, target: str, folder: Path | None) -> None:
    """Write the bilingual file of an English ISSUE for other tools: XLIFF 1.2 or 2.0, TMX, PO, or a CSV table."""
    from pipeline.bilingual import read_bilingual
    from pipeline.editing.po_text import read_header
    from pipeline.files import read_text, write_text
    from pipeline.interchange.formats import WRITERS
    from pipeline.interchange.po_copy import write_po
    from pipeline.interchange.rows import Exchange, export_rows

    path = _bilingual_path(issue, target, folder)
    text = read_text(path)
    rows = export_rows(read_bilingual(text, str(path)))
    locale = read_header(text, "Language").replace("_", "-")
    exchange = Exchange(path.stem, locale, rows, _references(issue))
    written = write_po(text, exchange) if form == "po" else WRITERS[form](exchange)
    if output is None:
        sys.stdout.buffer.write(written.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        write_text(output, written)
        click.echo(f"{path} → {output}: {len(rows)} units", err=True)


@click.command("import")
@click.argument("file", type=_PATH)
@click.option("--issue", type=_PATH, required=True, help="The English issue that was exported.")
@click.option("--by", help="Who made the changes.  [default: your name as git knows it]")
@click.option("--to", "target", default="zh-Hans", show_default=True, help="Target: zh-Hans, zh-Hant-TW, zh-Hant-HK.")
@click.option("--folder", type=_PATH, help="Folder where the issue was translated to.  [default: output_zh …]")
def import_command(file: Path, issue: Path, by: str | None, target: str, folder: Path | None) -> None:
    """Take changes made in an exported FILE over into the bilingual file.

    Texts come in as edits, approved where the file says so. What was changed here since the export is never
    overwritten: such units are listed, and the exit code is 1.
    """
    from pipeline.bilingual import read_bilingual
    from pipeline.editing.person import person_name
    from pipeline.editing.po_text import read_header
    from pipeline.files import decode, digest, read_bytes, write_text
    from pipeline.interchange.formats import read_rows
    from pipeline.interchange.merge import Signature, apply_plan, plan_import

    path = _bilingual_path(issue, target, folder)
    data = read_bytes(path)
    text = decode(data, str(path))
    rows = read_rows(read_bytes(file), str(file), read_header(text, "Language").replace("_", "-"))
    signature = Signature(by or person_name(), datetime.now().astimezone().isoformat(timespec="minutes"))
    plan = plan_import(read_bilingual(text, str(path)), rows, signature)
    write_text(path, apply_plan(text, str(path), plan), expected=digest(data))
    _report(plan, path)
    sys.exit(1 if plan.conflicts else 0)


def _bilingual_path(issue: Path, target: str, folder: Path | None) -> Path:
    from pipeline.locales import find_locale
    from pipeline.workspace import Outputs

    slug = next((issue.name.removesuffix(end) for end in _ENDINGS if issue.name.endswith(end)), issue.name)
    place = folder or Path(find_locale(target, own_model=True).folder)
    return Outputs.of(place, slug).bilingual


def _references(issue: Path) -> Mapping[str, str]:
    """Read the issue's reference links; without the English at hand these links stay plain text."""
    from pipeline.document import read_document
    from pipeline.workspace import load_issue

    return read_document(load_issue(issue)).references if issue.suffix == ".md" and issue.exists() else {}


def _report(plan: Plan, path: Path) -> None:
    done: dict[ChangeKind, str] = {
        "edit": "edited",
        "approve": "approved",
        "unapprove": "no longer approved",
        "comment": "commented",
    }
    counts = [f"{plan.count(kind)} {word}" for kind, word in done.items() if plan.count(kind)]
    click.echo(f"{path}: {', '.join(counts) or 'no changes'}", err=True)
    if plan.changes:
        click.echo("  run duizhao assemble to bring the Chinese issue up to date", err=True)
    for conflict in plan.conflicts:
        click.echo(f"  conflict: {conflict.unit}: {conflict.reason}", err=True)
