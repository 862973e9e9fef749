"""The commands `duizhao memory …`: what people approved, for use elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.memory import Remembered, Suggestion
    from pipeline.memory_store import Memory

Command = Callable[..., Any]
_PATH = click.Path(path_type=Path)


def _folder(command: Command) -> Command:
    """Add the options that say whose memory it is."""
    for option in (
        click.option("--output", type=_PATH, help="Output folder of the issues.  [default: output_zh …]"),
        click.option("--to", "target", default="zh-Hans", show_default=True, help="Target of the translation."),
    ):
        command = option(command)
    return command


@click.group()
def memory() -> None:
    """Look into the translation memory: what people approved, in all issues of a folder."""


@memory.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_folder
def stats(as_json: bool, target: str, output: Path | None) -> None:
    """Count what is remembered."""
    with _memory(target, output) as opened:
        figures = _figures(opened.units())
    if as_json:
        click.echo(json.dumps(figures))
        return
    for label, value in figures.items():
        click.echo(f"{label:<28} {value}")


def _figures(units: Sequence[Remembered]) -> dict[str, int | str]:
    from pipeline.memory import contradictions

    approved = [unit for unit in units if unit.approved]
    return {
        "approved": len(approved),
        "of these imported": sum(unit.imported for unit in approved),
        "pending": len(units) - len(approved),
        "different English texts": len({unit.source for unit in approved}),
        "with several translations": len(contradictions(units)),
        "files": len({unit.file for unit in units}),
        "newest": max((unit.day for unit in units), default=""),
    }


@memory.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1), default=5, show_default=True, help="Most results of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_folder
def search(text: str, limit: int, as_json: bool, target: str, output: Path | None) -> None:
    """Find TEXT: the same English, similar English with its difference, and texts of either language that hold it."""
    from pipeline.memory import containing, suggest

    with _memory(target, output) as opened:
        units = opened.units()
    holding, similar = containing(text, units)[:limit], suggest(text, units, limit)
    if as_json:
        found = [_values(unit) for unit in holding]
        close = [{**_values(one.unit), "score": round(one.score, 1), "difference": _marked(one)} for one in similar]
        click.echo(json.dumps({"found": found, "similar": close}, ensure_ascii=False))
        return
    for unit in holding:
        _print_unit(unit, "same" if unit.source == text else "holds", unit.source)
    for one in similar:
        _print_unit(one.unit, f"{one.score:.0f}%", _marked(one))
    if not holding and not similar:
        click.echo("nothing found", err=True)


def _values(unit: Remembered) -> dict[str, object]:
    return {
        "english": unit.source,
        "target": unit.target,
        "approved": unit.approved,
        "file": unit.file,
        "unit": unit.name,
        "by": unit.by,
        "day": unit.day,
    }


def _marked(suggestion: Suggestion) -> str:
    """Write the difference from the remembered English to the one asked for: `[-old-]{+new+}`."""
    forms = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(forms[change.kind].format(change.text) for change in suggestion.diff)


def _print_unit(unit: Remembered, how: str, english: str) -> None:
    state = "approved" if unit.approved else "pending"
    who = ", ".join(filter(None, (unit.by, unit.day)))
    click.echo(f"{how:<5} {state}  {unit.file}: {unit.name}{f' ({who})' if who else ''}")
    click.echo(f"      {english}\n      {unit.target}\n")


@memory.command("import")
@click.argument("file", type=_PATH)
@_folder
def import_command(file: Path, target: str, output: Path | None) -> None:
    """Add a TMX FILE of another tool. It is kept as text in `memory/` of the output folder and counts as approved."""
    from pipeline.files import read_bytes
    from pipeline.interchange.tmx import read_tmx
    from pipeline.locales import find_locale
    from pipeline.memory import usable

    locale = find_locale(target, own_model=True).tag
    pairs = read_tmx(read_bytes(file), str(file), locale)
    good = tuple(usable(pairs))
    if not good:
        raise InputError(f"{file}: no approved units from English to {locale}; nothing was imported")
    with _memory(target, output) as opened:
        path = opened.add(file.stem, good, locale)
    click.echo(f"{file} → {path}: {len(good)} units, {len(pairs) - len(good)} left out", err=True)
    for pair in pairs:
        if pair.problem:
            click.echo(f"  left out: {pair.name or 'a unit'}: {pair.problem}", err=True)


@memory.command("export")
@click.argument("file", type=_PATH)
@_folder
def export_command(file: Path, target: str, output: Path | None) -> None:
    """Write everything approved to a TMX FILE."""
    from pipeline.files import write_text
    from pipeline.interchange.tmx import write_tmx
    from pipeline.locales import find_locale
    from pipeline.memory import export_pairs

    with _memory(target, output) as opened:
        pairs = export_pairs(opened.units())
    write_text(file, write_tmx(pairs, find_locale(target, own_model=True).tag, {}))
    click.echo(f"{file}: {len(pairs)} units", err=True)


@memory.command()
@_folder
def rebuild(target: str, output: Path | None) -> None:
    """Throw the memory's file away and make it anew from the bilingual files and imported memories."""
    with _memory(target, output) as opened:
        opened.rebuild()
        units = opened.units()
    click.echo(f"{len(units)} units from {len(_files(units))} files", err=True)


def _files(units: Iterable[Remembered]) -> set[str]:
    return {unit.file for unit in units}


def _memory(target: str, output: Path | None) -> Memory:
    from pipeline.locales import find_locale
    from pipeline.memory_store import Memory

    folder = output or Path(find_locale(target, own_model=True).folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; translate an issue first")
    return Memory(folder)
