"""The memory: what is trusted most, what is only similar, and a file that may be deleted at any time."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.bilingual import read_bilingual, text_digest
from pipeline.errors import InputError
from pipeline.interchange.tmx import Pair, read_tmx, write_issue_tmx, write_tmx
from pipeline.memory import (
    Remembered,
    best,
    containing,
    contradictions,
    export_pairs,
    merge_pairs,
    remember,
    seconds,
    suggest,
    usable,
)
from pipeline.memory_commands import memory as command
from pipeline.memory_store import Memory, approved, memory_file
from tests.interchange_example import (
    APPROVED,
    EDITED,
    approve,
    bilingual_text,
    changed,
    edit,
    example,
    exchange_of,
)

UNIT = Remembered("a.po", "e1/p1", "We train it.", "我们训练它。", True, False, True, "Ann", 100.0, "b", "c")


def with_approved(*pairs: tuple[str, str], day: str = "") -> str:
    """A bilingual file in which everything is approved, by a PO editor or on a day at the desk."""
    text = bilingual_text(pairs)
    if not day:
        return text.replace("#, fuzzy\n", "")
    for number in range(1, len(pairs) + 1):
        text = changed(text, f"e1/p{number}", replace(approve(), at=f"{day}T09:00+00:00"))
    return text


def folder_with(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for slug, text in files.items():
        (folder / f"{slug}.po").write_text(text, "utf-8", newline="")
    return folder


def test_people_are_remembered_and_the_machine_is_not():
    units = remember(read_bilingual(example(), "x.po"), "x.po")
    assert {(unit.name, unit.approved, unit.by) for unit in units} == {(EDITED, False, "Ann"), (APPROVED, True, "Ann")}
    assert units[1].at == seconds("2021-01-02T09:00+00:00")
    assert units[1].before == text_digest("A text that somebody edited")
    assert units[1].after == ""


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"at": 1.0}, {"approved": False, "at": 9.0, "before": "B", "after": "C"}),
        ({"at": 1.0, "before": "B", "after": "C"}, {"at": 9.0}),
        ({"at": 1.0, "before": "B"}, {"at": 9.0}),
        ({"at": 1.0}, {"at": 9.0, "imported": True}),
        ({"at": 9.0}, {"at": 1.0, "file": "z.po"}),
        ({"file": "b.po"}, {}),
        ({"target": "后来的"}, {"live": False}),
    ],
)
def test_what_is_trusted_more(better, worse):
    good, bad = replace(UNIT, **better), replace(UNIT, target="别的", **worse)
    for units in ([good, bad], [bad, good]):
        assert best(units, "B", "C").unit is good


def test_no_match_is_none():
    assert best([]) is None


@pytest.mark.parametrize(("before", "after", "same"), [("b", "c", True), ("b", "x", False), ("x", "c", False)])
def test_the_same_context_means_both_neighbours(before, after, same):
    assert best([UNIT], before, after).same_context is same


def test_similar_english_is_suggested_with_its_difference():
    units = [UNIT, replace(UNIT, source="Something else altogether"), replace(UNIT, source="We do not train it.")]
    found = suggest("We did train it.", units)
    assert [one.unit.source for one in found] == ["We train it.", "We do not train it."]
    assert [(change.kind, change.text) for change in found[0].diff if change.kind != "same"] == [("added", "did ")]
    assert all(75 <= one.score < 100 for one in found)


def test_the_same_english_is_no_suggestion_and_approved_wins():
    pending = replace(UNIT, source="We train it!", target="待定", approved=False, at=999.0)
    settled = replace(UNIT, source="We train it!", target="已定")
    assert [one.unit.target for one in suggest("We train it.", [UNIT, pending, settled])] == ["已定"]


def test_texts_of_both_languages_are_found():
    other = replace(UNIT, source="Train", target="列车")
    assert containing("train", [UNIT, other]) == [UNIT, other]
    assert containing("Train", [UNIT, other]) == [other, UNIT]
    assert containing("训练", [UNIT, other]) == [UNIT]


def test_contradictions_are_counted_among_approved_ones():
    other, pending = replace(UNIT, target="另译"), replace(UNIT, source="x", approved=False)
    assert contradictions([UNIT, UNIT, other, pending]) == {UNIT.source: (UNIT.target, "另译")}


@pytest.mark.parametrize(
    "written", ["2021-03-04T10:15+08:00", "20210304T021500Z", "2021-03-04 02:15+0000", "2021-03-04T02:15"]
)
def test_times_are_read_as_all_formats_write_them(written):
    assert seconds(written) == 1614824100.0


@pytest.mark.parametrize("written", ["", "YEAR-MO-DA HO:MI+ZONE", "yesterday"])
def test_no_time_is_zero(written):
    assert seconds(written) == 0.0


def approved_texts(files):
    return {
        saved.source: saved.target
        for file in files
        for saved in (*file.obsolete, *file.entries)
        if saved.approved and not saved.previous
    }


ENGLISH = st.sampled_from(["One", "Two", "Three"])
CHINESE = st.sampled_from(["甲", "乙", "丙"])


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), st.dictionaries(ENGLISH, CHINESE, min_size=1), max_size=4))
def test_without_dates_it_gives_what_reading_all_files_gave(tmp_path_factory, issues):
    texts = {slug: with_approved(*pairs.items()) for slug, pairs in issues.items()}
    folder = folder_with(tmp_path_factory.mktemp("out"), **texts)
    for slug in "ae":
        others = [read_bilingual(text, name) for name, text in sorted(texts.items()) if name != slug]
        assert approved(folder, slug) == approved_texts(others)


def test_the_newest_correction_comes_first(tmp_path):
    old, new = with_approved(("One", "旧"), day="2021-01-01"), with_approved(("One", "新"), day="2021-02-01")
    folder = folder_with(tmp_path, a=new, b=old, c=with_approved(("One", "无日期")))
    assert approved(folder, "x") == {"One": "新"}
    assert approved(folder, "a") == {"One": "旧"}


def test_the_date_of_the_file_counts_where_entries_have_none(tmp_path):
    dated = with_approved(("One", "新")).replace(
        '"Language:', '"PO-Revision-Date: 2022-01-01 10:00+0000\\n"\n"Language:'
    )
    folder = folder_with(tmp_path, a=dated, b=with_approved(("One", "旧"), day="2021-01-01"))
    assert approved(folder, "x") == {"One": "新"}


def test_pending_texts_are_never_used(tmp_path):
    folder = folder_with(tmp_path, a=changed(bilingual_text([("One", "一")]), "e1/p1", edit("待定")))
    assert approved(folder, "x") == {}
    with Memory(folder) as opened:
        assert opened.recall("x", ["One"]) == (None,)


def test_context_decides_between_two_translations(tmp_path):
    folder = folder_with(
        tmp_path,
        a=with_approved(("Before", "前"), ("Paper", "论文"), ("After", "后"), day="2021-01-01"),
        b=with_approved(("Paper", "纸"), day="2021-02-01"),
    )
    with Memory(folder) as opened:
        found = opened.recall("x", ["Before", "Paper", "After", "Nothing"])
        alone = opened.recall("x", ["Paper"])
    assert [match and (match.unit.target, match.same_context) for match in found] == [
        ("前", True),
        ("论文", True),
        ("后", False),
        None,
    ]
    assert alone[0].unit.target == "纸"


def test_only_changed_files_are_read_again(tmp_path, monkeypatch):
    folder = folder_with(tmp_path, a=with_approved(("One", "一")), b=with_approved(("Two", "二")))
    approved(folder, "x")
    read = []

    def noting(text: str, name: str):
        read.append(Path(name).name)
        return read_bilingual(text, name)

    monkeypatch.setattr("pipeline.memory_store.read_bilingual", noting)
    folder_with(folder, b=with_approved(("Two", "两")))
    assert approved(folder, "x") == {"One": "一", "Two": "两"}
    (folder / "a.po").unlink()
    assert approved(folder, "x") == {"Two": "两"}
    assert read == ["b.po"]


def test_the_file_may_be_deleted_or_damaged(tmp_path):
    folder = folder_with(tmp_path, a=with_approved(("One", "一")))
    file = memory_file(folder)
    assert approved(folder, "x") == {"One": "一"}
    for damage in (b"no database", b""):
        file.write_bytes(damage)
        assert approved(folder, "x") == {"One": "一"}
    db = sqlite3.connect(file)
    db.execute("pragma user_version = 99")
    db.close()
    assert approved(folder, "x") == {"One": "一"}
    file.unlink()
    assert approved(folder, "x") == {"One": "一"}
    assert not (folder / ".duizhao").exists()


def test_a_folder_that_is_not_there_or_cannot_be_written_is_no_obstacle(tmp_path):
    assert approved(tmp_path / "none", "x") == {}
    assert not (tmp_path / "none").exists()
    folder = folder_with(tmp_path / "out", a=with_approved(("One", "一")))
    memory_file(folder).mkdir(parents=True)
    assert approved(folder, "x") == {"One": "一"}


def test_a_broken_bilingual_file_is_named_and_nothing_is_forgotten(tmp_path):
    folder = folder_with(tmp_path, a=with_approved(("One", "一")))
    approved(folder, "x")
    folder_with(folder, b="<<<<<<< ours\n")
    with pytest.raises(InputError, match=r"b\.po:1: an unresolved merge conflict"):
        approved(folder, "x")
    (folder / "b.po").unlink()
    assert approved(folder, "x") == {"One": "一"}


def test_what_is_exported_can_be_imported():
    units = [UNIT, replace(UNIT, at=50.0, file="b.po"), replace(UNIT, approved=False, source="Pending")]
    pairs = export_pairs(units)
    back = read_tmx(write_tmx(pairs, "zh-Hans", {}).encode("utf-8"), "x.tmx", "zh-Hans")
    assert [(p.source, p.target, p.by, seconds(p.at), p.properties["x-file"]) for p in back] == [
        (UNIT.source, UNIT.target, "Ann", 100.0, "a.po: e1/p1")
    ]


def test_machine_texts_of_an_exported_issue_are_not_imported():
    pairs = read_tmx(write_issue_tmx(exchange_of(example())).encode("utf-8"), "x.tmx", "zh-Hans")
    assert [pair.name for pair in usable(pairs)] == [APPROVED]


def test_importing_adds_and_keeps_the_last_date():
    old, new = Pair("One", "一", at="20210101T000000Z"), Pair("One", "一", at="20220101T000000Z")
    other, broken = Pair("One", "壹"), Pair("Two", "", problem="broken")
    assert merge_pairs([old], [new, other, broken]) == (new, other)
    assert merge_pairs([new], [old]) == (new,)


def invoke(*arguments: object):
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_commands(tmp_path):
    folder = folder_with(tmp_path / "out", a=example(), b=with_approved(("One", "一")))
    theirs = tmp_path / "theirs.tmx"
    theirs.write_text(write_tmx([Pair("Imported", "外来"), Pair("One", "外来的一")], "zh-CN", {}), "utf-8")
    assert "2 units, 0 left out" in invoke("import", theirs, "--output", folder).output
    invoke("import", theirs, "--output", folder)
    figures = json.loads(invoke("stats", "--json", "--output", folder).output)
    assert list(figures.values()) == [4, 2, 1, 3, 1, 3, "2021-01-02"]
    assert "approved                     4\n" in invoke("stats", "--output", folder).output
    assert approved(folder, "x")["One"] == "一"

    invoke("export", tmp_path / "ours.tmx", "--output", folder)
    exported = read_tmx((tmp_path / "ours.tmx").read_bytes(), "ours.tmx", "zh-Hans")
    assert {pair.source for pair in exported} == {"One", "Imported", "A text that somebody approved"}

    memory_file(folder).unlink()
    assert "5 units from 3 files" in invoke("rebuild", "--output", folder).output


def test_searching(tmp_path):
    folder = folder_with(tmp_path, a=example())
    shown = invoke("search", "A text somebody approved", "--output", folder).output
    assert (
        "approved  a.po: e1/p6 (Ann, 2021-01-02)\n      A text [-that -]somebody approved\n      有人批准的文字"
        in shown
    )
    found = json.loads(invoke("search", "两次", "--json", "--output", folder).output)
    assert [(one["unit"], one["approved"]) for one in found["found"]] == [(EDITED, False)]
    assert "nothing found" in invoke("search", "绝无此文", "--output", folder).output


def test_nothing_to_import_is_said(tmp_path):
    file = tmp_path / "de.tmx"
    file.write_text(write_tmx([Pair("One", "Eins")], "de", {}), "utf-8")
    with pytest.raises(InputError, match="no approved units from English to zh-Hans"):
        invoke("import", file, "--output", folder_with(tmp_path / "out", a=example()))
    with pytest.raises(InputError, match="no such folder"):
        invoke("stats", "--output", tmp_path / "none")
