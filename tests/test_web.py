from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_example import Workplace, workplace
from starlette.testclient import TestClient
from web_example import admitted, change, post, seen

from pipeline.assemble import assemble
from pipeline.drafts import CachedEngine
from pipeline.editing.rebuild import Assembler, announced
from pipeline.errors import EngineError
from pipeline.web.desk import Desk
from pipeline.web.desk_actions import change_unit, signed


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


@pytest.fixture
def desk(place: Workplace) -> Iterator[Desk]:
    made = place.desk()
    yield made
    made.close()


@pytest.fixture
def client(desk: Desk) -> TestClient:
    return admitted(desk)


# What it shows


def test_the_overview_shows_all_issues_with_their_state(client: TestClient, desk: Desk) -> None:
    desk.open("one", 30)
    change(client, desk, "approve", "e3/p1", confirmed=True)
    page = client.get("/").text
    assert "/issue/one" in page
    assert "/issue/two" in page
    assert "1 approved" in page


def test_an_issue_shows_english_raw_and_final_text(client: TestClient, desk: Desk) -> None:
    opened = desk.open("one", 30)
    page = client.get("/issue/one").text
    for unit in opened.units:
        assert f'data-unit="{unit.id}"' in page
    assert page.count('class="cell raw"') == len(opened.units)
    assert 'class="reasons"' in page


def test_the_preview_renders_both_languages_and_loads_no_image(client: TestClient) -> None:
    page = client.get("/issue/one/preview").text
    assert "<h2>A tiny teacher</h2>" in page
    assert 'href="https://example.org/a"' in page
    assert "<img" not in page


def test_an_unknown_issue_is_a_404_and_an_untranslated_one_says_so(
    client: TestClient, desk: Desk, place: Workplace
) -> None:
    assert client.get("/issue/nine").status_code == 404
    (place.folder / "two.po").unlink()
    assert "not translated yet" in client.get("/").text


# What it changes


def test_an_edit_is_in_both_files_at_once(client: TestClient, desk: Desk, place: Workplace) -> None:
    answer = change(client, desk, "edit", "e3/p1", text="多数注意力头看最后一个词。")
    assert answer.status_code == 200
    assert "多数注意力头看最后一个词。" in place.bilingual("one")
    assert "多数注意力头看最后一个词。" in place.chinese("one")
    assert "edited: Lin Mei" in place.bilingual("one")
    assert "e3/p1" in answer.json()["rows"]


def test_a_lost_link_number_or_code_is_shown_and_saved_only_on_confirmation(
    client: TestClient, desk: Desk, place: Workplace
) -> None:
    text = "我们看看一个小教师模型。"
    findings = post(client, "check", unit="e1/p1", text=text).json()
    assert findings["blocking"]
    assert "https://example.org/a" in findings["findings"]
    assert "42" in findings["findings"]
    answer = change(client, desk, "edit", "e1/p1", text=text)
    assert answer.status_code == 422
    assert text not in place.bilingual("one")
    assert change(client, desk, "edit", "e1/p1", text=text, confirmed=True).status_code == 200
    assert text in place.bilingual("one")


def test_two_tabs_the_second_sees_both_texts_and_chooses(client: TestClient, desk: Desk, place: Workplace) -> None:
    both_saw = seen(desk, "one", "e3/p1")
    mine = {"unit": "e3/p1", "seen": both_saw, "kind": "edit"}
    assert post(client, "change", **mine, text="第一个标签页。").status_code == 200
    answer = post(client, "change", **mine, text="第二个标签页。")
    assert answer.status_code == 409
    assert answer.json()["theirs"] == "第一个标签页。"
    assert "第二个标签页。" not in place.bilingual("one")
    assert change(client, desk, "edit", "e3/p1", text="第二个标签页。").status_code == 200


def test_a_change_by_another_program_is_seen_and_kept(client: TestClient, desk: Desk, place: Workplace) -> None:
    old = seen(desk, "one", "e3/p1")
    target = desk.open("one", 0).entry("e3/p1").target
    path = place.folder / "one.po"
    path.write_text(place.bilingual("one").replace(f'msgstr "{target}"', 'msgstr "别的程序。"'), encoding="utf-8")
    answer = post(client, "change", unit="e3/p1", seen=old, kind="edit", text="我的。")
    assert (answer.status_code, answer.json()["theirs"]) == (409, "别的程序。")
    assert "别的程序。" in client.get("/issue/one").text


