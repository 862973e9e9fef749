from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_example import SCRIPT, Workplace, workplace
from starlette.testclient import TestClient

from pipeline.assemble import assemble
from pipeline.desk import Desk
from pipeline.desk_actions import change_unit, signed
from pipeline.edits import entry_digest
from pipeline.rebuild import Assembler, announced
from pipeline.web import make_app
from pipeline.web_guard import LARGEST_BODY, Keys

PORT = 8123
BASE = f"http://127.0.0.1:{PORT}"
OWN = {"origin": BASE}


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


@pytest.fixture
def desk(place: Workplace) -> Iterator[Desk]:
    made = place.desk()
    yield made
    made.close()


def stranger(desk: Desk, keys: Keys) -> TestClient:
    return TestClient(make_app(desk, keys, PORT), base_url=BASE, follow_redirects=False)


@pytest.fixture
def client(desk: Desk) -> TestClient:
    keys = Keys()
    made = stranger(desk, keys)
    assert made.get("/", params={"token": keys.token}).status_code == 303
    return made


def seen(desk: Desk, slug: str, unit: str) -> str:
    return entry_digest(desk.open(slug, 0).entry(unit))


def post(client: TestClient, action: str, slug: str = "one", **data: object) -> Any:
    return client.post(f"/api/{slug}/{action}", json=data, headers=OWN)


def change(client: TestClient, desk: Desk, kind: str, unit: str, slug: str = "one", **data: object) -> Any:
    return post(client, "change", slug, unit=unit, seen=seen(desk, slug, unit), kind=kind, **data)


# Who may come in


def test_the_token_works_once_and_becomes_a_cookie_that_scripts_cannot_read(desk: Desk) -> None:
    keys = Keys()
    token = keys.token
    answer = stranger(desk, keys).get("/issue/one", params={"token": token})
    assert answer.headers["location"] == "/issue/one"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger(desk, keys).get("/", params={"token": token}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/issue/one", "/static/desk.js", "/api/overview", "/issue/one/preview"])
@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_nothing_is_shown_without_the_token(desk: Desk, path: str, token: str) -> None:
    answer = stranger(desk, Keys()).get(path, params={"token": token})
    assert answer.status_code == 403
    assert "teacher" not in answer.text


def test_a_used_up_token_is_not_the_empty_one(desk: Desk) -> None:
    keys = Keys()
    stranger(desk, keys).get("/", params={"token": keys.token})
    assert stranger(desk, keys).get("/?token=").status_code == 403


def test_the_exchange_leads_nowhere_else(desk: Desk) -> None:
    keys = Keys()
    answer = stranger(desk, keys).get(f"{BASE}//evil.example/x", params={"token": keys.token})
    assert answer.headers["location"] == "/evil.example/x"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8123", "127.0.0.1", "127.0.0.1:80", ""])
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:80"},
     {"origin": BASE, "sec-fetch-site": "cross-site"}],
)  # fmt: skip
def test_a_change_from_another_page_is_refused(
    client: TestClient, desk: Desk, place: Workplace, headers: dict[str, str]
) -> None:
    before = place.bilingual("one")
    data = {"unit": "e1/p1", "seen": seen(desk, "one", "e1/p1"), "kind": "approve"}
    assert client.post("/api/one/change", json=data, headers=headers).status_code == 403
    assert place.bilingual("one") == before


def test_a_form_cannot_pose_as_the_script(client: TestClient) -> None:
    plain = {**OWN, "content-type": "text/plain"}
    assert client.post("/api/one/undo", content="{}", headers=plain).status_code == 415


def test_a_giant_body_is_refused_even_when_it_does_not_say_its_size(client: TestClient, place: Workplace) -> None:
    before = place.bilingual("one")

    def endless() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 1000 + 2):
            yield b" " * 1000

    kind = {**OWN, "content-type": "application/json"}
    assert client.post("/api/one/change", content=endless(), headers=kind).status_code == 413
    assert client.post("/api/one/change", content=b'"' + b"x" * LARGEST_BODY, headers=kind).status_code == 413
    assert place.bilingual("one") == before


@pytest.mark.parametrize("body", ["", "{", "[]", "3", '{"unit": 3}', '{"units": [3]}'])
def test_nonsense_is_refused(client: TestClient, body: str) -> None:
    kind = {**OWN, "content-type": "application/json"}
    for action in ("change", "approve-clean", "check"):
        answer = client.post(f"/api/one/{action}", content=body, headers=kind)
        assert answer.status_code in {200, 400} if action == "approve-clean" else answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/issue/..%2Fglossary%2Fterms", "/issue/%2e%2e", "/issue/one%00", "/issue/C:%5Cx", "/static/..%2Fweb.py",
     "/static/review.html", "/issue/three/preview", "/api/..%2Fone/ready"],
)  # fmt: skip
def test_no_path_leads_out_of_the_known_issues(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "def " not in answer.text


def test_every_answer_forbids_outside_resources(client: TestClient, desk: Desk) -> None:
    for answer in (client.get("/"), client.get("/issue/one"), client.get("/nowhere"), stranger(desk, Keys()).get("/")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/issue/one", "/issue/one/by-score", "/issue/one/preview"])
def test_script_in_a_newsletter_is_only_shown(client: TestClient, desk: Desk, path: str) -> None:
    desk.open("one", 30)
    page = client.get(path).text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert "style=" not in page
    assert "<script>" not in page


def test_script_in_what_people_write_is_only_shown(client: TestClient, desk: Desk) -> None:
    evil = "<img src=x onerror=alert(1)>"
    answers = [
        change(client, desk, "edit", "e3/p1", text=f"译{evil}", confirmed=True),
        change(client, desk, "comment", "e3/p1", text=evil),
        post(client, "check", unit="e3/p1", text=f"{evil} [x](javascript:alert(1))"),
        post(client, "term", term=evil, rendering=evil, policy="translate"),
    ]
    for answer in answers:
        shown = json.dumps(answer.json().get("rows", answer.json().get("preview", "")))
        assert "<img" not in shown
        assert "javascript:" not in shown.replace("[x](javascript:", "")
    assert evil not in client.get("/issue/one").text


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
    desk, keys = place.desk(), Keys()
    client = stranger(desk, keys)
    client.get("/", params={"token": keys.token})
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
