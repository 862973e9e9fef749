"""Protection: what is covered, and that everything comes back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.glossary import parse_glossary
from pipeline.inline import find_codes
from pipeline.protect import (
    Coded,
    characters,
    is_wordless,
    next_character,
    protect,
    restore,
    visible_text,
)
from pipeline.records import Span, Unit

GLOSSARY = parse_glossary(
    {
        "names.yaml": "- term: GAN\n  policy: keep\n",
        "terms.yaml": "- term: self-attention\n  policy: translate\n  zh-Hans: 自注意力\n"
        "- term: Transformer\n  policy: keep\n",
    }
)


def unit(source: str, *titles: Span) -> Unit:
    return Unit("e1/p1", "paragraph", Span(0, len(source)), source, (), 1, titles)


def code(source: str, *titles: Span, known: frozenset[str] = frozenset()) -> Coded:
    return protect(unit(source, *titles), GLOSSARY, "zh-Hans", known, {})


def covered(source: str) -> list[tuple[str, str]]:
    coded = code(source)
    return [(coded.table[char].source, coded.table[char].kind) for char in characters(coded.text)]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("a GAN for two GANs’ sake", [("GAN", "name"), ("GANs", "name")]),
        ("a new BigThing", [("BigThing", "name")]),
        ("call `run()` now", [("`run()`", "code")]),
        ("so $x^2$ grows", [("$x^2$", "math")]),
        ("see https://a.org/b?c=d now", [("https://a.org/b?c=d", "url")]),
        ("see <https://a.org/b> now", [("<https://a.org/b>", "autolink")]),
        ("write to me@mail.org or @me", [("me@mail.org", "url"), ("@me", "name")]),
        ("some **bold** text", [("**", "strong"), ("**", "strong")]),
        ("some [text](https://a.org) here", [("[", "link"), ("](https://a.org)", "link")]),
        ("an ![image](a.png) here", [("![image](a.png)", "image")]),
        ("a [**GAN**](https://a.org) here", [("[**GAN**](https://a.org)", "link")]),
        ("it has 13 billion parameters", [("13 billion", "number")]),
        ("in November 2020 we", [("November 2020", "number")]),
        ("good 🎉 news", [("🎉", "symbol")]),
        ("1. Papers to read", [("1. ", "symbol")]),
        ("told by Yann LeCun yesterday", [("Yann LeCun", "name")]),
        ("a <br> break", [("<br>", "html")]),
        ("private \ue123 use", [("\ue123", "symbol")]),
        ("plain words only", []),
    ],
)
def test_what_is_covered(source, wanted):
    assert covered(source) == wanted


def test_numbers_come_back_as_chinese_writes_them():
    coded = code("it has 13 billion parameters")
    assert restore(coded.text, coded.table) == "it has 130 亿 parameters"
    assert restore(coded.text, coded.table, source=True) == "it has 13 billion parameters"


def test_terms_stay_words_and_are_reported():
    coded = code("its self-attention and a GAN")
    assert "self-attention" in coded.text
    assert [(term.rendering, coded.text[term.span.start : term.span.end]) for term in coded.terms] == [
        ("自注意力", "self-attention")
    ]
    assert [term.rendering for term in coded.kept] == ["GAN"]


def test_a_kept_name_is_written_as_the_glossary_does():
    coded = code("three gans and Transformers")
    assert visible_text(coded.text, coded.table) in {"three gans and Transformer", "three GAN and Transformer"}


def test_a_title_is_one_placeholder_whatever_stands_in_it():
    source = "*Teaching a **GAN** What Not: 13 billion* and more"
    coded = code(source, Span(0, 41))
    (char,) = characters(coded.text)
    assert coded.text == f"{char} and more"
    assert coded.table[char].kind == "title"
    assert coded.table[char].data == source[:41]


def test_a_known_name_at_the_sentence_start():
    assert characters(code("Hope wrote it").text) == []
    assert len(characters(code("Hope wrote it", known=frozenset({"Hope"})).text)) == 1


@pytest.mark.parametrize(
    ("text", "wanted"), [("", True), ("\ue000 — 3 !", True), ("\ue000 a", False), ("é", False), ("论", False)]
)
def test_wordless(text, wanted):
    assert is_wordless(text) is wanted


def test_next_character_is_free():
    coded = code("a GAN and `x`")
    assert next_character(coded.placeholders) not in coded.table
    assert next_character(()) == "\ue000"


def test_restore_leaves_what_it_does_not_know():
    assert restore("\uf123 x", {}) == "\uf123 x"


PARTS = st.sampled_from(
    [
        "a GAN", "**", "*", "_", "[", "](https://a.org)", "`", "$", "![](a.png)", "13 billion", "<br>", "\\", "\n",
        " ", "word", "https://b.org/x", "SimCLR", "\ue000", "\uf000", "🎉", "<!-- c -->", "[^1]", "~~", "(", ")", "1. ",
        "&amp;", "x@y.org", "November 2, 2020", "self-attention", "“", "”", "New York",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PARTS, st.text(max_size=5)), max_size=16).map("".join), st.integers(0, 60))
def test_the_english_comes_back(source, at):
    title = Span(at, min(at + 5, len(source)))
    cut_through = any(
        start < edge < end
        for edge in (title.start, title.end)
        for start, end in ((code.span.start, code.span.end) for code in find_codes(source))
    )
    titles = [] if cut_through or title.start >= title.end else [title]
    coded = code(source, *titles)
    assert restore(coded.text, coded.table, source=True) == source
    found = characters(coded.text)
    assert sorted(found) == sorted(set(found)) == sorted(coded.table)