def test_undo_goes_back_step_by_step_to_the_first_bytes(client: TestClient, desk: Desk, place: Workplace) -> None:
    before = place.chinese("one")
    bilingual = place.bilingual("one")
    change(client, desk, "edit", "e3/p1", text="改一。")
    change(client, desk, "edit", "e3/p1", text="改二。")
    change(client, desk, "approve", "e3/p1", confirmed=True)
    for text in ("改二。", "改一。", ""):
        assert post(client, "undo").status_code == 200
        assert text in place.chinese("one")
    assert place.chinese("one") == before
    assert place.bilingual("one") == bilingual
    assert post(client, "undo").json()["notice"] == "nothing to undo"


def test_undo_does_not_overwrite_what_came_after(client: TestClient, desk: Desk, place: Workplace) -> None:
    change(client, desk, "edit", "e3/p1", text="改一。")
    path = place.folder / "one.po"
    path.write_text(place.bilingual("one").replace("改一。", "别人改的。"), encoding="utf-8")
    assert post(client, "undo").status_code == 409
    assert "别人改的。" in place.bilingual("one")


def test_approval_fills_the_same_english_and_offers_it_elsewhere(tmp_path: Path) -> None:
    place = Workplace(
        tmp_path, {"one": "# A\n\nThank you all.\n\n# B\n\nThank you all.\n", "two": "# C\n\nThank you all.\n"}
    )
    for slug in ("one", "two"):
        place.translate(slug)
    desk = place.desk()
    client = admitted(desk)
    for slug in ("one", "two"):
        desk.open(slug, 30)
    change(client, desk, "edit", "e1/p1", text="谢谢大家。")
    answer = change(client, desk, "approve", "e1/p1").json()
    assert set(answer["rows"]) == {"e1/p1", "e2/p1"}
    assert answer["offers"] == 1
    assert place.chinese("one").count("谢谢大家。") == 2
    assert "谢谢大家。" not in place.chinese("two")
    post(client, "spread", unit="e1/p1")
    assert "谢谢大家。" in place.chinese("two")
    assert "same English as in one" in place.bilingual("two")
    desk.close()


def test_what_is_clean_is_approved_together_and_what_has_findings_is_not(client: TestClient, desk: Desk) -> None:
    change(client, desk, "edit", "e1/p1", text="没有链接。", confirmed=True)
    opened = desk.open("one", 30)
    answer = post(client, "approve-clean", units=[unit.id for unit in opened.units])
    assert "e1/p1" not in answer.json()["rows"]
    assert all(opened.entry(unit).approved for unit in answer.json()["rows"])


def test_a_dismissed_finding_no_longer_counts(client: TestClient, desk: Desk) -> None:
    change(client, desk, "edit", "e1/p1", text="没有链接。", confirmed=True)
    before = desk.open("one", 30).survey().findings
    row = client.get("/issue/one").text.partition('data-unit="e1/p1"')[2]
    key = row.partition('data-finding="')[2].partition('"')[0]
    answer = change(client, desk, "dismiss", "e1/p1", text="没关系", finding=key)
    assert answer.status_code == 200
    assert "没关系" in answer.json()["rows"]["e1/p1"]
    assert sum(desk.open("one", 0).survey().findings.values()) == sum(before.values()) - 1


def test_back_to_raw_and_to_the_post_edited_text(client: TestClient, desk: Desk) -> None:
    opened = desk.open("one", 30)
    machine, raw = opened.result("e1/p1").machine, opened.entry("e1/p1").raw
    assert machine != raw
    change(client, desk, "raw", "e1/p1", confirmed=True)
    assert opened.entry("e1/p1").target == raw
    change(client, desk, "machine", "e1/p1")
    assert opened.entry("e1/p1").target == machine
    assert not opened.entry("e1/p1").is_persons


