from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from desk_example import Workplace, workplace

from pipeline.editing import commands
from pipeline.editing.edits import entry_digest
from pipeline.errors import InputError
from pipeline.web.desk_actions import change_unit, signed


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    made = workplace(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.engine_ct2.find_engine", lambda *_: pytest.fail("a model was asked for"))
    return made


def run(name: str, *arguments: str) -> Result:
    return CliRunner().invoke(getattr(commands, name), arguments, catch_exceptions=False)


def edit(place: Workplace, unit: str, text: str, *kinds: str) -> None:
    desk = place.desk()
    for kind in ("edit", *kinds):
        seen = entry_digest(desk.open("one", 0).entry(unit))
        change_unit(desk, "one", unit, seen, signed(desk, kind, text), confirmed=True)
    desk.close()


def by_hand(place: Workplace, old: str, new: str) -> None:
    (place.folder / "one.md").write_text(place.chinese("one").replace(old, new), encoding="utf-8")


def table(result: Result) -> list[list[str]]:
    return [line.split() for line in result.stdout.splitlines()]


def test_status_counts_states_by_issue_without_a_model(place: Workplace) -> None:
    edit(place, "e3/p1", "多数头看最后一个词。", "approve")
    edit(place, "e2/p3", "谢谢阅读。")
    one = json.loads(run("status", "--json").stdout)[0]
    assert (one["slug"], one["approved"], one["edited"], one["stale"]) == ("one", 1, 1, 0)
    assert one["to_review"] == one["units"] - 1
    assert table(run("status"))[1][:4] == ["one", str(one["units"]), "1", str(one["to_review"])]


def test_status_sees_a_changed_english_and_an_edit_by_hand(place: Workplace) -> None:
    edit(place, "e3/p1", "多数头看最后一个词。")
    path = place.source / "one.md"
    path.write_text(path.read_text(encoding="utf-8").replace("last word", "first word"), encoding="utf-8")
    by_hand(place, "多数头看", "手改的头看")
    one = json.loads(run("status", "--json").stdout)[0]
    assert (one["stale"], one["hand_edits"]) == (1, 1)


def test_assemble_rebuilds_the_chinese_from_what_another_editor_wrote(place: Workplace) -> None:
    target = next(line for line in place.bilingual("one").splitlines() if line.startswith('msgstr "译'))
    path = place.folder / "one.po"
    path.write_text(place.bilingual("one").replace(target, 'msgstr "另一个编辑器。"'), encoding="utf-8")
    (place.folder / "one.html").unlink()
    assert run("check", "one").exit_code == 1
    assert run("assemble", "one").exit_code == 0
    assert "另一个编辑器。" in place.chinese("one")
    assert "另一个编辑器。" in (place.folder / "one.html").read_text(encoding="utf-8")
    before = place.bilingual("one")
    run("assemble")
    assert place.bilingual("one") == before


def test_assemble_refuses_to_replace_an_edit_by_hand_and_adopt_takes_it_over(place: Workplace) -> None:
    edit(place, "e3/p1", "多数头看最后一个词。")
    by_hand(place, "多数头看", "手改的头看")
    with pytest.raises(InputError, match="duizhao adopt one"):
        run("assemble", "one")
    assert "1 units taken over" in run("adopt", "one").stderr
    assert '"手改的头看最后一个词。"' in place.bilingual("one")
    assert run("assemble", "one").exit_code == 0
    assert "手改的头看最后一个词。" in place.chinese("one")


def test_what_was_changed_outside_the_units_is_kept_as_a_copy(place: Workplace) -> None:
    edit(place, "e3/p1", "多数头看最后一个词。")
    by_hand(place, "多数头看", "![](new.png)\n\n手改的头看")
    assert "one.md.bak" in run("adopt", "one").stderr
    assert "new.png" in (place.folder / "one.md.bak").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("last word", "first word", "run duizhao translate"),
        ("Thank you", "A new paragraph.\n\nThank you", "run duizhao translate"),
    ],
)
def test_check_fails_when_the_english_is_newer(place: Workplace, old: str, new: str, expected: str) -> None:
    path = place.source / "one.md"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    result = run("check", "one")
    assert result.exit_code == 1
    assert expected in result.stdout


def test_check_fails_on_a_lost_link_and_says_where(place: Workplace) -> None:
    edit(place, "e1/p1", "没有链接。")
    result = run("check", "one", "--format", "github")
    assert result.exit_code == 1
    line = next(line for line in result.stdout.splitlines() if ": links: " in line)
    assert line.startswith("::error file=output_zh/one.po,line=")
    number = int(line.partition("line=")[2].partition("::")[0])
    assert any('"e1/p1"' in text for text in place.bilingual("one").splitlines()[number - 1 : number + 9])
    found = json.loads(run("check", "one", "--format", "json").stdout)
    assert {"links"} <= {finding["check"] for finding in found if finding["severity"] == "critical"}


def test_check_passes_when_nothing_is_critical(place: Workplace) -> None:
    for unit, text in (("e1/p1", "我们看一个很小的教师模型，见[论文](https://example.org/a)，共 42 页。"),):
        edit(place, unit, text)
    result = run("check", "one")
    assert result.exit_code == 0
    assert "units are not approved" in result.stdout


@pytest.mark.parametrize("arguments", [("assemble", "nine"), ("adopt", "nine"), ("check", "nine"), ("review", "nine")])
def test_an_unknown_issue_is_named_with_the_known_ones(place: Workplace, arguments: Sequence[str]) -> None:
    with pytest.raises(InputError, match=r"nine: no such issue .*one, two"):
        run(*arguments)


def test_a_missing_folder_of_issues_is_told_apart_from_a_missing_issue(place: Workplace) -> None:
    with pytest.raises(InputError, match=r"gone: no such file or folder; --source names the folder"):
        run("check", "one", "--source", "gone")


def test_an_issue_may_be_named_by_any_of_its_files(place: Workplace) -> None:
    assert run("check", "output_zh/two.po").exit_code == run("check", "source_en/two.md").exit_code == 0
