"""Post-editing: what each rule does, and what no rule may do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.marked import Change, Marked, Setting, change
from pipeline.postedit import PostEdited, post_edit
from pipeline.records import CodeForm, Edit, Placeholder, Span, TermMatch

CASES = json.loads((Path(__file__).parent / "data" / "postedit" / "cases.json").read_text(encoding="utf-8"))


def placeholder(char: str, visible: str, kind: str = "name", form: CodeForm = "ph") -> Placeholder:
    return Placeholder(char, visible or "**", kind, form, visible, visible, "test")


TABLE = {
    "G": placeholder("\ue000", "GAN"),
    "B": placeholder("\ue001", "BYOL"),
    "S": placeholder("\ue002", "SimCLR"),
    "H": placeholder("\ue003", "对抗扰动", "term"),
    "Q": placeholder("\ue004", "What Now?", "title"),
    "U": placeholder("\ue005", "https://example.org/a", "url"),
    "N": placeholder("\ue006", "", "softbreak"),
    "I": placeholder("\ue007", "", "image"),
    "F": placeholder("\ue008", "", "footnote"),
    "1": placeholder("\ue00d", "200", "number"),
    "2": placeholder("\ue00e", "12%", "number"),
    "[": placeholder("\ue009", "", "strong", "open"),
    "]": placeholder("\ue00a", "", "strong", "close"),
    "<": placeholder("\ue00b", "", "link", "open"),
    ">": placeholder("\ue00c", "", "link", "close"),
}
PLACEHOLDERS = tuple(TABLE.values())


def term(rendering: str, *avoid: str, admitted: tuple[str, ...] = (), concept: str = "concept") -> TermMatch:
    return TermMatch(Span(0, 1), concept, "translate", rendering, admitted, avoid)


def packed(text: str) -> str:
    """Replace `{G}` by the character of the placeholder called G."""
    return re.sub(r"\{(.)\}", lambda match: TABLE[match[1]].char, text)


def edited(text: str, english: str = "", *terms: TermMatch) -> PostEdited:
    return post_edit(packed(text), PLACEHOLDERS, terms, packed(english))


def undone(result: PostEdited) -> str:
    text = result.text
    for edit in reversed(result.edits):
        text = text[: edit.span.start] + edit.before + text[edit.span.end :]
    return text


@pytest.mark.parametrize("case", CASES, ids=[case["rule"] + ": " + case["draft"][:24] for case in CASES])
def test_a_draft_becomes_good_chinese(case: dict[str, str]) -> None:
    result = edited(case["draft"], case.get("english", ""))
    assert result.text == packed(case["wanted"])
    assert any(edit.reason.count(case["rule"]) for edit in result.edits) == (case["draft"] != case["wanted"])


@pytest.mark.parametrize(
    ("draft", "terms", "wanted"),
    [
        ("数据扩充很好", [term("数据增强", "数据扩充")], "数据增强很好"),
        ("自我关注和关注", [term("自注意力", "自我关注", "关注")], "自注意力和自注意力"),
        ("对抗扰动，对抗性扰动", [term("对抗扰动", "扰动", admitted=("对抗性扰动",))], "对抗扰动，对抗性扰动"),
        ("数据增强和扩充", [term("数据增强", "增强", "扩充")], "数据增强和数据增强"),
        ("图块 GANs", [term("GAN", "gan")], "图块 GANs"),
        ("甘很好", [term("GAN", "甘")], "GAN 很好"),
        ("机器学习", [term("机器学习"), term("训练", "学习")], "机器学习"),
        ("学习", [term("", "学习")], "学习"),
    ],
)
def test_avoided_renderings(draft: str, terms: list[TermMatch], wanted: str) -> None:
    assert edited(draft, "", *terms).text == wanted


@pytest.mark.parametrize(
    ("draft", "terms", "wanted"),
    [
        ("超参数调优", [term("超参数调整", admitted=("超参数调优",))], "超参数调整"),
        ("纽约市", [term("纽约市", admitted=("纽约",))], "纽约市"),
        ("精度和准确率", [term("精度", concept="precision"), term("准确率", admitted=("精度",))], "精度和准确率"),
        ("精度高，精度低", [term("准确率", admitted=("精度",))], "精度高，精度低"),
    ],
    ids=["alone", "part of the preferred one", "another term's", "more than wanted"],
)
def test_preferred_renderings(draft: str, terms: list[TermMatch], wanted: str) -> None:
    assert edited(draft, "", *terms).text == wanted


@pytest.mark.parametrize(
    ("draft", "english", "wanted"),
    [
        ("它们提出了一种方法。", "They propose a method.", "他们提出了一种方法。"),
        ("它们很大。", "They are large.", "它们很大。"),
        (
            "他们使用数据。它们也发现了错误。",
            "They use data. They also found errors.",
            "他们使用数据。他们也发现了错误。",
        ),
        ("它们发现这很好，它们很大。", "They found it good; the models are large.", "他们发现这很好，它们很大。"),
        ("它们提出方法。它们很慢。", "They propose it. They do. They are slow.", "他们提出方法。它们很慢。"),
    ],
    ids=["authors", "things", "the same in the next sentence", "inside a sentence", "counts that do not agree"],
)
def test_authors_are_people(draft: str, english: str, wanted: str) -> None:
    assert edited(draft, english).text == wanted


def test_an_everyday_word_may_vary() -> None:
    wealth = replace(term("财富", admitted=("财产",)), policy="guide")
    assert edited("他们讨论财产。", "They discuss wealth.", wealth).edits == ()


def test_a_term_written_twice_in_a_row_stands_once() -> None:
    result = edited("它们拟合多元高斯高斯。", "They fit a multivariate Gaussian.", term("高斯"))
    assert result.text == "它们拟合多元高斯。"
    assert edited("高斯和高斯", "Gaussian and Gaussian", term("高斯")).edits == ()


def test_a_term_edit_names_its_concept() -> None:
    result = edited("用数据扩充", "", term("数据增强", "数据扩充", concept="data augmentation"))
    assert result.edits == (Edit(Span(3, 5), "扩充", "增强", "term: data augmentation"),)


def test_edits_of_several_rules_are_joined() -> None:
    result = edited("好{G},{B} 和{S}.", "Good {G}, {B} and {S}.")
    assert result.text == packed("好 {G}、{B} 和 {S}。")
    assert "punctuation: full-width mark; punctuation: list comma" in {edit.reason for edit in result.edits}


def test_an_edit_taken_back_leaves_no_trace() -> None:
    there = change(Marked("ab"), [Change(1, 1, " ", "one")])
    assert change(there, [Change(1, 2, "", "two")]) == Marked("ab")


def test_a_placeholder_nobody_described_is_left_alone() -> None:
    assert post_edit("中\uf000文", (), (), "").text == "中\uf000文"


def test_the_view_looks_through_markup() -> None:
    setting = Setting({one.char: one for one in PLACEHOLDERS}, (), "")
    text = packed("中 {[}{G}{]}")
    assert setting.see_before(text, 3) == "中"
    assert setting.see_after(text, 1) == "A"


_PIECES = [
    *("中", "文模型", "的", "哈", "和", "等", "網路", "GAN", "a", "v2", "10", "MB", "97.5", "%", "Dr", "f", "x"),
    *(" ", "  ", "\n", "\u3000", ",", ".", ";", ":", "?", "!", "(", ")", "（", "）", "，", "。", "、", "；", "："),
    *("？", "！", '"', "'", "“", "”", "‘", "’", "...", "…", "……", "-", "--", "—", "——", "–", "<t3>", "＜ t4 ＞"),
    *("t5>", "<unk>", "&", "$", "°", "😀", "３", "．", "[", "]", "《", "》", "·", "/", "=", "数据扩充", "扩充", "カ"),
]
_DRAFTS = st.lists(st.sampled_from(_PIECES) | st.sampled_from([one.char for one in PLACEHOLDERS]), max_size=24).map(
    "".join
)
_ENGLISH = st.sampled_from(
    ["", "Text.", "Text", "Why?", "Go!", " a, b, c, and d.\n", "a, b or c", "ha ha ha", 'Say "so".', "et al.", "x..."]
)
_TERMS = st.sampled_from(
    [(), (term("数据增强", "数据扩充", "扩充"),), (term("模型", "文模"), term("文", "的")), (term("GAN", "中", "甘"),)]
)


@settings(max_examples=300, deadline=None)
@given(_DRAFTS, _ENGLISH, _TERMS)
def test_post_editing_is_idempotent(draft: str, english: str, terms: tuple[TermMatch, ...]) -> None:
    once = post_edit(draft, PLACEHOLDERS, terms, english)
    assert post_edit(once.text, PLACEHOLDERS, terms, english) == PostEdited(once.text, ())


@settings(max_examples=200, deadline=None)
@given(_DRAFTS, _ENGLISH, _TERMS)
def test_edits_lead_back_to_the_draft(draft: str, english: str, terms: tuple[TermMatch, ...]) -> None:
    result = post_edit(draft, PLACEHOLDERS, terms, english)
    assert undone(result) == draft
    places = [place for edit in result.edits for place in (edit.span.start, edit.span.end)]
    assert places == sorted(places)
    assert all(result.text[edit.span.start : edit.span.end] == edit.after for edit in result.edits)
    assert all(edit.before != edit.after and edit.reason for edit in result.edits)


@settings(max_examples=200, deadline=None)
@given(_DRAFTS, _ENGLISH, _TERMS)
def test_protected_characters_survive_in_order(draft: str, english: str, terms: tuple[TermMatch, ...]) -> None:
    result = post_edit(draft, PLACEHOLDERS, terms, english)
    assert re.findall(r"[\ue000-\uf8ff]", result.text) == re.findall(r"[\ue000-\uf8ff]", draft)
