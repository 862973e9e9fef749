from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_example import SCRIPT, Workplace, workplace
from starlette.testclient import TestClient
from web_example import BASE, OWN, admitted, change, post, seen, stranger

from pipeline.web.desk import Desk
from pipeline.web.guard import LARGEST_BODY, Keys


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
