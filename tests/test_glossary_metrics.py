"""The metrics on texts worked out by hand, and covers that use no place twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Policy, Span, TermMatch
from pipeline.term_cover import cover, find_admitted, find_wrong, rename
from pipeline.terms.metrics import Rated, missing, proper, quality, score


def term(
    rendering: str, *admitted: str, concept: str = "", policy: Policy = "translate", avoid: tuple[str, ...] = ()
) -> TermMatch:
    return TermMatch(Span(0, 1), concept or rendering, policy, rendering, admitted, avoid)


NETWORK, NEURAL = term("网络"), term("神经网络")


@pytest.mark.parametrize(
    ("terms", "text", "expected"),
    [
        ([NETWORK], "网络", {"网络": 1}),
        ([NETWORK, NETWORK], "网络", {"网络": 1}),
        ([NETWORK], "网络和网络", {"网络": 1}),
        ([NETWORK, NEURAL], "神经网络", {"神经网络": 1}),
        ([NETWORK, NEURAL], "神经网络和网络", {"网络": 1, "神经网络": 1}),
        ([term("ab网"), term("网cd")], "ab网cd", 1),
        ([term("甲乙"), term("乙丙"), term("丙丁")], "甲乙丙丁", 2),
        ([term("GAN", policy="keep")], "StyleGAN", {}),
        ([term("GAN", policy="keep")], "一个 GAN。", {"GAN": 1}),
        ([term("推理", concept="a"), term("推理", concept="b")], "推理", 1),
        ([term("图像块", "图块")], "图块", {"图像块": 1}),
        ([term("学习"), term("学习"), term("机器学习")], "机器学习，学习", {"学习": 1, "机器学习": 1}),
    ],
)
def test_cover(terms: list[TermMatch], text: str, expected: dict[str, int] | int) -> None:
    found = cover(terms, text)
    assert found.total() == expected if isinstance(expected, int) else found == Counter(expected)


letters = st.text("甲乙丙", min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(st.lists(letters, min_size=1, max_size=5), st.text("甲乙丙", max_size=9))
def test_a_cover_is_the_largest_one(renderings: list[str], text: str) -> None:
    terms = [term(rendering) for rendering in renderings]
    assert cover(terms, text).total() == _largest(tuple(renderings), text, 0)


def _largest(renderings: tuple[str, ...], text: str, start: int) -> int:
    """Every way to lay renderings on the text from left to right."""
    best = 0
    for at in range(start, len(text)):
        for index, rendering in enumerate(renderings):
            if text.startswith(rendering, at):
                rest = renderings[:index] + renderings[index + 1 :]
                best = max(best, 1 + _largest(rest, text, at + len(rendering)))
    return best


def test_scores() -> None:
    gan, paper = term("GAN", policy="keep"), term("论文", "文章", avoid=("纸",))
    texts = [
        Rated("one", "p1", (gan, paper, paper), "GAN 的论文和文章"),
        Rated("one", "p2", (gan, term("数据", policy="prefer")), "没有"),
        Rated("two", "p1", (paper,), "一张纸"),
    ]
    found = score(texts)
    assert found.terms == 5
    assert found.exclusive == 3 / 5
    assert (found.kept, found.translated) == (1 / 2, 2 / 3)
    assert found.consistency == 2 / 5
    assert found.avoided == 1
    assert found.proper == (1 / 2 + 1 + 0) / 3
    assert [(one.document, one.unit, one.concept, one.wanted, one.found) for one in missing(texts)] == [
        ("one", "p2", "GAN", 1, 0),
        ("two", "p1", "论文", 1, 0),
    ]


def test_proper_counts_nested_renderings_twice() -> None:
    texts = [Rated("d", "p", (NETWORK, NEURAL), "神经网络")]
    assert proper(texts) == 1
    assert score(texts).exclusive == 1 / 2


def test_nothing_to_score() -> None:
    assert score([]).exclusive == score([]).proper == 1


def test_quality() -> None:
    pytest.importorskip("sacrebleu")
    same = quality(["深度学习很好用。"], ["深度学习很好用。"])
    assert (round(same.bleu), round(same.chrf)) == (100, 100)
    assert quality(["天气不错"], ["深度学习很好用。"]).chrf < 10


@pytest.mark.parametrize(
    ("text", "faulty", "expected"),
    [
        ("网络", False, set()),
        ("网格", False, set()),
        ("网", False, {0}),
        ("网络", True, {1}),
        ("网络偏好", True, set()),
    ],
)
def test_wrong_terms(text: str, faulty: bool, expected: set[int]) -> None:
    terms = [term("网络", avoid=("网格",)), term("偏好", policy="prefer")]
    assert find_wrong(terms, text, faulty) == expected
    always = [terms[0], replace(terms[1], proper=True)]
    assert find_wrong(always, text, faulty) == find_wrong(terms, text, faulty=True)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("自动回归模型", ["自动回归模型"], "自回归模型"),
        ("自动回归模型和自动回归模型", ["自动回归模型"], "自动回归模型和自动回归模型"),
        ("自回归模型和自动回归模型", ["自动回归模型"], "自回归模型和自动回归模型"),
        ("an Autoregressive Model", ["Autoregressive Model"], "an Autoregressive Model"),
        ("用 Autoregressive Model 做", ["Autoregressive Model"], "用 自回归模型 做"),
        ("模", ["模"], "模"),
        ("大网络", ["网络"], "大网络"),
    ],
    ids=["once", "too often", "there already", "in English", "left in English", "too short", "another term's"],
)
def test_rename(text: str, words: list[str], expected: str) -> None:
    terms = [term("自回归模型", concept="ar"), term("大网络")]
    assert rename(text, terms, {"ar": words}) == expected


def test_admitted_renderings_beside_the_preferred_one() -> None:
    terms = [term("论文", "文章"), term("论文", "文章")]
    assert [(span.start, span.end) for span, _ in find_admitted("论文和文章", terms)] == [(3, 5)]
    assert find_admitted("文章、文章、文章", terms) == []
