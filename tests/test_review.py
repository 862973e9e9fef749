from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from review_example import UNITS, example, finding, post_edit, unit_result

from pipeline.records import Edit, Origin, Span
from pipeline.review import (
    Change,
    char_diff,
    count_reasons,
    is_changed,
    post_edit_diff,
    render_markdown,
    render_text,
    target_diff,
)

DATA = Path(__file__).parent / "data" / "review"

Texts = st.text(alphabet='ab1 ，,。“"中文模型', max_size=25)


def brackets(changes: tuple[Change, ...]) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[change.kind].format(change.text) for change in changes)


def rebuilt(changes: tuple[Change, ...], kind: str) -> str:
    return "".join(change.text for change in changes if change.kind in ("same", kind))


@pytest.mark.parametrize(
    ("raw", "steps", "shown", "reasons"),
    [
        ("没有改动", [], "没有改动", []),
        ("你好,世界", [(",", "，", "width")], "你好[-,-]{+，+}世界", ["width"]),
        ("用GAN训练", [("GAN", " GAN ", "spacing")], "用{+ +}GAN{+ +}训练", ["spacing"]),
        ("甘斯很好", [("甘斯", "GAN ", "term: GAN")], "[-甘斯-]{+GAN +}很好", ["term: GAN"]),
        ("头部看", [("头部", "注意力头", "term")], "[-头部-]{+注意力头+}看", ["term"]),
        ("好好好好", [("好好好", "", "loop")], "[-好好好-]好", ["loop"]),
        ('说"好"', [('"', "“", "quotes"), ('"', "”", "quotes")], '说[-"-]{+“+}好[-"-]{+”+}', ["quotes"]),
        ("甲,乙", [(",", "、", "list"), ("乙", "丙", "term")], "甲[-,-]{+、+}[-乙-]{+丙+}", ["list", "term"]),
    ],
)
def test_a_change_is_shown_whole_and_with_its_reason(
    raw: str, steps: list[tuple[str, str, str]], shown: str, reasons: list[str]
) -> None:
    machine, edits = post_edit(raw, steps)
    changes = char_diff(raw, machine, edits)
    assert brackets(changes) == shown
    assert list(count_reasons(changes)) == reasons


@pytest.mark.parametrize(
    ("raw", "machine", "shown"),
    [
        ("Gaussian", "GAN", "G[-aussian-]{+AN+}"),
        ("我们看到它尝试", "我们听说她尝试", "我们[-看到它-]{+听说她+}尝试"),
        ("一二三四五六七", "一二三四五六八", "一二三四五六[-七-]{+八+}"),
        ("", "新", "{+新+}"),
        ("旧", "", "[-旧-]"),
    ],
)
def test_texts_without_edits_are_compared_without_shreds(raw: str, machine: str, shown: str) -> None:
    assert brackets(char_diff(raw, machine, ())) == shown


@given(Texts, Texts)
def test_both_texts_can_be_read_off_any_comparison(raw: str, machine: str) -> None:
    changes = char_diff(raw, machine, ())
    assert rebuilt(changes, "removed") == raw
    assert rebuilt(changes, "added") == machine
    assert all(change.text for change in changes)


@given(st.lists(st.tuples(Texts, Texts, Texts), max_size=5), Texts)
def test_every_change_made_by_edits_has_a_reason(parts: list[tuple[str, str, str]], end: str) -> None:
    raw, machine, edits = "", "", []
    for number, (gap, before, after) in enumerate(parts):
        raw, machine = raw + gap + before, machine + gap + after
        span = Span(len(machine) - len(after), len(machine))
        edits.append(Edit(span, before, after, f"rule {number}"))
    changes = char_diff(raw + end, machine + end, edits)
    assert rebuilt(changes, "removed") == raw + end
    assert rebuilt(changes, "added") == machine + end
    assert all(bool(change.reason) == (change.kind != "same") for change in changes)


@given(Texts, Texts, st.lists(st.tuples(st.integers(0, 25), st.integers(0, 4), Texts), max_size=4))
def test_edits_that_do_not_fit_never_spoil_the_comparison(
    raw: str, machine: str, places: list[tuple[int, int, str]]
) -> None:
    edits = [Edit(Span(at, at + size), before, machine[at : at + size], "rule") for at, size, before in sorted(places)]
    changes = char_diff(raw, machine, edits)
    assert rebuilt(changes, "removed") == raw
    assert rebuilt(changes, "added") == machine


def test_edits_that_do_not_replay_still_give_their_reasons() -> None:
    edits = (Edit(Span(2, 3), "lost", "，", "width"), Edit(Span(5, 6), "lost", "。", "stop"))
    changes = char_diff("你好,世界.", "你好，世界。", edits)
    assert [(change.text, change.reason) for change in changes if change.kind == "added"] == [
        ("，", "width"),
        ("。", "stop"),
    ]


