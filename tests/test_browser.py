from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from review_example import SCRIPT, UNITS, example

from pipeline.review_html import render_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Locator, Page, ViewportSize

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


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


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("review") / "2021-07.html"
    path.write_text(render_html(example()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport=DESKTOP)
    opened.goto(address)
    yield opened
    opened.close()


def visible_units(page: Page) -> list[str]:
    rows = page.locator("tr.unit:visible").all()
    return [(row.get_attribute("id") or "").removeprefix("unit-") for row in rows]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def box_of(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box is not None
    return box


def cell_boxes(page: Page, unit: str) -> list[FloatRect]:
    return [box_of(cell) for cell in page.locator(f"[id='unit-{unit}'] td").all()]


def test_opening_asks_nothing_of_a_network_and_runs_without_errors(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=DESKTOP)
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.goto(address)
    page.keyboard.press("j")
    page.locator("#search").fill("teacher")
    page.wait_for_load_state("networkidle")
    assert asked == [address]
    assert errors == []
    page.close()


def test_three_columns_stand_side_by_side_on_a_wide_screen(page: Page) -> None:
    english, raw, edited = cell_boxes(page, "e1/p1")
    assert english["x"] + english["width"] <= raw["x"]
    assert raw["x"] + raw["width"] <= edited["x"]
    assert english["y"] == raw["y"] == edited["y"]
    assert page.get_by_role("columnheader").count() == 3 * len(example().document.entries)


def test_columns_stack_with_labels_on_a_phone_without_scrolling_sideways(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(address)
    english, raw, edited = cell_boxes(page, "e1/p1")
    assert english["x"] == raw["x"] == edited["x"]
    assert english["y"] < raw["y"] < edited["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    script = "cells => cells.slice(0, 3).map(cell => getComputedStyle(cell, '::before').content)"
    labels = page.locator(".unit td").evaluate_all(script)
    assert labels == ['"English"', '"Raw machine translation"', '"Post-edited"']
    assert not page.locator("nav ol").is_visible()
    page.locator("summary").click()
    page.locator("nav a").nth(2).click()
    assert page.evaluate("location.hash") == "#entry-2"
    assert not page.locator("nav ol").is_visible()
    page.close()


@pytest.mark.parametrize("width", [320, 600, 800, 1000, 1920])
def test_no_width_needs_scrolling_sideways(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(
    ("choice", "units"),
    [
        ("All", [unit.unit.id for unit in UNITS]),
        ("With findings", ["e1/p2", "e2/p1", "e2/p2", "e3/p1"]),
        ("Critical", ["e1/p2"]),
        ("Major", ["e2/p2", "e3/p1"]),
        ("Minor", ["e1/p2"]),
        ("Neutral", ["e2/p1"]),
    ],
)
def test_the_filter_shows_the_units_asked_for(page: Page, choice: str, units: list[str]) -> None:
    page.locator("label", has_text=choice).click()
    assert visible_units(page) == units
    assert page.locator("#status").inner_text() == f"{len(units)} of {len(UNITS)} units"
    shown = {unit.split("/")[0] for unit in units}
    assert page.locator(".entry:visible").count() == len(shown)


def test_changed_units_can_be_shown_alone(page: Page) -> None:
    page.locator("label", has_text="Changed").click()
    assert len(visible_units(page)) == 10
    assert "e4/p1" not in visible_units(page)


def test_search_works_in_all_columns_and_together_with_the_filter(page: Page) -> None:
    page.locator("#search").fill("PRIZE")
    assert visible_units(page) == ["e3/p1"]
    page.locator("#search").fill("注意力")
    assert visible_units(page) == ["e2/p1"]
    page.locator("label", has_text="Critical").click()
    assert visible_units(page) == []
    assert page.get_by_text("No unit matches the filter.").is_visible()


def test_every_change_has_its_reason_as_tooltip_and_as_footnote(page: Page) -> None:
    unit = page.locator("[id='unit-e1/p1']")
    added = unit.locator("ins", has_text="GAN")
    assert added.get_attribute("title") == "term: GAN"
    assert unit.locator("del", has_text="甘斯").get_attribute("title") == "term: GAN"
    number = int(added.locator("xpath=following-sibling::sup").inner_text())
    assert unit.locator(".reasons li").nth(number - 1).inner_text() == "term: GAN"
    assert unit.locator(".keep", has_text="CIFAR-10").count() == 3


def test_a_reviewers_text_is_shown_with_name_and_date(page: Page) -> None:
    unit = page.locator("[id='unit-e1/p3']")
    assert "我们还是希望看到它在语音任务上的表现。" in unit.locator(".final").inner_text()
    assert "approved by Lin Mei, 2021-03-04" in unit.locator(".final").inner_text()
    assert page.locator("[id='unit-e3/p1'] .final.stale").is_visible()


def test_severity_is_said_in_words(page: Page) -> None:
    badges = page.locator("[id='unit-e1/p2'] .badge").all_inner_texts()
    assert [badge.strip("✖▲●○ ") for badge in badges] == ["Critical", "Minor"]


def test_keys_go_through_units_with_findings_and_through_entries(page: Page) -> None:
    visited = []
    for key in "jjjjjkn" + "pp":
        page.keyboard.press(key)
        visited.append(focused(page))
    assert visited == [
        "unit-e1/p2", "unit-e2/p1", "unit-e2/p2", "unit-e3/p1", "unit-e3/p1", "unit-e2/p2",
        "entry-3", "entry-2", "entry-1",
    ]  # fmt: skip


def test_the_unit_gone_to_is_not_hidden_behind_the_bar(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 500})
    page.keyboard.press("j")
    page.keyboard.press("j")
    box, bar = box_of(page.locator("[id='unit-e2/p1']")), box_of(page.locator(".bar"))
    assert bar["y"] + bar["height"] <= box["y"] < 500


def test_keys_skip_what_the_filter_hides(page: Page) -> None:
    page.locator("label", has_text="Major").click()
    page.keyboard.press("j")
    assert focused(page) == "unit-e2/p2"
    page.keyboard.press("j")
    assert focused(page) == "unit-e3/p1"


def test_keys_skip_what_the_search_hides(page: Page) -> None:
    page.locator("#search").fill("english")
    page.keyboard.press("Escape")
    visited = []
    for key in "jjk":
        page.keyboard.press(key)
        visited.append(focused(page))
    assert visited == ["unit-e1/p2", "unit-e3/p1", "unit-e1/p2"]


def test_help_opens_by_key_and_by_button_and_typing_in_search_is_left_alone(page: Page) -> None:
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("jn?")
    assert page.locator("#search").input_value() == "jn?"
    assert not page.locator("dialog").is_visible()
    page.locator("#help-button").click()
    assert page.locator("dialog").is_visible()


def test_the_first_tab_stop_skips_to_the_units_and_focus_can_be_seen(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert focused(page) == "units"


def test_languages_are_named(page: Page) -> None:
    languages = [cell.get_attribute("lang") for cell in page.locator("[id='unit-e1/p1'] .text").all()]
    assert languages == ["en", "zh-Hans", "zh-Hans"]


def test_script_in_a_newsletter_is_shown_and_not_run(page: Page) -> None:
    assert SCRIPT in page.locator("[id='unit-e2/p2'] td").first.inner_text()
    assert page.locator("img").count() == 0
    assert page.title() == "Small Models Weekly, Issue 7 · zh-Hans · review"


def test_the_policy_stops_script_even_where_escaping_failed(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "pierced.html"
    hole = '<script>document.title = "in"</script><img src="https://x.invalid/" onerror="document.title = \'in\'">'
    path.write_text(render_html(example()).replace("Nothing was changed here.", hole), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator("img").count() == 1
    assert page.title() != "in"
    page.close()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_colours_follow_the_system(
    browser: Browser, address: str, scheme: Literal["light", "dark"], dark: bool
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(background.split("(")[1].split(",")[0]) < 128) is dark
    page.close()


def test_print_shows_everything_in_three_columns_and_no_controls(page: Page) -> None:
    page.locator("label", has_text="Critical").click()
    page.emulate_media(media="print")
    assert visible_units(page) == [unit.unit.id for unit in UNITS]
    assert not page.locator("nav").is_visible()
    assert not page.locator("#filter").is_visible()
    english, raw, edited = cell_boxes(page, "e1/p1")
    assert english["x"] < raw["x"] < edited["x"]
    assert page.locator("thead th").first.is_visible()


def test_without_script_everything_is_shown(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator("tr.unit:visible").count() == len(UNITS)
    assert not page.locator("#filter").is_visible()
    page.close()
