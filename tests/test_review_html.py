from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_example import LONG_URL, SCRIPT, UNITS, example, finding, unit_result

from pipeline.records import UnitResult
from pipeline.review_cells import prose_cell, short_url
from pipeline.review_html import issue_title, render_html

STYLE = Path(__file__).parents[1] / "pipeline" / "templates" / "review.css"


class Page(HTMLParser):
    """What of the page can load, run or be read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.raw = {"script": "", "style": ""}
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.raw:
            self.raw[self.inside] += data
        self.texts.append(data)


def test_the_page_names_no_resource_and_no_handler() -> None:
    page = Page(render_html(example()))
    values = [(key, value) for _, attributes in page.tags for key, value in attributes.items()]
    assert not [key for key, _ in values if key in ("src", "style", "srcset", "data") or key.startswith("on")]
    assert all(value and value.startswith("#") for key, value in values if key in ("href", "action"))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert "img" not in [tag for tag, _ in page.tags]
    assert SCRIPT in "".join(page.texts)


def test_the_policy_allows_the_pages_own_style_and_script_only() -> None:
    page = Page(render_html(example()))
    policy = next(attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes) or ""
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-inline" not in policy
    for name in ("style", "script"):
        digest = b64encode(sha256(page.raw[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


EVIL = "</title></script></style><script>x</script>\"'><img src=x onerror=y>\x00"


def test_no_field_of_a_result_can_break_out_of_the_page() -> None:
    plain = example((unit_result("e0/p", "x", "x", note="n", findings=(finding("e0/p", "x", "minor", "x"),)),))
    unit = unit_result(
        "e0/p" + EVIL,
        EVIL,
        EVIL,
        [("x", EVIL, EVIL)],
        protected=(EVIL,),
        note=EVIL,
        target=EVIL,
        findings=(finding(EVIL, EVIL, "minor", EVIL),),
    )
    evil = replace(example((unit,)), locale=EVIL, signature=EVIL)
    entries = tuple(replace(entry, title=EVIL) for entry in evil.document.entries)
    evil = replace(evil, document=replace(evil.document, entries=entries))
    allowed = {tag for tag, _ in Page(render_html(plain)).tags} | {"ins", "del", "sup", "ol"}
    tags = [tag for tag, _ in Page(render_html(evil)).tags]
    assert set(tags) <= allowed
    assert tags.count("script") == tags.count("style") == tags.count("title") == 1


def test_a_page_keeps_every_unit_and_the_same_result_gives_the_same_bytes() -> None:
    shown = render_html(example())
    ids = [attributes.get("id") for tag, attributes in Page(shown).tags if tag == "tr" and attributes.get("id")]
    assert ids == [f"unit-{unit.unit.id}" for unit in UNITS]
    assert shown == render_html(example())


@pytest.mark.parametrize(
    ("text", "protected", "shown"),
    [
        ("GANs and GAN", ("GAN",), 'GANs and <span class="keep">GAN</span>'),
        ("用GAN训练", ("GAN",), '用<span class="keep">GAN</span>训练'),
        ("*好*", (), '<span class="mark">*</span>好<span class="mark">*</span>'),
        ("`a*b`", ("`a*b`",), '<span class="code keep">`a*b`</span>'),
        ("snake_case 2 * 3", (), 'snake_case 2 <span class="mark">*</span> 3'),
        (
            "[a](https://b.org/c)",
            (),
            '<span class="mark">[</span>a<span class="mark">](</span>'
            '<span class="url" title="https://b.org/c">b.org/c</span><span class="mark">)</span>',
        ),
        ("见https://b.org/c。", (), '见<span class="url" title="https://b.org/c">b.org/c</span>。'),
        ("a < b", (), "a &lt; b"),
    ],
)
def test_markup_and_protected_strings_are_marked_in_a_text(text: str, protected: tuple[str, ...], shown: str) -> None:
    assert prose_cell(text, protected, "en") == f'<div class="text" lang="en" dir="auto">{shown}</div>'


@given(
    st.text(alphabet="ab*_`[]()<>!\\~ 中https:/.", max_size=40),
    st.lists(st.text("ab*中", max_size=3), max_size=3),
    st.lists(st.text("ab *", max_size=5), max_size=2),
)
def test_marking_neither_loses_nor_adds_text(text: str, protected: list[str], lost: list[str]) -> None:
    page = Page(prose_cell(text, protected, "en", lost))
    shortened = any(attributes.get("title") for _, attributes in page.tags)
    assert shortened or "".join(page.texts) == text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.b.org/", "b.org"),
        ("https://arxiv.org/abs/2006.07733", "arxiv.org/abs/2006.07733"),
        (LONG_URL, "papers.example.org/…long-name.html"),
        ("#part", "#part"),
    ],
)
def test_a_url_is_shortened_to_host_and_end(url: str, shown: str) -> None:
    assert short_url(url) == shown


def test_an_issue_is_called_by_its_front_matter_its_only_top_heading_or_its_file() -> None:
    front = unit_result("e0/title", "From the front matter", "x", kind="front-matter")
    assert issue_title(example((front, *UNITS))) == "From the front matter"
    assert issue_title(example()) == "Small Models Weekly, Issue 7"
    entries = tuple(replace(entry, level=1) for entry in example().document.entries)
    flat = replace(example(), document=replace(example().document, entries=entries))
    assert issue_title(flat) == "2021-07"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


PAIRS = [
    *((ink, back) for ink in ("ink", "soft", "faint") for back in ("card", "page", "current", "approved-back")),
    *((ink, back) for ink in ("soft", "ink") for back in ("neutral-back", "stale-back")),
    *((severity, f"{severity}-back") for severity in ("critical", "major", "minor", "neutral", "approved")),
    *((severity, back) for severity in ("critical", "major", "minor", "neutral") for back in ("card", "page")),
    ("ins-ink", "ins"), ("del-ink", "del"), ("major", "stale-back"), ("link", "card"), ("page", "ink"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(scheme: str) -> None:
    blocks = re.findall(r":root \{(.*?)\n *\}", STYLE.read_text(encoding="utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1]))
    low = {}
    for ink, back in PAIRS:
        dark, light = sorted((luminance(colours[ink]), luminance(colours[back])))
        ratio = (light + 0.05) / (dark + 0.05)
        if ratio < 4.5:
            low[ink, back] = round(ratio, 2)
    assert not low


def with_state(unit: UnitResult, text: str) -> bool:
    return text in render_html(example((unit,)))


def test_approval_of_the_machines_own_text_is_shown() -> None:
    approved = unit_result("e0/p", "x", "好", state="reviewed", note="approved by Lin Mei")
    assert with_state(approved, "approved by Lin Mei")
    assert with_state(replace(approved, note=""), ">approved</p>")
