"""Coded Chinese to Markdown: strings come back, emphasis renders, edits keep their places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.inline import find_codes, markdown_parser
from pipeline.markdown import shift_edits, write_markdown
from pipeline.records import Edit, Placeholder, Span

NAME, LINK = "\ue000", "\ue001"
BOLD, UNBOLD, SLANT, UNSLANT = "\ue002\ue003\ue004\ue005"
TABLE = {
    NAME: Placeholder(NAME, "GAN", "name", "ph", "GAN", "GANs", "term: gan"),
    LINK: Placeholder(LINK, "[**GAN**](u)", "link", "ph", "GAN", "[**GAN**](u)", "term: gan"),
    BOLD: Placeholder(BOLD, "**", "strong", "open", "", "**", "markup:1"),
    UNBOLD: Placeholder(UNBOLD, "**", "strong", "close", "", "**", "markup:1"),
    SLANT: Placeholder(SLANT, "*", "em", "open", "", "*", "markup:2"),
    UNSLANT: Placeholder(UNSLANT, "*", "em", "close", "", "*", "markup:2"),
}


def test_strings_come_back_with_edits_in_place():
    text = f"{NAME}，{BOLD}很好{UNBOLD}。"
    written = write_markdown(text, TABLE, [Edit(Span(1, 2), ",", "，", "typography"), Edit(Span(6, 7), ".", "。", "x")])
    assert written.text == "GAN，**很好**。"
    assert [written.text[edit.span.start : edit.span.end] for edit in written.edits] == ["，", "。"]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (f"{BOLD}重要：{UNBOLD}正文", {"strong"}),
        (f"正文{BOLD}“标题”{UNBOLD}正文", {"strong"}),
        (f"正文{SLANT}（标题）{UNSLANT}正文", {"em"}),
        (f"{SLANT}《{NAME}》{UNSLANT}{NAME}", {"em"}),
        (f"正文{LINK}，{BOLD}{NAME}{UNBOLD}", {"strong"}),
    ],
)
def test_emphasis_renders_beside_chinese(text, tags):
    html = markdown_parser().renderInline(write_markdown(text, TABLE, []).text)
    assert all(f"<{tag}>" in html for tag in tags)
    assert "*" not in html


def test_what_mending_adds_is_an_edit():
    written = write_markdown(f"{BOLD}重要：{UNBOLD}正文", TABLE, [])
    assert written.edits
    assert {edit.reason for edit in written.edits} == {"emphasis beside Chinese"}


def test_shifted_edits():
    edit = Edit(Span(2, 4), "xx", "网络", "term")
    moved = shift_edits([edit], "我的网络好", "我的网络很好", "script")
    assert moved == (edit, Edit(Span(4, 5), "", "很", "script"))
    assert shift_edits([edit], "same", "same", "script") == (edit,)


CHINESE = st.text("的网络很好，。：“”（） aB1", max_size=6)


@settings(max_examples=100, deadline=None)
@given(CHINESE, CHINESE, CHINESE, st.sampled_from([(BOLD, UNBOLD), (SLANT, UNSLANT)]), st.data())
def test_edits_stay_inside_the_text_and_emphasis_renders(left, inner, right, marks, data):
    text = f"{left}{marks[0]}好{inner}{marks[1]}{right}{NAME}"
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    written = write_markdown(text, TABLE, [Edit(Span(start, end), "x", text[start:end], "test")])
    assert written.text.count("GAN") == 1
    assert all(0 <= edit.span.start <= edit.span.end <= len(written.text) for edit in written.edits)
    assert {code.kind for code in find_codes(written.text)} >= {TABLE[marks[0]].kind}
