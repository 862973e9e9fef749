"""What all issues of one run share, and the way of one issue through it: from its file to its outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.bilingual import write_bilingual
from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine_ct2 import find_engine
from pipeline.files import cache_folder
from pipeline.glossary import Glossary
from pipeline.locales import Locale, find_locale
from pipeline.memory_store import approved
from pipeline.records import Issue, IssueResult
from pipeline.review_html import render_html
from pipeline.translate import translate_issue
from pipeline.work import Tools
from pipeline.workspace import (
    Before,
    Outputs,
    load_before,
    load_glossary,
    load_issue,
    refuse_overwriting,
    save,
)


@dataclass(frozen=True, slots=True)
class Session:
    """Settings of a run with the model behind the draft cache."""

    locale: Locale
    folder: Path
    """Where outputs are."""
    glossary: Glossary
    engine: CachedEngine


def open_session(target: str, output: Path | None, model: str, glossary: Path | None) -> Session:
    """Find the locale, the model and the glossary that a person named; the model itself is not loaded yet."""
    locale = find_locale(target, own_model=model != "embedded")
    cache = cache_folder()
    engine = find_engine(model, cache, locale.tag)
    drafts = Drafts(cache / "drafts.sqlite")
    return Session(locale, output or Path(locale.folder), load_glossary(glossary), CachedEngine(engine, drafts))


def tools_for(
    session: Session, issue: Issue, before: Before, progress: Callable[[int, int], None] | None = None
) -> Tools:
    """The tools of the stages for one issue: memory from the other issues, people's texts from its own."""
    memory = approved(session.folder, issue.slug)
    return Tools(session.locale, session.glossary, session.engine, before.saved, memory, progress)


def translated(session: Session, path: Path) -> tuple[IssueResult, Before]:
    """Translate the issue in a file; nothing is written."""
    issue, before = load_issue(path), load_before(Outputs.of(session.folder, path.stem))
    return translate_issue(issue, tools_for(session, issue, before)), before


def translate_file(
    session: Session, path: Path, *, force: bool = False, progress: Callable[[int, int], None] | None = None
) -> IssueResult:
    """Translate an issue and write its outputs; ConflictError when its Chinese was edited by hand."""
    issue, outputs = load_issue(path), Outputs.of(session.folder, path.stem)
    before = load_before(outputs)
    refuse_overwriting(outputs, before, path, force=force)
    result = translate_issue(issue, tools_for(session, issue, before, progress))
    save(outputs, result, before, write_bilingual(result, before.saved), render_html(result))
    return result
