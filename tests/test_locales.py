"""Target locales: how they may be written, and what makes text regional."""

from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.locales import LOCALES, find_locale, regional


@pytest.mark.parametrize(
    ("written", "tag", "folder"),
    [
        ("zh-Hans", "zh-Hans", "output_zh"),
        ("zh", "zh-Hans", "output_zh"),
        ("zh-CN", "zh-Hans", "output_zh"),
        ("zh_cn", "zh-Hans", "output_zh"),
        ("ZH-HANS", "zh-Hans", "output_zh"),
        ("zh-TW", "zh-Hant-TW", "output_zh-TW"),
        ("zh-Hant", "zh-Hant-TW", "output_zh-TW"),
        ("zh-Hant-TW", "zh-Hant-TW", "output_zh-TW"),
        ("zh-HK", "zh-Hant-HK", "output_zh-HK"),
        ("zh_Hant_HK", "zh-Hant-HK", "output_zh-HK"),
    ],
)
def test_ways_to_write_a_locale(written, tag, folder):
    locale = find_locale(written)
    assert (locale.tag, locale.folder, locale.chinese) == (tag, folder, True)


@pytest.mark.parametrize("written", ["fr", "klingon", "", "zh-XX", "zh-Hant-MO"])
def test_an_unknown_locale_names_the_legal_ones(written):
    with pytest.raises(InputError, match=r"unknown locale.*zh-Hans, zh-Hant-TW, zh-Hant-HK"):
        find_locale(written)


def test_a_model_of_one_s_own_may_have_any_locale():
    locale = find_locale("fr-CA", own_model=True)
    assert (locale.tag, locale.folder, locale.opencc, locale.chinese) == ("fr-CA", "output_fr-CA", "", False)
    with pytest.raises(InputError):
        find_locale("not a tag", own_model=True)


def test_locales_have_folders_of_their_own():
    assert len({locale.folder for locale in LOCALES}) == len({locale.tag for locale in LOCALES}) == 3


@pytest.mark.parametrize(
    ("locale", "text", "wanted"),
    [
        ("zh-Hans", "软件", "软件"),
        ("zh-TW", "软件和网络", "軟體和網路"),
        ("zh-HK", "软件和网络", "軟件和網絡"),
        ("zh-TW", "\ue000 与 GAN", "\ue000 與 GAN"),
    ],
)
def test_regional_text(locale, text, wanted):
    assert regional(find_locale(locale).opencc)(text) == wanted
