"""Numbers read as values, in both languages."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quantities import extra, missing, quantities, spoken


def values(*numbers: str) -> Counter[Decimal]:
    return Counter(Decimal(number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("13 billion parameters", ["13000000000"]),
        ("a 13-billion-parameter model", ["13000000000"]),
        ("130 亿个参数", ["13000000000"]),
        ("130亿參數", ["13000000000"]),
        ("130 億個參數", ["13000000000"]),
        ("1.5 million images", ["1500000"]),
        ("150 万张图像", ["1500000"]),
        ("1 亿 3000 万次", ["130000000"]),
        ("3000 多万人", ["30000000"]),
        ("5 百万", ["5000000"]),
        ("1.5 万亿", ["1500000000000"]),
        ("10k steps", ["10000"]),
        ("10kg of rice", ["10"]),
        ("340M weights", ["340000000"]),
        ("10 MB", ["10"]),
        ("£5m", ["5000000"]),
        ("5m long", ["5"]),
        ("October 2020", ["10", "2020"]),
        ("2020 年 10 月", ["10", "2020"]),
        ("2020 年十月", ["10", "2020"]),
        ("5 October 2020", ["5", "10", "2020"]),
        ("October 5th, 2020", ["5", "10", "2020"]),
        ("in May 2020", ["5", "2020"]),
        ("it may help", []),
        ("三个月", []),
        ("1,024", ["1024"]),
        ("1,2,3", ["1", "2", "3"]),
        ("97.29%", ["97.29"]),
        ("百分之 97.29", ["97.29"]),
        ("700 万分子，提高 5 百分点", ["5", "7000000"]),
        ("1024x1024", ["1024", "1024"]),
        ("１０２４", ["1024"]),
        ("the 1st place", ["1"]),
        ("第 1 名", ["1"]),
        ("GPT-3, A100 and ResNet50", ["3", "100", "50"]),
        ("T5-11B", ["5", "11000000000"]),
        ("two or 一个", []),
        ("a billion words, 十亿个词", []),
        ("at 11:00", ["11"]),
        ("11:29", ["11", "29"]),
        ("the 1990s", ["1990"]),
        ("20 世纪 90 年代", ["1990"]),
        ("10 to 20 million", ["10000000", "20000000"]),
        ("1000 至 2000 万", ["10000000", "20000000"]),
        ("from 100 to 1 million", ["100", "1000000"]),
        ("3.0", ["3"]),
        ("version 1.2.3", ["1.2", "3"]),
        (".5", ["0.5"]),
        ("2-3 千米", ["2", "3"]),
        ("7 km2", ["7"]),
        ("1.6T weights", ["1600000000000"]),
    ],
)
def test_values(text: str, numbers: list[str]) -> None:
    assert quantities(text) == values(*numbers)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("twenty people", "20"),
        ("twenty-one", "21"),
        ("one hundred and five", "105"),
        ("one billion", "1000000000"),
        ("half a million", "500000"),
        ("十二", "12"),
        ("二十一世纪", "21"),
        ("二〇二〇", "2020"),
        ("百分之五十", "50"),
        ("十亿", "1000000000"),
        ("三万五千", "35000"),
        ("一亿三千万", "130000000"),
    ],
)
def test_spoken_values(text: str, number: str) -> None:
    assert Decimal(number) in spoken(text)


def test_missing_counts_every_occurrence() -> None:
    assert missing(values("3", "3", "20000"), values("3")) == ("3", "20,000")


def test_extra_leaves_small_numbers_alone() -> None:
    assert extra(values("20"), values("20", "12", "13")) == ("13",)


@given(st.integers(0, 10**9))
def test_a_grouped_number_equals_the_bare_one(number: int) -> None:
    assert quantities(f"{number:,}") == quantities(str(number)) == values(str(number))


@given(st.integers(1, 9999), st.integers(1, 9))
def test_billion_equals_ten_yi(whole: int, tenth: int) -> None:
    assert quantities(f"{whole}.{tenth} billion") == quantities(f"{whole}{tenth} 亿")
