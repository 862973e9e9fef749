import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.inline import find_addresses, find_codes, links, markdown_parser, plain, visible, with_full_references

ARXIV = "https://arxiv.org/abs/2010.07432"


def pieces(source: str, references=None) -> list[tuple[str, str, str]]:
    codes = find_codes(source, references or {})
    return [(source[code.span.start : code.span.end], code.kind, code.form) for code in codes]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain words", []),
        ("**bold** x", [("**", "strong", "open"), ("**", "strong", "close")]),
        ("__bold__ x", [("__", "strong", "open"), ("__", "strong", "close")]),
        (
            "***both***",
            [("*", "em", "open"), ("**", "strong", "open"), ("**", "strong", "close"), ("*", "em", "close")],
        ),
        ("2 * 3 * 4", []),
        ("snake_case_name", []),
        ("~~gone~~", [("~~", "strike", "open"), ("~~", "strike", "close")]),
        ("~~a~~~", [("~~", "strike", "open"), ("~~", "strike", "close")]),
        ("[text](/u)", [("[", "link", "open"), ("](/u)", "link", "close")]),
        ('[text](</u v> "t")', [("[", "link", "open"), ('](</u v> "t")', "link", "close")]),
        ("[](/u)", [("[", "link", "open"), ("](/u)", "link", "close")]),
        (
            "[*a*](/u)",
            [("[", "link", "open"), ("*", "em", "open"), ("*", "em", "close"), ("](/u)", "link", "close")],
        ),
        ("![alt *x*](/i.png)", [("![alt *x*](/i.png)", "image", "ph")]),
        ("`a ` b`", [("`a `", "code", "ph")]),
        ("``a ` b``", [("``a ` b``", "code", "ph")]),
        ("$x^2$ and $5 and $10", [("$x^2$", "math", "ph")]),
        ("$$x$$ inline", [("$$x$$", "math", "ph")]),
        ("a <b>x</b> <!-- c -->", [("<b>", "html", "ph"), ("</b>", "html", "ph"), ("<!-- c -->", "html", "ph")]),
        ("<https://a.b/c>", [("<https://a.b/c>", "autolink", "ph")]),
        ("see https://a.b/c_(d), ok", [("https://a.b/c_(d)", "url", "ph")]),
        ("(see https://a.b/c).", [("https://a.b/c", "url", "ph")]),
        ("https://a.b/?x=1&amp;y=2", [("https://a.b/?x=1&amp;y=2", "url", "ph")]),
        ("www.a.org and me@b.org.", [("www.a.org", "url", "ph"), ("me@b.org", "url", "ph")]),
        ("wav2letter@anywhere", []),
        ("见https://a.b/c，好", [("https://a.b/c", "url", "ph")]),
        ("one  \ntwo", [("  \n", "break", "ph")]),
        ("one\\\ntwo", [("\\\n", "break", "ph")]),
        ("one \n  two", [(" \n  ", "softbreak", "ph")]),
        ("\\*a\\*", [("\\*", "escape", "ph"), ("\\*", "escape", "ph")]),
        ("\\\\\nHello", [("\\\\", "escape", "ph"), ("\n", "softbreak", "ph")]),
        ("a \\x", []),
        ("a &amp; b & c &nosuch;", [("&amp;", "entity", "ph")]),
        ("[ ] todo", [("[ ] ", "checkbox", "ph")]),
        ("[x] done", [("[x] ", "checkbox", "ph")]),
        ("unclosed `a and *b", []),
        (
            f"*T*{ARXIV}[T21]({ARXIV})",
            [
                ("*", "em", "open"),
                ("*", "em", "close"),
                (ARXIV, "url", "ph"),
                ("[", "link", "open"),
                (f"]({ARXIV})", "link", "close"),
            ],
        ),
    ],
)
def test_kinds_and_places(source, expected):
    assert pieces(source) == expected


