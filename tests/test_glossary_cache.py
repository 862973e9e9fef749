"""The kept form of a glossary: the same glossary, and never an older one."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from pipeline import glossary_cache
from pipeline.errors import GlossaryError
from pipeline.glossary import find_terms, parse_glossary
from pipeline.glossary_cache import recall_glossary

GAN = "- term: GAN\n  policy: keep\n"
FILES = {"a.yaml": GAN + "- term: network\n  policy: translate\n  zh-Hans: 网络\n  admitted: [网]\n"}


def never(files):
    raise AssertionError("parsed again")


def test_the_second_time_nothing_is_parsed(tmp_path, monkeypatch):
    files = {str(file): file.read_text("utf-8") for file in sorted((ROOT / "glossary").glob("*.yaml"))}
    parsed = recall_glossary(files, tmp_path)
    monkeypatch.setattr(glossary_cache, "parse_glossary", never)
    kept = recall_glossary(files, tmp_path)
    assert kept == parsed == parse_glossary(files)
    text = "A GAN is a neural network with data augmentation."
    assert find_terms(text, kept) == find_terms(text, parsed) != ()


def test_a_changed_file_is_parsed(tmp_path):
    before = recall_glossary(FILES, tmp_path)
    after = recall_glossary({"a.yaml": FILES["a.yaml"].replace("网络", "网路")}, tmp_path)
    assert (before.concepts[1].zh_hans, after.concepts[1].zh_hans) == ("网络", "网路")
    assert len(list(tmp_path.iterdir())) == 1


def test_glossaries_of_other_folders_lie_beside_each_other(tmp_path):
    recall_glossary(FILES, tmp_path)
    recall_glossary({"b/a.yaml": FILES["a.yaml"]}, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"state": "x"}', "\0\0", '{"state": 1, "concepts": 2}'])
def test_a_damaged_file_is_left_aside(tmp_path, damage):
    wanted = recall_glossary(FILES, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(damage, encoding="utf-8")
    assert recall_glossary(FILES, tmp_path) == wanted


def test_a_broken_glossary_is_not_kept(tmp_path):
    with pytest.raises(GlossaryError, match=r"a\.yaml:1"):
        recall_glossary({"a.yaml": "- policy: keep\n"}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path):
    place = tmp_path / "file"
    place.write_text("in the way", encoding="utf-8")
    assert recall_glossary(FILES, Path(place)) == parse_glossary(FILES)
