"""Renderings found by statistics, and those that the glossary knows."""

from __future__ import annotations

from pipeline.glossary import parse_glossary
from pipeline.terms.evidence import Sample, find_renderings

OTHERS = [Sample(f"b{n}", "other", text) for n, text in enumerate(("数据很多。", "他们训练模型。", "结果很好。"))]


def samples(*texts: str) -> list[Sample]:
    return [Sample(f"a{number}", "the contrastive loss", text) for number, text in enumerate(texts)]


def found(*texts: str) -> list[tuple[str, str, int]]:
    return [(one.text, one.role, one.samples) for one in find_renderings(samples(*texts), OTHERS, None)]


def test_the_common_expression_is_found() -> None:
    assert found("我们用对比损失。", "对比损失的结果很好。", "模型有对比损失。") == [("对比损失", "unknown", 3)]


def test_each_further_expression_is_found() -> None:
    assert found("用对比损失。", "新对比损失。", "对比损失好。", "对照损耗多。", "是对照损耗。") == [
        ("对比损失", "unknown", 3),
        ("对照损耗", "unknown", 2),
    ]


def test_words_left_in_english_are_none_and_wrong_latin_is() -> None:
    assert found("用 contrastive loss", "是 contrastive loss") == []
    assert found("用 ConLoss 吧", "是 ConLoss 呢") == [("ConLoss", "unknown", 2)]


def test_one_sample_is_not_enough_beside_others() -> None:
    assert found("用对比损失。", "对比损失好。", "完全另一句话") == [("对比损失", "unknown", 2)]


def test_known_renderings_come_first_with_their_roles() -> None:
    entry = (
        "- term: contrastive loss\n  policy: translate\n  zh-Hans: 对比损失\n  admitted: [对照损失]\n  avoid: [反差]\n"
    )
    (concept,) = parse_glossary({"f": entry}).concepts
    texts = samples("反差大", "对照损失", "对比损失", "对比损失", "比较损耗甲", "乙比较损耗")
    assert [(one.text, one.role, one.samples, one.example) for one in find_renderings(texts, OTHERS, concept)] == [
        ("对比损失", "preferred", 2, "a2"),
        ("对照损失", "admitted", 1, "a1"),
        ("反差", "avoid", 1, "a0"),
        ("比较损耗", "unknown", 2, "a4"),
    ]


def test_nothing_to_look_at() -> None:
    assert find_renderings([], OTHERS, None) == ()
