"""Segments: where a unit is cut, and that nothing is lost by cutting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Placeholder
from pipeline.segment import cut

NAME, OPEN, CLOSE, BREAK, IMAGE, LINK_OPEN, LINK_CLOSE, TITLE = map(chr, range(0xE000, 0xE008))
TABLE = {
    NAME: Placeholder(NAME, "GAN", "name", "ph", "GAN", "GAN", "term: gan"),
    OPEN: Placeholder(OPEN, "**", "strong", "open", "", "**", "markup:1"),
    CLOSE: Placeholder(CLOSE, "**", "strong", "close", "", "**", "markup:1"),
    BREAK: Placeholder(BREAK, "\\\n", "break", "ph", "", "\\\n", "markup:2"),
    IMAGE: Placeholder(IMAGE, "![](a.png)", "image", "ph", "", "![](a.png)", "markup:3"),
    LINK_OPEN: Placeholder(LINK_OPEN, "[", "link", "open", "", "[", "markup:4"),
    LINK_CLOSE: Placeholder(LINK_CLOSE, "](u)", "link", "close", "", "](u)", "markup:4"),
    TITLE: Placeholder(TITLE, "**[On It](u)**", "name", "ph", "On It", "**[On It](u)**", "title"),
}


def segments(text: str) -> list[str]:
    return [piece.text for piece in cut(text, TABLE) if piece.translate]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One thing. Two things.", ["One thing.", "Two things."]),
        ("What? Yes! No… Done.", ["What?", "Yes!", "No…", "Done."]),
        ("He said “It works.” Then he left.", ["He said “It works.”", "Then he left."]),
        ("It works (really!). Then more.", ["It works (really!).", "Then more."]),
        # abbreviations and initials
        ("See e.g. Google or i.e. Apple. And that.", ["See e.g. Google or i.e. Apple.", "And that."]),
        ("Fig. 3 by Dr. Smith vs. Lee et al. Shows it.", ["Fig. 3 by Dr. Smith vs. Lee et al. Shows it."]),
        ("Her Ph.D. Thesis is out. It is long.", ["Her Ph.D. Thesis is out.", "It is long."]),
        ("J. K. Smith and Co. Ltd. work. Fine.", ["J. K. Smith and Co. Ltd. work.", "Fine."]),
        ("The U.S. Senate met at 5 p.m. Today it rests.", ["The U.S. Senate met at 5 p.m. Today it rests."]),
        ("On Nov. 5 it came. Good.", ["On Nov. 5 it came.", "Good."]),
        # decimals, versions, dots inside words
        ("It is 3.14 in v1.2.3 of node.js now. Yes.", ["It is 3.14 in v1.2.3 of node.js now.", "Yes."]),
        ("wait... what. Ok then", ["wait... what.", "Ok then"]),
        # placeholders at a sentence's end
        (f"It is {NAME}. It works.", [f"It is {NAME}.", "It works."]),
        (f"It works.{CLOSE} Then {OPEN}more.", ["It works.", f"Then {OPEN}more."]),
        # hard breaks and lines
        (f"First line{BREAK}second line", ["First line", "second line"]),
        ("soft\nline", ["soft\nline"]),
        (f"A title\n{NAME}\nThe text", ["A title", "The text"]),
        (f"A title\n{LINK_OPEN}{NAME}{LINK_CLOSE}", ["A title"]),
        # edges
        ("🎉 Party time 🎉", ["Party time"]),
        ("1. First point", ["First point"]),
        ("— Editor’s pick", ["Editor’s pick"]),
        ("⇦ Week one ⇨", ["Week one"]),
        (f"{IMAGE} A text {IMAGE}", ["A text"]),
        (f"{OPEN}All of it{CLOSE}", ["All of it"]),
        (f"{OPEN}All of it.{CLOSE} And more.", ["All of it.", "And more."]),
        (f"{OPEN}Some{CLOSE} of it", [f"{OPEN}Some{CLOSE} of it"]),
        ("-5 degrees", ["-5 degrees"]),
        # a heading in bold before its paragraph
        (f"{OPEN}Small is good{CLOSE} Over the years it grew.", ["Small is good", "Over the years it grew."]),
        (f"{OPEN}Small is good{CLOSE} {NAME} grew. It did.", ["Small is good", f"{NAME} grew.", "It did."]),
        (f"{OPEN}Small{CLOSE} models grew.", [f"{OPEN}Small{CLOSE} models grew."]),
        (f"We like {OPEN}GAN{CLOSE} Networks", [f"We like {OPEN}GAN{CLOSE} Networks"]),
        (f"{LINK_OPEN}Small{LINK_CLOSE} Over the years", [f"{LINK_OPEN}Small{LINK_CLOSE} Over the years"]),
        (f"{TITLE} They show it.", ["They show it."]),
        (f"{TITLE} and others", [f"{TITLE} and others"]),
        ("“Quoted words”", ["“Quoted words”"]),
        # nothing to translate
        (f"{NAME} {NAME}", []),
        ("— — —", []),
        ("", []),
    ],
)
def test_where_text_is_cut(text, wanted):
    assert segments(text) == wanted
    assert "".join(piece.text for piece in cut(text, TABLE)) == text


PARTS = [*TABLE, " ", "\n", "One. ", "two", "e.g. ", "3.14", "🎉", "1. ", "— ", "!", "”", "Dr. ", "end.", "\\\n", "…"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=6)), max_size=14).map("".join))
def test_the_pieces_give_the_text_back(text):
    pieces = cut(text, TABLE)
    assert "".join(piece.text for piece in pieces) == text
    for piece in pieces:
        assert piece.text
        if piece.translate:
            assert piece.text == piece.text.strip()
