"""The commands `duizhao glossary …` that look at issues: suggest, evidence, impact, evaluate."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.glossary import Glossary
    from pipeline.session import Session
    from pipeline.terms.edit import Value
    from pipeline.terms.evaluation import Evaluation, Mode
    from pipeline.terms.evidence import Rendering, Sample
    from pipeline.terms.impact import EntryChange, UnitChange
    from pipeline.terms.suggest import Candidate

Command = Callable[..., Any]
_PATH = click.Path(path_type=Path)
_SCORES = ("proper", "exclusive", "kept", "translated", "consistency")


def _model(command: Command) -> Command:
    """Add the options of commands that may ask the model."""
    for option in (
        click.option("--model", default="embedded", show_default=True, help="`embedded` or a folder with a model."),
        click.option("--to", "target", default="zh-Hans", show_default=True, help="Target of the translation."),
        click.option("--output", type=_PATH, help="Folder with the translated issues.  [default: output_zh …]"),
    ):
        command = option(command)
    return command


def common_options(command: Command) -> Command:
    """Add the options of every glossary command."""
    folder = click.option("--glossary", "folder", type=_PATH, help="Folder with glossary files.")
    return folder(click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command))


@click.command()
@click.argument("issues", nargs=-1, required=True, metavar="ISSUE...")
@click.option("--accept", help="Glossary file to add to; on a terminal each candidate is asked for by one key.")
@click.option("--limit", default=40, show_default=True, help="How many candidates.")
@_model
@common_options
def suggest(
    issues: Sequence[str],
    accept: str | None,
    limit: int,
    output: Path | None,
    target: str,
    model: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """List terms of new English issues that the glossary does not have, with what the model makes of them."""
    from pipeline.engine import Request
    from pipeline.session import open_session
    from pipeline.terms.suggest import find_candidates, with_renderings

    session = open_session(target, output, model, folder)
    found = find_candidates(list(_passages(issues)), session.glossary)[:limit]
    answers = session.engine.translate([Request(candidate.term) for candidate in found])
    found = tuple(
        candidate if candidate.is_name else with_renderings(candidate, (hypothesis.text for hypothesis in answer))
        for candidate, answer in zip(found, answers, strict=True)
    )
    if accept:
        _accept(found, accept, folder)
    elif as_json:
        print_json([asdict(candidate) for candidate in found])
    else:
        for candidate in found:
            _print_candidate(candidate)


def _passages(issues: Sequence[str]) -> Iterator[Any]:
    from pipeline.document import read_document
    from pipeline.terms.suggest import Passage
    from pipeline.workspace import find_issues, load_issue

    for path in find_issues(issues):
        yield from (Passage(path.stem, unit) for unit in read_document(load_issue(path)).units)


def _print_candidate(candidate: Candidate) -> None:
    expansion = f" = {candidate.expansion}" if candidate.expansion else ""
    click.echo(
        f"{candidate.term}{expansion}  [{candidate.kind}, {candidate.count} ×]  {'; '.join(candidate.renderings)}"
    )
    click.echo(f"    … {candidate.context} …")


def _accept(candidates: Sequence[Candidate], file: str, folder: Path | None) -> None:
    """Add candidates to a file: all of them or, on a terminal, those that get a key."""
    from pipeline.terms.store import add_entry, open_store

    store = open_store(folder)
    added = 0
    for candidate in candidates:
        key = _ask(candidate) if sys.stdin.isatty() else "k" if candidate.is_name else "p"
        if key == "q":
            break
        fields = _fields(candidate, key)
        if fields:
            store = add_entry(store, store.path(file), fields)
            added += 1
    click.echo(f"{added} added to {store.path(file)}", err=True)


def _ask(candidate: Candidate) -> str:
    _print_candidate(candidate)
    click.echo("    k keep  t translate  p prefer  q quit  other keys: not this one")
    return click.getchar().lower()


def _fields(candidate: Candidate, key: str) -> dict[str, Value]:
    """The entry for a candidate; none without a rendering to write, unless the term is kept."""
    common: dict[str, Value] = {"term": candidate.term, "note": f"seen in {', '.join(candidate.issues)}"}
    if key == "k":
        return {**common, "policy": "keep"}
    if key in {"t", "p"} and candidate.renderings:
        policy = "translate" if key == "t" else "prefer"
        return {**common, "policy": policy, "zh-Hans": candidate.renderings[0]}
    return {}


@click.command()
@click.argument("term")
@click.option("--output", type=_PATH, default="output_zh", show_default=True, help="Folder with bilingual files.")
@common_options
def evidence(term: str, output: Path, folder: Path | None, as_json: bool) -> None:
    """List what raw translations made of TERM in all issues, with counts."""
    from pipeline.terms.evidence import find_renderings
    from pipeline.terms.store import open_store

    store = open_store(folder)
    try:
        concept = store.find(term)
    except InputError:
        concept = None
    inside, outside = _samples(output, _with_term(store.glossary, term), concept.id if concept else "evidence")
    found = find_renderings(inside, outside, concept)
    if as_json:
        print_json({"term": term, "samples": len(inside), "renderings": [asdict(one) for one in found]})
        return
    click.echo(f"{term}: {len(inside)} of {len(inside) + len(outside)} units")
    for one in found:
        _print_rendering(one)


def _with_term(glossary: Glossary, term: str) -> Glossary:
    """The glossary with a term that it may not have, so that it is looked for like all others."""
    from dataclasses import replace

    from pipeline.errors import GlossaryError
    from pipeline.glossary import parse_glossary
    from pipeline.terms.edit import with_entry

    try:
        text = with_entry("", {"term": term, "id": "evidence", "policy": "prefer", "zh-Hans": "?", "case": "any"})
        (concept,) = parse_glossary({"term": text}).concepts
    except GlossaryError as error:
        raise InputError(f"{term!r} cannot be looked for: {error}") from None
    known = {form.lower() for one in glossary.concepts for form in (one.term, *one.forms, one.id)}
    return glossary if term.lower() in known else replace(glossary, concepts=(*glossary.concepts, concept))


def _samples(output: Path, glossary: Glossary, concept: str) -> tuple[list[Sample], list[Sample]]:
    """The units of all bilingual files, those with the concept first."""
    from pipeline.bilingual import read_bilingual
    from pipeline.files import read_text
    from pipeline.glossary import find_terms
    from pipeline.terms.evidence import Sample

    files = sorted(output.glob("*.po"))
    if not files:
        raise InputError(f"{output}: no bilingual files (ending in .po); translate issues first")
    sides: tuple[list[Sample], list[Sample]] = ([], [])
    for file in files:
        for saved in read_bilingual(read_text(file), str(file)).entries:
            found = any(match.concept == concept for match in find_terms(saved.source, glossary))
            if saved.raw:
                sides[not found].append(Sample(f"{file.stem} {saved.unit}", saved.source, saved.raw))
    return sides


def _print_rendering(one: Rendering) -> None:
    elsewhere = f", elsewhere {one.elsewhere}" if one.elsewhere else ""
    click.echo(f"{one.samples:>6}  {one.text}  [{one.role}{elsewhere}]  {one.example}")


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option("--against", type=_PATH, help="Folder with the old glossary.  [default: the last commit]")
@click.option("--apply", "applying", is_flag=True, help="Translate the affected issues again and write them.")
@_model
@common_options
def impact(
    issues: Sequence[str],
    against: Path | None,
    applying: bool,
    output: Path | None,
    target: str,
    model: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what the changed glossary changes in past issues; all of source_en unless ISSUE says which."""
    from pipeline.session import open_session
    from pipeline.terms.impact import changed_entries
    from pipeline.terms.store import committed_glossary
    from pipeline.workspace import default_glossary, find_issues, load_glossary

    session = open_session(target, output, model, folder)
    old = load_glossary(against) if against else committed_glossary(folder or default_glossary())
    changes = changed_entries(old, session.glossary)
    paths = find_issues(issues or ("source_en",)) if changes else []
    found = {path.stem: _issue_changes(session, path, old, applying) for path in paths}
    found = {slug: units for slug, units in found.items() if units}
    if as_json:
        units = {slug: [asdict(unit) for unit in units] for slug, units in found.items()}
        print_json({"entries": [_entry(change) for change in changes], "issues": units, "applied": applying})
        return
    for change in changes:
        click.echo(f"{change.kind}: {change.id}")
    for slug, units_of_issue in found.items():
        _print_changes(slug, units_of_issue)
    count = sum(map(len, found.values()))
    click.echo(f"{count} units in {len(found)} issues, {session.engine.decoded} new requests", err=True)


