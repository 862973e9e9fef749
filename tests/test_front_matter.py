import pytest

from pipeline.errors import InputError
from pipeline.front_matter import body_start, find_front_matter, find_values, read_values, write_scalar
from pipeline.records import Issue


def values(text: str) -> dict[str, tuple[str, str]]:
    found = find_values(Issue("issue", text, ""))
    return {key: (text[span.start : span.end], value) for key, (span, value) in found.items()}


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("title: a b # note", {"title": ("a b", "a b")}),
        ('excerpt: "a \\"b\\""', {"excerpt": ('"a \\"b\\""', 'a "b"')}),
        ("description: 'it''s'", {"description": ("'it''s'", "it's")}),
        ("title: >-\n  a\n  b\nlayout: c", {"title": (">-\n  a\n  b", "a b")}),
        ("title: a\n  b\nlayout: c", {"title": ("a\n  b", "a b")}),
        ("title: 5\nexcerpt: [a]\nlayout: b", {}),
        ("title: &x a", {}),
        ("title:", {}),
    ],
)
def test_values(yaml, expected):
    for text in (f"---\n{yaml}\n---\n", f"\ufeff---\n{yaml}\n...\n\nbody"):
        assert values(text) == expected


@pytest.mark.parametrize(
    "text", ["", "---", "---\n---\n", "a\n---\nb: c\n---\n", "---\na: b\n", "---\nword\n---\n", "----\na: b\n---\n"]
)
def test_no_front_matter(text):
    assert find_front_matter(text) is None
    assert body_start(text) == 0
    assert read_values(text) == {}


def test_body_begins_behind_the_closing_fence():
    assert body_start("---\na: b\n---\n\nbody") == len("---\na: b\n---")
    assert body_start("\ufeffbody") == 1


def test_windows_line_endings():
    assert values("---\r\ntitle: a\r\nexcerpt: b\r\n---\r\n") == {"title": ("a", "a"), "excerpt": ("b", "b")}


@pytest.mark.parametrize(
    ("yaml", "line"),
    [("title: a: b", 2), ("layout: x\ntitle: 'a", 3), ("layout: x\n\ttitle: a", 3), ("title: [a", 3), ("a: *b", 2)],
)
def test_broken_front_matter(yaml, line):
    with pytest.raises(InputError, match=rf"^issue: line {line}: the front matter cannot be read: \w"):
        values(f"---\n{yaml}\n---\n")


@pytest.mark.parametrize(
    ("before", "value", "written"),
    [
        ("x", "a: b", '"a: b"'),
        ("'x'", "a'b", "'a''b'"),
        ('"x"', "a", '"a"'),
        ("|\n  x", "a", '"a\\n"'),
        ("x", "a\nb", "a b"),
    ],
)
def test_writing(before, value, written):
    assert write_scalar(before, value) == written
