"""Edits of glossary files: the change is made, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import GlossaryError
from pipeline.glossary import parse_glossary
from pipeline.glossary_file import KEYS, LISTS
from pipeline.terms.edit import (
    ORDER,
    Fields,
    fields_of,
    place_of,
    with_entry,
    with_fields,
    without_entry,
)

ROOT = Path(__file__).parents[1]
FILE = """# Terms

# Networks
- term: neural network  # the usual one
  policy: translate
  # do not shorten
  zh-Hans: 神经网络   # not 类神经网路
  avoid: [神经的网络, "神经,网"]  # seen twice

# Names
- {term: GAN, policy: keep}
- id: vae
  term: VAE
  policy: keep
  note: >
    Two lines
    of prose.
  forms:
    - V.A.E.   # old
    - Vae

# The end
"""


def lines(text: str) -> dict[str, int]:
    return {concept.term: place_of(concept)[1] for concept in parse_glossary({"f": text}).concepts}


def changed(term: str, changes: Fields, text: str = FILE) -> str:
    new = with_fields(text, lines(text)[term], changes)
    parse_glossary({"f": new})
    return new


@pytest.mark.parametrize(
    ("term", "changes", "old", "new"),
    [
        ("neural network", {"zh-Hans": "神经元网络"}, "神经网络   #", "神经元网络   #"),
        ("neural network", {"avoid": ("神经的网络", "神经,网", "网")}, '网"]', '网", 网]'),
        ("neural network", {"avoid": ("网",)}, '[神经的网络, "神经,网"]', "[网]"),
        ("neural network", {"avoid": ()}, '  avoid: [神经的网络, "神经,网"]  # seen twice\n', ""),
        ("neural network", {"forms": ("NN",)}, "# the usual one\n", "# the usual one\n  forms: [NN]\n"),
        ("neural network", {"admitted": ("网",)}, "not 类神经网路\n", "not 类神经网路\n  admitted: [网]\n"),
        ("GAN", {"note": "a: b"}, "policy: keep}", 'policy: keep, note: "a: b"}'),
        ("GAN", {"forms": ("gan",)}, "term: GAN,", "term: GAN, forms: [gan],"),
        ("VAE", {"id": ""}, "- id: vae\n  term", "- term"),
        ("VAE", {"note": ""}, "  note: >\n    Two lines\n    of prose.\n", ""),
        ("VAE", {"note": "Short"}, ">\n    Two lines\n    of prose.\n", "Short\n"),
        ("VAE", {"forms": ("Vae",)}, "\n    - V.A.E.   # old\n    - Vae\n", " [Vae]\n"),
        ("VAE", {"date": "2026-11-21"}, "- Vae\n", '- Vae\n  date: "2026-11-21"\n'),
        ("VAE", {"source": ""}, "", ""),
    ],
)
def test_only_the_value_changes(term: str, changes: Fields, old: str, new: str) -> None:
    assert FILE.count(old) == 1 or not old
    text = changed(term, changes)
    wanted = FILE.replace(old, new, 1) if old else FILE
    assert " ".join(text.split()) == " ".join(wanted.split())
    assert sorted(text.replace(" ", "")) == sorted(wanted.replace(" ", ""))


def test_line_ends_and_byte_order_mark_stay() -> None:
    text = "\ufeff" + FILE.replace("\n", "\r\n")
    new = with_fields(text, 4, {"zh-Hans": "网络", "note": "m"})
    assert new == text.replace("神经网络   #", "网络   #").replace("# seen twice\r\n", "# seen twice\r\n  note: m\r\n")


def test_an_entry_is_taken_out_and_comments_stay() -> None:
    assert without_entry(FILE, lines(FILE)["GAN"]) == FILE.replace("- {term: GAN, policy: keep}\n", "")
    assert without_entry(FILE, lines(FILE)["VAE"]).endswith("keep}\n\n# The end\n")


@pytest.mark.parametrize("text", ["", "# only a comment", FILE])
def test_an_entry_is_appended(text: str) -> None:
    fields = {"policy": "translate", "term": "on", "zh-Hans": "开: 关", "avoid": ("关",)}
    new = with_entry(text, fields)
    assert new.startswith(text)
    assert fields_of(parse_glossary({"f": new}).concepts[-1]) == fields


def test_no_entry_on_that_line() -> None:
    with pytest.raises(GlossaryError, match="line 2"):
        with_fields(FILE, 2, {"note": "x"})


def test_every_key_has_its_place() -> None:
    assert sorted(ORDER) == sorted(KEYS)


texts = st.text(st.sampled_from("aZ9 :#-[]{}'\",&*!?|>%@`\\网络\u00e9."), min_size=1, max_size=12).filter(str.strip)
lists = st.lists(texts.map(str.strip), min_size=1, max_size=3, unique=True).map(tuple)
changes = st.one_of(
    st.tuples(st.sampled_from(["definition", "note", "source", "zh-Hant-TW"]), st.one_of(st.just(""), texts)),
    st.tuples(st.sampled_from(["admitted", "context"]), st.one_of(st.just(()), lists)),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["neural network", "GAN", "VAE"]), st.lists(changes, max_size=4))
def test_what_is_written_is_read(term: str, edits: list[tuple[str, str | tuple[str, ...]]]) -> None:
    text = FILE
    for key, value in edits:
        if key in LISTS and key == "context" and value:
            value = tuple(dict.fromkeys(str(word).lower() for word in value))
        text = changed(term, {key: value}, text)
        (concept,) = (one for one in parse_glossary({"f": text}).concepts if one.term == term)
        wanted = value.strip() if isinstance(value, str) else value
        found = fields_of(concept).get(key, () if key in LISTS else "")
        assert found == wanted
    assert [line for line in FILE.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


def test_each_shipped_entry_can_be_written_again() -> None:
    files = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "glossary").glob("*.yaml"))}
    concepts = parse_glossary(files).concepts
    whole = "".join(with_entry("", fields_of(concept)) for concept in concepts)
    assert [fields_of(concept) for concept in parse_glossary({"f": whole}).concepts] == [
        fields_of(concept) for concept in concepts
    ]
