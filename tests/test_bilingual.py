"""The bilingual file: what a person writes stays, whatever happens to the English or to the file's form."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polib
import pytest
from fake_engine import FakeEngine, faithful
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pipeline.bilingual import (
    Bilingual,
    lost_edits,
    match_units,
    read_bilingual,
    text_digest,
    write_bilingual,
)
from pipeline.drafts import CachedEngine, Drafts
from pipeline.errors import InputError
from pipeline.glossary import parse_glossary
from pipeline.locales import find_locale
from pipeline.records import Issue, IssueResult
from pipeline.translate import Tools, translate_issue

GLOSSARY = parse_glossary({"names.yaml": "- term: GAN\n  policy: keep\n"})
ENGINE = CachedEngine(FakeEngine(rule=faithful), Drafts(Path(tempfile.mkdtemp()) / "drafts.sqlite"))


def run(text: str, po: str = "", memory: dict[str, str] | None = None) -> tuple[IssueResult, str]:
    """The issue's result and its new bilingual file."""
    saved = read_bilingual(po, "x.po") if po else Bilingual()
    tools = Tools(find_locale("zh-Hans"), GLOSSARY, ENGINE, saved, memory)
    result = translate_issue(Issue("x", text, ""), tools)
    return result, write_bilingual(result, saved)


def change(po: str, english: str, chinese: str | None = None, *, approve: bool = False, remark: str = "") -> str:
    """What a person does in a PO editor to the entry of `english`."""
    catalogue = polib.pofile(po)
    entry = next(entry for entry in catalogue if entry.msgid == english and not entry.obsolete)
    if chinese is not None:
        entry.msgstr = chinese
    if approve:
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    entry.tcomment = remark or entry.tcomment
    return str(catalogue)


def rewrapped(po: str) -> str:
    """The file as another tool writes it: lines wrapped at 76 columns."""
    catalogue = polib.pofile(po, wrapwidth=76)
    catalogue.wrapwidth = 76
    return str(catalogue)


ISSUE = """# Week one

The first paragraph is about a GAN.

The second paragraph has some **bold words** in it and goes on for quite a while so that an editor will wrap it.

- an item
- another item

The last paragraph is here.
"""
SECOND = ISSUE.split("\n\n")[2]


def test_round_trip():
    result, po = run(ISSUE)
    saved = read_bilingual(po, "x.po")
    assert [(one.source, one.target) for one in saved.entries] == [(u.unit.source, u.target) for u in result.units]
    assert [one.raw for one in saved.entries] == [unit.raw for unit in result.units]
    assert saved.output == text_digest(result.text)
    assert not any(one.is_persons for one in saved.entries)
    assert saved.obsolete == ()


def test_the_same_result_gives_the_same_bytes():
    _, po = run(ISSUE)
    assert run(ISSUE, po)[1] == po
    assert run(ISSUE)[1] == po


def test_every_entry_says_where_it_stands():
    _, po = run(ISSUE)
    places = {entry.msgid: entry.occurrences for entry in polib.pofile(po)}
    assert places["The first paragraph is about a GAN."] == [("x.md", "3")]
    assert places["another item"] == [("x.md", "8")]


def test_an_edit_is_used_and_kept_as_not_yet_approved():
    _, po = run(ISSUE)
    result, again = run(ISSUE, change(po, "an item", "人写的"))
    assert "- 人写的\n" in result.text
    entry = next(entry for entry in polib.pofile(again) if entry.msgid == "an item")
    assert (entry.msgstr, entry.fuzzy) == ("人写的", True)
    assert run(ISSUE, again)[1] == again


def test_an_approved_edit_is_no_longer_fuzzy():
    _, po = run(ISSUE)
    result, again = run(ISSUE, change(po, "an item", "人写的", approve=True, remark="looked up"))
    entry = next(entry for entry in polib.pofile(again) if entry.msgid == "an item")
    assert (entry.msgstr, entry.fuzzy, entry.tcomment) == ("人写的", False, "looked up")
    assert next(unit for unit in result.units if unit.unit.source == "an item").state == "reviewed"


def test_approved_texts_serve_other_issues():
    _, po = run(ISSUE)
    po = change(change(po, "an item", "批准的", approve=True), "another item", "没批准的")
    memory = {saved.source: saved.target for saved in read_bilingual(po, "x.po").entries if saved.approved}
    assert memory == {"an item": "批准的"}
    result, _ = run("# Other\n\n- an item\n- another item\n", memory=dict(memory))
    assert "批准的" in result.text
    assert "没批准的" not in result.text


