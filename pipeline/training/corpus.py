"""Reads pairs of sentences from TSV and TMX files and leaves out what would teach the wrong thing."""

from __future__ import annotations

import lzma
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import IO, NamedTuple
from xml.etree import ElementTree

from pipeline.errors import InputError

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
WIDE = "，。、；：？！（）《》“”"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ue000-\uf8ff]")
BLANKS = re.compile(r"\s+")
HAN_CHARACTER = re.compile(f"[{HAN}]")
HAN_THEN_LATIN = re.compile(rf"(?<=[{HAN}])(?=[A-Za-z0-9<])")
LATIN_THEN_HAN = re.compile(rf"(?<=[A-Za-z0-9%>])(?=[{HAN}])")
BLANK_IN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])| +(?=[{WIDE}])|(?<=[{WIDE}]) +")
NARROW_MARK = re.compile(rf"(?<=[{HAN}]) ?([,;:?!])(?: +|(?=[{HAN}])|$)")
WIDE_MARKS = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
SLOT_LIKE = re.compile(r"<t\d>")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Pair(NamedTuple):
    """One English text and its Chinese, with the domain it comes from (empty when unknown)."""

    source: str
    target: str
    domain: str = ""


def read_pairs(path: Path) -> Iterator[Pair]:
    """Read a `.tsv`, `.tsv.xz` or `.tmx` file as it stands, nothing cleaned.

    A TSV holds English, Chinese and, if it likes, a domain; further columns are left aside.
    Raises InputError for another ending or an unreadable file.
    """
    kind = "".join(path.suffixes[-2:] if path.suffix == ".xz" else path.suffixes[-1:])
    try:
        if kind == ".tmx":
            yield from read_tmx(path)
        elif kind in (".tsv", ".tsv.xz"):
            with open_text(path) as file:
                yield from read_rows(file, path)
        else:
            raise InputError(f"{path}: training data must end in .tsv, .tsv.xz or .tmx")
    except (OSError, UnicodeDecodeError, lzma.LZMAError, ElementTree.ParseError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def open_text(path: Path) -> IO[str]:
    """Open plain or xz-packed UTF-8 text for reading."""
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")


def read_rows(lines: Iterable[str], path: Path) -> Iterator[Pair]:
    """Split tab-separated lines into pairs. Raises InputError for a line with fewer than two columns."""
    for number, line in enumerate(lines, 1):
        columns = line.rstrip("\r\n").split("\t")
        if len(columns) < 2:
            raise InputError(f"{path}:{number}: expected English, a tab and Chinese")
        yield Pair(columns[0], columns[1], columns[2] if len(columns) > 2 else "")


def read_tmx(path: Path) -> Iterator[Pair]:
    """Read the English and the Chinese variant of every translation unit; units without both are left out."""
    for _, element in ElementTree.iterparse(path):
        if element.tag == "tu":
            texts = {language(tuv): variant_text(tuv) for tuv in element.iter("tuv")}
            if "en" in texts and "zh" in texts:
                yield Pair(texts["en"], texts["zh"], domain_property(element))
            element.clear()


def language(variant: ElementTree.Element) -> str:
    """Name a variant's main language, such as `zh` for `zh-Hans`."""
    return variant.get(LANGUAGE, variant.get("lang", "")).lower().split("-")[0].split("_")[0]


def variant_text(variant: ElementTree.Element) -> str:
    """Return the text of a variant's segment, inline codes included."""
    segment = variant.find("seg")
    return "" if segment is None else "".join(segment.itertext())


def domain_property(unit: ElementTree.Element) -> str:
    """Return the text of a unit's `domain` property, empty without one."""
    return next((prop.text or "" for prop in unit.iter("prop") if prop.get("type") == "domain"), "")


def tidy_source(text: str) -> str:
    """Drop control characters and runs of blanks."""
    return BLANKS.sub(" ", CONTROL.sub("", text)).strip()


def tidy_target(text: str) -> str:
    """Write Chinese the way the model shall write it: 你, full-width marks, one space beside Latin and digits."""
    text = tidy_source(text).replace("您", "你")
    text = NARROW_MARK.sub(lambda match: WIDE_MARKS[match[1]], text)
    text = LATIN_THEN_HAN.sub(" ", HAN_THEN_LATIN.sub(" ", text))
    return BLANK_IN_HAN.sub("", text)


def is_usable(source: str, target: str) -> bool:
    """Tell whether a tidied pair can be a translation: Chinese on one side only, and of a likely length."""
    han = len(HAN_CHARACTER.findall(target))
    if not source or not han or HAN_CHARACTER.search(source) or SLOT_LIKE.search(source + target):
        return False
    latin = len(target) - han
    if latin > 40 and latin > 4 * han:
        return False
    return 0.8 * len(target) - 8 <= len(source) <= 7 * len(target) + 12


def clean(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Tidy pairs and leave out the unusable ones."""
    for source, target, domain in pairs:
        source, target = tidy_source(source), tidy_target(target)
        if is_usable(source, target):
            yield Pair(source, target, domain)


def is_held_out(source: str, one_in: int) -> bool:
    """Tell whether a text belongs to the one in so many that a run never learns from; 0 holds out none."""
    return one_in > 0 and zlib.crc32(source.encode("utf-8")) % one_in == 0


def read_clean(paths: Iterable[str], rank: int = 0, ranks: int = 1) -> list[Pair]:
    """Read this rank's share of several files, cleaned, repeated pairs only once."""
    seen: set[int] = set()
    pairs: list[Pair] = []
    for path in paths:
        share = (pair for number, pair in enumerate(read_pairs(Path(path))) if number % ranks == rank)
        for pair in clean(share):
            key = hash((pair.source, pair.target))
            if key not in seen:
                seen.add(key)
                pairs.append(pair)
    return pairs


def sample_epoch(
    pairs: list[Pair], weights: Mapping[str, float], random: Random, rare: Iterable[int] = (), more: float = 0.0
) -> list[int]:
    """Draw one epoch's order: every pair about as often as its domain's weight says (1 where none is given).

    The pairs numbered in `rare` are drawn about `more` times more.
    """
    chosen: list[int] = []
    for index, pair in enumerate(pairs):
        chosen.extend([index] * drawn_times(weights.get(pair.domain, 1.0), random))
    for index in rare:
        chosen.extend([index] * drawn_times(more, random))
    random.shuffle(chosen)
    return chosen


def drawn_times(weight: float, random: Random) -> int:
    """Draw a whole number whose mean is the weight."""
    return int(weight) + (random.random() < weight % 1)
