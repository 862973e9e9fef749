"""Slots: what a model is sent, and which answers are taken."""

from __future__ import annotations

import pytest
from fake_engine import SLOTS
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Placeholder
from pipeline.slots import calm, read_answer, with_names, with_slots

A, B, C = "\ue000\ue001\ue002"


def table(*visible: str) -> dict[str, Placeholder]:
    return {
        chr(0xE000 + index): Placeholder(chr(0xE000 + index), text, "name", "ph", text, text, "name: acronym")
        for index, text in enumerate(visible)
    }


def test_slots_are_numbered_from_the_left_or_turned():
    text = f"the {A} and\n {B}  of {C}"
    straight, turned = with_slots(text, SLOTS), with_slots(text, SLOTS, turned=True)
    assert straight is not None
    assert straight.text == "the <t0> and <t1> of <t2>"
    assert turned is not None
    assert turned.text == "the <t2> and <t1> of <t0>"
    for sent in (straight, turned):
        assert read_answer(sent.text, sent) == f"the {A} and {B} of {C}"


def test_too_few_slots():
    assert with_slots(A + B, SLOTS[:1]) is None
    assert with_slots(A, ()) is None
    sent = with_slots("no placeholders", ())
    assert sent is not None
    assert sent.text == "no placeholders"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("<t1>和<t0>", f"{B}和{A}"),
        ("< t 0 > 与 <t 1>", f"{A} 与 {B}"),
        ("只有<t0>", None),
        ("<t0><t0><t1>", None),
        ("<t0><t1><t2>", None),
        ("<t0><t1><t12>", None),
        (f"{C}<t0><t1>{A}", f"{A}{B}"),
        ("", None),
    ],
)
def test_an_answer_counts_only_with_every_slot_once(answer, wanted):
    sent = with_slots(f"{A} and {B}", SLOTS)
    assert sent is not None
    assert read_answer(answer, sent) == wanted


def test_names_stand_for_themselves():
    sent = with_names(f"Is {A} like {B}?", table("GAN", "T5-11B"))
    assert sent is not None
    assert sent.text == "Is GAN like T5-11B?"
    assert read_answer("T5-11B像GAN吗？", sent) == f"{B}像{A}吗？"
    assert read_answer("T5-11B像BigGAN吗？", sent) is None
    assert read_answer("T5-11B像GAN、GAN吗？", sent) is None


def test_a_name_inside_another_is_read_right():
    sent = with_names(f"{A} and {B}", table("GPT", "GPT-3"))
    assert sent is not None
    assert read_answer("GPT-3和GPT", sent) == f"{B}和{A}"


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        (f"{A} and {B}", ("GAN", "GAN")),
        (f"{A} here", ("",)),
        (f"{A} here", ("**GAN**",)),
        (f"{A} here", ("a name that is far too long for any model to copy",)),
        (f"GAN and {A}", ("GAN",)),
        (f"{A} {B}", ("GAN",)),
    ],
    ids=["same name twice", "markup", "marks in it", "long", "stands there already", "unknown placeholder"],
)
def test_names_are_not_sent_where_they_cannot_be_read_back(text, visible):
    assert with_names(text, table(*visible)) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("How Networks Learn New Things", "How networks learn new things"),
        (f"How {A} Learns New Things", f"How {A} learns new things"),
        ("READ THIS BEFORE YOU GO", "Read this before you go"),
        ("Large networks have redundant structure", "Large networks have redundant structure"),
        ("Things I Learned This Year", "Things I learned this year"),
    ],
)
def test_headings_are_sent_as_sentences(text, wanted):
    assert calm(text) == wanted


WORDS = st.sampled_from(["the", "network", "Learns", "3.5", "(a)", "<t>", "— ", "New"])


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, max_size=8), st.integers(0, 10), st.randoms(use_true_random=False), st.booleans())
def test_what_is_sent_can_be_read_back(words, count, random, turned):
    chars = [chr(0xE000 + index) for index in range(count)]
    pieces = [*words, *chars]
    random.shuffle(pieces)
    sent = with_slots(" ".join(pieces), SLOTS, turned=turned)
    assert sent is not None
    answer = read_answer(sent.text, sent)
    assert answer is not None
    assert sorted(char for char in answer if char >= "\ue000") == chars