def test_changed_english_makes_an_edit_fuzzy_with_its_previous_english():
    _, po = run(ISSUE)
    changed = ISSUE.replace("last paragraph is here", "last paragraph is now here")
    result, again = run(changed, change(po, "The last paragraph is here.", "人写的最后一段。", approve=True))
    entry = next(entry for entry in polib.pofile(again) if "now" in entry.msgid)
    assert (entry.msgstr, entry.fuzzy) == ("人写的最后一段。", True)
    assert entry.previous_msgid == "The last paragraph is here."
    assert result.units[-1].state == "stale"
    assert "人写的最后一段。" in result.text
    assert run(changed, again)[1] == again
    _, approved = run(changed, change(again, entry.msgid, approve=True))
    entry = next(entry for entry in polib.pofile(approved) if "now" in entry.msgid)
    assert (entry.fuzzy, entry.previous_msgid) == (False, None)


def test_english_that_is_gone_leaves_the_edit_as_obsolete_and_coming_back_finds_it():
    _, po = run(ISSUE)
    shorter = ISSUE.replace("- another item\n", "")
    _, without = run(shorter, change(po, "another item", "人写的"))
    (gone,) = polib.pofile(without).obsolete_entries()
    assert (gone.msgid, gone.msgstr) == ("another item", "人写的")
    assert run(shorter, without)[1] == without
    assert "人写的" in run(ISSUE, without)[0].text


def test_a_machine_draft_that_is_gone_leaves_nothing():
    _, po = run(ISSUE)
    assert polib.pofile(run(ISSUE.replace("- another item\n", ""), po)[1]).obsolete_entries() == []


@pytest.mark.parametrize("source", ["an item", "The first paragraph is about a GAN.", SECOND])
def test_other_editors_may_wrap_the_lines(source):
    _, po = run(ISSUE)
    plain = read_bilingual(po, "x.po")
    assert read_bilingual(rewrapped(po), "x.po") == plain
    assert not any(one.is_persons for one in read_bilingual(rewrapped(po), "x.po").entries)
    edited = rewrapped(change(po, source, "人写的一段文字，" * 20))
    assert [one.source for one in read_bilingual(edited, "x.po").entries if one.is_persons] == [source]
    assert run(ISSUE, rewrapped(po))[1] == po


def test_windows_line_ends_and_a_byte_order_mark_are_read():
    _, po = run(ISSUE)
    saved = read_bilingual("\ufeff" + po.replace("\n", "\r\n"), "x.po")
    assert [one.target for one in saved.entries] == [one.target for one in read_bilingual(po, "x.po").entries]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda po: po.replace('msgid "an item"', '<<<<<<< HEAD\nmsgid "an item"'), r"x\.po:\d+: an unresolved merge"),
        (lambda po: po.replace('msgid "an item"', 'msgid "an item'), r"x\.po:\d+: not a valid line"),
        (lambda po: po.replace('msgid "an item"', 'msgjd "an item"'), r"x\.po:\d+: not a valid line"),
        (lambda po: po[: po.rindex('"')], r"x\.po:\d+: not a valid line"),
        (lambda po: po.replace('msgid "an item"', '"an item"'), r"x\.po: not a valid PO file \(line \d+\)"),
        (lambda po: po + po[po.index("#. ") :], r"x\.po: not a valid PO file"),
        (lambda po: "Dear editor,\n\nhere are my notes.\n", r"x\.po: not a PO file"),
        (lambda po: "", r"x\.po: not a PO file"),
    ],
    ids=["conflict", "open quote", "unknown word", "cut short", "no word", "twice", "prose", "empty"],
)
def test_a_broken_file_is_refused_with_its_line(damage, message):
    with pytest.raises(InputError, match=message):
        read_bilingual(damage(run(ISSUE)[1]), "x.po")


def test_the_line_of_a_conflict():
    with pytest.raises(InputError, match=r"x\.po:3: an unresolved merge conflict"):
        read_bilingual('msgid ""\nmsgstr ""\n<<<<<<< HEAD\n', "x.po")


