"""How the tests talk to the review server."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from pipeline.editing.edits import entry_digest
from pipeline.web.app import make_app
from pipeline.web.desk import Desk
from pipeline.web.guard import Keys

PORT = 8123
BASE = f"http://127.0.0.1:{PORT}"
OWN = {"origin": BASE}


def stranger(desk: Desk, keys: Keys) -> TestClient:
    return TestClient(make_app(desk, keys, PORT), base_url=BASE, follow_redirects=False)


def seen(desk: Desk, slug: str, unit: str) -> str:
    return entry_digest(desk.open(slug, 0).entry(unit))


def post(client: TestClient, action: str, slug: str = "one", **data: object) -> Any:
    return client.post(f"/api/{slug}/{action}", json=data, headers=OWN)


def change(client: TestClient, desk: Desk, kind: str, unit: str, slug: str = "one", **data: object) -> Any:
    return post(client, "change", slug, unit=unit, seen=seen(desk, slug, unit), kind=kind, **data)


def admitted(desk: Desk) -> TestClient:
    """A browser that was given the address."""
    keys = Keys()
    made = stranger(desk, keys)
    assert made.get("/", params={"token": keys.token}).status_code == 303
    return made
