"""A bilingual file with an entry in every state, and rows made at random."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from pipeline.bilingual import Bilingual, read_bilingual, write_bilingual
from pipeline.editing.edits import Change, apply_edits, entry_digest
from pipeline.interchange.formats import WRITERS
from pipeline.interchange.merge import Signature
from pipeline.interchange.po_copy import write_po
from pipeline.interchange.rows import STATUSES, Exchange, Row, export_rows, version_of
from pipeline.records import Document, Issue, IssueResult, Span, Unit, UnitResult

ENDINGS = {"xliff": ".xlf", "xliff2": ".xlf", "tmx": ".tmx", "csv": ".csv", "po": ".po"}
SIGNATURE = Signature("Lin Mei", "2021-03-04T10:15+08:00")
PAIRS = (
    ("Week 41, 2020", "2020 年第 41 周"),
    (
        "A *new* **strong** [model](https://a.b/c?d=1&e=2), see `x < y`.",
        "新的**强**[模型](https://a.b/c?d=1&e=2)，见 `x < y`。",
    ),
    ("Two lines\nof <b>text</b> &amp; ![alt](i.png)", "两行 <b>文字</b> &amp; ![图](i.png)"),
    ("=SUM(A1)", "=SUM(A1)"),
    ("A text that somebody edited", "有人改过的文字"),
    ("A text that somebody approved", "有人批准的文字"),
)
KEPT, EDITED, APPROVED = "e1/p4", "e1/p5", "e1/p6"

SNIPPETS = (
    "**bold**", "*em*", "~~gone~~", "[link](https://x.y/z?a=b&c=d)", "[ref][label]", "`a < b && c`", "![alt](i.png)",
    "<b>", "</b>", "&amp;", "\\*", "$x^2$", "[^1]", "https://a.b/c_d", "<https://a.b>", "\n", "  \n", "***", "_", "*",
    "שלום", "\u202e", "👩‍👩‍👧", "=1+1", "'=1", "'", '"', ",", ";", "\t", "␛", "␛0001;", "\x01", "\r", "\r\n", "]]>",
    "<!--", "<?", "中文。", " ", "\ufeff", "\ufffe", "\ue000", "\x7f", "\u2028", "\x85",
    "\x1c", "\x0b", "[ ] ", "#. raw: ", "\\n", "\\",
)  # fmt: skip


def texts(least: int = 1) -> st.SearchStrategy[str]:
    """Text with markup, line ends, control characters, other scripts and what formats use for themselves."""
    letters = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=5)
    return st.lists(st.one_of(st.sampled_from(SNIPPETS), letters), min_size=least, max_size=8).map("".join)


def rows() -> st.SearchStrategy[tuple[Row, ...]]:
    """Rows as they may leave, each with its version."""

    def row(number: int, source: str, target: str, status: str, raw: str, comment: str) -> Row:
        version = version_of(source, target, status == "approved")
        return Row(f"e1/p{number}", source, target, status, raw, comment, "", version)  # type: ignore[arg-type]

    one = st.tuples(texts(), texts(), st.sampled_from(STATUSES), texts(), texts(0))
    return st.lists(one, min_size=1, max_size=4).map(
        lambda many: tuple(row(n, *parts) for n, parts in enumerate(many, 1))
    )


def bilingual_text(pairs: Sequence[tuple[str, str]]) -> str:
    """A bilingual file as the main path writes it, nothing touched by a person."""
    units = [_result(f"e1/p{number}", *pair) for number, pair in enumerate(pairs, 1)]
    document = Document(Issue("issue", "", ""), (), tuple(result.unit for result in units))
    return write_bilingual(IssueResult(document, "zh-Hans", tuple(units), "", (), "test"), Bilingual())


def _result(name: str, source: str, target: str) -> UnitResult:
    unit = Unit(name, "paragraph", Span(0, 0), source, (), 0)
    if source == target:
        return UnitResult(unit, "", target, target, (), (), (), "source", "initial")
    return UnitResult(unit, target, target, target, (), (), (), "machine", "translated")


def changed(text: str, unit: str, *changes: Change) -> str:
    """The file after a person's changes to one entry."""
    saved = next(saved for saved in read_bilingual(text, "x.po").entries if saved.unit == unit)
    return apply_edits(text, "x.po", {unit: (entry_digest(saved), changes)})


def edit(text: str) -> Change:
    return Change("edit", "Ann", "2021-01-01T09:00+00:00", text)


def approve() -> Change:
    return Change("approve", "Ann", "2021-01-02T09:00+00:00")


def comment(text: str) -> Change:
    return Change("comment", "Ann", "2021-01-03T09:00+00:00", text)


def example() -> str:
    """A bilingual file with machine's, kept, edited, commented and approved entries."""
    text = bilingual_text(PAIRS)
    text = changed(text, EDITED, edit("有人改过两次的文字"), comment("is this right?"))
    return changed(text, APPROVED, approve())


def exchange_of(text: str, slug: str = "issue") -> Exchange:
    return Exchange(slug, "zh-Hans", export_rows(read_bilingual(text, "x.po")))


def exported(text: str, form: str) -> str:
    """The file that `duizhao export` writes."""
    exchange = exchange_of(text)
    return write_po(text, exchange) if form == "po" else WRITERS[form](exchange)
