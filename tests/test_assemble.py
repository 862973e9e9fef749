import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.assemble import assemble
from pipeline.document import read_document
from pipeline.inline import markdown_parser
from pipeline.records import Document, Issue


def read(text: str) -> Document:
    return read_document(Issue("issue", text, ""))


def translated(text: str, *targets: str) -> str:
    document = read(text)
    return assemble(document, dict(zip((unit.id for unit in document.units), targets, strict=True)))


@pytest.mark.parametrize(
    ("text", "targets", "expected"),
    [
        ("# One #\n\ntwo\n", ["一", "二"], "# 一 #\n\n二\n"),
        ("one\r\ntwo\r\n", ["一\n二"], "一\r\n二\r\n"),
        ("one\r\ntwo\r\n", ["一"], "一\r\n"),
        ("one\r\n\r\ntwo", ["一\n二", "三"], "一\r\n二\r\n\r\n三"),
        ("one\r\rtwo", ["一\n二", "三"], "一\r二\r\r三"),
        ("> one\n> two\n", ["一\n二\n三"], "> 一\n> 二\n> 三\n"),
        ("- one\n  two\n", ["一\n二\n三"], "- 一\n  二\n  三\n"),
        ("# one\n", ["一\n二"], "# 一 二\n"),
        ("# one\n", ["C #"], "# C \\#\n"),
        ("# one\n", ["1. 一"], "# 1. 一\n"),
        ("one\n", ["  一  "], "一\n"),
        ("one\n", [""], "one\n"),
        ("one\n", ["一\n\n二"], "一\n二\n"),
        ("one\n", ["一  \n二"], "一  \n二\n"),
        ("|a|b|\n|-|-|\n", ["一|二", "三\n四"], "|一\\|二|三 四|\n|-|-|\n"),
        ("|a|b|\n|-|-|\n", ["`x\\|y`", "三"], "|`x\\|y`|三|\n|-|-|\n"),
        ("\ufeffone", ["一"], "\ufeff一"),
        ("[ref]\n\n[ref]: /u\n", ["[译文][ref]"], "[译文][ref]\n\n[ref]: /u\n"),
        ("[](/u) [## One\n\n### two\n\na.b](/u)\n", ["一\n二", "三"], "[](/u) [## 一 二\n\n### 三\n\na.b](/u)\n"),
    ],
)
def test_targets_fit_their_place(text, targets, expected):
    assert translated(text, *targets) == expected


def test_a_unit_without_a_target_stays():
    document = read("one\n\ntwo\n")
    assert assemble(document, {document.units[1].id: "二"}) == "one\n\n二\n"


BLOCK_STARTS = [
    "# a",
    "- a",
    "+ a",
    "* a",
    "1. a",
    "2020. a",
    "3) a",
    "> a",
    "```",
    "~~~",
    "***",
    "---",
    "===",
    "=",
    "-",
]
BLOCK_STARTS += [
    "<div>",
    "<!-- a",
    "[a]: /b",
    "[^1]: a",
    "$$",
    "$$\nx\n$$",
    "a | b\n-|-",
    "    a",
    "\ta",
    "| a |\n|---|",
]


@pytest.mark.parametrize("start", BLOCK_STARTS)
@pytest.mark.parametrize("before", ["", "字\n"], ids=["first line", "later line"])
@pytest.mark.parametrize(
    "place", ["one\n", "> one\n> two\n", "- one\n  two\n\n- three\n"], ids=["plain", "quote", "item"]
)
def test_a_target_starts_no_block(place, before, start):
    document = read(place)
    result = assemble(document, {document.units[0].id: before + start})
    kinds = [token.type for token in markdown_parser().parse(place) if token.nesting]
    assert [token.type for token in markdown_parser().parse(result) if token.nesting] == kinds


@pytest.mark.parametrize("target", ["- a", "===\n", "1. a", "> b\n# c"])
def test_nothing_is_escaped_that_the_source_had(target):
    assert translated("# x\n", target.split("\n")[0]) == f"# {target.splitlines()[0]}\n"


@pytest.mark.parametrize(
    ("value", "target", "written"),
    [
        ("plain", "普通", "普通"),
        ("plain", "“引”：文", "“引”：文"),
        ("plain", "a: b", '"a: b"'),
        ("plain", "# a", '"# a"'),
        ("plain", "2020", '"2020"'),
        ('"double"', '说"好"\\', '"说\\"好\\"\\\\"'),
        ("'single'", "it's", "'it''s'"),
        (">\n  folded\n  text", "一\n二", '"一 二\\n"'),
        ("|-\n  literal", "一", '"一"'),
    ],
)
def test_front_matter_keeps_its_quoting(value, target, written):
    text = f"---\nlayout: post\ntitle: {value}\ntags: [a]\n---\n\nbody\n"
    result = translated(text, target, "正文")
    assert result == f"---\nlayout: post\ntitle: {written}\ntags: [a]\n---\n\n正文\n"
    assert yaml.safe_load(result.split("---")[1])["title"].strip() == " ".join(target.split())


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["'x'", '"x"', "x", ">\n  x\n", "|-\n  x"]),
    st.text(st.sampled_from("字a1 '\":#\\-?[]{}&*!|>%@`,“”\n"), min_size=1).filter(str.strip),
)
def test_any_target_is_read_back_from_front_matter(value, target):
    result = translated(f"---\ntitle: {value}\n---\n", target)
    assert yaml.safe_load(result.split("---\n", 1)[1].rsplit("\n---", 1)[0])["title"].strip() == " ".join(
        target.split()
    )
