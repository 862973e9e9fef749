"""Lint finds each kind of problem, and none in the glossary that comes with the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.locales import LOCALES, regional
from pipeline.terms.lint import lint

ROOT = Path(__file__).parents[1]
CONVERTERS = {locale.tag: regional(locale.opencc) for locale in LOCALES if locale.opencc}


def entry(term: str, rendering: str, *more: str) -> str:
    return "\n  ".join([f"- term: {term}", "policy: translate", f"zh-Hans: {rendering}", *more]) + "\n"


def found(text: str) -> list[tuple[str, str, str]]:
    return [(problem.weight, problem.check, problem.place) for problem in lint({"f": text}, CONVERTERS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(entry("network", "网络"), [], id="clean"),
        pytest.param(
            entry("network", "网络") + entry("Network", "网", "id: net"),
            [("note", "overlap", "f:4")],
            id="only a capital apart",
        ),
        pytest.param(
            entry("network", "网络", "forms: [networks, net work, net-work]"),
            [("note", "needless form", "f:1")] * 2,
            id="plural and hyphen",
        ),
        pytest.param(
            entry('"neural\\n\\nnetwork"', "网络"), [("warning", "never matches", "f:1")], id="no text can match"
        ),
        pytest.param(entry("weight", "权重"), [("warning", "homonym", "f:1")], id="homonym without context"),
        pytest.param(entry("weight", "权重", "context: [model]"), [], id="homonym with context"),
        pytest.param(entry("network", "Netz"), [("warning", "rendering", "f:1")], id="no Chinese"),
        pytest.param(entry("network", "網路"), [("warning", "rendering", "f:1")], id="wrong script"),
        pytest.param(
            entry("network", "网络", "avoid: [网子]") + entry("mesh", "网子"),
            [("note", "avoided rendering", "f:1")],
            id="avoided and wanted",
        ),
        pytest.param(
            entry("network", "网络", "avoid: [网子]") + entry("neural network", "神经网子"),
            [("warning", "avoided part", "f:5")],
            id="a part that is avoided",
        ),
        pytest.param(
            entry("network", "网络", "zh-Hant-TW: 網路", "zh-Hant-HK: 網絡"),
            [("warning", "regional rendering", "f:1")] * 2,
            id="needless overrides",
        ),
        pytest.param(
            entry("model", "模型") + entry("network", "网络", "colour: red") + entry("mesh", "网格", "policy: keep"),
            [("error", "file", "f:7"), ("error", "file", "f:11")],
            id="all errors, with their own lines",
        ),
        pytest.param(entry("model", "模型") + entry("model", "模子"), [("error", "file", "f:4")], id="a duplicate"),
        pytest.param("- term: [", [("error", "file", "f:2")], id="no YAML"),
        pytest.param("term: x", [("error", "file", "f:1")], id="no list"),
    ],
)
def test_problems(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected


def test_the_shipped_glossary_is_clean() -> None:
    files = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "glossary").glob("*.yaml"))}
    assert [problem for problem in lint(files, CONVERTERS) if problem.weight != "note"] == []
