"""The reviewer's whole journey in a real browser, against the real server in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from desk_example import SCRIPT, Workplace, workplace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@dataclass(slots=True)
class Server:
    """A running `duizhao review`."""

    process: subprocess.Popen[str]
    address: str

    @property
    def base(self) -> str:
        return self.address.partition("/?")[0]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def start(place: Workplace) -> Server:
    """Start the server as the command does, but with the engine of the tests."""
    code = (
        "import sys; from pathlib import Path; from desk_example import Workplace;"
        "from pipeline.editing import commands;"
        "place = Workplace(Path(sys.argv[1]), {}); commands._serve(place.desk(), '', 0, browser=False)"
    )
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(place.root)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stderr=subprocess.PIPE,
        text=True,
    )
    line = process.stderr.readline() if process.stderr else ""
    found = re.search(r"http://\S+", line)
    assert found, line
    return Server(process, found.group())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        own = driver.chromium.executable_path
        found = next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)
        if found is None:
            pytest.skip("no Chromium or Chrome was found")
        started = driver.chromium.launch(executable_path=found, headless=True, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


@pytest.fixture
def server(place: Workplace) -> Iterator[Server]:
    started = start(place)
    yield started
    if started.process.poll() is None:
        started.process.send_signal(signal.SIGINT)
        started.process.wait(20)


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    made.new_page().goto(server.address)
    yield made
    made.close()


def opened(context: BrowserContext, server: Server, path: str = "/issue/one") -> Page:
    page = context.new_page()
    page.goto(server.base + path)
    page.wait_for_selector("html[data-ready]" if path != "/" else "#issues")
    page.wait_for_function("() => !document.body.textContent.includes('looking for findings')")
    return page


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    return opened(context, server)


def unit(page: Page, name: str) -> str:
    return f"article[data-unit='{name}']"


def edit(page: Page, name: str, text: str) -> None:
    page.locator(unit(page, name)).click()
    page.keyboard.press("e")
    page.locator(f"{unit(page, name)} textarea").fill(text)


def said(page: Page) -> str:
    page.wait_for_selector(".toast.shown")
    return page.locator("#notice").inner_text()


def shown(page: Page) -> list[str]:
    return [str(row.get_attribute("data-unit")) for row in page.locator("article.unit:visible").all()]


def test_the_journey(context: BrowserContext, server: Server, place: Workplace) -> None:
    page = opened(context, server, "/")
    page.get_by_role("link", name="one").click()
    page.wait_for_selector("html[data-ready]")
    page.locator("label", has_text="To do").click()
    assert "e3/p1" in shown(page)
    edit(page, "e3/p1", "多数头看最后一个词。")
    page.keyboard.press("Control+s")
    page.wait_for_selector(f"{unit(page, 'e3/p1')}.edited")
    assert "多数头看最后一个词。" in place.chinese("one")
    page.keyboard.press("a")
    page.wait_for_selector(f"{unit(page, 'e3/p1')}.approved", state="attached")
    assert "approved by Lin Mei" in (page.locator(unit(page, "e3/p1")).text_content() or "")
    assert "1 of" in page.locator("#progress").inner_text()
    assert "1 of 2 approved" in page.locator("nav a", has_text="Shorter contexts").inner_text()
    assert "e3/p1" not in shown(page)
    page.keyboard.press("u")
    page.wait_for_selector(f"{unit(page, 'e3/p1')}.edited")
    page.keyboard.press("u")
    page.wait_for_selector(f"{unit(page, 'e3/p1')}.waiting")
    assert "多数头看最后一个词。" not in place.bilingual("one")


def test_a_lost_link_is_shown_while_typing_and_not_saved_by_accident(page: Page, place: Workplace) -> None:
    edit(page, "e1/p1", "没有链接，42 页。")
    page.wait_for_selector(".live-findings >> text=https://example.org/a")
    assert page.locator(".live").inner_text() == "没有链接，42 页。"
    page.keyboard.press("Control+s")
    page.wait_for_selector("#ask[open]")
    page.keyboard.press("Enter")
    assert "没有链接" not in place.bilingual("one")
    assert page.locator("textarea").input_value() == "没有链接，42 页。"
    page.keyboard.press("Control+s")
    page.locator("#ask button.strong").click()
    page.wait_for_selector(f"{unit(page, 'e1/p1')}.edited")
    assert "没有链接" in place.bilingual("one")


def test_two_tabs_show_both_texts_and_overwrite_nothing(
    context: BrowserContext, server: Server, place: Workplace
) -> None:
    one, two = opened(context, server), opened(context, server)
    edit(two, "e3/p1", "第二页的句子。")
    edit(one, "e3/p1", "第一页的句子。")
    one.keyboard.press("Control+s")
    one.wait_for_selector(f"{unit(one, 'e3/p1')}.edited")
    two.keyboard.press("Control+s")
    two.wait_for_selector(".theirs >> text=第一页的句子。")
    assert two.locator("textarea").input_value() == "第二页的句子。"
    assert "第二页的句子。" not in place.bilingual("one")
    two.locator("textarea").focus()
    two.keyboard.press("Control+s")
    two.wait_for_selector(f"{unit(two, 'e3/p1')}.edited")
    assert "第二页的句子。" in place.bilingual("one")


def test_a_term_from_the_selection_shows_where_it_stands_and_is_applied(page: Page, place: Workplace) -> None:
    page.evaluate(
        """() => {
          const text = document.querySelector("article[data-unit='e3/p1'] .english .text").firstChild;
          getSelection().setBaseAndExtent(text, 5, text, 10);
        }"""
    )
    page.keyboard.press("t")
    assert page.locator("#term [name=term]").input_value() == "heads"
    page.locator("#term [name=term]").fill("head")
    page.locator("#term [name=policy]").select_option("keep")
    assert not page.locator("#term [name=rendering]").is_visible()
    page.locator("#term button.strong").click()
    page.wait_for_selector(".banner >> text=would change")
    assert shown(page) == ["e2/p1", "e3/p1"]
    page.get_by_role("button", name="Bring up to date").click()
    page.wait_for_function("() => !document.querySelector('.banner')")
    page.wait_for_selector("html[data-ready]")
    assert place.chinese("one").count("head") == 2


def test_after_a_kill_the_text_is_still_in_the_field_and_what_was_saved_is_on_disk(
    context: BrowserContext, server: Server, place: Workplace
) -> None:
    page = opened(context, server)
    edit(page, "e3/p1", "已经保存的句子。")
    page.keyboard.press("Control+s")
    page.wait_for_selector(f"{unit(page, 'e3/p1')}.edited")
    edit(page, "e3/p1", "还没有保存的句子。")
    server.kill()
    page.keyboard.press("Control+s")
    assert "does not answer" in said(page)
    assert page.locator("textarea").input_value() == "还没有保存的句子。"
    again = start(place)
    try:
        fresh = context.new_page()
        fresh.goto(again.address)
        fresh.goto(again.base + "/issue/one")
        fresh.wait_for_selector("html[data-ready]")
        assert "已经保存的句子。" in fresh.locator(unit(fresh, "e3/p1")).inner_text()
        assert fresh.locator(".banner").count() == 0
    finally:
        again.kill()


def test_killed_in_the_middle_of_saves_no_file_is_half_written(
    context: BrowserContext, server: Server, place: Workplace
) -> None:
    page = opened(context, server)
    page.evaluate(
        """() => { (async () => {
          const row = document.querySelector("article[data-unit='e3/p1']");
          let seen = row.dataset.seen;
          for (let turn = 0; turn < 1000; turn += 1) {
            const answer = await fetch("/api/one/change", { method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ unit: "e3/p1", seen, kind: "edit", text: `第 ${turn} 次。`, confirmed: true }) });
            const box = document.createElement("div");
            box.innerHTML = (await answer.json()).rows["e3/p1"];
            seen = box.firstElementChild.dataset.seen;
            document.title = String(turn);
          }
        })(); }"""
    )
    page.wait_for_function("() => Number(document.title) > 5")
    server.kill()
    desk = place.desk()
    found = desk.open("one", 30)
    last = int(page.title())
    number = int(re.sub(r"\D", "", found.entry("e3/p1").target))
    assert number >= last
    assert found.is_ours
    assert not found.hand_edits()
    desk.close()


def test_findings_are_dismissed_with_a_reason_and_comments_are_kept(page: Page, place: Workplace) -> None:
    edit(page, "e3/p1", "多数头看最后一个词")
    page.keyboard.press("Control+s")
    row = page.locator(unit(page, "e3/p1"))
    row.get_by_role("button", name="Dismiss").first.wait_for()
    before = row.get_by_role("button", name="Dismiss").count()
    row.get_by_role("button", name="Dismiss").first.click()
    page.locator("#ask input").fill("语气")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gone >> text=语气")
    assert row.get_by_role("button", name="Dismiss").count() == before - 1
    page.keyboard.press("c")
    page.locator("#ask input").fill("ask the author")
    page.keyboard.press("Enter")
    page.wait_for_selector(".comments >> text=ask the author")
    assert re.search(r"^# comment: Lin Mei, .*: ask the author$", place.bilingual("one"), re.MULTILINE)


def test_keys_move_and_help_and_search_work(page: Page) -> None:
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.dataset.unit")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.dataset.unit")
    page.keyboard.press("k")
    assert (first, second) == ("e1/h", "e1/p1")
    assert page.evaluate("document.activeElement.dataset.unit") == first
    page.keyboard.press("/")
    page.keyboard.type("last word")
    assert shown(page) == ["e3/p1"]
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()


def test_leaving_the_editor_asks_before_a_text_is_thrown_away(page: Page) -> None:
    edit(page, "e3/p1", "半句")
    page.keyboard.press("Escape")
    page.wait_for_selector("#ask[open]")
    page.keyboard.press("Escape")
    assert page.locator("textarea").input_value() == "半句"
    page.keyboard.press("Escape")
    page.locator("#ask button.strong").click()
    page.wait_for_function("() => !document.querySelector('textarea')")


def test_nothing_outside_is_asked_for_and_script_does_not_run(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    for path in ("/", "/issue/one", "/issue/one/by-score", "/issue/one/preview"):
        page.goto(server.base + path)
        page.wait_for_load_state("networkidle")
        assert "broken in" not in page.title()
    assert SCRIPT in page.locator("main").inner_text()
    assert all(url.startswith((server.base, "data:")) for url in asked)
    assert errors == []


def test_no_column_is_cut_off_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    edit(page, "e3/p1", "多数头看最后一个词。" * 6)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_server_answers_on_this_machine_only(server: Server) -> None:
    with pytest.raises(OSError, match="403"):
        urllib.request.urlopen(server.base + "/issue/one", timeout=10)
    assert server.base.startswith("http://127.0.0.1:")