def test_reordered_entries_keep_their_edits():
    _, po = run(ISSUE)
    po = change(po, "an item", "第一")
    result, _ = run(ISSUE.replace("- an item\n- another item", "- another item\n- an item"), po)
    assert result.text.index("第一") > result.text.index("- ")
    assert result.text.rstrip().count("第一") == 1


def test_equal_english_at_two_places_keeps_two_texts():
    text = "# One\n\nsame words\n\nother words\n\nsame words\n"
    _, po = run(text)
    catalogue = polib.pofile(po)
    same = [entry for entry in catalogue if entry.msgid == "same words"]
    same[0].msgstr, same[1].msgstr = "前", "后"
    result, again = run(text, str(catalogue))
    assert result.text.index("前") < result.text.index("后")
    assert run(text, again)[1] == again


def test_matching_takes_each_saved_entry_once():
    result, po = run(ISSUE)
    saved = read_bilingual(po, "x.po")
    units = [unit.unit for unit in result.units]
    matched = match_units(units, saved)
    assert list(matched) == [unit.id for unit in units]
    assert len({id(one) for one in matched.values()}) == len(units)
    assert lost_edits(units, saved) == ()


TARGET = st.text(
    st.one_of(st.sampled_from('人写的"\\\n\t#~| %{}\u2028\x85\x1c\r'), st.characters(exclude_categories=["Cs", "Cc"])),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(TARGET)
def test_whatever_a_person_writes_is_read_back(target):
    _, po = run(ISSUE)
    again = run(ISSUE, change(po, "an item", target))[1]
    assert next(one.target for one in read_bilingual(again, "x.po").entries if one.source == "an item") == target
    assert run(ISSUE, again)[1] == again


SENTENCES = [f"{subject} {verb}" for subject in ("One network", "The authors", "It") for verb in ("learns.", "fails.")]


class People(RuleBasedStateMachine):
    """A person and a newsletter over months: edits, approvals, changing English, runs in between."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.written: set[str] = set()

    @initialize()
    def first_run(self) -> None:
        self.paragraphs = list(SENTENCES)
        self.po = ""
        self.rerun()

    def _text(self) -> str:
        return "# News\n\n" + "".join(f"{paragraph}\n\n" for paragraph in self.paragraphs)

    def _entries(self) -> tuple[polib.POFile, Sequence[polib.POEntry]]:
        catalogue = polib.pofile(self.po)
        return catalogue, [entry for entry in catalogue if not entry.obsolete]

    @rule(index=st.integers(0, 99), approve=st.booleans())
    def edit(self, index: int, approve: bool) -> None:
        catalogue, entries = self._entries()
        entry = entries[index % len(entries)]
        self.count += 1
        self.written.discard(entry.msgstr)
        entry.msgstr = f"第 {self.count} 次人写的文字。"
        self.written.add(entry.msgstr)
        if approve:
            entry.flags = []
        self.po = str(catalogue)

    @rule(index=st.integers(0, 99))
    def approve(self, index: int) -> None:
        catalogue, entries = self._entries()
        entries[index % len(entries)].flags = []
        self.po = str(catalogue)

    @rule(index=st.integers(0, 99), word=st.sampled_from(["slowly", "again", "today"]))
    def change_english(self, index: int, word: str) -> None:
        if self.paragraphs:
            place = index % len(self.paragraphs)
            self.paragraphs[place] = self.paragraphs[place].removesuffix(".") + f" {word}."

    @rule(seed=st.integers(0, 99))
    def reorder(self, seed: int) -> None:
        random.Random(seed).shuffle(self.paragraphs)

    @rule(index=st.integers(0, 99))
    def remove(self, index: int) -> None:
        if self.paragraphs:
            self.paragraphs.pop(index % len(self.paragraphs))

    @rule(index=st.integers(0, 99), sentence=st.sampled_from(SENTENCES))
    def insert(self, index: int, sentence: str) -> None:
        self.paragraphs.insert(index % (len(self.paragraphs) + 1), sentence)

    @rule()
    def other_editor(self) -> None:
        self.po = rewrapped(self.po)

    @rule()
    def rerun(self) -> None:
        result, self.po = run(self._text(), self.po)
        assert run(self._text(), self.po) == (result, self.po)

    @invariant()
    def nothing_is_lost(self) -> None:
        _, after = run(self._text(), self.po)
        kept = [entry.msgstr for entry in polib.pofile(after)]
        assert self.written <= set(kept)


People.TestCase.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPeople = People.TestCase
