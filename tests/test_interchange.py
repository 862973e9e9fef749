"""Out and back: nothing done changes no byte, what was done comes in, what is not clear is a conflict."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.bilingual import read_bilingual
from pipeline.editing.po_text import read_header
from pipeline.errors import InputError
from pipeline.interchange.formats import WRITERS, read_rows
from pipeline.interchange.merge import Plan, apply_plan, plan_import
from pipeline.interchange.rows import Exchange, Row
from tests.interchange_example import (
    APPROVED,
    EDITED,
    ENDINGS,
    KEPT,
    PAIRS,
    SIGNATURE,
    approve,
    bilingual_text,
    changed,
    comment,
    edit,
    example,
    exchange_of,
    exported,
    rows,
    texts,
)

FORMS = tuple(ENDINGS)


def imported(text: str, file: str, form: str) -> Plan:
    locale = read_header(text, "Language").replace("_", "-")
    back = read_rows(file.encode("utf-8"), f"x{ENDINGS[form]}", locale)
    return plan_import(read_bilingual(text, "x.po"), back, SIGNATURE)


def sent_back(text: str, form: str, **edits: Row) -> str:
    """The exported file after a translator's work: rows replaced, everything else as it was."""
    exchange = exchange_of(text)
    done = tuple(edits.get(row.unit.replace("/", "_"), row) for row in exchange.rows)
    return WRITERS[form](replace(exchange, rows=done))


def row_at(text: str, unit: str) -> Row:
    return next(row for row in exchange_of(text).rows if row.unit == unit)


def saved_at(text: str, unit: str):
    return next(saved for saved in read_bilingual(text, "x.po").entries if saved.unit == unit)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_done_changes_no_byte(form):
    text = example()
    plan = imported(text, exported(text, form), form)
    assert (plan.changes, plan.conflicts) == ({}, ())
    assert apply_plan(text, "x.po", plan) == text


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=60, deadline=None)
@given(made=rows())
def test_every_format_gives_back_what_it_was_given(form, made):
    back = read_rows(WRITERS[form](Exchange("issue", "zh-Hans", made)).encode("utf-8"), f"x{ENDINGS[form]}", "zh-Hans")
    parts = [(row.unit, row.source, row.target, row.approved, row.comment, row.version, row.problem) for row in back]
    assert parts == [(r.unit, r.source, r.target, r.approved, r.comment, r.version, "") for r in made]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(pairs=st.lists(st.tuples(texts(), texts()), min_size=1, max_size=4), touched=st.booleans())
def test_any_bilingual_file_goes_out_and_back(form, pairs, touched):
    text = bilingual_text(pairs)
    text = changed(text, "e1/p1", edit("改过"), approve()) if touched else text
    plan = imported(text, exported(text, form), form)
    assert (plan.changes, plan.conflicts) == ({}, ())


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=25, deadline=None)
@given(target=texts().filter(str.strip), approved=st.booleans())
def test_an_edit_comes_in_and_touches_nothing_else(form, target, approved):
    text = example()
    unit = "e1/p2"
    done = replace(row_at(text, unit), target=target, status="approved" if approved else "edited")
    plan = imported(text, sent_back(text, form, e1_p2=done), form)
    written = apply_plan(text, "x.po", plan)
    saved = saved_at(written, unit)
    expected = target if "\r" in row_at(text, unit).source else target.replace("\r\n", "\n")
    assert (saved.target, saved.approved) == (expected, approved)
    assert "edited: Lin Mei, 2021-03-04T10:15+08:00" in saved.remark
    others = [(a, b) for a, b in zip(text.split("\n\n"), written.split("\n\n"), strict=True) if a != b]
    assert [f'msgctxt "{unit}"' in after for _, after in others] == [True]


@pytest.mark.parametrize("form", WRITERS)
def test_importing_twice_is_importing_once(form):
    text = example()
    done = replace(row_at(text, "e1/p1"), target="第 41 周", status="approved", comment="shorter\nand better")
    file = sent_back(text, form, e1_p1=done)
    once = apply_plan(text, "x.po", imported(text, file, form))
    assert saved_at(once, "e1/p1").remark.count("comment: ") == 2
    assert imported(once, file, form).changes == {}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(
    ("unit", "status", "approved"),
    [("e1/p1", "approved", True), (EDITED, "approved", True), (APPROVED, "edited", False), ("e1/p1", "edited", False)],
)
def test_only_the_state_says_what_is_approved(form, unit, status, approved):
    text = example()
    file = sent_back(text, form, **{unit.replace("/", "_"): replace(row_at(text, unit), status=status)})
    saved = saved_at(apply_plan(text, "x.po", imported(text, file, form)), unit)
    assert (saved.approved, saved.target) == (approved, row_at(text, unit).target)


