"""XML from strangers, and files that other tools have been at."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.interchange.codes import Code, code_source, code_target
from pipeline.interchange.formats import read_rows
from pipeline.interchange.tmx import read_tmx
from pipeline.interchange.xml_text import parse_xml
from tests.interchange_example import PAIRS, example, exported

LAUGHS = b'<!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><tmx>&b;</tmx>'
EXTERNAL = b'<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]><tmx version="1.4"><body>&x;</body></tmx>'
PARAMETER = b'<!DOCTYPE tmx [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><tmx version="1.4"><body/></tmx>'
UNDECLARED = b'<!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><body>&x;</body></tmx>'
UNIT = (
    '<tu tuid="u"><tuv xml:lang="{english}"><seg>A <bpt i="1" x="1">**</bpt>b<ept i="1">**</ept></seg></tuv>{more}</tu>'
)
CHINESE = '<tuv xml:lang="{language}"><seg>{text}</seg></tuv>'


@pytest.mark.parametrize("ending", [".tmx", ".xlf"])
@pytest.mark.parametrize("data", [LAUGHS, EXTERNAL, PARAMETER, UNDECLARED])
def test_entities_are_refused(data, ending):
    with pytest.raises(InputError, match=rf"x{ending}:1: entities"):
        read_rows(data, f"x{ending}", "zh-Hans")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<a>" * 500, "nested too deep"),
        (b"<a>\n<b></a>", "x:2: not well-formed"),
        (b"", "not well-formed"),
        (b"<a>\xff</a>", "not well-formed"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "not well-formed|not readable"),
    ],
)
def test_broken_files_are_refused_with_their_place(data, message):
    with pytest.raises(InputError, match=message):
        parse_xml(data, "x")


def test_a_document_type_without_entities_and_other_encodings_are_read():
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><body>'
    text += UNIT.format(english="en-US", more=CHINESE.format(language="zh-CN", text="甲")) + "</body></tmx>"
    assert [pair.target for pair in read_tmx(text.encode("utf-16"), "x", "zh-Hans")] == ["甲"]


@pytest.mark.parametrize(
    ("english", "language", "locale", "found"),
    [
        ("EN-gb", "zh", "zh-Hans", True),
        ("en", "zh_CN", "zh-Hans", True),
        ("en", "ZH-TW", "zh-Hans", False),
        ("en", "zh-TW", "zh-Hant-TW", True),
        ("en", "zh-TW", "", True),
        ("de", "zh-CN", "zh-Hans", False),
        ("en", "en-GB", "zh-Hans", False),
        ("en", "", "zh-Hans", False),
    ],
)
def test_only_the_wanted_languages_are_read(english, language, locale, found):
    unit = UNIT.format(english=english, more=CHINESE.format(language=language, text="甲"))
    assert len(read_tmx(f"<tmx><body>{unit}</body></tmx>".encode(), "x", locale)) == found


@pytest.mark.parametrize(
    ("text", "target", "problem"),
    [
        ("<hi>甲</hi><ut>{x}</ut>乙", "甲{x}乙", ""),
        ("<ph/>甲", "", "<ph> is empty"),
        ("<script>甲</script>", "", "<script> is not one of ours"),
    ],
)
def test_inline_elements_of_other_tools(text, target, problem):
    unit = UNIT.format(english="en", more=CHINESE.format(language="zh", text=text))
    pair = read_tmx(f"<tmx><body>{unit}</body></tmx>".encode(), "x")[0]
    assert (pair.target, problem in pair.problem, bool(pair.problem)) == (target, True, bool(problem))


def test_codes_of_source_and_target_that_are_the_same_have_the_same_number():
    source = code_source("**a** `b` [c](u)", {})
    target = code_target("[丙](u) `乙` **甲** **丁**", {}, source)
    numbers = {piece.data: piece.number for piece in source if isinstance(piece, Code)}
    kept = [(p.data, p.number == numbers[p.data]) for p in target if isinstance(p, Code) and p.data in numbers]
    assert kept == [("[", True), ("](u)", True), ("**", True), ("**", True), ("**", False), ("**", False)]


def changed_unit(form: str, old: str, new: str):
    """The row of the second unit after something in its target was replaced."""
    file = exported(example(), form)
    start = file.index("<target", file.index("new"))
    assert old in file[start:]
    data = file[:start] + file[start:].replace(old, new, 1)
    return read_rows(data.encode("utf-8"), "x.xlf", "zh-Hans")[1]


TARGET = PAIRS[1][1]


@pytest.mark.parametrize(
    ("form", "old", "new", "target"),
    [
        ("xliff", '<ph id="4" ctype="x-code">`x &lt; y`</ph>', '<ph id="4"/>', TARGET),
        ("xliff", "模型", '<mrk mtype="term">模型</mrk>', TARGET),
        ("xliff2", "模型", '<mrk id="m1" type="term">型</mrk>', TARGET.replace("模型", "型")),
        ("xliff2", "，见", ',<cp hex="0001"/>', TARGET.replace("，见", ",\x01")),
        ("xliff2", 'id="4" type="other" subType="duizhao:code" dataRef="d5"', 'id="4"', TARGET),
    ],
)
def test_what_tools_do_to_codes_is_understood(form, old, new, target):
    assert changed_unit(form, old, new).target == target


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [
        ("xliff", "，见", '<g id="9">见</g>'),
        ("xliff", '<ph id="4" ctype="x-code">`x &lt; y`</ph>', '<ph id="9"/>'),
        ("xliff2", "，见", '<ph id="9"/>'),
        ("xliff2", "，见", "<b>见</b>"),
        ("xliff2", "，见", '<cp hex="110000"/>'),
    ],
)
def test_codes_that_nobody_knows_are_a_problem_of_their_unit(form, old, new):
    row = changed_unit(form, old, new)
    assert (row.unit, row.target, bool(row.problem)) == ("e1/p2", "", True)


def test_a_unit_cut_into_segments_is_one_again():
    file = exported(example(), "xliff2").replace(
        "<source>A text that somebody edited</source>\n<target>有人改过两次的文字</target>\n</segment>",
        "<source>A text that</source><target>有人改过</target></segment><ignorable><source> </source></ignorable>"
        '<segment id="s2" state="final"><source>somebody edited</source><target>三次的文字</target></segment>',
    )
    row = read_rows(file.encode("utf-8"), "x.xlf", "zh-Hans")[4]
    assert (row.source, row.target, row.approved) == ("A text that somebody edited", "有人改过 三次的文字", False)


def test_a_segment_without_a_target_leaves_its_unit_untranslated():
    file = exported(example(), "xliff2").replace("<target>有人改过两次的文字</target>", "")
    assert read_rows(file.encode("utf-8"), "x.xlf", "zh-Hans")[4].target == ""


@pytest.mark.parametrize(
    ("unit", "target", "approved"),
    [
        ('approved="yes"', 'state="translated"', True),
        ('approved="yes"', 'state="needs-review-translation"', False),
        ('approved="no"', 'state="signed-off"', False),
        ("", 'state="final"', True),
        ("", 'state="new"', False),
        ('approved="yes"', "", True),
        ("", "", None),
    ],
)
def test_a_doubt_about_the_state_counts_as_not_approved(unit, target, approved):
    file = (
        f"<xliff version='1.2'><trans-unit {unit}><source>a</source><target {target}>甲</target></trans-unit></xliff>"
    )
    assert read_rows(file.encode("utf-8"), "x.xlf", "zh-Hans")[0].approved is approved
