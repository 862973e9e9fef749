import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.emphasis import mend_emphasis
from pipeline.inline import find_codes, markdown_parser
from pipeline.records import Span

ROWS = (Path(__file__).parent / "data" / "emphasis" / "cases.tsv").read_text("utf-8").splitlines()
CASES = [tuple(row.split("\t")) for row in ROWS if not row.startswith("#")]


def unmarked(text: str) -> tuple[str, list[tuple[Span, Span]]]:
    """Take the brackets off the marks; give the text and its pairs of marks."""
    plain, pairs, opened = "", [], []
    for piece in re.split(r"(⟦[^⟧]*⟧)", text):
        mark = piece.strip("⟦⟧")
        span = Span(len(plain), len(plain) + len(mark))
        plain += mark
        if not piece.startswith("⟦"):
            continue
        if opened and plain[opened[-1].start : opened[-1].end] == mark:
            pairs.append((opened.pop(), span))
        else:
            opened.append(span)
    return plain, pairs


def rendered_pairs(text: str) -> list[tuple[Span, Span]]:
    opened = {code.pair: code.span for code in find_codes(text) if code.form == "open" and code.kind != "link"}
    return [(opened[code.pair], code.span) for code in find_codes(text) if code.form == "close" and code.pair in opened]


@pytest.mark.parametrize(("marked", "mended", "html"), CASES)
def test_mended_text_renders(marked, mended, html):
    result = mend_emphasis(*unmarked(marked))
    assert result == mended
    assert markdown_parser().renderInline(result) == html


@pytest.mark.parametrize(("marked", "mended", "html"), CASES)
def test_mending_twice_changes_nothing(marked, mended, html):
    assert mend_emphasis(mended, rendered_pairs(mended)) == mended


TEXT = st.text(st.sampled_from("中文字aB1 “”（）：，。!-"), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.sampled_from(["*", "**", "_", "__"]), TEXT.filter(lambda text: bool(re.search(r"\w", text))), TEXT)
def test_one_emphasis_always_renders(before, mark, inner, after):
    text = f"{before}{mark}{inner}{mark}{after}"
    opening = Span(len(before), len(before) + len(mark))
    closing = Span(opening.end + len(inner), opening.end + len(inner) + len(mark))
    result = mend_emphasis(text, [(opening, closing)])
    children = markdown_parser().parseInline(result)[0].children or []
    kind = "strong_open" if len(mark) == 2 else "em_open"
    assert [token.type for token in children if token.type.endswith("_open")] == [kind]
    assert re.sub(r"[\s*_]", "", result) == re.sub(r"[\s*_]", "", text)