@pytest.mark.parametrize("form", FORMS)
def test_what_changed_here_meanwhile_is_not_overwritten(form):
    text = example()
    file = exported(text, form).replace("2020 年第 41 周", "译者的文字")
    now = changed(text, "e1/p1", edit("审校的文字"))
    plan = imported(now, file, form)
    assert [conflict.unit for conflict in plan.conflicts] == ["e1/p1"]
    assert apply_plan(now, "x.po", plan) == now


@pytest.mark.parametrize("form", FORMS)
def test_what_the_translator_left_alone_is_no_conflict(form):
    text = example()
    now = changed(text, "e1/p1", edit("审校的文字"), approve())
    plan = imported(now, exported(text, form), form)
    assert (plan.changes, plan.conflicts) == ({}, ())


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_edit_on_both_sides_is_no_conflict(form):
    text = example()
    file = sent_back(text, form, e1_p1=replace(row_at(text, "e1/p1"), target="一样", status="edited"))
    assert imported(changed(text, "e1/p1", edit("一样")), file, form) == Plan({}, ())


@pytest.mark.parametrize("form", WRITERS)
def test_a_comment_alone_is_no_conflict_with_an_edit_here(form):
    text = example()
    file = sent_back(text, form, e1_p1=replace(row_at(text, "e1/p1"), comment="too long"))
    now = changed(text, "e1/p1", edit("短些"))
    written = apply_plan(now, "x.po", imported(now, file, form))
    assert saved_at(written, "e1/p1").target == "短些"
    assert "comment: Lin Mei, 2021-03-04T10:15+08:00: too long" in saved_at(written, "e1/p1").remark


@pytest.mark.parametrize("form", WRITERS)
def test_one_conflict_does_not_hold_up_the_rest(form):
    text = example()
    done = {
        "e1_p1": replace(row_at(text, "e1/p1"), target="译者一", status="edited"),
        "e1_p2": replace(row_at(text, "e1/p2"), target="译者二", status="edited"),
    }
    now = changed(text, "e1/p1", edit("审校的文字"))
    plan = imported(now, sent_back(text, form, **done), form)
    written = apply_plan(now, "x.po", plan)
    assert [conflict.unit for conflict in plan.conflicts] == ["e1/p1"]
    assert [saved_at(written, unit).target for unit in ("e1/p1", "e1/p2")] == ["审校的文字", "译者二"]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "Another English", "target": "别的"}, "the English changed"),
        ({"target": " "}, "the target is empty"),
        ({"target": "a\0b"}, "zero byte"),
    ],
)
def test_conflicts_say_why(form, change, reason):
    text = example()
    file = sent_back(text, form, e1_p1=replace(row_at(text, "e1/p1"), **change))
    conflicts = imported(text, file, form).conflicts
    assert [(c.unit, reason in c.reason) for c in conflicts] == [("e1/p1", True)]


def test_a_unit_that_moved_is_found_by_its_english():
    text = example()
    file = sent_back(text, "xliff", e1_p1=replace(row_at(text, "e1/p1"), target="搬了家", status="edited"))
    moved = text.replace('msgctxt "e1/p1"', 'msgctxt "e2/p1"')
    assert saved_at(apply_plan(moved, "x.po", imported(moved, file, "xliff")), "e2/p1").target == "搬了家"


def test_a_unit_twice_with_different_texts_is_a_conflict():
    text = example()
    exchange = exchange_of(text)
    twice = [replace(exchange.rows[0], target=target, status="edited") for target in ("甲", "乙")]
    plan = imported(text, WRITERS["csv"](replace(exchange, rows=tuple(twice))), "csv")
    assert ["twice" in conflict.reason for conflict in plan.conflicts] == [True]