def test_references_make_links_and_footnotes():
    source = "[a][Ref], [ref], [other], note[^1]"
    references = {"REF": "/u", "^1": ""}
    expected = [
        ("[", "link", "open"),
        ("][Ref]", "link", "close"),
        ("[", "link", "open"),
        ("]", "link", "close"),
        ("[^1]", "footnote", "ph"),
    ]
    assert pieces(source, references) == expected
    assert pieces(source) == []


def test_an_open_and_its_close_share_a_pair():
    codes = find_codes("**a *b* [c](/d)** *e*")
    opened = {code.pair: code.kind for code in codes if code.form == "open"}
    closed = {code.pair: code.kind for code in codes if code.form == "close"}
    assert opened == closed
    assert sorted(opened.values()) == ["em", "em", "link", "strong"]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("[a](/u)", "/u"),
        ("[a](</u v>)", "/u v"),
        ("[a](/u_(b))", "/u_(b)"),
        ("[a](/u 'title')", "/u"),
        ("[a][ref]", "/r"),
        ("[ref][]", "/r"),
        ("[REF]", "/r"),
        ("[a]()", ""),
    ],
)
def test_link_targets(source, target):
    assert [link[2] for link in links(source, {"REF": "/r"})] == [target]


@pytest.mark.parametrize(
    ("source", "full"),
    [
        ("[ref] x", "[ref][ref] x"),
        ("[*ref* b][]", "[*ref* b][*ref* b]"),
        ("[ref\n  two]", "[ref\n  two][ref two]"),
        ("[a][ref] [none]", "[a][ref] [none]"),
    ],
)
def test_full_references(source, full):
    references = {"REF": "/r", "*REF* B": "/b", "REF TWO": "/t"}
    assert with_full_references(source, references) == full


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**a** [b](/c) `d` $e$", "a b d e"),
        ("![alt](/i) <b>x</b>", " x"),
        ("a\nb", "a b"),
        ("a  \nb", "a\nb"),
        ("\\* &lt; <https://a.b>", "* < https://a.b"),
        ("`` a`b ``", "a`b"),
    ],
)
def test_plain(source, text):
    assert plain(source) == text


def test_pure_markup_shows_nothing():
    assert [visible(kind, data) for kind, data in (("strong", "**"), ("link", "]("), ("image", "![a](b)"))] == [""] * 3


def test_addresses_of_other_scripts_end_where_the_script_changes():
    text = "https://a.b/c恢复 x@y.zz。"
    assert [text[span.start : span.end] for span in find_addresses(text)] == ["https://a.b/c", "x@y.zz"]


FRAGMENTS = st.sampled_from(
    [
        "*",
        "**",
        "_",
        "`",
        "[",
        "](",
        ")",
        "[a](/b)",
        "![",
        "~~",
        "$",
        "<b>",
        "\\",
        "\n",
        "  \n",
        " ",
        "a",
        "字",
        "。",
        "&lt;",
        "https://a.b/c",
        "x@y.org",
        "<https://c.d>",
        "[r]",
        "[^1]",
        "“",
        "”",
        ":",
        "1",
        "!",
        "|",
        "~",
    ]
)
REFERENCES = {"R": "/r", "^1": ""}


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=14).map("".join))
def test_codes_are_ascending_paired_and_as_many_as_the_parser_sees(text):
    source = text.strip()
    codes = find_codes(source, REFERENCES)
    spans = [code.span for code in codes]
    assert all(0 <= span.start < span.end <= len(source) for span in spans)
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
    opened = sorted(code.pair for code in codes if code.form == "open")
    assert opened == sorted(code.pair for code in codes if code.form == "close")
    assert len(set(opened)) == len(opened)
    environment = {"references": {"R": {"href": "/r", "title": ""}}, "footnotes": {"refs": {":1": -1}, "list": {}}}
    tokens = markdown_parser().parseInline(source, environment)[0].children or []
    for kind, name in (("strong", "strong_open"), ("em", "em_open"), ("strike", "s_open"), ("code", "code_inline")):
        seen = sum(token.type == name for token in tokens)
        assert sum(code.kind == kind and code.form != "close" for code in codes) == seen
