import itertools
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.assemble import assemble
from pipeline.document import read_document
from pipeline.errors import InputError
from pipeline.inline import find_codes
from pipeline.records import Document, Issue

DATA = Path(__file__).parent / "data" / "document"
SHARED = Path(__file__).parents[2] / "shared"
SAMPLES = [*sorted((SHARED / "seeds").glob("*.txt")), *sorted((SHARED / "newsletters").glob("*.md"))]
OWN = [*sorted(DATA.glob("*.md")), *sorted((Path(__file__).parents[1] / "source_en").glob("*.md"))]


def read(text: str) -> Document:
    return read_document(Issue("issue", text, ""))


def load(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def table(document: Document) -> str:
    rows = []
    for unit in document.units:
        titles = " / ".join(unit.source[span.start : span.end] for span in unit.titles)
        kind = document.entries[unit.entry].kind
        source = unit.source.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        rows.append("\t".join((unit.id, unit.kind, kind, source, titles)) + "\n")
    return "".join(rows)


def identity(document: Document) -> str:
    return assemble(document, {unit.id: unit.source for unit in document.units})


@pytest.mark.parametrize("path", sorted(DATA.glob("*.md")), ids=lambda path: path.stem)
def test_units_as_expected(path):
    assert table(read(load(path))) == load(path.with_suffix(".tsv"))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_line_endings_change_nothing_but_bytes(path, ending):
    text = load(path)
    document = read(text.replace("\n", ending))
    assert identity(document) == text.replace("\n", ending)
    assert table(document) == table(read(text))


@pytest.mark.parametrize("path", [*OWN, *SAMPLES], ids=lambda path: path.name)
def test_identity_and_sound_units(path):
    text = load(path)
    document = read(text)
    assert document.units
    assert identity(document) == text
    assert len({unit.id for unit in document.units}) == len(document.units)
    spans = [unit.span for unit in document.units]
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
    assert all(0 <= unit.entry < len(document.entries) for unit in document.units)
    assert all(len(unit.leads) in (0, unit.source.count("\n")) for unit in document.units)


@pytest.mark.skipif(not SAMPLES, reason="the shared samples are not there")
def test_shared_samples_have_the_entries_they_should():
    counts = {path.stem[:3]: len(read(load(path)).entries) for path in SAMPLES if path.suffix == ".txt"}
    assert counts == {"000": 20, "001": 28, "002": 22, "003": 22, "004": 22}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\ufeff",
        "\ufeffa",
        "a",
        "\0a\0b\n",
        "a\r\rb",
        "---",
        "---\n",
        "---\n---\n",
        "---\na\n---\n",
        "\t\n\t\ta",
    ],
)
def test_odd_texts_pass_through(text):
    assert identity(read(text)) == text


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("a\0b", ["a\0b"]),
        ("one\n   two\n\tthree", ["one\ntwo\nthree"]),
        ("> one\n>two\nthree", ["one\ntwo\nthree"]),
        ("1. > - deep\n   >   er", ["deep\ner"]),
        ("# a #", ["a"]),
        ("# # a", ["# a"]),
        ("#\ta\t##\t", ["a"]),
        ("![a](b)\n\n<https://a.b>\n\n— —\n\n12:30", []),
        ("[](/u)", []),
        ("text <!-- translate:off -->inside<!-- translate:on -->\n\nafter", ["after"]),
        ("a\n\n<!-- translate:off -->\n\nb\n\nc", ["a"]),
        ("`<!-- translate:off -->` is how\n\nb", ["`<!-- translate:off -->` is how", "b"]),
        ("    <!-- translate:off -->\n\nb", ["b"]),
        ("[ref] x\n\n[ref]: /u", ["[ref][ref] x"]),
        ("|a|b|\n|-|-|\n|c\\|d|`e\\|f` g|", ["a", "b", "c\\|d", "`e\\|f` g"]),
        ("a | b\n-|-\nc | d", ["a", "b", "c", "d"]),
        ("*a*[^1]\n\n[^1]: note", ["*a*[^1]", "note"]),
    ],
)
def test_what_is_a_unit(text, sources):
    document = read(text)
    assert [unit.source for unit in document.units] == sources
    assert identity(document) == text


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("# Use cases\n\n# A\n\ntext", ["other", "other", "use case"]),
        ("# 1. Use cases\n\n# A\n\ntext\n\n# 2. Rest\n\n# B\n\ntext", ["other", "other", "use case", "other", "other"]),
        ("# A\n\n*T* https://arxiv.org/abs/1", ["other", "paper"]),
        ("# A\n\n- [x](https://arxiv.org/abs/1)", ["other", "other"]),
        ("# A\n\n[x](https://a.b/c)", ["other", "article"]),
        ("# A\n\n*Seeing Nets With Nets*", ["other", "paper"]),
    ],
)
def test_entry_kinds(text, kinds):
    assert [entry.kind for entry in read(text).entries] == kinds


