"""The English of `both` terms: at first use only, in running text, never twice in parentheses."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_engine import FakeEngine

from pipeline.drafts import CachedEngine, Drafts
from pipeline.first_use import Passage, gloss_first_uses
from pipeline.glossary import parse_glossary
from pipeline.locales import find_locale
from pipeline.marked import Marked
from pipeline.records import Edit, Issue, Span, TermMatch
from pipeline.translate import Tools, translate_issue

TERM = TermMatch(Span(0, 1), "rl", "both", "强化学习", ("增强学习",), ())
ENGLISH = {"rl": "reinforcement learning"}


def glossed(*texts: str, term: TermMatch = TERM) -> list[str]:
    passages = [Passage(Marked(text), (term, term)) for text in texts]
    return [marked.text for marked in gloss_first_uses(passages, ENGLISH)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["用强化学习做强化学习。"], ["用强化学习（reinforcement learning）做强化学习。"]),
        (["没有。", "强化学习", "强化学习"], ["没有。", "强化学习（reinforcement learning）", "强化学习"]),
        (["增强学习和强化学习"], ["增强学习（reinforcement learning）和强化学习"]),
        (["强化学习（RL）", "强化学习"], ["强化学习（RL）", "强化学习"]),
        (["**强化学习\ue000 (RL)"], ["**强化学习\ue000 (RL)"]),
        (["强化学习 \ue001"], ["强化学习（reinforcement learning）\ue001"]),
    ],
    ids=["once", "first unit", "admitted", "introduced already", "behind a mark", "before a name"],
)
def test_first_use(texts: list[str], expected: list[str]) -> None:
    assert glossed(*texts) == expected


def test_other_policies_stay() -> None:
    term = TermMatch(Span(0, 1), "rl", "translate", "强化学习", (), ())
    assert glossed("强化学习", term=term) == ["强化学习"]


def test_the_edit_is_recorded_beside_others() -> None:
    edit = Edit(Span(0, 1), "以", "用", "other")
    (marked,) = gloss_first_uses([Passage(Marked("用强化学习", (edit,)), (TERM,))], ENGLISH)
    assert marked.edits == (edit, Edit(Span(5, 29), "", "（reinforcement learning）", "first use: rl"))


@pytest.mark.parametrize(("to", "chinese"), [("zh-Hans", "强化学习"), ("zh-Hant-TW", "強化學習")])
def test_in_an_issue(to: str, chinese: str, tmp_path: Path) -> None:
    entry = "- term: reinforcement learning\n  policy: both\n  zh-Hans: 强化学习\n"
    glossary = parse_glossary({"f": entry})
    engine = FakeEngine(rule=lambda request: ("我们用强化学习。",))
    tools = Tools(find_locale(to), glossary, CachedEngine(engine, Drafts(tmp_path / "drafts.sqlite")))
    text = "# Reinforcement learning\n\nWe use reinforcement learning.\n\nThey use reinforcement learning.\n"
    heading, first, second = translate_issue(Issue("x", text, ""), tools).text.split("\n\n")
    assert heading == f"# {chinese}"
    assert first.endswith(f"{chinese}（reinforcement learning）。")
    assert second.rstrip().endswith(f"{chinese}。")
