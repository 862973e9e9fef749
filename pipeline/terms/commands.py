"""The commands `duizhao glossary …` that read and change the glossary's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import InputError
from pipeline.glossary_file import CHOICES, LISTS, Concept
from pipeline.terms.edit import Fields, Value, fields_of, with_fields, without_entry
from pipeline.terms.store import add_entry, change_entry, open_store, read_value
from pipeline.terms.text_commands import common_options, evaluate, evidence, impact, print_json, suggest

if TYPE_CHECKING:
    from pipeline.terms.store import Store

Command = Callable[..., Any]
_BY_ENDING = {".csv": "csv", ".tsv": "omegat", ".txt": "omegat", ".json": "json", ".tbx": "tbx", ".xml": "tbx"}
_FORMATS = ("csv", "babeldoc", "deepl", "omegat", "json", "tbx")


@click.group()
def glossary() -> None:
    """Read, change and measure the glossary."""


for _command in (suggest, evidence, impact, evaluate):
    glossary.add_command(_command)


def _fields(command: Command) -> Command:
    """Add the options that give values to fields."""
    for option in (
        click.option("--policy", type=click.Choice(CHOICES["policy"]), help="What becomes of the term."),
        click.option("--zh", "zh", help="The rendering in Simplified Chinese."),
        click.option("--form", "forms", multiple=True, help="A further English spelling."),
        click.option("--admitted", multiple=True, help="A further rendering that counts as right."),
        click.option("--avoid", multiple=True, help="A rendering that must not stand in the Chinese."),
        click.option("--context", multiple=True, help="A word of which one must stand near the term."),
        click.option("--set", "more", multiple=True, type=(str, str), help="Any other field: its key and value."),
    ):
        command = option(command)
    return command


@glossary.command("list")
@click.argument("text", default="")
@click.option("--policy", type=click.Choice(CHOICES["policy"]), help="Only entries with this policy.")
@common_options
def list_entries(text: str, policy: str | None, folder: Path | None, as_json: bool) -> None:
    """List the entries, or those in which TEXT stands."""
    found = [
        concept
        for concept in open_store(folder).glossary.concepts
        if policy in {None, concept.policy} and text.lower() in _searchable(concept)
    ]
    if as_json:
        print_json([_data(concept) for concept in found])
        return
    for concept in found:
        click.echo(f"{concept.term:<32} {concept.policy:<10} {concept.zh_hans:<16} {concept.place}")


def _searchable(concept: Concept) -> str:
    return "\n".join((concept.id, concept.term, *concept.forms, concept.zh_hans, *concept.admitted)).lower()


@glossary.command()
@click.argument("term")
@common_options
def show(term: str, folder: Path | None, as_json: bool) -> None:
    """Show an entry, named by its term, a form or its id."""
    _show(open_store(folder).find(term), as_json)


@glossary.command()
@click.argument("term")
@click.option("--file", "file", help="The glossary file to add to.")
@_fields
@common_options
def add(term: str, file: str | None, folder: Path | None, as_json: bool, **typed: Any) -> None:
    """Add an entry for TERM."""
    store = open_store(folder)
    fields = {"term": term, **_typed(typed), "date": date.today().isoformat()}
    fields.setdefault("policy", "translate" if "zh-Hans" in fields else "keep")
    name = store.path(file) if file else store.home(str(fields["policy"]))
    known = set(store.glossary.by_id)
    store = add_entry(store, name, fields)
    _show(next(concept for concept in store.glossary.concepts if concept.id not in known), as_json)


@glossary.command()
@click.argument("term")
@_fields
@click.option("--drop", "drops", multiple=True, help="A field to take out, or KEY=VALUE for one item of a list.")
@common_options
def edit(term: str, drops: Sequence[str], folder: Path | None, as_json: bool, **typed: Any) -> None:
    """Change an entry: what is dropped goes first, then single values are replaced and list items added."""
    store = open_store(folder)
    concept = store.find(term)
    old = fields_of(concept)
    changes: dict[str, Value] = {}
    for drop in drops:
        key, _, item = drop.partition("=")
        changes[key] = _without(changes.get(key, old.get(key, "")), item, drop)
    for key, value in _typed(typed).items():
        known = changes.get(key, old.get(key, ()))
        changes[key] = value if isinstance(value, str) else tuple(dict.fromkeys((*known, *value)))
    _change(store, concept, changes, as_json)


def _without(value: Value, item: str, drop: str) -> Value:
    if not value or (item and item not in value):
        raise InputError(f"--drop {drop}: the entry has no such value")
    return tuple(one for one in value if one != item) if item and not isinstance(value, str) else ""


@glossary.command()
@click.argument("term")
@click.argument("new")
@common_options
def rename(term: str, new: str, folder: Path | None, as_json: bool) -> None:
    """Give an entry the head form NEW; its id stays when it has one of its own."""
    store = open_store(folder)
    concept = store.find(term)
    forms = tuple(form for form in concept.forms if form != new)
    _change(store, concept, {"term": new, **({"forms": forms} if forms != concept.forms else {})}, as_json)


@glossary.command()
@click.argument("term")
@common_options
def remove(term: str, folder: Path | None, as_json: bool) -> None:
    """Take an entry out."""
    store = open_store(folder)
    concept = store.find(term)
    change_entry(store, concept, without_entry)
    _show(concept, as_json)


@glossary.command()
@common_options
def lint(folder: Path | None, as_json: bool) -> None:
    """Find what is wrong or doubtful in the glossary. Exit code 1 says that there is more than notes."""
    from pipeline.locales import LOCALES, regional
    from pipeline.terms.lint import lint as find_problems
    from pipeline.workspace import read_glossary

    converters = {locale.tag: regional(locale.opencc) for locale in LOCALES if locale.opencc}
    problems = find_problems(read_glossary(folder), converters)
    if as_json:
        print_json([asdict(problem) for problem in problems])
    for problem in () if as_json else problems:
        click.echo(f"{problem.place}: {problem.weight}: {problem.message} [{problem.check}]")
    if any(problem.weight != "note" for problem in problems):
        click.get_current_context().exit(1)


@glossary.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="By default as the file's ending says, else CSV.")
@click.option("--to", "target", default="zh-Hans", show_default=True, help="Locale of the renderings.")
@common_options
def export_entries(file: Path | None, form: str | None, target: str, folder: Path | None, as_json: bool) -> None:
    """Write the glossary for other tools, to FILE or to standard output."""
    from pipeline.files import write_text
    from pipeline.locales import find_locale, regional
    from pipeline.terms.exchange import FORMATS

    locale = find_locale(target)
    form = "json" if as_json else form or (_guess(file) if file else "csv")
    concepts = open_store(folder).glossary.concepts
    text = FORMATS[form].write(concepts, locale.tag, regional(locale.opencc))
    if file is None:
        click.echo(text, nl=False)
    else:
        write_text(file, text)


def _guess(file: Path) -> str:
    if file.suffix not in _BY_ENDING:
        raise InputError(f"{file}: unknown ending (legal: {', '.join(_BY_ENDING)}); say --format")
    return _BY_ENDING[file.suffix]


@glossary.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(_FORMATS), help="By default as the file's ending says.")
@click.option("--file", "into", default="imported.yaml", show_default=True, help="The glossary file to add to.")
@common_options
def import_entries(file: Path, form: str | None, into: str, folder: Path | None, as_json: bool) -> None:
    """Add the entries of another tool's file. Terms that the glossary has already stay as they are and are listed."""
    from pipeline.files import read_text
    from pipeline.terms.exchange import FORMATS, split_known
    from pipeline.terms.store import write_file

    store = open_store(folder)
    entries = FORMATS[form or _guess(file)].read(read_text(file), str(file))
    new, known = split_known(entries, store.glossary)
    name = store.path(into)
    if new:
        write_file(store, name, _with_entries(store.files.get(name, ""), new))
    if as_json:
        print_json({"file": name, "added": list(new), "known": [dict(entry) for entry, _ in known]})
        return
    for entry, concept in known:
        click.echo(f"{entry['term']}: stays {concept.zh_hans} ({concept.place}), not {entry.get('zh-Hans', 'kept')}")
    click.echo(f"{len(new)} added to {name}, {len(known)} known already", err=True)


