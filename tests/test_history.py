from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.bilingual import Bilingual, Saved
from pipeline.editing.history import bilingual_at, changes_between, render_changes
from pipeline.errors import InputError


def entry(unit: str, source: str, target: str, *, approved: bool = False) -> Saved:
    return Saved(unit, source, target, False, approved, "", "", "", "")


def file(*entries: Saved) -> Bilingual:
    return Bilingual(entries)


OLD = file(entry("e1/p1", "One", "一"), entry("e1/p2", "Two", "二"), entry("e1/p3", "Three", "三"))


def test_nothing_changed() -> None:
    assert changes_between(OLD, OLD) == ()


def test_texts_approvals_new_units_and_gone_ones_are_listed() -> None:
    new = file(entry("e1/p1", "One", "壹"), entry("e1/p2", "Two", "二", approved=True), entry("e1/p4", "Four", "四"))
    found = [(one.unit, one.before, one.after, one.approved) for one in changes_between(OLD, new)]
    assert found == [
        ("e1/p1", "一", "壹", (False, False)),
        ("e1/p2", "二", "二", (False, True)),
        ("e1/p4", "", "四", (False, False)),
        ("e1/p3", "三", "", (False, False)),
    ]


def test_a_moved_unit_has_not_changed_and_equal_ones_are_paired_by_address() -> None:
    moved = [entry(f"e2/p{number}", one.source, one.target) for number, one in enumerate(OLD.entries)]
    assert changes_between(OLD, file(*reversed(moved))) == ()
    twice = file(entry("a", "Thanks", "谢"), entry("b", "Thanks", "感谢"))
    assert changes_between(twice, file(twice.entries[1], twice.entries[0])) == ()


def test_what_is_shown_can_be_read_without_colours() -> None:
    text = render_changes(
        "one", changes_between(OLD, file(*OLD.entries[:2], entry("e1/p3", "Three", "三个", approved=True)))
    )
    assert "EN  Three" in text
    assert "三{+个+}" in text
    assert "e1/p3  approved" in text


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_file_is_read_as_it_was(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    path = tmp_path / "output_zh" / "one.po"
    path.parent.mkdir()
    git("init")
    git("commit", "--allow-empty", "-m", "begin")
    path.write_text('msgid ""\nmsgstr ""\n\nmsgctxt "e1/p1"\nmsgid "One"\nmsgstr "一"\n', encoding="utf-8")
    git("add", ".")
    git("commit", "-m", "translate")
    path.write_text("something else", encoding="utf-8")
    assert [saved.target for saved in bilingual_at(path, "HEAD").entries] == ["一"]
    assert bilingual_at(path, "HEAD~1") == Bilingual()
    for wrong in ("nowhere", "--output=x"):
        with pytest.raises(InputError, match="revision"):
            bilingual_at(path, wrong)
