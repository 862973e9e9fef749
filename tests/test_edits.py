from __future__ import annotations

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bilingual import Saved, read_bilingual, text_digest
from pipeline.editing.edits import (
    Change,
    ChangeKind,
    apply_edit,
    apply_edits,
    comments,
    dismissed,
    entry_digest,
    entry_texts,
    finding_key,
    open_findings,
    put_back,
    read_entries,
)
from pipeline.editing.po_text import find_units, quote, read_field, read_header, write_header
from pipeline.errors import ConflictError, InputError
from pipeline.records import Finding

RAW, MACHINE = "教师,你好", "教师，你好"
PO = f"""#
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"X-Duizhao-Output: 0123456789abcdef\\n"

#. raw: {RAW}
#. machine: {text_digest(MACHINE)}
#: one.md:1
#, fuzzy
msgctxt "e1/p1"
msgid "Teacher, hello"
msgstr "{MACHINE}"

# a note by a translator
#. machine: {text_digest("再见")}
#: one.md:3
#, fuzzy, python-format
#| msgid "Good by"
msgctxt "e1/p2"
msgid ""
"Good\\n"
"bye \\"all\\""
msgstr "再见"

#~ msgctxt "e9/p9"
#~ msgid "Gone"
#~ msgstr "走了"
"""
WHEN = "2021-03-04T10:15+08:00"


def entry(text: str, unit: str = "e1/p1") -> Saved:
    return read_entries(text, "one.po", [unit])[unit]


def change(kind: ChangeKind, text: str = "", finding: str = "") -> Change:
    return Change(kind, "Lin Mei", WHEN, text, finding)


def done(kind: ChangeKind, words: str = "", *, text: str = PO, unit: str = "e1/p1", finding: str = "") -> str:
    return apply_edit(text, "one.po", unit, entry_digest(entry(text, unit)), change(kind, words, finding))


def test_entries_read_alone_are_the_same_as_read_with_the_file() -> None:
    whole = {saved.unit: saved for saved in read_bilingual(PO, "one.po").entries}
    assert {unit: entry(PO, unit) for unit in ("e1/p1", "e1/p2")} == {unit: whole[unit] for unit in ("e1/p1", "e1/p2")}


def test_an_edit_changes_one_entry_says_who_and_is_not_approved() -> None:
    text = done("edit", '新的"文字"\n第二行')
    saved = entry(text)
    assert saved.target == '新的"文字"\n第二行'
    assert (saved.edited, saved.approved, saved.remark) == (True, False, f"edited: Lin Mei, {WHEN}")
    assert text.endswith(PO[PO.index("# a note") :])
    assert text.startswith(PO[: PO.index("#. raw")])


def test_an_edit_of_an_approved_entry_asks_for_approval_again() -> None:
    text = done("edit", "别的", text=done("approve"))
    assert not entry(text).approved
    assert "approved" not in entry(text).remark


def test_the_same_text_again_is_no_edit() -> None:
    assert done("edit", MACHINE) == PO


def test_approval_takes_the_flag_and_the_previous_english_off_and_keeps_other_flags() -> None:
    text = done("approve", unit="e1/p2")
    saved = entry(text, "e1/p2")
    assert (saved.approved, saved.previous) == (True, "")
    assert "#, python-format\nmsgctxt" in text
    assert saved.remark == f"a note by a translator\napproved: Lin Mei, {WHEN}"


def test_approval_can_be_taken_back() -> None:
    assert done("unapprove", text=done("approve")) == PO


def test_going_back_to_the_machines_text_makes_it_the_machines_again() -> None:
    text = done("machine", MACHINE, text=done("edit", "别的"))
    assert not entry(text).is_persons
    assert text == PO


def test_going_back_to_the_raw_text_is_an_edit() -> None:
    saved = entry(done("raw"))
    assert (saved.target, saved.edited) == (RAW, True)


def test_comments_pile_up_and_notes_of_others_stay() -> None:
    text = done("comment", "line\none", text=done("comment", "two", unit="e1/p2"), unit="e1/p2")
    assert comments(entry(text, "e1/p2").remark) == (
        "a note by a translator",
        f"Lin Mei, {WHEN}: two",
        f"Lin Mei, {WHEN}: line one",
    )


def test_a_finding_is_dismissed_with_a_reason_until_its_message_changes() -> None:
    finding = Finding("numbers", "accuracy", "major", "e1/p1", "42 is missing")
    other = Finding("numbers", "accuracy", "major", "e1/p1", "43 is missing")
    text = done("dismiss", "a date: not a count", finding=finding_key(finding))
    remark = entry(text).remark
    assert dismissed(remark) == {finding_key(finding): f"Lin Mei, {WHEN}: a date: not a count"}
    assert open_findings((finding, other), remark) == (other,)
    again = done("reopen", text=text, finding=finding_key(finding))
    assert open_findings((finding, other), entry(again).remark) == (finding, other)


