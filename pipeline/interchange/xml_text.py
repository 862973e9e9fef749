"""XML in and out. What is read comes from strangers: nothing is fetched, nothing is expanded.

Characters that XML cannot hold (and the carriage return, which it would change) are written as a visible mark: the
character U+0001 as `␛0001;`, and `␛` itself as `␛241B;`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from pipeline.errors import InputError

XML_SPACE, XML_LANGUAGE = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("space", "lang"))
_NOTHING: Mapping[str, str] = MappingProxyType({})
_DEEPEST = 200
_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\u241b")
_MARK = re.compile("\u241b([0-9A-F]{4});")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escape(text: str) -> str:
    """Write a text so that it may stand in an element or a quoted attribute."""
    marked = _UNFIT.sub(lambda char: f"\u241b{ord(char.group()):04X};", text)
    return re.sub('[&<>"]', lambda char: _ENTITIES[char.group()], marked)


def unmark(text: str) -> str:
    """Give back the characters that were written as marks."""
    return _MARK.sub(lambda mark: chr(int(mark.group(1), 16)), text)


def element(name: str, content: str = "", attributes: Mapping[str, str] = _NOTHING) -> str:
    """Write an element around content that is XML already; attributes without a value are left out."""
    listed = "".join(f' {key}="{_attribute(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{listed}>{content}</{name}>" if content else f"<{name}{listed}/>"


def _attribute(value: str) -> str:
    return escape(value).replace("\n", "&#10;").replace("\t", "&#9;")


def document(root: str) -> str:
    """Write a whole file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'


def local(node: Element) -> str:
    """Give an element's name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def children(node: Element, name: str) -> list[Element]:
    """List the children of one name, whatever their namespace."""
    return [child for child in node if local(child) == name]


def descendants(node: Element, name: str) -> list[Element]:
    """List the elements of one name below a node, in order."""
    return [child for child in node.iter() if local(child) == name]


def attribute(node: Element, name: str) -> str:
    """Give the value of an attribute; empty when it is not there."""
    return unmark(node.get(name, ""))


def content(node: Element) -> str:
    """Give the text of an element and all below it."""
    return unmark("".join(node.itertext()))


def parse_xml(data: bytes, name: str) -> Element:
    """Read a file of any encoding XML knows; InputError with the line for one that is broken or declares entities."""
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate(namespace_separator="}")

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _refused(f"{name}:{parser.CurrentLineNumber}", "elements nested too deep")
        builder.start(_qualified(tag), {_qualified(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(tag))

    def refuse(*_: object) -> None:
        raise _refused(f"{name}:{parser.CurrentLineNumber}", "entities are not read from files")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.buffer_text = builder.data, True
    parser.EntityDeclHandler = parser.SkippedEntityHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(f"{name}:{error.lineno}: not well-formed XML ({expat.ErrorString(error.code)})") from None
    except (LookupError, ValueError) as error:
        raise InputError(f"{name}: not readable as XML ({error})") from None
    return builder.close()


def _refused(place: str, why: str) -> InputError:
    return InputError(f"{place}: {why}; the file was not read")


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name
