"""Files: read as UTF-8 or refused with the place, written in one step or not at all."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConflictError, InputError
from pipeline.files import decode, digest, read_bytes, read_text, unchanged, write_text
from pipeline.source import read_issue


@given(st.text())
def test_text_keeps_its_bytes(text):
    data = text.encode("utf-8")
    if b"\0" not in data[:1024]:
        assert decode(data, "x").encode("utf-8") == data


@pytest.mark.parametrize("text", ["\ufeffmark", "a\r\nb\r\n", "no end", "a\u00a0b", "مرحبا", "😀"])
def test_a_file_keeps_its_bytes(tmp_path, text):
    path = tmp_path / "x.md"
    write_text(path, text)
    assert path.read_bytes() == text.encode("utf-8")
    assert read_text(path) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"abc\xff\xfe", r"x\.md: not UTF-8, byte 0xff at offset 3"),
        ("naïve".encode("latin-1"), r"x\.md: not UTF-8, byte 0xef at offset 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", r"x\.md: looks like a binary file \(a zero byte at offset 8\)"),
        ("Text".encode("utf-16"), r"x\.md: looks like a binary file \(a zero byte at offset 3\)"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(data, message):
    with pytest.raises(InputError, match=message):
        decode(data, "x.md")


@pytest.mark.parametrize("data", [b"", b" \n\r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_issue_is_refused(data):
    with pytest.raises(InputError, match=r"x: the file is empty"):
        read_issue(data, "x")


def test_an_issue_knows_its_bytes():
    issue = read_issue(b"\xef\xbb\xbf# One\r\n", "week")
    assert (issue.slug, issue.text, issue.sha256) == ("week", "\ufeff# One\r\n", digest(b"\xef\xbb\xbf# One\r\n"))


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match=r"gone\.md: no such file"):
        read_bytes(tmp_path / "gone.md")
    with pytest.raises(InputError, match="is a folder, a file is needed"):
        read_bytes(tmp_path)


def test_a_changed_file_is_not_overwritten(tmp_path):
    path = tmp_path / "x.po"
    write_text(path, "first", expected=None)
    write_text(path, "second", expected=digest(b"first"))
    with pytest.raises(ConflictError, match="changed on disk"):
        write_text(path, "third", expected=digest(b"first"))
    with pytest.raises(ConflictError, match="changed on disk"):
        write_text(path, "third", expected=None)
    with pytest.raises(ConflictError, match="changed on disk"):
        write_text(tmp_path / "gone", "third", expected=digest(b"was there"))
    assert path.read_text() == "second"
    assert not (tmp_path / "gone").exists()


def test_unchanged(tmp_path):
    path = tmp_path / "x"
    assert unchanged(path, None)
    assert not unchanged(path, digest(b""))
    path.write_bytes(b"")
    assert unchanged(path, digest(b""))
    assert not unchanged(path, None)


def test_the_same_text_leaves_the_file_alone(tmp_path):
    path = tmp_path / "x"
    write_text(path, "text")
    os.utime(path, ns=(1, 1))
    write_text(path, "text")
    assert path.stat().st_mtime_ns == 1
    write_text(path, "other")
    assert path.stat().st_mtime_ns > 1


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch, step):
    path = tmp_path / "x.md"
    write_text(path, "old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(InputError, match=r"x\.md: cannot be written \(No space left on device\)"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["x.md"]


def test_a_file_in_the_folder_s_place(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot be written"):
        write_text(tmp_path / "out" / "x.md", "text")
