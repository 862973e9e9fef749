"""The ladder: each rung is reached when those above fail, and no model can lose a placeholder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fake_engine import ADVERSARIES, SLOTS, FakeEngine, Rule, faithful, lost, silent, unexpected, without_slots
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.attempt import Draft
from pipeline.decode import first_requests, gather, translate_all
from pipeline.draft import draft_units
from pipeline.engine import Request
from pipeline.glossary import parse_glossary
from pipeline.parts import Segment
from pipeline.protect import characters, protect
from pipeline.records import Placeholder, Policy, Span, TermMatch, Unit

A, B, C, D = "\ue000\ue001\ue002\ue003"
OPEN, CLOSE = "\ue010\ue011"
LINK_OPEN, LINK_CLOSE = "\ue012\ue013"
NAMES = {A: "BYOL", B: "SimCLR", C: "T5-11B", D: "**GAN**"}
TABLE = {
    **{char: Placeholder(char, name, "name", "ph", name, name, "name: inner capital") for char, name in NAMES.items()},
    OPEN: Placeholder(OPEN, "**", "strong", "open", "", "**", "markup:1"),
    CLOSE: Placeholder(CLOSE, "**", "strong", "close", "", "**", "markup:1"),
    LINK_OPEN: Placeholder(LINK_OPEN, "[", "link", "open", "", "[", "markup:2"),
    LINK_CLOSE: Placeholder(LINK_CLOSE, "](u)", "link", "close", "", "](u)", "markup:2"),
}


def term(text: str, english: str, rendering: str, *avoid: str, policy: Policy = "translate") -> TermMatch:
    at = text.index(english)
    return TermMatch(Span(at, at + len(english)), english, policy, rendering, (), avoid)


def climb(engine: FakeEngine, text: str, *terms: TermMatch) -> Draft:
    (draft,) = translate_all([Segment(text, TABLE, terms)], engine, None)
    assert Counter(characters(draft.text)) == Counter(characters(text))
    return draft


def test_plain():
    engine = FakeEngine(f"{SLOTS[0]} 很快。")
    draft = climb(engine, f"{A} is fast.")
    assert (draft.text, draft.rung) == (f"{A} 很快。", "plain")
    assert engine.requests == [Request("<t0> is fast.", wide=False)]


def test_nothing_to_translate_is_not_asked():
    assert climb(FakeEngine(), f"{A} — {B}").rung == "nothing"


def test_a_term_alone_is_answered_by_the_glossary():
    text = "self-attention"
    assert climb(FakeEngine(), text, term(text, text, "自注意力")).text == "自注意力"


def test_marks_are_put_around_their_words():
    engine = FakeEngine("非常快", "今天它非常快。")
    draft = climb(engine, f"It is {OPEN}very fast{CLOSE} today.")
    assert draft.text == f"今天它{OPEN}非常快{CLOSE}。"
    assert draft.rung == "plain"
    assert engine.asked == ["very fast", "It is very fast today."]


def test_marks_inside_marks():
    engine = FakeEngine("论文", "新的论文", "请看新的论文。")
    draft = climb(engine, f"See {LINK_OPEN}the new {OPEN}paper{CLOSE}{LINK_CLOSE} please.")
    assert draft.text == f"请看{LINK_OPEN}新的{OPEN}论文{CLOSE}{LINK_CLOSE}。"


def test_words_not_found_again_become_a_slot():
    engine = FakeEngine("非常快", "今天它的速度惊人。", "今天它<t0>。")
    draft = climb(engine, f"It is {OPEN}very fast{CLOSE} today.")
    assert draft.text == f"今天它{OPEN}非常快{CLOSE}。"
    assert draft.rung == "retry"
    assert engine.asked[2:] == ["It is <t0> today."]


def test_a_missing_term_becomes_a_slot():
    text = f"{A} uses self-attention in all layers."
    engine = FakeEngine("<t0> 在所有层中使用它。", "自我关注", "<t0> 在所有层中使用 <t1>。")
    draft = climb(engine, text, term(text, "self-attention", "自注意力"))
    assert draft.text == f"{A} 在所有层中使用自注意力。"
    assert engine.asked[1:] == ["self-attention", "<t0> uses <t1> in all layers."]


def test_the_models_own_word_for_a_term_is_replaced():
    text = f"{A} uses self-attention in all layers."
    engine = FakeEngine("<t0> 在所有层中使用自我关注。", "自我关注")
    assert climb(engine, text, term(text, "self-attention", "自注意力")).text == f"{A} 在所有层中使用自注意力。"


def test_a_rendering_to_avoid_is_left_to_post_editing():
    text = f"{A} uses self-attention in all layers."
    engine = FakeEngine("<t0> 在所有层中使用自我关注。")
    draft = climb(engine, text, term(text, "self-attention", "自注意力", "自我关注"))
    assert (draft.text, draft.rung) == (f"{A} 在所有层中使用自我关注。", "plain")


@pytest.mark.parametrize(("proper", "expected"), [(True, "荷兰语BERT"), (False, "教程BERT")])
def test_a_people_or_language_is_asked_for_a_common_word_is_not(proper, expected):
    dutch = replace(term("Dutch ", "Dutch", "荷兰语", policy="prefer"), proper=proper)
    answers = {"Dutch": "荷兰人", "<t0> <t1>": "<t0> <t1>"}
    engine = FakeEngine(rule=lambda request: [answers.get(request.text, "教程 <t0>")])
    assert climb(engine, f"Dutch {A}", dutch).text.replace(A, "BERT").replace(" ", "") == expected


def test_a_right_term_needs_no_second_question():
    text = "The self-attention is good."
    engine = FakeEngine("自注意力很好。")
    assert climb(engine, text, term(text, "self-attention", "自注意力")).rung == "plain"


def test_a_merely_preferred_term_is_not_forced():
    text = "The good method is here."
    engine = FakeEngine("好的做法在这里。")
    assert climb(engine, text, term(text, "method", "方法", policy="prefer")).text == "好的做法在这里。"


@pytest.mark.parametrize(
    ("said", "becomes"),
    [("研究人员讨论了鸭子。", "研究人员讨论了财富。"), ("研究人员讨论了财产。", "研究人员讨论了财产。")],
    ids=["another word", "an admitted rendering"],
)
def test_the_model_is_guided_to_one_of_an_everyday_words_renderings(said, becomes):
    text = "Researchers discussed the wealth."
    wealth = replace(term(text, "wealth", "财富", policy="guide"), admitted=("财产",))
    answers = {text: said, "wealth": "木头"}
    engine = FakeEngine(rule=lambda request: [answers.get(request.text, "研究人员讨论了 <t0>。")])
    assert climb(engine, text, wealth).text.replace(" ", "") == becomes


def test_the_best_hypothesis_wins_not_the_first():
    engine = FakeEngine(("它们 它们 它们 它们 <t0>。", "<t0> 很快。"))
    assert climb(engine, f"{A} is fast.").text == f"{A} 很快。"


def test_wide():
    engine = FakeEngine("很快。", ("也很快。", "<t0> 很快。"))
    draft = climb(engine, f"The {A} is fast.")
    assert (draft.text, draft.rung) == (f"{A} 很快。", "retry")
    assert engine.requests[1] == Request("the <t0> is fast.", wide=True)


def test_turned():
    engine = FakeEngine("快。", "快。", "<t1> 比 <t0> 快。")
    draft = climb(engine, f"{A} is faster than {B}.")
    assert draft.text == f"{A} 比 {B} 快。"
    assert engine.asked[2] == "<t1> is faster than <t0>."


def test_names_themselves():
    engine = FakeEngine("快。", "快。", "快。", "BYOL 比 SimCLR 快。")
    draft = climb(engine, f"{A} is faster than {B}.")
    assert draft.text == f"{A} 比 {B} 快。"
    assert engine.asked[3] == "BYOL is faster than SimCLR."


def test_pieces():
    text = f"We trained {A} for days, but the results are bad."
    engine = FakeEngine(*["坏。"] * 4, "我们训练了 <t0> 好几天。", "但结果不好。")
    draft = climb(engine, text)
    assert (draft.text, draft.rung) == (f"我们训练了 {A} 好几天，但结果不好。", "pieces")
    assert engine.asked[4:] == ["We trained <t0> for days,", "but the results are bad."]


def test_a_name_with_marks_is_not_sent_as_a_name():
    engine = FakeEngine(*["坏。"] * 3, "我们训练", "好几天。")
    draft = climb(engine, f"We trained {D} for days.")
    assert (draft.text, draft.rung) == (f"我们训练 {D} 好几天。", "order")


def test_order():
    engine = FakeEngine(*["坏。"] * 4, "我们比较", "和", "在此。")
    draft = climb(engine, f"We compare {A} with {B} here.")
    assert (draft.text, draft.rung) == (f"我们比较 {A} 和 {B} 在此。", "order")


def test_a_very_long_text_is_cut_at_once():
    text = "one two three four, " * 20
    engine = FakeEngine(rule=faithful)
    climb(engine, text.strip())
    assert all(len(asked.split()) <= 70 for asked in engine.asked)


def test_without_slots_names_carry_the_placeholders():
    engine = FakeEngine("BYOL 很快。", slots=())
    assert climb(engine, f"{A} is fast.").text == f"{A} 很快。"
    assert engine.asked == ["BYOL is fast."]


def test_text_that_gives_nothing_stays_english():
    draft = climb(FakeEngine(rule=silent), "It is very fast.")
    assert draft.text == "It is very fast."
    assert draft.rung == "order"


def test_backslashes_of_the_model_survive():
    engine = FakeEngine(r"快\路", "今天。", "今天它<t0>。")
    draft = climb(engine, f"It is {OPEN}very fast{CLOSE} today.")
    assert draft.text == rf"今天它{OPEN}快\路{CLOSE}。"


def test_answers_go_back_to_their_segments():
    segments = [Segment(f"{A} is fast.", TABLE), Segment("nothing " + B, TABLE), Segment(C, TABLE)]
    done: list[int] = []
    drafts = translate_all(segments, FakeEngine("没有。", "<t0> 没有。", rule=faithful), done.append)
    assert [characters(draft.text) for draft in drafts] == [[A], [B], [C]]
    assert done[-1] == 3
    assert done == sorted(done)


def test_first_requests_ask_no_engine():
    engine = FakeEngine(rule=unexpected)
    segments = [Segment(f"{A} is fast.", TABLE), Segment("It works.", TABLE), Segment(A, TABLE)]
    assert [request.text for request in first_requests(segments, engine)] == ["<t0> is fast.", "It works."]
    assert first_requests([], engine) == []
    assert list(gather([])) == []


MARKS = st.sampled_from([(OPEN, CLOSE), (LINK_OPEN, LINK_CLOSE)])
PROSE = st.lists(
    st.sampled_from(["the", "network", "is", "and", "fast,", "but", "it", "good.", "12", "Deep", "while", "§", "a;"]),
    min_size=1,
    max_size=7,
).map(" ".join)


@st.composite
def coded_texts(draw: st.DrawFn) -> str:
    """Prose with each placeholder at most once and with marks that close, around each other or side by side."""
    pieces = draw(st.lists(PROSE, min_size=2, max_size=5))
    pieces += draw(st.lists(st.sampled_from([A, B, C, D]), unique=True, max_size=4))
    pieces = draw(st.permutations(pieces))
    for left, right in draw(st.lists(MARKS, unique=True, max_size=2)):
        start = draw(st.integers(0, len(pieces) - 1))
        closed = [pieces[index] for index in range(start, len(pieces))]
        end = start + draw(st.integers(1, len(closed)))
        inside = " ".join(pieces[start:end])
        pieces = [*pieces[:start], f"{left}{inside}{right}", *pieces[end:]]
    return " ".join(pieces)


def mixed(choices: Sequence[Rule]) -> Rule:
    """One rule after the other."""
    left = list(choices)
    return lambda request: (left.pop(0) if left else lost)(request)


@settings(max_examples=100, deadline=None)
@given(
    coded_texts(),
    st.lists(st.sampled_from([*ADVERSARIES, faithful]), max_size=8),
    st.sampled_from([SLOTS, SLOTS[:2], ()]),
    st.booleans(),
)
def test_every_placeholder_stands_once_whatever_the_model_does(text, rules, slots, with_term):
    terms = (term(text, "network", "网络", "山"),) if with_term and "network" in text else ()
    engine = FakeEngine(rule=mixed(rules), slots=slots)
    draft = climb(engine, text, *terms)
    for other in draft.others:
        assert Counter(characters(other)) == Counter(characters(text))


@pytest.mark.parametrize("rule", [*ADVERSARIES, faithful], ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("slots", [SLOTS, ()], ids=["slots", "no slots"])
@settings(max_examples=40, deadline=None)
@given(text=coded_texts())
def test_one_bad_habit_at_a_time(rule, slots, text):
    climb(FakeEngine(rule=rule, slots=slots), text)


GLOSSARY = parse_glossary(
    {"a.yaml": "- term: GAN\n  policy: keep\n- term: neural network\n  policy: translate\n  zh-Hans: 神经网络\n"}
)
MARKDOWN = st.lists(
    st.sampled_from(
        [
            "a GAN", "**bold words**", "*slanted*", "[the link](https://a.org)", "`code()`", "$x^2$", "![](a.png)",
            "13 billion", "<b>", "</b>", "\\\n", "and", "the neural network.", "SimCLR", "🎉", "[**both** ways](u)",
            "It works.", "Neural networks", "https://b.org", "on November 2, 2020", "“quoted”", "1. ", "[^1]", "**",
        ]
    ),
    max_size=10,
).map(" ".join)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(MARKDOWN, st.sampled_from([*ADVERSARIES, faithful, without_slots]), st.sampled_from([SLOTS, ()]))
def test_every_placeholder_of_a_unit_stands_once(source, rule, slots):
    unit = Unit("e1/p1", "paragraph", Span(0, len(source)), source, (), 1)
    coded = protect(unit, GLOSSARY, "zh-Hans", frozenset(), {})
    (draft,) = draft_units([coded], FakeEngine(rule=rule, slots=slots), lambda done, total: None)  # type: ignore[arg-type]
    assert Counter(characters(draft.text)) == Counter(characters(coded.text))


@pytest.mark.parametrize("broken", ["好好好好好好好", "模型\ufffd\ufffd", "他说他说他说他说他说"])
def test_a_hypothesis_that_is_stuck_or_no_text_is_not_taken(broken):
    assert climb(FakeEngine([broken, "模型很好。"]), "The model is good.").text == "模型很好。"


def test_a_cut_is_made_outside_quotation_marks_where_that_can_be():
    def rule(request: Request) -> Sequence[str]:
        return without_slots(request) if len(request.text.split()) > 9 else faithful(request)

    engine = FakeEngine(rule=rule)
    climb(engine, f"They really said “one of these, it is so” now, and {A} is good.")
    assert "They really said “one of these, it is so” now," in engine.asked
