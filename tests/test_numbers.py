"""Numbers and dates: what Chinese makes of them, and what is left to the model."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.numbers import chinese_count, find_numbers
from pipeline.quantities import missing, quantities, spoken


def written(text: str) -> list[tuple[str, str]]:
    """What is found and what it becomes; of overlapping places the first counts, as in `protect`."""
    taken: list[tuple[int, int, str]] = []
    for span, chinese in find_numbers(text):
        if not any(span.start < end and start < span.end for start, end, _ in taken):
            taken.append((span.start, span.end, chinese))
    return [(text[start:end], chinese) for start, end, chinese in sorted(taken)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # counts
        ("13 billion parameters", [("13 billion", "130 亿")]),
        ("1.5 million users", [("1.5 million", "150 万")]),
        ("100 thousand images", [("100 thousand", "10 万")]),
        ("1.8 trillion tokens", [("1.8 trillion", "1.8 万亿")]),
        ("two million people", [("two million", "200 万")]),
        ("One billion words", [("One billion", "10 亿")]),
        ("10-20 million users", [("10-20 million", "1000 万–2000 万")]),
        ("1.5 to 2 billion", [("1.5 to 2 billion", "15 亿–20 亿")]),
        ("from 500 to 2 million", [("500 to 2 million", "500–200 万")]),
        ("10,000 images", [("10,000", "10,000")]),
        ("1,234,567.89 points", [("1,234,567.89", "1,234,567.89")]),
        # money
        ("it costs $27.6 million", [("$27.6 million", "2760 万美元")]),
        ("for $5 only", [("$5", "5 美元")]),
        ("US$5 million", [("US$5 million", "500 万美元")]),
        ("it raised $40M and £3.5B", [("$40M", "4000 万美元"), ("£3.5B", "35 亿英镑")]),
        ("about €10,000", [("€10,000", "10,000 欧元")]),
        ("$1 trillion", [("$1 trillion", "1 万亿美元")]),
        ("$99.99", [("$99.99", "99.99 美元")]),
        # dates
        ("November 1, 2020", [("November 1, 2020", "2020 年 11 月 1 日")]),
        ("1st November 2020", [("1st November 2020", "2020 年 11 月 1 日")]),
        ("Nov. 3rd, 2020", [("Nov. 3rd, 2020", "2020 年 11 月 3 日")]),
        ("Sept. 4, 2021", [("Sept. 4, 2021", "2021 年 9 月 4 日")]),
        ("in May 2020", [("May 2020", "2020 年 5 月")]),
        ("by October of 2020", [("October of 2020", "2020 年 10 月")]),
        ("on May 5", [("May 5", "5 月 5 日")]),
        ("by 15 January or the 2nd of March", [("15 January", "1 月 15 日"), ("2nd of March", "3 月 2 日")]),
        ("GPT-3 May fail", []),
        ("welcome to issue 112", [("issue 112", "第 112 期")]),
        ("Issue #3, or issue no. 4", [("Issue #3", "第 3 期"), ("issue no. 4", "第 4 期")]),
        ("Week 45, 2020", [("Week 45, 2020", "2020 年第 45 周")]),
        ("in week 45 of 2020", [("week 45 of 2020", "2020 年第 45 周")]),
        ("2021 - Week 6", [("2021 - Week 6", "2021 年第 6 周")]),
        ("until week 7", [("week 7", "第 7 周")]),
        ("on March 3-5, 2021", [("March 3-5, 2021", "2021 年 3 月 3–5 日")]),
        ("on March 3–5", [("March 3–5", "3 月 3–5 日")]),
        ("in May, from January or since March", [("May", "5 月"), ("January", "1 月"), ("March", "3 月")]),
        ("in the spring of 2016 and Fall 2020", [("the spring of 2016", "2016 年春季"), ("Fall 2020", "2020 年秋季")]),
        ("by two thirds", [("two thirds", "三分之二")]),
        ("One-third or a quarter of it", [("One-third", "三分之一"), ("a quarter", "四分之一")]),
        ("one third-party tool, a third tool", []),
        ("in the 1990s and the 1960’s", [("1990s", "1990 年代"), ("1960’s", "1960 年代")]),
        ("the 21st century", [("21st century", "21 世纪")]),
        ("the 3rd time", [("3rd", "第 3")]),
        # as they are
        ("99.5% of 12 %", [("99.5%", "99.5%"), ("12 %", "12 %")]),
        ("pi is 3.14, version 1.2.3", [("3.14", "3.14"), ("1.2.3", "1.2.3")]),
        ("values in [0, 1] or (0.9, 0.999)", [("[0, 1]", "[0, 1]"), ("(0.9, 0.999)", "(0.9, 0.999)")]),
        ("at 12:30, 24/7", [("12:30", "12:30"), ("24/7", "24/7")]),
        ("3-4 times in 2020–2021", [("3-4", "3-4"), ("2020–2021", "2020–2021")]),
        ("by 10-20% or 1.5%–2%", [("10-20%", "10-20%"), ("1.5%–2%", "1.5%–2%")]),
        ("on 2020-11-01", [("2020-11-01", "2020-11-01")]),
        ("175B parameters, 5k stars", [("175B", "175B"), ("5k", "5k")]),
        ("in 2020.", [("2020", "2020")]),
        ("11 V100s", [("11", "11")]),
        # left alone: parts of names and what the model or `names` handles
        ("GPT-3 and 1024x1024", []),
        ("a 3-layer net", [("3", "3")]),
        ("May I rest", []),
        ("June Huh rests", []),
        ("1000s of images", []),
        ("no numbers", []),
    ],
)
def test_numbers_as_chinese_writes_them(text, wanted):
    assert written(text) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("0", "0"),
        ("9999", "9999"),
        ("10000", "1 万"),
        ("15000", "1.5 万"),
        ("27600000", "2760 万"),
        ("100000000", "1 亿"),
        ("1000000000000", "1 万亿"),
        ("1800000000000", "1.8 万亿"),
    ],
)
def test_counts(value, wanted):
    assert chinese_count(Decimal(value)) == wanted


@given(st.decimals(min_value=0, max_value=10**14, places=2))
def test_a_count_keeps_its_value(value):
    assert list(quantities(chinese_count(value)).elements()) == [value.normalize()]


AMOUNTS = st.decimals(min_value=1, max_value=999, places=1).map(lambda value: f"{value.normalize():f}")
SCALES = st.sampled_from(["", " thousand", " million", " billion", " trillion"])
PLACES = st.sampled_from(["it has {} users", "${}", "€{} more", "about {}, or so", "({})", "from 0.5 to {}"])


@given(AMOUNTS, SCALES, PLACES)
def test_the_chinese_says_the_same_number(amount, scale, place):
    text = place.format(amount + scale)
    chinese = text
    for english, its_chinese in written(text):
        chinese = chinese.replace(english, its_chinese)
    assert missing(quantities(text), quantities(chinese) + spoken(chinese)) == ()


@pytest.mark.parametrize("name", ["November", "Nov.", "December", "Dec.", "January", "Jan.", "June", "July"])
def test_every_month(name):
    month = {"N": 11, "D": 12}.get(name[0]) or {"Jan": 1, "Jun": 6, "Jul": 7}[name[:3]]
    assert written(f"{name} 2, 2021") == [(f"{name} 2, 2021", f"2021 年 {month} 月 2 日")]
