"""What must be the same in English and Chinese: blocks and their nesting, links, images, code, HTML, math, numbers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, zip_longest

from markdown_it.token import Token

from pipeline.front_matter import TRANSLATED_KEYS, body_start, read_values
from pipeline.inline import NO_REFERENCES, environment, find_addresses, markdown_parser
from pipeline.quantities import extra, missing, quantities, spoken

_LEAVES = {"fence", "code_block", "html_block", "math_block", "hr"}
_EMPHASIS = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}
_CONTENT = {"code_inline": "code", "html_inline": "HTML tag", "math_inline": "math"}
_GAP = {"softbreak": "\n", "hardbreak": "\n"}


@dataclass(frozen=True, slots=True)
class Block:
    """One block with text or a leaf without any."""

    path: tuple[str, ...]
    """Block kinds from the outermost to its own."""
    marks: tuple[tuple[str, str], ...]
    """Kind and content of each piece of inline markup, sorted."""
    numbers: tuple[Decimal, ...] = ()
    """Values of the numbers in its text, sorted."""
    words: tuple[Decimal, ...] = field(default=(), compare=False)
    """Values of the numbers that stand there in words; a translation may write them either way."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Everything of an issue that translation may not change."""

    front_matter: tuple[tuple[str, str], ...]
    """Keys with a digest of their values; the translated ones without."""
    blocks: tuple[Block, ...]


def skeleton(text: str) -> Skeleton:
    """Reduce an issue to its skeleton."""
    body = text[body_start(text) :].replace("\r\n", "\n").replace("\r", "\n")
    front = read_values(text)
    keys = tuple((key, "" if key in TRANSLATED_KEYS else _digest(value)) for key, value in front.items())
    return Skeleton(keys, _blocks(markdown_parser().parse(body)))


def differences(source: Skeleton, target: Skeleton) -> tuple[str, ...]:
    """Say what differs, in sentences; nothing when the target keeps the source's skeleton.

    A number of the source has to stand in the same block of the target; the target may have more small ones.
    """
    found = [] if source.front_matter == target.front_matter else ["The front matter has other keys or values."]
    paths = [[block.path for block in side.blocks] for side in (source, target)]
    if paths[0] != paths[1]:
        return (*found, _other_blocks(paths[0], paths[1]))
    pairs = enumerate(zip(source.blocks, target.blocks, strict=True), 1)
    return (*found, *chain.from_iterable(_block_differences(one, two, number) for number, (one, two) in pairs))


def unit_differences(source: str, target: str, references: Mapping[str, str] = NO_REFERENCES) -> tuple[str, ...]:
    """Say what differs between the inline content of a unit and that of its translation."""
    one, two = _inline(source, references), _inline(target, references)
    return (*_mark_differences(one, two), *_number_differences(one, two))


def _inline(markdown: str, references: Mapping[str, str]) -> Block:
    return _block(markdown_parser().parseInline(markdown, environment(references))[0], ())


def _blocks(tokens: Sequence[Token]) -> tuple[Block, ...]:
    found: list[Block] = []
    path: list[str] = []
    for token in tokens:
        if token.nesting > 0:
            path.append(token.type.removesuffix("_open") + (token.tag if token.type == "heading_open" else ""))
        elif token.nesting < 0:
            path.pop()
        elif token.type == "inline":
            found.append(_block(token, tuple(path)))
        elif token.type in _LEAVES:
            found.append(Block((*path, token.type), ((token.type, token.info + token.content),)))
    return tuple(found)


def _block(inline: Token, path: tuple[str, ...]) -> Block:
    children = inline.children or []
    text = "".join(child.content if child.type.startswith("text") else _GAP.get(child.type, "\0") for child in children)
    addresses = [text[span.start : span.end] for span in find_addresses(text)]
    for address in addresses:
        text = text.replace(address, " ", 1)
    marks = [mark for child in children if (mark := _mark(child))]
    marks += [("address", address) for address in addresses]
    return Block(path, tuple(sorted(marks)), _sorted(quantities(text)), _sorted(spoken(text)))


def _mark(token: Token) -> tuple[str, str] | None:
    if token.type in _EMPHASIS:
        return _EMPHASIS[token.type], ""
    if token.type == "link_open":
        return "link target", " ".join(str(token.attrs[name]) for name in ("href", "title") if name in token.attrs)
    if token.type == "image":
        return "image", str(token.attrs["src"])
    if token.type == "footnote_ref":
        return "footnote", str(token.meta.get("label", ""))
    kind = _CONTENT.get(token.type)
    return (kind, token.content) if kind else None


def _sorted(numbers: Counter[Decimal]) -> tuple[Decimal, ...]:
    return tuple(sorted(numbers.elements()))


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]


def _other_blocks(source: Sequence[tuple[str, ...]], target: Sequence[tuple[str, ...]]) -> str:
    """Name the first block that is of another kind or missing."""
    pairs = enumerate(zip_longest(source, target), 1)
    number, (one, two) = next((number, pair) for number, pair in pairs if pair[0] != pair[1])
    return f"Block {number} is {_named(one)} in the source but {_named(two)} in the target."


def _named(path: tuple[str, ...] | None) -> str:
    return "missing" if path is None else " > ".join(path)


def _block_differences(source: Block, target: Block, number: int) -> tuple[str, ...]:
    sentences = (*_mark_differences(source, target), *_number_differences(source, target))
    return tuple(f"Block {number}: {sentence}" for sentence in sentences)


def _mark_differences(source: Block, target: Block) -> Iterator[str]:
    one, two = Counter(source.marks), Counter(target.marks)
    for kind, content in sorted((one - two).elements()):
        yield f"{kind} {_shortened(content)} is missing in the target.".replace("  ", " ")
    for kind, content in sorted((two - one).elements()):
        yield f"{kind} {_shortened(content)} stands in the target only.".replace("  ", " ")


def _number_differences(source: Block, target: Block) -> Iterator[str]:
    said = [Counter(block.numbers) + Counter(block.words) for block in (source, target)]
    for number in missing(Counter(source.numbers), said[1]):
        yield f"number {number} is missing in the target."
    for number in extra(said[0], Counter(target.numbers)):
        yield f"number {number} stands in the target only."


def _shortened(content: str) -> str:
    line = " ".join(content.split())
    return line if len(line) <= 80 else line[:79] + "…"