def test_a_heading_like_the_name_of_a_talk_is_none():
    assert read("# Hard nets for all\n\nShe gave a talk titled “Hard Nets for All”.\n").units[0].titles == ()


def test_a_heading_equal_to_its_title_is_a_title():
    document = read("# *Hard nets*\n\nHard Nets\nhttps://arxiv.org/abs/1\n")
    heading = document.units[0]
    assert [heading.source[span.start : span.end] for span in heading.titles] == ["Hard nets"]


def test_title_in_the_paragraph_beside_its_link():
    for text in ("*Hard nets*\n\nhttps://arxiv.org/abs/1", "https://arxiv.org/abs/1\n\n*Hard nets*"):
        unit = read(f"# A\n\n{text}\n\nThey show that nets are hard.").units[1]
        assert [unit.source[span.start : span.end] for span in unit.titles] == ["Hard nets"]


def test_broken_front_matter_is_named_with_its_line():
    with pytest.raises(InputError, match=r"^issue: line 3: the front matter cannot be read: "):
        read("---\ntitle: a\nexcerpt: 'b\n---\n\ntext\n")


def test_references_travel_with_the_document():
    assert read("[a]: /u\n\n[^1]: note\n").references == {"A": "/u", "^1": ""}


FRAGMENTS = st.sampled_from(
    [
        "# ",
        "- ",
        "1. ",
        "> ",
        "| a | b |\n|---|---|\n| ",
        "```\n",
        "    ",
        "\t",
        "word",
        "two words",
        "*a* ",
        "**b**",
        "`c`",
        "[d](/e)",
        "![f](/g)",
        "<b>",
        "$x$",
        "\n",
        "\n\n",
        "\r\n",
        "\\\n",
        "  \n",
        "===",
        "---\n",
        "[^1]: ",
        "[r]: /u\n",
        "[r]",
        "字",
        "\xa0",
        "\x00",
        "|",
        "<!-- translate:off -->",
        "<!-- translate:on -->",
        "https://arxiv.org/abs/1",
        ": ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=16).map("".join))
def test_generated_issues_pass_through(text):
    try:
        document = read(text)
    except InputError:
        return
    assert identity(document) == text
    spans = [unit.span for unit in document.units]
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
    for unit in document.units:
        assert find_codes(unit.source, document.references) is not None


@settings(max_examples=300, deadline=None)
@example("#   \n\\\nword")
@example("word\n\xa0\nword")
@given(st.lists(FRAGMENTS, max_size=16).map("".join))
def test_changed_units_read_back_as_changed(text):
    try:
        document = read(text)
    except InputError:
        return
    targets = {unit.id: "改动 " + unit.source for unit in document.units if unit.kind != "front-matter"}
    changed = read(assemble(document, targets))
    sources = [unit.source.replace("\0", "") for unit in changed.units if unit.kind != "front-matter"]
    assert sources == [target.replace("\0", "") for target in targets.values()]
