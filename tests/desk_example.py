"""A small workspace with two translated issues and an engine without a model, for the tests of the review server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.bilingual import write_bilingual
from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine import NO_DOUBT, Hypothesis, Request
from pipeline.locales import find_locale
from pipeline.review_html import render_html
from pipeline.translate import Tools, translate_issue
from pipeline.web.desk import Desk, Places
from pipeline.workspace import Outputs, load_before, load_glossary, load_issue, refuse_overwriting, save

SCRIPT = "<script>document.title='broken in'</script>"
FIRST = f"""# Small Models Weekly

We look at a tiny teacher, see [the paper](https://example.org/a) with 42 pages.

## A tiny teacher

The teacher has three heads and `top_k` set to one.

Somebody wrote {SCRIPT} here.

Thank you for reading.

## Shorter contexts

Most heads look at the last word.
"""
SECOND = """# Next week

A new teacher came along.

Thank you for reading.
"""
GLOSSARY = """- term: teacher
  policy: translate
  zh-Hans: 教师模型
"""


class PrefixEngine:
    """Writes Chinese before what it gets and keeps the rest, slots and all."""

    signature = "prefix"
    slots = tuple(f"<t{index}>" for index in range(10))
    doubt = NO_DOUBT

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """One hypothesis each; English words become one Chinese character each."""
        return [(Hypothesis(re.sub(r"(?<![<\w])[A-Za-z]{2,}", "译", request.text), -0.5),) for request in requests]


class Workplace:
    """The folders of a test."""

    def __init__(self, root: Path, issues: dict[str, str]) -> None:
        self.root = root
        self.source, self.folder, self.glossary = root / "source_en", root / "output_zh", root / "glossary"
        self.source.mkdir(parents=True, exist_ok=True)
        self.glossary.mkdir(exist_ok=True)
        if issues:
            (self.glossary / "terms.yaml").write_text(GLOSSARY, encoding="utf-8")
        for slug, text in issues.items():
            (self.source / f"{slug}.md").write_text(text, encoding="utf-8")

    def engine(self) -> CachedEngine:
        return CachedEngine(PrefixEngine(), Drafts(self.root / "drafts.sqlite"))

    def translate(self, slug: str) -> None:
        """Do what `duizhao translate` does."""
        issue, outputs = load_issue(self.source / f"{slug}.md"), Outputs.of(self.folder, slug)
        before = load_before(outputs)
        refuse_overwriting(outputs, before, self.source / f"{slug}.md", force=False)
        tools = Tools(find_locale("zh-Hans"), load_glossary(self.glossary), self.engine(), before.saved)
        result = translate_issue(issue, tools)
        save(outputs, result, before, write_bilingual(result, before.saved), render_html(result))

    def desk(self) -> Desk:
        sources = {path.stem: path for path in sorted(self.source.glob("*.md"))}
        return Desk(Places(sources, self.folder, self.glossary, find_locale("zh-Hans")), "Lin Mei", self.engine)

    def bilingual(self, slug: str) -> str:
        return (self.folder / f"{slug}.po").read_text(encoding="utf-8")

    def chinese(self, slug: str) -> str:
        return (self.folder / f"{slug}.md").read_text(encoding="utf-8")


def workplace(root: Path) -> Workplace:
    """Build a workspace with two issues that are translated."""
    place = Workplace(root, {"one": FIRST, "two": SECOND})
    for slug in ("one", "two"):
        place.translate(slug)
    return place
