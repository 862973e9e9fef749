"""Views of Markdown for the checks: its links, its code, its marks, and the prose without them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_MATH = re.compile(r"(?<![\\$A-Za-z0-9])\$\$?(?![\s$])[^$\n]+(?<![\s\\])\$\$?(?![\d$])")
_TARGET = re.compile(r"\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+[\"'(][^\n]*?[\"')])?\s*\)")
_IMAGE = re.compile(r"!\[")
_URL = re.compile(r"(?:https?://|www\.)[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]*[A-Za-z0-9/_=#&-]")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*)?/?>")
_STRONG = re.compile(r"\*\*|(?<![^\W_])__|__(?![^\W_])|</?strong>", re.IGNORECASE)
_EM = re.compile(r"(?<!\s)\*|\*(?!\s)|(?<![^\W_])_(?!\s)|(?<!\s)_(?![^\W_])|</?em>", re.IGNORECASE)
_STRIKE = re.compile(r"~~")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_EMPHASIS_TAGS = frozenset({"em", "strong"})


def links(text: str) -> Counter[str]:
    """Return every link target and bare address, with counts."""
    text = _without(text, _CODE)
    found = Counter(match[1] for match in _TARGET.finditer(text))
    found.update(match[0] for match in _URL.finditer(_TARGET.sub("]", text)))
    return found


def images(text: str) -> int:
    """Return how many images stand in the text."""
    return len(_IMAGE.findall(_without(text, _CODE)))


def code(text: str) -> Counter[str]:
    """Return the content of every code span and formula, with counts."""
    spans = [match[0] for match in _CODE.finditer(text)]
    return Counter(spans + [match[0] for match in _MATH.finditer(_without(text, _CODE))])


def marks(text: str) -> Counter[str]:
    """Return how often each kind of emphasis mark and HTML tag stands in the text; `_` counts as `*`."""
    text = _without(text, _CODE, _MATH, _TARGET, _URL, _ESCAPE)
    found = Counter(f"<{match[1].lower()}>" for match in _TAG.finditer(text))
    for tag in _EMPHASIS_TAGS:
        del found[f"<{tag}>"]
    found["bold"] = len(_STRONG.findall(text))
    found["italics"] = len(_EM.findall(_without(text, _STRONG, _TAG))) + len(re.findall(r"</?em>", text, re.IGNORECASE))
    found["strikethrough"] = len(_STRIKE.findall(text))
    return +found


def prose(text: str, protected: Iterable[str] = ()) -> str:
    """Return the text without code, formulas, link targets, addresses, tags and protected strings."""
    text = _without(_TARGET.sub("] ", _without(text, _CODE, _MATH)), _URL, _TAG)
    for string in sorted({one for one in protected if one.strip()}, key=len, reverse=True):
        text = re.sub(bounded(string), " ", text)
    return text


def bounded(string: str) -> str:
    """Return the pattern of a string that is not a part of a longer Latin word or number."""
    left = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", string) else ""
    right = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]\Z", string) else ""
    return left + re.escape(string) + right


def _without(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(" ", text)
    return text
