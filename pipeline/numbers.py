"""Numbers, dates and issue counts that Chinese writes otherwise: found in the English, with their Chinese form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from pipeline.records import Span

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(_MONTHS) + "|" + "|".join(f"{month[:3]}\\." for month in _MONTHS if month != "May") + r"|Sept\."
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LETTERS = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}
_SURE_MONTHS = "|".join(month for month in _MONTHS if month not in ("March", "May"))
_PARTS = {"third": "三", "quarter": "四", "fourth": "四", "fifth": "五", "sixth": "六", "eighth": "八", "tenth": "十"}
_SHARES = {"a": "一", "one": "一", "two": "二", "three": "三", "four": "四"}
_PART = "|".join(_PARTS)
_SEASONS = {"spring": "春季", "summer": "夏季", "fall": "秋季", "autumn": "秋季", "winter": "冬季"}
_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_CURRENCIES = {"$": "美元", "€": "欧元", "£": "英镑"}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def _month(name: str) -> int:
    return next(index for index, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))


def chinese_count(value: Decimal) -> str:
    """A count as Chinese writes it: 130 亿, 150 万, 5000."""
    for unit, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4)):
        if value >= size:
            return f"{_plain(value / size)} {unit}"
    return _plain(value)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _scaled(match: re.Match[str]) -> str:
    return chinese_count(Decimal(match.group(1).replace(",", "")) * _SCALES[match.group(2).lower()])


def _scaled_range(match: re.Match[str]) -> str:
    first, second = (Decimal(match.group(side).replace(",", "")) for side in (1, 2))
    scale = _SCALES[match.group(3).lower()]
    return f"{chinese_count(first * scale if first < second else first)}–{chinese_count(second * scale)}"


def _spoken(match: re.Match[str]) -> str:
    return chinese_count(Decimal(_WORDS.index(match.group(1).lower()) + 1) * _SCALES[match.group(2).lower()])


def _decade(match: re.Match[str]) -> str:
    return f"{match.group(1)} 年代"


def _century(match: re.Match[str]) -> str:
    return f"{match.group(1)} 世纪"


def _ordinal(match: re.Match[str]) -> str:
    return f"第 {match.group(1)}"


def _full_date(match: re.Match[str]) -> str:
    return f"{match.group(3)} 年 {_month(match.group(1))} 月 {int(match.group(2))} 日"


def _day_first(match: re.Match[str]) -> str:
    return f"{match.group(3)} 年 {_month(match.group(2))} 月 {int(match.group(1))} 日"


def _day_range(match: re.Match[str]) -> str:
    year = f"{match.group(4)} 年 " if match.group(4) else ""
    return f"{year}{_month(match.group(1))} 月 {int(match.group(2))}–{int(match.group(3))} 日"


def _month_year(match: re.Match[str]) -> str:
    return f"{match.group(2)} 年 {_month(match.group(1))} 月"


def _month_day(match: re.Match[str]) -> str:
    return f"{_month(match.group(1))} 月 {int(match.group(2))} 日"


def _day_month(match: re.Match[str]) -> str:
    return f"{_month(match.group(2))} 月 {int(match.group(1))} 日"


def _bare_month(match: re.Match[str]) -> str:
    return f"{_month(match.group())} 月"


def _fraction(match: re.Match[str]) -> str:
    return f"{_PARTS[match.group(2).lower()]}分之{_SHARES[match.group(1).lower()]}"


def _season(match: re.Match[str]) -> str:
    return f"{match.group(2)} 年{_SEASONS[match.group(1).lower()]}"


def _issue(match: re.Match[str]) -> str:
    return f"第 {match.group(1)} 期"


def _week_of(match: re.Match[str]) -> str:
    return f"{match.group(2)} 年第 {match.group(1)} 周"


def _year_week(match: re.Match[str]) -> str:
    return f"{match.group(1)} 年第 {match.group(2)} 周"


def _week(match: re.Match[str]) -> str:
    return f"第 {match.group(1)} 周"


def _money(match: re.Match[str]) -> str:
    amount, scale = match.group(2), match.group(3)
    if scale:
        scale = _LETTERS.get(scale.lower(), scale.lower())
        amount = chinese_count(Decimal(amount.replace(",", "")) * _SCALES[scale])
    return amount + ("" if amount[-1] in "万亿" else " ") + _CURRENCIES[match.group(1)]


def _same(match: re.Match[str]) -> str:
    return match.group()


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"\b({_MONTH}) (\d{{1,2}}) ?[-–~] ?(\d{{1,2}})(?:,? (\d{{4}}))?\b", _day_range),
        (rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", _full_date),
        (rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH}),? (\d{{4}})\b", _day_first),
        (rf"\b({_MONTH}),? (?:of )?(\d{{4}})\b", _month_year),
        (rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]\d)", _month_day),
        (rf"(?<![\w.-])(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})(?!\w)", _day_month),
        (r"\b[Ii]ssue (?:#|[Nn]o\. ?)?(\d+)\b(?![.,]\d)", _issue),
        (r"\b[Ww]eek (\d{1,2})(?:,| of|) (\d{4})\b", _week_of),
        (r"\b(\d{4})[, -]+[Ww]eek (\d{1,2})\b", _year_week),
        (r"\b[Ww]eek (\d{1,2})\b", _week),
        (
            rf"(?<![\w.])(?:US)?([$€£])({_NUMBER})(?:[ -]?(thousand|million|billion|trillion|[kKmMB]|bn)\b)?(?![\w%])",
            _money,
        ),
        (
            rf"(?<![\w.$€£¥])({_NUMBER}) ?(?:[-–~]|to) ?({_NUMBER})[ -]?(thousand|million|billion|trillion)\b",
            _scaled_range,
        ),
        (rf"(?<![\w.$€£¥])({_NUMBER})[ -]?(thousand|million|billion|trillion)\b", _scaled),
        (rf"\b((?i:{'|'.join(_WORDS)}))[ -](thousand|million|billion|trillion)\b", _spoken),
        (rf"\b(?:the )?((?i:{'|'.join(_SEASONS)}))(?: of)? (\d{{4}})\b", _season),
        (rf"\b((?i:one))[ -]((?i:{_PART}))\b(?!-)", _fraction),
        (rf"\b((?i:two|three|four))[ -]((?i:{_PART}))s\b(?!-)", _fraction),
        (rf"\b((?i:a)) ({_PART})(?= of\b)", _fraction),
        (rf"\b(?:{_SURE_MONTHS})\b(?! [A-Z\d])", _bare_month),
        (r"(?<=\b(?:in|by|of|to) )(?:March|May)\b(?! [A-Z\d])", _bare_month),
        (r"(?<=\b(?:last|next|late|from) )(?:March|May)\b(?! [A-Z\d])", _bare_month),
        (r"(?<=\b(?:since|until|early) )(?:March|May)\b(?! [A-Z\d])", _bare_month),
        (r"(?<![\w.-])(1[5-9]\d0|20\d0)['’]?s\b", _decade),
        (r"(?<![\w.-])(\d{1,2})(?:st|nd|rd|th)[ -][Cc]entury\b", _century),
        (r"(?<![\w.-])(\d+)(?:st|nd|rd|th)\b", _ordinal),
        (r"[\[(]\d+(?:\.\d+)?(?:, ?\d+(?:\.\d+)?)+[\])]", _same),
        (r"(?<![\w.,:/-])\d+(?:\.\d+)?%?(?:[-–~]\d+(?:\.\d+)?%?)+(?![\w%:/-])", _same),
        (r"(?<![\w.,:/-])\d+(?:\.\d+)?[kKMBT](?![\w-])", _same),
        (r"(?<![\w.])\d+(?:\.\d+)? ?%(?!\w)", _same),
        (r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w%])", _same),
        (r"(?<![\w.,])\d+\.\d+(?:\.\d+)*(?![\w%])", _same),
        (r"(?<![\w.,:/-])\d+(?:[:/]\d+)+(?![\w%:/])", _same),
        (r"(?<![\w.,:/-])\d+(?![\w%,.:/]\d|\w)", _same),
    )
)


def find_numbers(text: str) -> Iterator[tuple[Span, str]]:
    """Places of numbers and dates, each with its Chinese; they may overlap, the best comes first."""
    for pattern, rule in _RULES:
        for match in pattern.finditer(text):
            yield Span(*match.span()), rule(match)