def test_an_edit_beside_a_change_lends_it_no_reason_when_another_made_it() -> None:
    edits = (Edit(Span(0, 2), "lost", "你好", "term"), Edit(Span(2, 3), "lost", "，", "width"))
    changes = char_diff("你好,世界", "你好，世界", edits)
    assert list(count_reasons(changes)) == ["width"]


def test_very_long_texts_are_not_compared_inside() -> None:
    raw, machine = "同" + "甲乙" * 4000 + "尾", "同" + "乙丙" * 4000 + "尾"
    changes = char_diff(raw, machine, ())
    assert [change.kind for change in changes] == ["same", "removed", "added", "same"]
    assert (rebuilt(changes, "removed"), rebuilt(changes, "added")) == (raw, machine)


@pytest.mark.parametrize(
    ("raw", "target", "origin", "changed"),
    [
        ("好", "好", "machine", False),
        ("好,", "好，", "machine", True),
        ("好", "很好", "person", True),
        ("", "好", "memory", False),
        ("", "GAN", "source", False),
        ("", "好", "person", True),
    ],
)
def test_a_unit_counts_as_changed_when_its_raw_text_is_not_what_stands(
    raw: str, target: str, origin: Origin, changed: bool
) -> None:
    assert is_changed(unit_result("e0/p", "x", raw, target=target, origin=origin)) is changed


def test_a_reviewers_return_to_the_raw_text_counts_as_changed() -> None:
    returned = unit_result("e0/p", "x", "好,", [(",", "，", "width")], target="好,", origin="person")
    assert is_changed(returned)
    assert brackets(target_diff(returned)) == "好[-，-]{+,+}"


@pytest.mark.parametrize(
    ("raw", "target", "shown"),
    [
        ("比赛在四月三十日结束", "比赛在五月三十日结束", "比赛在[-四-]{+五+}月三十日结束"),
        ("比赛在四月三十日结束", "截止日期未变", "截止日期未变"),
        ("好", "好", ""),
        ("", "下周见", "下周见"),
    ],
)
def test_a_reviewers_text_is_compared_unless_it_is_all_new(raw: str, target: str, shown: str) -> None:
    assert brackets(target_diff(unit_result("e0/p", "x", raw, target=target, origin="person"))) == shown


def test_the_machines_changes_are_empty_when_it_was_not_asked() -> None:
    assert post_edit_diff(unit_result("e0/p", "x", "", target="好", origin="memory")) == ()


@pytest.mark.parametrize("name", ["example.txt", "example.md"])
def test_text_and_comment_look_as_before(name: str) -> None:
    shown = render_text(example(), colour=False) if name.endswith("txt") else render_markdown(example())
    assert shown == (DATA / name).read_text(encoding="utf-8")


def test_colours_say_the_same_as_brackets() -> None:
    coloured = render_text(example(), colour=True)
    plain = re.sub("\x1b\\[31;9m(.*?)\x1b\\[0m", "[-\\1-]", coloured)
    plain = re.sub("\x1b\\[32;4m(.*?)\x1b\\[0m", "{+\\1+}", plain)
    assert plain == render_text(example(), colour=False)


def test_no_control_character_of_a_newsletter_reaches_the_terminal() -> None:
    evil = "a\x1b[2J\x9b\x07\r\x00b"
    unit = replace(
        unit_result("e0/p", evil, evil, target=evil + "c", note=evil, findings=(finding("e0/p", evil, "minor", evil),)),
        edits=(Edit(Span(0, 0), "", "", evil),),
    )
    shown = render_text(example((unit,)), colour=False)
    assert "␛[2J" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


def test_units_without_changes_are_counted_instead_of_shown() -> None:
    for shown in (render_text(example(), False), render_markdown(example())):
        assert "10 of 16 units shown; 6 left out: unchanged and without findings." in shown
        assert "Nothing was changed here." not in shown


MARKDOWN = "# *a* `b` [c](d) | <b>x</b> &amp; ~~e~~ @someone #12\n\n- f\n\n```\ng"


def test_no_markdown_of_a_unit_is_rendered_in_a_comment() -> None:
    found = finding("e0/p", "x", "minor", MARKDOWN)
    unit = unit_result("e0/p", MARKDOWN, MARKDOWN, target=MARKDOWN + "!", findings=(found,))
    shown = render_markdown(example((unit,)))
    tokens = MarkdownIt("commonmark").enable("table").parse(shown)
    assert {token.type for token in tokens} == {"html_block"}
    assert shown.count("<details>") == shown.count("</details>") == 1
    assert "<b>x</b>" not in shown
    assert "@someone" not in shown
    assert "#12" not in shown


def test_a_comment_stays_within_the_limit_of_its_host() -> None:
    many = tuple(
        replace(unit, unit=replace(unit.unit, id=f"{unit.unit.id}-{number}"))
        for number in range(300)
        for unit in sorted(UNITS, key=lambda unit: unit.unit.entry)
    )
    shown = render_markdown(example(many))
    assert len(shown) < 65_536
    assert "entries not shown" in shown
    assert "more findings not shown" in shown
