import re
from pathlib import Path

import pytest

from pipeline.assemble import assemble
from pipeline.document import read_document
from pipeline.inline import find_codes
from pipeline.records import Issue
from pipeline.skeleton import differences, skeleton, unit_differences

DATA = Path(__file__).parent / "data" / "document"
SHARED = Path(__file__).parents[2] / "shared"
SAMPLES = [
    *sorted(DATA.glob("*.md")),
    *sorted((Path(__file__).parents[1] / "source_en").glob("*.md")),
    *sorted((SHARED / "seeds").glob("*.txt")),
    *sorted((SHARED / "newsletters").glob("*.md")),
]
LETTERS = re.compile(r"[A-Za-z]+")


def found(source: str, target: str) -> tuple[str, ...]:
    return differences(skeleton(source), skeleton(target))


def in_chinese(text: str) -> str:
    """Replace every word outside markup by a Chinese one, the numbers kept."""
    document = read_document(Issue("issue", text, ""))
    targets = {}
    for unit in document.units:
        pieces, position = [], 0
        for code in find_codes(unit.source, document.references):
            pieces += [LETTERS.sub("字", unit.source[position : code.span.start])]
            pieces += [unit.source[code.span.start : code.span.end]]
            position = code.span.end
        targets[unit.id] = "".join(pieces) + LETTERS.sub("字", unit.source[position:])
    return assemble(document, targets)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_text_has_its_own_skeleton(path):
    text = path.read_bytes().decode("utf-8")
    assert found(text, text) == ()
    assert skeleton(text) == skeleton(text.replace("\n", "\r\n"))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.md")), ids=lambda path: path.stem)
def test_chinese_keeps_the_skeleton(path):
    text = path.read_bytes().decode("utf-8")
    assert in_chinese(text) != text
    assert found(text, in_chinese(text)) == ()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_added_words_keep_the_skeleton(path):
    text = path.read_bytes().decode("utf-8")
    document = read_document(Issue("issue", text, ""))
    assert found(text, assemble(document, {unit.id: f"字 {unit.source}" for unit in document.units})) == ()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("13 billion parameters", "130 亿个参数"),
        ("1.5 million", "150 万"),
        ("In October 2020", "2020 年 10 月"),
        ("1,024 of 97.29%", "97.29% 的 1024"),
        ("two nets", "两个网络"),
        ("two nets", "2 个网络"),
        ("nets", "3 个网络"),
        ("**a** and *b*", "*乙*和**甲**"),
        ("[a](/u) [b](/v)", "[乙](/v) [甲](/u)"),
        ("---\ntitle: A\nlayout: b\n---\n\na", "---\ntitle: 甲\nlayout: b\n---\n\n甲"),
    ],
)
def test_what_may_differ(source, target):
    assert found(source, target) == ()


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        ("a\n\nb", "甲", "Block 2 is paragraph in the source but missing in the target."),
        ("a", "# 甲", "Block 1 is paragraph in the source but headingh1 in the target."),
        ("- a", "甲", "Block 1 is bullet_list > list_item > paragraph in the source but paragraph in the target."),
        ("[a](/u)", "[甲](/v)", "Block 1: link target /u is missing in the target."),
        ("[a](/u)", "甲", "Block 1: link target /u is missing in the target."),
        ("![](/i)", "![](/j)", "Block 1: image /i is missing in the target."),
        ("`a`", "`甲`", "Block 1: code a is missing in the target."),
        ("$a$", "$b$", "Block 1: math a is missing in the target."),
        ("a<br>b", "甲乙", "Block 1: HTML tag <br> is missing in the target."),
        ("**a**", "甲", "Block 1: strong is missing in the target."),
        ("**重要：** a", "**重要：**正文", "Block 1: strong is missing in the target."),
        ("https://a.b", "https://a.c", "Block 1: address https://a.b is missing in the target."),
        ("13 billion", "13 亿", "Block 1: number 13,000,000,000 is missing in the target."),
        ("ten", "99", "Block 1: number 99 stands in the target only."),
        ("```\na\n```", "```\nb\n```", "Block 1: fence a is missing in the target."),
        ("---\nlayout: a\n---\n", "---\nlayout: b\n---\n", "The front matter has other keys or values."),
    ],
)
def test_what_may_not_differ(source, target, sentence):
    assert sentence in found(source, target)


@pytest.mark.parametrize(
    ("source", "target", "sentences"),
    [
        ("a **b** [c](/d)", "甲 [丙](/d) **乙**", ()),
        ("a [c](/d) 5", "甲 丙 五", ("link target /d is missing in the target.",)),
        ("`x` 2019", "`x`", ("number 2019 is missing in the target.",)),
        ("*a*", "*甲* **乙**", ("strong stands in the target only.",)),
    ],
)
def test_units_are_compared_by_their_inline_content(source, target, sentences):
    assert unit_differences(source, target) == sentences


def test_references_of_the_document_count_in_units():
    assert unit_differences("[a][r]", "[甲]", {"R": "/u"}) == ("link target /u is missing in the target.",)
