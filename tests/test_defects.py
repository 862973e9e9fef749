"""The 81 mistakes that a general translator made in these issues: none of them is possible here."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from pipeline.glossary import Glossary

ROOT = Path(__file__).parents[1]
ROWS = yaml.safe_load((Path(__file__).parent / "data" / "defects.yaml").read_text("utf-8"))
_HEADING = re.compile(r"^#{1,2} .*$", re.MULTILINE)


def row_name(row: dict[str, str]) -> str:
    return f"{row['issue']}-{row['kind']}-{row['english'][:30]}"


def entries(text: str) -> list[str]:
    """The text from each heading of level 1 or 2 to the next; first what stands before."""
    starts = [0, *(match.start() for match in _HEADING.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]


def heading(entry: str) -> str:
    return entry.split("\n", 1)[0]


def accepted(row: dict[str, str], glossary: Glossary) -> set[str]:
    """What may stand in the Chinese; for a term each rendering that the glossary admits."""
    same = [concept for concept in glossary.concepts if row["kind"] == "term" and concept.zh_hans == row["wanted"]]
    return {row["wanted"]}.union(*(concept.admitted for concept in same))


def check(row: dict[str, str], chinese: str, glossary: Glossary) -> None:
    english = (ROOT / "source_en" / f"{row['issue']}.md").read_text("utf-8")
    assert row["seen"] not in chinese
    ours, theirs = entries(english), entries(chinese)
    assert len(ours) == len(theirs)
    places = [index for index, entry in enumerate(ours) if row["entry"] in heading(entry)]
    assert places, "no such entry"
    assert any(row["english"] in ours[index] for index in places), "the English phrase is not in its entry"
    assert any(wanted in theirs[index] for wanted in accepted(row, glossary) for index in places)


def test_every_defect_is_here():
    assert len(ROWS) == 81
    assert {row["kind"] for row in ROWS} == {"name", "title", "term", "markup", "number", "url"}


def test_no_defect_is_hidden_in_the_english():
    for row in ROWS:
        english = (ROOT / "source_en" / f"{row['issue']}.md").read_text("utf-8")
        assert row["seen"] not in english


@pytest.mark.model
@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_translation_has_not(row, output_zh, glossary):
    check(row, (output_zh / f"{row['issue']}.md").read_text("utf-8"), glossary)


@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_committed_issue_has_not(row, glossary):
    path = ROOT / "output_zh" / f"{row['issue']}.md"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in output_zh yet")
    check(row, path.read_text("utf-8"), glossary)
