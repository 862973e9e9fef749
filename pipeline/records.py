"""The values that travel through the pipeline. All frozen; nothing here reads, writes or decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

UnitKind = Literal[
    "heading",
    "paragraph",
    "item",
    "quote",
    "cell",
    "caption",
    "front-matter",
    "card-title",
    "card-text",
    "footnote",
    "image-alt",
]
EntryKind = Literal["paper", "article", "use case", "other"]
CodeForm = Literal["ph", "open", "close"]
Severity = Literal["neutral", "minor", "major", "critical"]
Origin = Literal["machine", "memory", "person", "source"]
State = Literal["initial", "translated", "reviewed", "stale"]
Policy = Literal["keep", "translate", "both", "guide", "prefer"]
"""What becomes of a term.

`keep`: it stays English. `translate`: its rendering is required of the model and of people. `both`: the same, with the
English at its first use. `guide`: the model must write a rendering, whichever; people may say it in other words.
`prefer`: the rendering is asked for where a text has faults anyway.
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One newsletter as it was read."""

    slug: str
    """File name without its ending; names the outputs."""
    text: str
    """The whole file as text: byte order mark, CRLF and front matter included."""
    sha256: str
    """Digest of the file's bytes."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One translatable block (XLIFF: unit): a heading, a paragraph, a list item, a table cell."""

    id: str
    """Address that says where the unit stands, such as `e3/p2`; unique in its issue."""
    kind: UnitKind
    span: Span
    """Place in `Issue.text`, first to last character of the block's content."""
    source: str
    """The content as Markdown, its lines joined by a bare newline, quote marks and indents taken off."""
    leads: tuple[str, ...]
    """What stands in the file between content line i and i+1: line ending, then quote marks or indent."""
    entry: int
    """Index of its entry in `Document.entries`."""
    titles: tuple[Span, ...] = ()
    """Spans of `source` that are paper titles and must stay as they are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One news item: a heading and all that follows it up to the next heading of its kind."""

    title: str
    """The heading's plain text; empty for what comes before the first heading."""
    level: int
    """Heading level, 0 for what comes before the first heading."""
    kind: EntryKind


@dataclass(frozen=True, slots=True)
class Document:
    """Where the translatable text of an issue is. The text itself stays in the issue."""

    issue: Issue
    entries: tuple[Entry, ...]
    units: tuple[Unit, ...]
    """In order of appearance; spans never overlap."""
    references: Mapping[str, str] = field(default_factory=dict)
    """Targets of the reference links by normalised label; footnotes as `^label` with an empty target."""


@dataclass(frozen=True, slots=True)
class InlineCode:
    """One piece of inline markup in a unit's source (XLIFF: inline code)."""

    span: Span
    """Place in the unit's source of exactly this mark: `**`, `](url)`, a whole image, a whole code span."""
    kind: str
    """strong em strike link image code math html autolink url footnote break softbreak escape entity checkbox."""
    form: CodeForm
    """`open` and `close` stand around text; `ph` stands alone."""
    pair: int
    """Number shared by an `open` and its `close`; unique number for a `ph`."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One string that must come through translation untouched, and the character that stands for it meanwhile."""

    char: str
    """One private-use character (U+E000 and up), unique in its unit."""
    data: str
    """What comes back in its place, as Markdown."""
    kind: str
    """An inline code's kind, or name title term number handle email file."""
    form: CodeForm
    visible: str
    """What a reader sees of it (for spacing and checks); empty for pure markup."""
    source: str
    """What it replaced in the English."""
    reason: str
    """Who asked for it: `markup`, `glossary: GAN`, `title`, `name: acronym` ..."""


@dataclass(frozen=True, slots=True)
class TermMatch:
    """One place where a glossary concept stands in a text."""

    span: Span
    concept: str
    """The concept's id."""
    policy: Policy
    rendering: str
    """The preferred rendering in the target locale."""
    admitted: tuple[str, ...]
    """Further renderings that count as right."""
    avoid: tuple[str, ...]
    """Renderings that must not stand in the target."""
    proper: bool = False
    """Whether the glossary writes the term with a capital, as a people or a language."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One automatic post-edit (APE). A person's edit is never an `Edit`: it is a unit with state `reviewed`."""

    span: Span
    """Place of `after` in the text that resulted; empty where something was only removed."""
    before: str
    after: str
    reason: str
    """The rule or term behind it, as shown in the review: `spacing: Han and Latin`, `term: GAN` ..."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reviewer should look at; an unconfirmed error in the sense of MQM."""

    check: str
    """Short name of the check, such as `numbers`."""
    category: str
    """MQM dimension: terminology, accuracy, linguistic conventions, style, locale conventions, design and markup."""
    severity: Severity
    unit: str
    """The unit's id; empty when the finding concerns the whole issue."""
    message: str


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit with everything that became of it."""

    unit: Unit
    raw: str
    """The machine's translation as Markdown, before post-editing; empty when it was not asked."""
    machine: str
    """The raw translation after post-editing."""
    target: str
    """What stands in the Chinese issue: the post-edited text, or a person's."""
    edits: tuple[Edit, ...]
    """From `raw` to `machine`, spans in `machine`, ascending."""
    protected: tuple[str, ...]
    """Strings that had to come through, each as often as it stands in the source."""
    findings: tuple[Finding, ...]
    origin: Origin
    state: State
    score: float | None = None
    """The model's length-normalised log probability, lowest segment of the unit; None without a model."""
    note: str = ""
    """Who approved or why stale, in words for the reviewer."""
    lost: tuple[str, ...] = ()
    """Stretches of the English that the machine's text seems to leave out."""


@dataclass(frozen=True, slots=True)
class IssueResult:
    """One translated issue."""

    document: Document
    locale: str
    """BCP-47 tag of the target."""
    units: tuple[UnitResult, ...]
    text: str
    """The whole Chinese issue."""
    findings: tuple[Finding, ...]
    """Of the issue as a whole; those of units stand with their units."""
    signature: str
    """One line that says what made it: model, settings, glossary, memory, version."""