def test_a_table_without_versions_never_overwrites_a_person():
    text = example()
    file = re.sub(r",[0-9a-f]{16}\r\n", ",\r\n", exported(text, "csv"))
    file = file.replace("有人改过两次的文字,edited", "译者的文字,edited").replace("周,machine", "周！,machine")
    plan = imported(text, file, "csv")
    assert [conflict.unit for conflict in plan.conflicts] == [EDITED]
    assert list(plan.changes) == ["e1/p1"]


@pytest.mark.parametrize(
    "altered",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.removeprefix("\ufeff"),
        lambda text: text.replace("\n", "\r\n").replace("\r\r\n", "\r\n"),
    ],
)
def test_tables_survive_spreadsheets(altered):
    text = example()
    plan = imported(text, altered(exported(text, "csv")), "csv")
    assert (plan.changes, plan.conflicts) == ({}, ())


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_tables_may_come_back_with_other_delimiters_and_in_utf_16(delimiter):
    cells = ["unit", "English", "target"], ["e1/p1", PAIRS[0][0], "第 41 周"]
    data = "\r\n".join(delimiter.join(line) for line in cells).encode("utf-16")
    assert [row.target for row in read_rows(data, "x.csv", "zh-Hans")] == ["第 41 周"]


def test_no_cell_is_a_formula():
    made = tuple(Row("e1/p1", text, text, "machine", text, text) for text in ("=1+1", "+1", "-1", "@x", "'=1", "\t="))
    lines = WRITERS["csv"](Exchange("issue", "zh-Hans", made)).splitlines()
    assert not [line for line in lines if re.search(r'(?:^|,)"?[=+\-@\t]', line)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("unit,English,target\r\ne1/p1,Café,咖啡".encode("gb18030"), "x.csv"),
        (b"unit,target\r\ne1/p1,x", "x.csv"),
        (b"", "x.csv"),
        (b"<html/>", "x.xlf"),
        (b"<xliff version='3.0'/>", "x.xlf"),
        (b"<html/>", "x.tmx"),
        (b"no po", "x.po"),
        (b"", "x.docx"),
    ],
)
def test_other_files_are_refused_by_name(data, name):
    with pytest.raises(InputError, match=re.escape(name)):
        read_rows(data, name, "zh-Hans")


def test_an_unknown_state_in_a_table_is_said():
    text = example()
    plan = imported(text, exported(text, "csv").replace(",machine,", ",done,", 1), "csv")
    assert ["“done” is unknown" in conflict.reason for conflict in plan.conflicts] == [True]


def test_comments_of_ours_do_not_come_back_as_new_ones():
    text = changed(example(), "e1/p1", comment("look: here"))
    assert imported(text, exported(text, "csv"), "csv").changes == {}


@pytest.mark.parametrize("form", WRITERS)
def test_approving_everything_leaves_alone_what_has_nothing_to_translate(form):
    text = example()
    exchange = exchange_of(text)
    everything = tuple(replace(row, status="approved") for row in exchange.rows)
    plan = imported(text, WRITERS[form](replace(exchange, rows=everything)), form)
    assert sorted(plan.changes) == ["e1/p1", "e1/p2", "e1/p3", EDITED]
    assert row_at(text, KEPT).status == "kept"


@pytest.mark.parametrize("form", WRITERS)
def test_approving_a_stale_text_makes_it_current(form):
    at = '#, fuzzy\nmsgctxt "e1/p5"'
    text = example().replace(at, at.replace("msgctxt", '#| msgid "The English before"\nmsgctxt'))
    row = row_at(text, EDITED)
    assert (row.status, row.previous) == ("stale", "The English before")
    written = apply_plan(
        text, "x.po", imported(text, sent_back(text, form, e1_p5=replace(row, status="approved")), form)
    )
    assert (saved_at(written, EDITED).approved, saved_at(written, EDITED).previous) == (True, "")


@pytest.mark.parametrize("form", ["xliff", "xliff2", "tmx"])
def test_the_raw_and_the_earlier_text_travel_as_notes(form):
    at = '#, fuzzy\nmsgctxt "e1/p5"'
    text = example().replace(at, at.replace("msgctxt", '#| msgid "The English before"\nmsgctxt'))
    file = exported(text, form)
    assert ">The English before</" in file
    assert ">有人改过的文字</" in file
