"""Ordinary words: listed ones, their regular forms, and what is none."""

from __future__ import annotations

from importlib.resources import files

import pytest

from pipeline.words import is_ordinary


@pytest.mark.parametrize(
    "word",
    [
        "language",
        "Planning",
        "RUNNING",
        "Studies",
        "Reproducibility",
        "Democratizing",
        "Analyses",
        "carefully",
        "Paths",
        "Misdiagnosis",
        "unprecedented",
    ],
)
def test_ordinary_in_any_casing_and_form(word):
    assert is_ordinary(word)


@pytest.mark.parametrize(
    "word", ["Hydra", "Mixtral", "Hopfield", "Kaggle", "Timnit", "Megatron", "Meena", "Captum", "Reformer"]
)
def test_a_name_is_not_ordinary(word):
    assert not is_ordinary(word)


def test_the_list_is_sorted_small_letters_without_doubles():
    words = (files("pipeline") / "words.txt").read_text(encoding="utf-8").splitlines()
    assert words == sorted(set(words))
    assert all(word.isascii() and word.islower() and word.isalpha() for word in words)