def _with_entries(text: str, entries: Sequence[Fields]) -> str:
    from pipeline.terms.edit import with_entry

    for fields in entries:
        text = with_entry(text, fields)
    return text


def _typed(typed: Mapping[str, Any]) -> dict[str, Value]:
    """The fields that were typed, those of `--set` too."""
    given = {"policy": typed["policy"], "zh-Hans": typed["zh"], **{key: typed[key] for key in LISTS}}
    fields: dict[str, Value] = {key: value for key, value in given.items() if value}
    for key, value in typed["more"]:
        earlier = fields.get(key, ())
        fields[key] = read_value(key, (*(earlier if isinstance(earlier, tuple) else ()), value))
    return fields


def _change(store: Store, concept: Concept, changes: Fields, as_json: bool) -> None:
    """Write changed fields and today's date, and show the entry."""
    changes = {**changes, "date": date.today().isoformat()}
    store = change_entry(store, concept, lambda text, line: with_fields(text, line, changes))
    _show(next(one for one in store.glossary.concepts if one.place == concept.place), as_json)


def _data(concept: Concept) -> Mapping[str, Value]:
    return {**fields_of(concept), "id": concept.id, "zh-Hans": concept.zh_hans, "place": concept.place}


def _show(concept: Concept, as_json: bool) -> None:
    if as_json:
        print_json(_data(concept))
        return
    for key, value in _data(concept).items():
        click.echo(f"{key:<12} {value if isinstance(value, str) else ', '.join(value)}")