def test_somebody_elses_change_is_never_overwritten() -> None:
    seen = entry_digest(entry(PO))
    theirs = done("edit", "他们的")
    with pytest.raises(ConflictError, match="e1/p1"):
        apply_edit(theirs, "one.po", "e1/p1", seen, change("edit", "我的"))
    with pytest.raises(ConflictError):
        apply_edit(theirs, "one.po", "e1/p1", seen, change("approve"))


@pytest.mark.parametrize(
    ("kind", "words", "unit", "message"),
    [
        ("edit", " ", "e1/p1", "empty"),
        ("comment", "", "e1/p1", "empty"),
        ("machine", "something else", "e1/p1", "post-editing"),
        ("raw", "", "e1/p2", "raw"),
        ("approve", "", "e7/p7", "no entry e7/p7"),
        ("approve", "", "e9/p9", "no entry e9/p9"),
    ],
)
def test_what_makes_no_sense_is_refused(kind: ChangeKind, words: str, unit: str, message: str) -> None:
    seen = entry_digest(entry(PO, unit)) if unit.startswith("e1") else ""
    with pytest.raises(InputError, match=message):
        apply_edit(PO, "one.po", unit, seen, change(kind, words))


def test_an_empty_translation_cannot_be_approved() -> None:
    empty = PO.replace(f'msgstr "{MACHINE}"', 'msgstr ""')
    with pytest.raises(InputError, match="empty"):
        done("approve", text=empty)


def test_undo_writes_the_very_bytes_again_unless_the_entry_changed() -> None:
    before = entry_texts(PO, "one.po", ["e1/p1"])["e1/p1"]
    text = done("edit", "别的")
    after = entry_digest(entry(text))
    assert put_back(text, "one.po", {"e1/p1": (after, before)}) == PO
    with pytest.raises(ConflictError):
        put_back(done("approve", text=text), "one.po", {"e1/p1": (after, before)})


def test_of_several_edits_all_or_none_are_made() -> None:
    wanted = {unit: (entry_digest(entry(PO, unit)), (change("approve"),)) for unit in ("e1/p1", "e1/p2")}
    text = apply_edits(PO, "one.po", wanted)
    assert entry(text).approved
    assert entry(text, "e1/p2").approved
    with pytest.raises(ConflictError):
        apply_edits(PO, "one.po", {**wanted, "e1/p2": ("other", (change("approve"),))})


def test_windows_line_ends_stay() -> None:
    text = done("edit", "两\n行", text=PO.replace("\n", "\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert entry(text).target == "两\n行"


def test_entries_wrapped_by_other_tools_are_found() -> None:
    wrapped = PO.replace('msgctxt "e1/p1"', 'msgctxt ""\n"e1/"\n"p1"')
    assert entry(done("edit", "别的", text=wrapped)).target == "别的"


def test_the_header_is_changed_alone() -> None:
    text = write_header(PO, "X-Duizhao-Output", "fedcba9876543210")
    assert read_header(text, "X-Duizhao-Output") == "fedcba9876543210"
    assert read_header(write_header(text, "X-New", "1"), "X-New") == "1"
    assert write_header(write_header(text, "X-New", "1"), "X-New", "") == text
    assert text[text.index("#. raw") :] == PO[PO.index("#. raw") :]


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\t"\\'), min_size=1)


@given(TEXTS)
def test_any_text_is_written_as_the_po_library_reads_it(text: str) -> None:
    catalogue = polib.pofile(f'msgid ""\nmsgstr ""\n\nmsgctxt "u"\nmsgid "x"\nmsgstr {quote(text)}\n')
    assert catalogue[0].msgstr == text
    assert read_field(f"msgstr {quote(text)}", "msgstr") == text


@given(TEXTS.filter(str.strip), TEXTS.filter(str.strip), st.booleans())
def test_any_edits_leave_a_file_that_other_tools_read(target: str, said: str, approve: bool) -> None:
    text = done("comment", said, text=done("edit", target), unit="e1/p2")
    text = done("approve", text=text) if approve else text
    catalogue = polib.pofile(text)
    read = catalogue.find("Teacher, hello")
    assert read.msgstr == target
    assert ("fuzzy" in read.flags) is not approve
    assert find_units(text, ["e1/p1", "e1/p2"]).keys() == {"e1/p1", "e1/p2"}
    assert [old.msgid for old in catalogue.obsolete_entries()] == ["Gone"]
