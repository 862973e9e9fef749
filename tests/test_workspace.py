"""Folders of a run: which issues, which outputs, which glossary, and what must not be overwritten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.bilingual import Bilingual, text_digest
from pipeline.errors import ConflictError, GlossaryError, InputError
from pipeline.files import digest
from pipeline.records import Document, Issue, IssueResult
from pipeline.workspace import (
    Before,
    Outputs,
    find_issues,
    load_before,
    load_glossary,
    load_issue,
    refuse_overwriting,
    save,
)

PO = 'msgid ""\nmsgstr ""\n"X-Duizhao-Output: {}\\n"\n\nmsgctxt "e1/h"\nmsgid "One"\nmsgstr "一"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.md", "a.md", "notes.txt", ".hidden.md"):
        (tmp_path / name).write_text("# One\n", "utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.md").write_text("# Three\n", "utf-8")
    return tmp_path


def found(folder: Path, *written: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in find_issues([str(folder / one) for one in written])]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (("a.md",), ["a.md"]),
        ((".",), ["a.md", "b.md"]),
        (("b.md", "."), ["b.md", "a.md"]),
        (("*.md",), ["a.md", "b.md"]),
        (("[ab].md",), ["a.md", "b.md"]),
        (("**/c.md",), ["sub/c.md"]),
        (("notes.txt",), ["notes.txt"]),
    ],
)
def test_files_folders_and_globs(folder, written, wanted):
    assert found(folder, *written) == wanted


@pytest.mark.parametrize(
    ("written", "message"), [("gone.md", "no such file or folder"), ("*.rst", "no such file or folder")]
)
def test_a_path_that_stands_for_nothing(folder, written, message):
    with pytest.raises(InputError, match=f"{re.escape(written)}: {message}"):
        found(folder, written)


def test_a_folder_without_issues(tmp_path):
    with pytest.raises(InputError, match="no issues in this folder"):
        find_issues([str(tmp_path)])


def test_two_issues_of_one_name(folder):
    (folder / "sub" / "a.md").write_text("# Again\n", "utf-8")
    with pytest.raises(InputError, match="two issues of one name"):
        found(folder, ".", "sub")
    (folder / "a.txt").write_text("# Again\n", "utf-8")
    with pytest.raises(InputError, match="two issues of one name"):
        found(folder, "a.md", "a.txt")


def test_one_issue_written_in_two_ways_counts_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert len(find_issues(["a.md", "./a.md", str(folder / "a.md"), "sub/../a.md"])) == 1


def test_an_issue_s_errors_name_its_path(tmp_path):
    path = tmp_path / "bad.md"
    path.write_bytes(b"abc\xff")
    with pytest.raises(InputError, match=rf"^{re.escape(str(path))}: not UTF-8, byte 0xff at offset 3"):
        load_issue(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match=rf"^{re.escape(str(path))}: the file is empty"):
        load_issue(path)


def test_the_glossary_here_wins(tmp_path, monkeypatch):
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "own.yaml").write_text("- term: Zzz\n  policy: keep\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert [concept.term for concept in load_glossary(None).concepts] == ["Zzz"]


def test_without_a_glossary_here_the_one_of_the_project_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert any(concept.term == "GAN" for concept in load_glossary(None).concepts)


def test_a_glossary_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such glossary folder"):
        load_glossary(tmp_path / "gone")
    with pytest.raises(InputError, match="no glossary files"):
        load_glossary(tmp_path)


def test_a_broken_glossary_names_file_and_line(tmp_path):
    (tmp_path / "own.yaml").write_text("- term: Zzz\n  policy: perhaps\n", "utf-8")
    with pytest.raises(GlossaryError, match=rf"^{re.escape(str(tmp_path / 'own.yaml'))}:\d+: "):
        load_glossary(tmp_path)


def outputs_in(folder: Path, chinese: str | None, po: str | None) -> Outputs:
    outputs = Outputs.of(folder, "x")
    for path, text in ((outputs.chinese, chinese), (outputs.bilingual, po)):
        if text is not None:
            path.write_text(text, "utf-8")
    return outputs


def test_before_the_first_run(tmp_path):
    before = load_before(Outputs.of(tmp_path, "x"))
    assert before == Before(Bilingual(), None, None)
    assert not before.edited_by_hand


def test_before_a_later_run(tmp_path):
    po = PO.format(text_digest("# 一\n"))
    before = load_before(outputs_in(tmp_path, "# 一\n", po))
    assert before.bilingual_digest == digest(po.encode())
    assert [entry.target for entry in before.saved.entries] == ["一"]
    assert not before.edited_by_hand


@pytest.mark.parametrize("po", [None, PO.format(text_digest("# 一\n"))], ids=["no bilingual file", "another text"])
def test_a_chinese_issue_edited_by_hand_is_refused(tmp_path, po):
    outputs = outputs_in(tmp_path, "# 一，改过\n", po)
    before = load_before(outputs)
    with pytest.raises(ConflictError, match=r"x\.md: edited by hand.*x\.po.*--force.*x\.md\.bak"):
        refuse_overwriting(outputs, before, tmp_path / "en" / "x.md", force=False)
    assert not (tmp_path / "x.md.bak").exists()
    refuse_overwriting(outputs, before, tmp_path / "en" / "x.md", force=True)
    assert (tmp_path / "x.md.bak").read_text("utf-8") == "# 一，改过\n"


def test_the_english_issue_is_never_overwritten(tmp_path):
    outputs = outputs_in(tmp_path, "# One\n", None)
    with pytest.raises(InputError, match=r"x\.md: .*choose another folder with --output"):
        refuse_overwriting(outputs, load_before(outputs), tmp_path / "sub" / ".." / "x.md", force=True)


def test_a_second_force_keeps_both_copies(tmp_path):
    for text in ("first", "second"):
        outputs = outputs_in(tmp_path, text, None)
        refuse_overwriting(outputs, load_before(outputs), tmp_path / "en" / "x.md", force=True)
    kept = {path.read_text("utf-8") for path in tmp_path.glob("x.md.bak*")}
    assert kept == {"first", "second"}


def test_saving_writes_the_bilingual_file_first(tmp_path):
    outputs = outputs_in(tmp_path, "old", "changed meanwhile")
    document = Document(Issue("x", "# One\n", ""), (), ())
    result = IssueResult(document, "zh-Hans", (), "new", (), "")
    with pytest.raises(ConflictError):
        save(outputs, result, Before(Bilingual(), digest(b"as read"), "old"), "po", "html")
    assert outputs.chinese.read_text("utf-8") == "old"
    assert not outputs.review.exists()
    save(outputs, result, load_before_of("changed meanwhile"), "po", "html")
    assert [path.read_text("utf-8") for path in (outputs.chinese, outputs.bilingual, outputs.review)] == [
        "new",
        "po",
        "html",
    ]


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_a_run_stopped_while_saving_is_no_edit_by_hand(tmp_path, monkeypatch, stop):
    outputs = outputs_in(tmp_path, "old", PO.format(text_digest("old")))
    result = IssueResult(Document(Issue("x", "# One\n", ""), (), ()), "zh-Hans", (), "new", (), "")
    po = PO.format(text_digest("new"))
    writes = []

    def write(path: Path, text: str, **more: object) -> None:
        writes.append(path)
        if len(writes) == stop:
            raise KeyboardInterrupt
        path.write_text(text, "utf-8")

    monkeypatch.setattr("pipeline.workspace.write_text", write)
    with pytest.raises(KeyboardInterrupt):
        save(outputs, result, load_before(outputs), po, "html")
    monkeypatch.undo()
    before = load_before(outputs)
    assert not before.edited_by_hand
    save(outputs, result, before, po, "html")
    assert outputs.bilingual.read_text("utf-8") == po
    assert not load_before(outputs).edited_by_hand


def load_before_of(po: str) -> Before:
    return Before(Bilingual(), digest(po.encode()), "old")
