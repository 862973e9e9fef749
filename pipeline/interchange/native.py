"""Inline codes as XLIFF 1.2 and TMX have them: `bpt`, `ept` and `ph` elements that hold the markup itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element

from pipeline.errors import InputError
from pipeline.interchange.codes import Code, Piece
from pipeline.interchange.xml_text import content, element, escape, local, unmark

_NAMES = {"open": "bpt", "close": "ept", "ph": "ph"}
_MARKUP = {"bpt", "ept", "ph", "it", "ut"}
_AROUND_TEXT = {"mrk", "hi", "sub"}


def write_inline(pieces: Sequence[Piece], attributes: Callable[[Code], Mapping[str, str]]) -> str:
    """Write text and codes as XML; `attributes` says which a code's element has."""
    return "".join(
        escape(piece) if isinstance(piece, str) else element(_NAMES[piece.form], escape(piece.data), attributes(piece))
        for piece in pieces
    )


def read_inline(node: Element, key: str, known: Mapping[tuple[str, str], str]) -> str:
    """Read an element's content as Markdown.

    Where a tool left a code empty its markup is looked up in `known` by element name and the value of its attribute
    `key`. InputError for an element that cannot be turned into Markdown.
    """
    pieces = [unmark(node.text or "")]
    for child in node:
        pieces += [_read_child(child, key, known), unmark(child.tail or "")]
    return "".join(pieces)


def known_codes(node: Element, key: str) -> dict[tuple[str, str], str]:
    """List the markup of the codes in an element, for `read_inline`."""
    return {(local(child), child.get(key, "")): content(child) for child in node.iter() if local(child) in _MARKUP}


def _read_child(child: Element, key: str, known: Mapping[tuple[str, str], str]) -> str:
    name = local(child)
    if name in _AROUND_TEXT:
        return read_inline(child, key, known)
    if name not in _MARKUP:
        raise InputError(f"the inline element <{name}> is not one of ours")
    written = content(child)
    if not written and (name, child.get(key, "")) not in known:
        raise InputError(f"an inline element <{name}> is empty and stands nowhere in the source")
    return written or known[name, child.get(key, "")]
