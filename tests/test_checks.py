"""Checks: each finds what it is for, and stays silent on good Chinese."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checks import CHECKS, check_issue, check_unit
from pipeline.records import Finding, Policy, Span, TermMatch

DEV = Path(__file__).parents[2] / "shared" / "corpus" / "dev"


def term(rendering: str, *avoid: str, admitted: tuple[str, ...] = (), policy: Policy = "translate") -> TermMatch:
    return TermMatch(Span(0, 1), "concept", policy, rendering, admitted, avoid)


def findings(
    source: str, target: str, protected: tuple[str, ...] = (), terms: tuple[TermMatch, ...] = (), to: str = "zh-Hans"
) -> tuple[Finding, ...]:
    return check_unit("e1/p1", "paragraph", source, target, protected, terms, to)


def names(found: tuple[Finding, ...]) -> list[str]:
    return [one.check for one in found]


LONG = "This sentence has quite a lot of English words so that its length can be judged at all."

BAD = [
    ("empty", "Some text.", " "),
    ("links", "See [this](https://a.org/b).", "见[这](https://a.org/c)。"),
    ("links", "See [this](https://a.org/b).", "见这个。"),
    ("links", "See https://a.org/b.", "见 https://a.org/b 和 https://x.org。"),
    ("links", "Look ![it](a.png)", "看 [它](a.png)"),
    ("code", "Call `run()` now.", "现在调用 run()。"),
    ("code", "Let $x_1$ be.", "设 $x_2$。"),
    ("broken text", "Fine.", "好<t3>。"),
    ("broken text", "Fine.", "好\ufffd。"),
    ("broken text", "Fine.", "好\ue000。"),
    ("markup", "A **bold** word.", "一个粗体词。"),
    ("markup", "A *new* word.", "一个**新**词。"),
    ("markup", "H<sub>2</sub>O is water.", "H2O 是水。"),
    ("numbers", "It has 13 billion parameters.", "它有 13 亿个参数。"),
    ("numbers", "In October 2020 it came.", "它于 2020 年 11 月问世。"),
    ("numbers", "It came.", "它于 2020 年问世。"),
    ("units", "It rose by 5%.", "它上升了 5。"),
    ("units", "It takes 10 MB of space.", "它占 10 个空间。"),
    ("left in English", "The model is very good today.", "模型 is very good today。"),
    ("left in English", "Introduction to the topic", "Introduction to the topic"),
    ("negation", "They are often not the same.", "它们通常相同。"),
    ("negation", "It is not bad. It isn't new.", "它不错。它是新的。"),
    ("length", LONG, "这句话很短。"),
    ("length", "Good.", "好" * 3 + "这是一个非常非常长的译文它比英文长得多得多。"),
    ("repetition", "A negative result.", "阴性阴性阴性结果。"),
    ("repetition", "A result of training.", "训练网络的结果，训练网络的结果。"),
    ("wrong script", "The model is good.", "モデル很好。"),
    ("wrong script", "The network is good.", "網絡很好。"),
    ("punctuation", "First, second.", "第一,第二。"),
    ("punctuation", "It is good.", "它很好."),
    ("punctuation", "Is it good?", "它很好。"),
    ("punctuation", "It is good.", "它很好"),
    ("brackets and quotes", "A model (good) here.", "一个模型（好。"),
    ("brackets and quotes", 'He said "so".', "他说“这样。"),
]


@pytest.mark.parametrize(("check", "source", "target"), BAD, ids=[f"{one[0]}-{place}" for place, one in enumerate(BAD)])
def test_a_fault_is_found(check: str, source: str, target: str) -> None:
    assert check in names(findings(source, target))


def test_every_check_has_a_fault_in_the_tests() -> None:
    elsewhere = {"protected strings", "avoided terms", "glossary terms"}
    assert {check.name for check in CHECKS} == {one[0] for one in BAD} | elsewhere


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("It has 13 billion parameters.", "它有 130 亿个参数。"),
        ("In October 2020, 97.29% and 1,024 came.", "2020 年 10 月，97.29% 和 1024 来了。"),
        ("About twenty people came.", "大约来了 20 人。"),
        ("Fifty cases of Covid-19.", "50 例新冠病例。"),
        ("Fifty cases of Covid-19.", "50 例 COVID-19 病例。"),
        ("A **bold** and _slanted_ word.", "一个**粗体**和*斜体*的词。"),
        ("A *slanted* word", "一个<em>斜体</em>词"),
        ("A **bold** word", "一个<strong>粗体</strong>词"),
        ("See [this](https://a.org/b_(c)) and <https://x.org>.", "见[这个](https://a.org/b_(c))和 <https://x.org>。"),
        ("Let $x_1$ be `a_b`.", "设$x_1$为 `a_b`。"),
        ("Introduction", "简介"),
        ("It is not only fast.", "它很快。"),
        ("It was not released until May.", "它 5 月才发布。"),
        ("We do not know. It is new.", "我们不知道。它是新的。"),
        ("Ha ha ha, very very very good.", "哈哈哈哈哈哈，非常非常非常好。"),
        ('"Go on," he said.', "“继续，”他说。"),
        ("Sampling of many useful things is good.", "采样（sampling of many useful things）很好。"),
        ("こんにちは means hello.", "こんにちは的意思是你好。"),
        ("BERT", "BERT"),
        ("", ""),
    ],
)
def test_good_chinese_has_no_findings(source: str, target: str) -> None:
    assert findings(source, target) == ()


@pytest.mark.parametrize(
    ("source", "target", "protected", "count"),
    [
        ("A GAN.", "一个 GAN。", ("GAN",), 0),
        ("A GAN.", "一个 StyleGAN。", ("GAN",), 1),
        ("StyleGAN and GAN.", "StyleGAN 和 GAN。", ("StyleGAN", "GAN"), 0),
        ("A GAN and a GAN.", "一个 GAN。", ("GAN", "GAN"), 1),
        ("A GAN.", "一个 GAN 和 GAN。", ("GAN",), 1),
        ("Two GANs.", "两个 GAN。", ("GAN",), 0),
        ("In October 2020.", "在 2020 年 10 月。", ("2020 年 10 月",), 0),
    ],
)
def test_protected_strings(source: str, target: str, protected: tuple[str, ...], count: int) -> None:
    assert names(findings(source, target, protected)).count("protected strings") == count


@pytest.mark.parametrize(
    ("target", "terms", "checks"),
    [
        ("数据增强很好。", (term("数据增强", "数据扩充"),), []),
        ("资料增强很好。", (term("数据增强", admitted=("资料增强",)),), []),
        ("它很好。", (term("数据增强"),), ["glossary terms"]),
        ("数据增强很好。", (term("数据增强"), term("数据增强")), ["glossary terms"]),
        ("它很好。", (term("数据增强", policy="prefer"),), []),
        ("它很好。", (term("数据增强", policy="guide"),), []),
        ("数据扩充很好。", (term("数据增强", "数据扩充"),), ["avoided terms", "glossary terms"]),
        ("数据增强很好。", (term("数据增强", "增强"),), []),
        ("[数据增强](数据扩充)很好。", (term("数据增强", "数据扩充"),), ["links"]),
    ],
)
def test_glossary(target: str, terms: tuple[TermMatch, ...], checks: list[str]) -> None:
    assert names(findings("It is good.", target, (), terms)) == checks


def test_an_empty_target_has_one_finding() -> None:
    found = findings("A GAN (2020).", "", ("GAN",), (term("对抗"),))
    assert [(one.check, one.severity, one.unit) for one in found] == [("empty", "critical", "e1/p1")]


def test_a_message_names_what_was_expected_and_found() -> None:
    found = findings("A GAN and a GAN.", "一个 GAN。", ("GAN",))
    assert found[0].message == "“GAN” must stand twice, but stands once."


def test_simplified_characters_are_foreign_to_traditional_text() -> None:
    assert names(findings("The network is good.", "网络很好。", to="zh-Hant-TW")) == ["wrong script"]
    assert findings("The network is good.", "網路很好。", to="zh-Hant-TW") == ()


def test_the_same_english_in_two_ways() -> None:
    pairs = [("a", "Read more", "阅读更多"), ("b", "Read  more", "继续阅读"), ("c", "Read more", "阅读更多")]
    found = check_issue(pairs)
    assert [(one.unit, one.check, one.severity) for one in found] == [("b", "inconsistent", "minor")]
    assert "阅读更多" in found[0].message
    assert "继续阅读" in found[0].message


@given(st.text("中文好，。（）“”*_`[]()<>$!.,GAN 12%\n\ue000", max_size=40), st.text("ab c.?*_`[]()$12%", max_size=40))
def test_no_text_breaks_a_check(target: str, source: str) -> None:
    assert all(one.message.strip() for one in findings(source, target, ("GAN",), (term("好", "中"),)))


@pytest.mark.skipif(not DEV.exists(), reason="the shared development pairs are not here")
@pytest.mark.parametrize("name", ["ml", "news", "flores-dev"])
def test_human_translations_raise_few_findings(name: str) -> None:
    rows = [line.split("\t") for line in (DEV / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    raised = Counter(check for row in rows for check in set(names(findings(row[0], row[1]))))
    assert {check: count for check, count in raised.items() if count > 0.02 * len(rows)} == {}
