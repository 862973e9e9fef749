"""All examples of the CommonMark specification pass through byte for byte.

They are read from the source distribution of the parser in use, fetched once into `.cache/`; nothing of them is kept.
"""

import itertools
import json
import re
import subprocess
import sys
import tarfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline.assemble import assemble
from pipeline.document import read_document
from pipeline.inline import find_codes, markdown_parser
from pipeline.records import Issue
from pipeline.skeleton import differences, skeleton

CACHE = Path(__file__).parents[1] / ".cache" / "commonmark"
LETTER = re.compile(r"[^\W\d_]")


def fetch(release: str) -> Path | None:
    archive = CACHE / f"markdown_it_py-{release}.tar.gz"
    if not archive.exists():
        options = ["--no-deps", "--no-binary", ":all:", "--quiet", "--dest", str(CACHE)]
        command = [sys.executable, "-m", "pip", "download", *options, f"markdown-it-py=={release}"]
        subprocess.run(command, check=False, capture_output=True, timeout=120)
    return archive if archive.exists() else None


@lru_cache(maxsize=1)
def examples() -> list[str]:
    archive = fetch(version("markdown-it-py"))
    if archive is None:
        pytest.skip("the CommonMark examples could not be fetched")
    with tarfile.open(archive) as bundle:
        name = next(name for name in bundle.getnames() if name.endswith("test_cmark_spec/commonmark.json"))
        content = bundle.extractfile(name)
        assert content is not None
        return [example["markdown"] for example in json.load(content)]


def read(text: str):
    return read_document(Issue("example", text, ""))


def test_there_are_652_examples():
    assert len(examples()) == 652


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", ""], ids=["lf", "crlf", "cr", "no final newline"])
def test_identity(ending):
    for text in examples():
        text = text.removesuffix("\n") if not ending else text.replace("\n", ending)
        document = read(text)
        assert assemble(document, {unit.id: unit.source for unit in document.units}) == text


def test_every_unit_is_found_where_the_parser_sees_it():
    missing = []
    for text in examples():
        tokens = markdown_parser().parse(text)
        contents = [token.content for token in tokens if token.type == "inline"]
        document = read(text)
        for unit in document.units:
            raw = text[unit.span.start : unit.span.end]
            for lead in set(unit.leads):
                raw = raw.replace(lead, "\n") if lead.strip() else raw
            lines = [line.lstrip(" \t") for line in raw.split("\n")]
            known = [[line.lstrip(" \t") for line in content.split("\n")] for content in contents]
            if lines not in known:
                missing.append((text, unit.source))
    assert missing == []


def test_codes_are_ascending_and_apart():
    for text in examples():
        document = read(text)
        for unit in document.units:
            spans = [code.span for code in find_codes(unit.source, document.references)]
            assert all(one.end <= two.start for one, two in itertools.pairwise(spans)), unit.source
            assert all(0 <= span.start < span.end <= len(unit.source) for span in spans)


def changed(source: str, references) -> str:
    """Replace every letter outside markup by a Chinese one."""
    pieces, position = [], 0
    for code in find_codes(source, references):
        pieces += [LETTER.sub("字", source[position : code.span.start]), source[code.span.start : code.span.end]]
        position = code.span.end
    return "".join(pieces) + LETTER.sub("字", source[position:])


def outside(text: str, units) -> list[str]:
    edges = [0, *(edge for unit in units for edge in (unit.span.start, unit.span.end)), len(text)]
    return [text[one:two] for one, two in zip(edges[::2], edges[1::2], strict=True)]


def test_a_change_touches_nothing_but_the_units():
    for text in examples():
        document = read(text)
        result = assemble(document, {unit.id: changed(unit.source, document.references) for unit in document.units})
        kept = outside(text, document.units)
        assert re.fullmatch("(.*?)".join(map(re.escape, kept)), result, re.DOTALL), (text, result)


def test_skeleton_survives_chinese():
    broken = []
    for text in examples():
        document = read(text)
        targets = {unit.id: changed(unit.source, document.references) for unit in document.units}
        found = differences(skeleton(text), skeleton(assemble(document, targets)))
        if found:
            broken.append((text, targets, found))
    assert broken == []
