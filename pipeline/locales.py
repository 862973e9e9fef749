"""Target locales: what a person may write, what it means, and how Simplified text becomes regional."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pipeline.errors import InputError


@dataclass(frozen=True, slots=True)
class Locale:
    """A target of translation."""

    tag: str
    """BCP-47."""
    folder: str
    """Where outputs go unless told otherwise."""
    opencc: str
    """OpenCC configuration from Simplified Chinese; empty when none is needed."""
    chinese: bool
    """Whether the rules of Chinese typography apply."""


LOCALES = (
    Locale("zh-Hans", "output_zh", "", chinese=True),
    Locale("zh-Hant-TW", "output_zh-TW", "s2twp", chinese=True),
    Locale("zh-Hant-HK", "output_zh-HK", "s2hk", chinese=True),
)
_ALIASES = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-hans-cn": "zh-Hans",
    "zh-tw": "zh-Hant-TW",
    "zh-hant": "zh-Hant-TW",
    "zh-hk": "zh-Hant-HK",
}
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def find_locale(written: str, *, own_model: bool = False) -> Locale:
    """The locale a person meant. With a model of their own any BCP-47 tag will do; else it must be Chinese."""
    key = written.replace("_", "-").lower()
    wanted = _ALIASES.get(key, key).lower()
    for locale in LOCALES:
        if locale.tag.lower() == wanted:
            return locale
    if own_model and _TAG.fullmatch(written):
        return Locale(written, f"output_{written}", "", chinese=False)
    legal = ", ".join(locale.tag for locale in LOCALES)
    raise InputError(f"--to {written}: unknown locale; the embedded model knows {legal} (also zh-CN, zh-TW, zh-HK)")


@cache
def regional(configuration: str) -> Callable[[str], str]:
    """A function from Simplified text to the text of `configuration`; the identity for the empty one."""
    if not configuration:
        return str
    import opencc

    converter = opencc.OpenCC(configuration)
    return lambda text: str(converter.convert(text))
