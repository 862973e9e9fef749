"""What several test files share: folders, a cache that vanishes, the glossary, and one real translation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine_ct2 import EMBEDDED, find_engine
from pipeline.glossary import Glossary, parse_glossary
from pipeline.locales import find_locale
from pipeline.records import Issue, IssueResult
from pipeline.translate import Tools, translate_issue

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SOURCES = sorted((ROOT / "source_en").glob("*.md"))

Run = Callable[..., subprocess.CompletedProcess[str]]


def needs_model() -> None:
    if not (EMBEDDED / "config.json").is_file():
        pytest.skip("the embedded model is not in this checkout")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test touches the cache of the person who runs it."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("home-cache"))


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the samples folder beside the project is absent")
    return SHARED


@pytest.fixture(scope="session")
def glossary() -> Glossary:
    files = sorted((ROOT / "glossary").glob("*.yaml"))
    return parse_glossary({str(file): file.read_text("utf-8") for file in files})


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def engine(cache: Path) -> Iterator[CachedEngine]:
    needs_model()
    drafts = Drafts(cache / "duizhao" / "drafts.sqlite")
    yield CachedEngine(find_engine("embedded", cache / "duizhao", "zh-Hans"), drafts)
    drafts.close()


@pytest.fixture(scope="session")
def translate(glossary: Glossary, engine: CachedEngine) -> Callable[..., IssueResult]:
    """The main path with the real model: text (and locale) in, result out."""

    def run(text: str, to: str = "zh-Hans", slug: str = "issue") -> IssueResult:
        return translate_issue(Issue(slug, text, ""), Tools(find_locale(to), glossary, engine))

    return run


@pytest.fixture(scope="session")
def duizhao(cache: Path) -> Run:
    """The command in a process of its own; drafts of all tests are shared."""

    def run(*arguments: object, cwd: Path | None = None, **more: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline", *map(str, arguments)],
            cwd=cwd or ROOT,
            env=environment(cache),
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
            **more,  # type: ignore[call-overload]
        )

    return run


def environment(cache: Path) -> dict[str, str]:
    """The environment of a process whose caches are in `cache`."""
    return {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="session")
def output_zh(tmp_path_factory: pytest.TempPathFactory, duizhao: Run) -> Path:
    """What the command makes of our five issues."""
    needs_model()
    folder = tmp_path_factory.mktemp("output_zh")
    done = duizhao("translate", "source_en", "--output", folder)
    assert done.returncode in {0, 1}, done.stderr
    return folder