def _entry(change: EntryChange) -> dict[str, object]:
    return {"id": change.id, "kind": change.kind}


def _issue_changes(session: Session, path: Path, old: Glossary, applying: bool) -> tuple[UnitChange, ...]:
    """What becomes of one issue; the model is asked only when the glossary touches it."""
    from pipeline.session import translate_file, translated
    from pipeline.terms.impact import affected_units, unit_changes
    from pipeline.workspace import Outputs, load_before

    saved = load_before(Outputs.of(session.folder, path.stem)).saved.entries
    touched = affected_units(saved, old, session.glossary, session.locale.tag)
    if not touched:
        return ()
    result = translate_file(session, path) if applying else translated(session, path)[0]
    return unit_changes(result, saved, touched, session.glossary)


def _print_changes(slug: str, units: Sequence[UnitChange]) -> None:
    for unit in units:
        if unit.before == unit.after and not unit.contradictions:
            continue
        click.echo(f"\n{slug} {unit.unit}  ({', '.join(unit.terms)})")
        if unit.before != unit.after:
            click.echo(f"- {unit.before}\n+ {unit.after}")
        for message in unit.contradictions:
            click.echo(f"! a person's text stays: {message}")


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option("--pairs", type=_PATH, help="TSV of English and reference; adds BLEU and chrF.")
@click.option("--control", is_flag=True, help="Measure a glossary of random words too.")
@_model
@common_options
def evaluate(
    issues: Sequence[str],
    pairs: Path | None,
    control: bool,
    output: Path | None,
    target: str,
    model: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Measure how well terms come out, with the glossary and without it, before and after post-editing."""
    from pipeline.session import open_session
    from pipeline.terms.evaluation import evaluate as measure
    from pipeline.work import Tools
    from pipeline.workspace import find_issues, load_issue

    if bool(issues) == bool(pairs):
        raise click.UsageError("give either issues or --pairs")
    session = open_session(target, output, model, folder)
    tools = Tools(session.locale, session.glossary, session.engine)
    texts, references = _read_pairs(pairs) if pairs else ([load_issue(path) for path in find_issues(issues)], [])
    result = measure(texts, references, tools, control=control)
    if as_json:
        print_json(asdict(result))
    else:
        _print_evaluation(result)


def _read_pairs(file: Path) -> tuple[list[Any], list[str]]:
    from pipeline.files import read_text
    from pipeline.records import Issue

    rows = [line.split("\t") for line in read_text(file).splitlines() if line.strip()]
    if not rows or any(len(row) < 2 for row in rows):
        raise InputError(f"{file}: each line is English, a tab and its reference")
    return [Issue(f"line-{number}", row[0], "") for number, row in enumerate(rows, 1)], [row[1] for row in rows]


def _print_evaluation(result: Evaluation) -> None:
    head = f"{'glossary':<10} {'text':<8} {'terms':>6} "
    click.echo(head + " ".join(f"{name:>11}" for name in (*_SCORES, "avoided", "BLEU", "chrF")))
    for mode in result.modes:
        for text in ("raw", "edited"):
            click.echo(f"{mode.name:<10} {text:<8} " + " ".join(_cells(mode, text)))
    for one in result.missing:
        click.echo(f"missing: {one.document} {one.unit}: {one.concept}, {one.found} of {one.wanted}")


def _cells(mode: Mode, text: str) -> list[str]:
    scores, quality = getattr(mode, text), getattr(mode, f"{text}_quality")
    figures = [f"{100 * getattr(scores, name):>11.2f}" for name in _SCORES]
    rated = [f"{quality.bleu:>11.1f}", f"{quality.chrf:>11.1f}"] if quality else [f"{'':>11}"] * 2
    return [f"{scores.terms:>6}", *figures, f"{scores.avoided:>11}", *rated]


def print_json(data: object) -> None:
    """Print data as JSON that people can read too."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
