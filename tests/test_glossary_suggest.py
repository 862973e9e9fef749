"""Candidates: each kind is found, what the glossary has is not, and the best come first."""

from __future__ import annotations

import pytest

from pipeline.document import read_document
from pipeline.glossary import Glossary, parse_glossary
from pipeline.records import Issue
from pipeline.terms.suggest import Candidate, Passage, find_candidates, with_renderings

ENTRIES = "".join(
    f"- term: {term}\n  policy: translate\n  zh-Hans: 词\n"
    for term in ("deep learning", "loss function", "hinge loss", "ranking loss", "triplet loss", "neural network")
)


@pytest.fixture(scope="module")
def small() -> Glossary:
    return parse_glossary({"f": ENTRIES + "- term: GAN\n  policy: keep\n"})


def candidates(text: str, small: Glossary) -> dict[str, Candidate]:
    passages = [Passage("one", unit) for unit in read_document(Issue("one", text, "")).units]
    return {candidate.term: candidate for candidate in find_candidates(passages, small)}


@pytest.mark.parametrize(
    ("text", "term", "kind"),
    [
        ("We use graph attention towers (GATs) here.", "GAT", "acronym"),
        ("The authors trained DeBERTa again.", "DeBERTa", "name"),
        ("It runs on the PANDA data.", "PANDA", "name"),
        ("We like the focal loss here.", "focal loss", "field"),
        ("Body heat helps. They measure body heat. We like body heat. Our body heat.", "body heat", "phrase"),
        ("*TinyGAN: Distilling BigGAN for Conditional Image Generation*\n[https://arxiv.org/abs/2009.13829](https://arxiv.org/abs/2009.13829)",
         "TinyGAN", "title"),
    ],
)  # fmt: skip
def test_kinds(text: str, term: str, kind: str, small: Glossary) -> None:
    assert candidates(text, small)[term].kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "GAN and deep learning and neural networks.",
        "A body heat. The body heat.",
        "The loss of all and the use of it.",
        "See `focal loss` and [here](https://example.org/focal/loss).",
        "Deep learning with learning rates",
    ],
    ids=["listed", "too rare", "small words", "code and links", "a part of a term"],
)
def test_no_candidates(text: str, small: Glossary) -> None:
    assert candidates(text, small) == {}


def test_an_acronym_that_is_not_spelled_by_the_words_before(small: Glossary) -> None:
    assert candidates("We asked the good people (GAT) here.", small)["GAT"].expansion == ""
    text = "A system of linear equations (SLE) here."
    assert candidates(text, small)["SLE"].expansion == "system of linear equations"


def test_plurals_are_one_candidate(small: Glossary) -> None:
    found = candidates("We like the focal loss here. Two focal losses here.", small)
    assert found["focal loss"].count == 2
    assert "focal losses" not in found


def test_a_part_of_a_longer_phrase_is_left_out(small: Glossary) -> None:
    found = candidates("A strict body heat check. Our strict body heat check. The strict body heat check.", small)
    assert list(found) == ["strict body heat check"]


def test_order_context_and_renderings(small: Glossary) -> None:
    text = "The focal loss is new. The focal loss is good. The huge loss is bad."
    found = list(candidates(text, small).values())
    assert [candidate.term for candidate in found] == ["focal loss", "huge loss"]
    assert found[0].context.startswith("The focal loss is new.")
    assert with_renderings(found[0], ["焦点损失。", "焦点损失", ""]).renderings == ("焦点损失",)
