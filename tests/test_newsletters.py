"""Real newsletters: whatever the model says, their structure and every protected string come through."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from conftest import SHARED, SOURCES

from pipeline.assemble import assemble
from pipeline.document import read_document
from pipeline.plain import bounded
from pipeline.records import Issue, IssueResult
from pipeline.review import all_findings
from pipeline.skeleton import differences, skeleton

NEWSLETTERS = sorted((SHARED / "newsletters").glob("*.en.md")) if SHARED.is_dir() else []
SEEDS = sorted((SHARED / "seeds").glob("*.txt")) if SHARED.is_dir() else []
ENGLISH = [*SOURCES, *NEWSLETTERS]

Translate = Callable[..., IssueResult]


def text_of(path) -> str:
    return path.read_bytes().decode("utf-8")


def count(string: str, text: str) -> int:
    return len(re.findall(bounded(string), text))


def lost_strings(result: IssueResult) -> list[tuple[str, str, int, int]]:
    """Protected strings that stand more or less often in a unit's Chinese than in its English."""
    return [
        (done.unit.id, string, count(string, done.unit.source), count(string, done.target))
        for done in result.units
        for string in done.protected
        if count(string, done.unit.source) != count(string, done.target)
    ]


def test_samples_are_there(shared):
    assert len(NEWSLETTERS) == 5
    assert len(SEEDS) == 5


@pytest.mark.parametrize("path", [*ENGLISH, *SEEDS], ids=lambda path: path.name)
def test_identity(path):
    text = text_of(path)
    document = read_document(Issue("x", text, ""))
    assert assemble(document, {unit.id: unit.source for unit in document.units}) == text


@pytest.mark.model
@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.name)
def test_translation_is_whole(path, translate: Translate):
    result = translate(text_of(path), slug=path.stem)
    assert differences(skeleton(text_of(path)), skeleton(result.text)) == ()
    assert lost_strings(result) == []
    assert [finding for finding in all_findings(result) if finding.severity == "critical"] == []


@pytest.mark.model
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_chinese_seed_as_input_keeps_its_structure(path, translate: Translate):
    """The seeds are Chinese already; as structure samples they must come through any stage."""
    result = translate(text_of(path), slug=path.stem)
    assert differences(skeleton(text_of(path)), skeleton(result.text)) == ()
    assert lost_strings(result) == []


@pytest.mark.model
@pytest.mark.parametrize("to", ["zh-TW", "zh-HK"])
@pytest.mark.parametrize("path", [*SOURCES[:2], *NEWSLETTERS[:1]], ids=lambda path: path.name)
def test_regional_translation_is_whole(path, to, translate: Translate):
    simplified = translate(text_of(path), slug=path.stem)
    result = translate(text_of(path), to, slug=path.stem)
    assert differences(skeleton(text_of(path)), skeleton(result.text)) == ()
    assert lost_strings(result) == []
    assert Counter(re.findall(r"\]\([^)]*\)", result.text)) == Counter(re.findall(r"\]\([^)]*\)", simplified.text))
    assert "们" not in result.text
    assert ("們" in result.text) is ("们" in simplified.text)