def test_a_term_is_added_checked_and_applied(client: TestClient, desk: Desk, place: Workplace) -> None:
    desk.open("one", 30)
    change(client, desk, "edit", "e3/p1", text="多数头看最后一个词。")
    answer = post(client, "term", term="tiny teacher", rendering="小教师模型", policy="translate")
    assert answer.json()["units"] == ["e1/p1", "e2/h"]
    assert "小教师模型" in (place.glossary / "from_review.yaml").read_text(encoding="utf-8")
    again = post(client, "term", term="tiny teacher", rendering="别的", policy="translate")
    assert again.status_code == 400
    assert "tiny" in again.json()["error"]
    assert "别的" not in (place.glossary / "from_review.yaml").read_text(encoding="utf-8")
    desk.open("one", 30)
    assert post(client, "update").status_code == 200
    assert "多数头看最后一个词。" in place.chinese("one")
    assert desk.open("one", 30).outdated() == ()


def test_a_chinese_issue_edited_by_hand_is_not_overwritten_and_can_be_taken_over(
    client: TestClient, desk: Desk, place: Workplace
) -> None:
    opened = desk.open("one", 30)
    path = place.folder / "one.md"
    path.write_text(place.chinese("one").replace(opened.entry("e3/p1").target, "手改的句子。"), encoding="utf-8")
    change(client, desk, "edit", "e2/p1", text="教师模型有三个头，`top_k` 为一。", confirmed=True)
    assert "手改的句子。" in place.chinese("one")
    assert "edited by hand" in client.get("/issue/one").text
    answer = post(client, "adopt")
    assert "手改的句子。" in place.bilingual("one")
    assert set(answer.json()["rows"]) >= {"e3/p1"}
    assert not desk.open("one", 0).hand_edits()


def test_when_the_english_changes_the_text_stays_and_is_marked_stale(
    client: TestClient, desk: Desk, place: Workplace
) -> None:
    change(client, desk, "edit", "e3/p1", text="多数头看最后一个词。")
    path = place.source / "one.md"
    path.write_text(path.read_text(encoding="utf-8").replace("the last word", "the first word"), encoding="utf-8")
    page = client.get("/issue/one").text
    assert "The English was" in page
    refused = change(client, desk, "edit", "e3/p1", text="新的。")
    assert refused.status_code == 400
    desk.open("one", 30)
    assert post(client, "update").status_code == 200
    assert "多数头看最后一个词。" in place.bilingual("one")
    assert desk.open("one", 0).result("e3/p1").state == "stale"
    assert change(client, desk, "edit", "e3/p1", text="多数头看第一个词。").status_code == 200


def test_a_crash_between_the_two_files_is_not_taken_for_an_edit_by_hand(desk: Desk, place: Workplace) -> None:
    old = place.chinese("one")
    change_unit(
        desk, "one", "e3/p1", seen(desk, "one", "e3/p1"), signed(desk, "edit", "多数头看最后。"), confirmed=True
    )
    between = announced(place.bilingual("one"), place.chinese("one"), old)
    (place.folder / "one.po").write_text(between, encoding="utf-8")
    (place.folder / "one.md").write_text(old, encoding="utf-8")
    opened = desk.open("one", 0)
    assert opened.is_ours
    assert not opened.hand_edits()
    change_unit(desk, "one", "e3/p1", seen(desk, "one", "e3/p1"), signed(desk, "approve"), confirmed=True)
    assert "多数头看最后。" in place.chinese("one")


def test_assembling_step_by_step_gives_the_same_as_assembling_at_once(desk: Desk) -> None:
    opened = desk.look("one")
    assembler, targets = Assembler(opened.document), opened.targets()
    for unit in opened.units:
        targets[unit.id] = f"# 新 | 的\n\n1. {unit.id}"
        assert assembler(targets) == assemble(opened.document, targets)


def test_without_a_model_everything_but_translating_works(place: Workplace) -> None:
    def nothing() -> CachedEngine:
        raise EngineError("no model")

    made = place.desk()
    desk = Desk(made.places, "Lin Mei", nothing)
    client = admitted(desk)
    before = place.chinese("one")
    opened = desk.open("one", 30)
    assert opened.is_analysed
    assert change(client, desk, "edit", "e1/p1", text="没有链接。").status_code == 422
    assert "would change" not in client.get("/issue/one").text
    assert post(client, "update").status_code == 400
    assert place.chinese("one") == before
    for one in (made, desk):
        one.close()
