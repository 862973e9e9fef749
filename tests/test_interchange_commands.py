"""`duizhao export` and `duizhao import` on real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.bilingual import read_bilingual
from pipeline.editing.person import person_name
from pipeline.errors import ConflictError, InputError
from pipeline.files import write_text
from pipeline.interchange.commands import export_command, import_command
from tests.interchange_example import ENDINGS, changed, edit, example


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "issue.po").write_text(example(), "utf-8", newline="")
    return tmp_path / "out"


def export(folder: Path, form: str, issue: object = "issue.md") -> Path:
    file = folder.parent / f"sent{ENDINGS[form]}"
    arguments = [str(issue), "--format", form, "--output", str(file), "--folder", str(folder)]
    result = CliRunner().invoke(export_command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "6 units" in result.stderr
    return file


def bring_in(folder: Path, file: Path) -> Result:
    arguments = [str(file), "--issue", "source_en/issue.md", "--folder", str(folder), "--by", "Lin Mei"]
    return CliRunner().invoke(import_command, arguments, catch_exceptions=False)


@pytest.mark.parametrize("form", ENDINGS)
def test_out_and_back_changes_no_byte(folder, form):
    before = (folder / "issue.po").read_bytes()
    result = bring_in(folder, export(folder, form))
    assert (result.exit_code, "no changes" in result.stderr) == (0, True)
    assert (folder / "issue.po").read_bytes() == before


def test_edits_come_in_and_are_counted(folder):
    file = export(folder, "csv")
    file.write_text(file.read_text("utf-8").replace("周,machine,", "周！,approved,").replace(",is this right?", ",yes"))
    result = bring_in(folder, file)
    assert (result.exit_code, "1 edited, 1 approved" in result.stderr) == (0, True)
    saved = read_bilingual((folder / "issue.po").read_text("utf-8"), "x.po").entries[0]
    assert (saved.target, saved.approved, "Lin Mei" in saved.remark) == ("2020 年第 41 周！", True, True)


def test_conflicts_are_listed_and_end_with_code_1(folder):
    file = export(folder, "xliff")
    file.write_text(file.read_text("utf-8").replace("2020 年第 41 周", "译者"), "utf-8")
    now = changed(example(), "e1/p1", edit("审校"))
    (folder / "issue.po").write_text(now, "utf-8", newline="")
    result = bring_in(folder, file)
    assert result.exit_code == 1
    assert "conflict: e1/p1: changed here since the export; the text here stays: 审校" in result.stderr
    assert (folder / "issue.po").read_text("utf-8") == now


def test_without_a_file_it_goes_to_standard_output(folder):
    result = CliRunner().invoke(export_command, ["issue", "--format", "xliff2", "--folder", str(folder)])
    assert result.stdout.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<xliff ')


def test_reference_links_are_markup_when_the_english_is_at_hand(folder):
    english = folder.parent / "issue.md"
    text = example().replace("Week 41, 2020", "See [the paper][p]")
    (folder / "issue.po").write_text(text, "utf-8", newline="")
    english.write_text("See [the paper][p]\n\n[p]: https://a.b\n", "utf-8")
    assert '<bpt id="1" ctype="link">[</bpt>' in export(folder, "xliff", english).read_text("utf-8")
    assert "See [the paper][p]</source>" in export(folder, "xliff").read_text("utf-8")


def test_a_missing_bilingual_file_is_named(folder):
    with pytest.raises(InputError, match=r"none\.po: no such file"):
        CliRunner().invoke(export_command, ["none", "--format", "po", "--folder", str(folder)], catch_exceptions=False)


def test_a_file_that_changes_during_the_import_is_left_alone(folder, monkeypatch):
    file = export(folder, "csv")
    file.write_text(file.read_text("utf-8").replace("周,machine,", "周！,approved,"), "utf-8")
    now = changed(example(), "e1/p2", edit("同时"))

    def meanwhile(path: Path, text: str, **more: str) -> None:
        path.write_text(now, "utf-8", newline="")
        write_text(path, text, **more)

    monkeypatch.setattr("pipeline.files.write_text", meanwhile)
    with pytest.raises(ConflictError):
        bring_in(folder, file)
    assert (folder / "issue.po").read_text("utf-8") == now


def test_the_person_is_named_by_git_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").write_text("[user]\nname = Lin Mei\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    assert person_name() == "Lin Mei"
    monkeypatch.setenv("PATH", "")
    assert person_name() == "somebody"
