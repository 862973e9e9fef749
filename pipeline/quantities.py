"""Reads the numbers of an English or Chinese text as values, so that `13 billion` and `130 亿` compare equal."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

SMALL = Decimal(12)
"""Numbers up to this one may be added by a translator: months, ordinals, small counts."""

_FULL_WIDTH = str.maketrans("０１２３４５６７８９％．：萬億兩", "0123456789%.:万亿两")
_LATIN_SCALES = {
    "hundred": 2,
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "trillion": 12,
    "lakh": 5,
    "k": 3,
    "K": 3,
    "M": 6,
    "B": 9,
    "T": 12,
    "mn": 6,
    "bn": 9,
    "tn": 12,
}
_HAN_SCALES = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"(?<![A-Za-z]){_MONTH}(?=,?[ \u00a0]*(?:of[ ])?\d)"
    rf"|(?<=\d)(?:st|nd|rd|th)?[ \u00a0]+(?:of[ ])?{_MONTH}(?![A-Za-z])"
)
_HAN_MONTH = re.compile(r"(?<![一二三四五六七八九十个几数])(十[一二]?|[一二三四五六七八九])(?=月(?!亮|球))")
_DECADE = re.compile(r"(?:(\d{1,2})\s*世纪|(?:上|[二两]十)(?:个)?世纪)\s*(\d0)\s*年代")
_WHOLE_HOUR = re.compile(r"(?<!\d)(\d{1,2}):00(?!\d)")
_NUMBER = re.compile(
    r"(?<!km)(?<!cm)(?P<digits>\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+)"
    r"(?:[-\s\u00a0]?(?P<word>hundred|thousand|million|billion|trillion|lakh)(?![a-z])"
    r"|(?P<letter>[kKMBT]|bn|mn|tn)(?![A-Za-z0-9])"
    r"|[-\s\u00a0]*[多余几]?(?P<han>[十百千万亿]+)(?!分[之点比點]|[米克瓦卡赫伏字兆])"
    r"|(?P<money>m)(?![A-Za-z0-9]))?"
)
_RANGE = re.compile(r"\s*(?:-|–|—|~|～|to|至|到)\s*\Z")

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENTHS = (
    "twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth",
)
# fmt: on
_WORDS: dict[str, Decimal] = {
    **{word: Decimal(value) for words in (_ONES, _ORDINALS) for value, word in enumerate(words)},
    **{word: Decimal(value * 10) for words in (_TENS, _TENTHS) for value, word in enumerate(words, 2)},
    "a": Decimal(1),
    "an": Decimal(1),
    "half": Decimal("0.5"),
    "once": Decimal(1),
    "twice": Decimal(2),
    "dozen": Decimal(12),
    "quarter": Decimal(25),
}
_WORD_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_NUMBER_WORD = re.compile(r"(?<![a-z])(?:" + "|".join((*_WORDS, *_WORD_SCALES)) + r")(?![a-z])")
_WORD_GAP = re.compile(r"[\s-]+(?:and\s+)?\Z")
_HAN_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "半": 5}
_HAN_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")


def quantities(text: str) -> Counter[Decimal]:
    """Return the value of every number written with digits, and of months beside a digit, with their counts."""
    plain = text.translate(_FULL_WIDTH)
    plain = _DATE.sub(_month_number, plain)
    plain = _HAN_MONTH.sub(lambda found: str(int(_han_value(found[1]))), plain)
    plain = _DECADE.sub(_decade_year, plain)
    plain = _WHOLE_HOUR.sub(r"\1", plain)
    return Counter(_joined(_with_ranges(plain, list(_NUMBER.finditer(plain)))))


def spoken(text: str) -> Counter[Decimal]:
    """Return the value of numbers written as words: `twenty`, `one billion`, `十二`, `百分之五十`."""
    plain = text.translate(_FULL_WIDTH)
    found = Counter(_han_value(match[0]) for match in _HAN_NUMERAL.finditer(plain))
    found.update(_english_words(plain.lower()))
    return found


def missing(source: Counter[Decimal], target: Counter[Decimal]) -> tuple[str, ...]:
    """Return the numbers that stand more often in the source than in the target."""
    return tuple(_shown(value) for value in sorted((source - target).elements()))


def extra(source: Counter[Decimal], target: Counter[Decimal]) -> tuple[str, ...]:
    """Return the numbers above `SMALL` that stand in the target but not in the source."""
    return tuple(_shown(value) for value in sorted(target) if value > SMALL and value not in source)


def _shown(value: Decimal) -> str:
    return f"{value:,f}" if value >= 10000 else f"{value:f}"


def _month_number(found: re.Match[str]) -> str:
    word = re.sub(r"\A(?:st|nd|rd|th)?[ \u00a0]+(?:of )?", "", found[0])
    return f" {_MONTHS.index(word[:3].lower()) + 1} "


def _decade_year(found: re.Match[str]) -> str:
    century = int(found[1] or 20)
    return f" {(century - 1) * 100 + int(found[2])} "


def _scale(found: re.Match[str], text: str) -> int | None:
    """Return the power of ten named beside the number, None without one."""
    if found["han"]:
        return _han_power(found["han"])
    if found["money"]:
        return 6 if text[: found.start()].rstrip().endswith(("$", "£", "€")) else None
    named = found["word"] or found["letter"]
    return _LATIN_SCALES[named] if named else None


def _han_power(scales: str) -> int:
    return sum(_HAN_SCALES[scale] for scale in scales)


def _with_ranges(text: str, found: list[re.Match[str]]) -> list[tuple[Decimal, re.Match[str], int | None]]:
    """Return each number with its scale; `10 to 20 million` gives both numbers the scale of the second."""
    numbers: list[tuple[Decimal, re.Match[str], int | None]] = []
    following: tuple[Decimal, int, int | None] | None = None
    for match in reversed(found):
        value, scale = Decimal(match["digits"].replace(",", "")), _scale(match, text)
        if scale is None and following and value < following[0] and _is_range(text, match, following[1]):
            scale = following[2]
        following = (value, match.start(), scale)
        numbers.append((value, match, scale))
    return numbers[::-1]


def _is_range(text: str, first: re.Match[str], second: int) -> bool:
    """Tell whether only a dash or a word like `to` stands between; `T5-11B` is a name."""
    glued = first.start() > 0 and text[first.start() - 1].isascii() and text[first.start() - 1].isalpha()
    return not glued and _RANGE.match(text[first.end() : second]) is not None


def _joined(numbers: list[tuple[Decimal, re.Match[str], int | None]]) -> list[Decimal]:
    """Return the values, `1 亿 3000 万` being one."""
    values: list[Decimal] = []
    before: tuple[int, int] | None = None
    for value, match, scale in numbers:
        power = scale or 0
        amount = value.scaleb(power).normalize()
        gap = match.string[before[0] : match.start()] if before else "x"
        joins = before is not None and not gap.strip() and power < before[1] and value < 10 ** (before[1] - power)
        if joins:
            values[-1] = (values[-1] + amount).normalize()
        else:
            values.append(amount)
        before = (match.end(), power) if match["han"] else None
    return values


def _han_value(numeral: str) -> Decimal:
    """Return the value of a Chinese numeral; digits in a row are read one by one (二〇二〇)."""
    if not any(char in _HAN_SCALES for char in numeral):
        return Decimal("".join(str(_HAN_DIGITS[char]) for char in numeral))
    total = section = digit = 0
    for char in numeral:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        elif char in "万亿":
            total, section, digit = _grown(total, section + digit, char), 0, 0
        else:
            section, digit = section + (digit or 1) * int(10 ** _HAN_SCALES[char]), 0
    return Decimal(total + section + digit)


def _grown(total: int, section: int, scale: str) -> int:
    """Return the value so far once 万 or 亿 closes a section; 亿 also multiplies what stands before 万."""
    if scale == "亿":
        return ((total + section) or 1) * 10**8
    return total + (section or 1) * 10**4


def _english_words(text: str) -> list[Decimal]:
    values: list[Decimal] = []
    run: list[str] = []
    end = 0
    for match in _NUMBER_WORD.finditer(text):
        if run and not _WORD_GAP.match(text[end : match.start()]):
            values += _run_values(run)
            run = []
        run.append(match[0])
        end = match.end()
    return values + _run_values(run)


def _run_values(run: list[str]) -> list[Decimal]:
    """Return the value of a run of number words and of each of its parts (`half a million` is also a half)."""
    total = section = Decimal(0)
    for word in run:
        if word in _WORDS:
            section = section * _WORDS[word] if section == Decimal("0.5") else section + _WORDS[word]
        elif word == "hundred":
            section = (section or 1) * Decimal(100)
        else:
            total, section = total + (section or 1) * Decimal(10) ** _WORD_SCALES[word], Decimal(0)
    parts = {_WORDS[word] for word in run if word in _WORDS} | ({total + section} if run else set())
    return sorted(parts)
