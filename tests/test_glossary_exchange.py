"""Glossaries in other tools' formats: there and back, and as translate-toolkit reads them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.glossary import Glossary, parse_glossary
from pipeline.locales import regional
from pipeline.terms.edit import fields_of, with_entry
from pipeline.terms.exchange import FORMATS, rows

SMALL = """
- term: neural network
  forms: [neural net]
  policy: translate
  zh-Hans: 神经网络
  zh-Hant-TW: 類神經網路
  admitted: [神经元网络]
  avoid: [神经的网络]
  context: [model, layer]
  definition: layers < of "neurons" & weights
  note: "a, b\\tc"
- term: GAN
  policy: keep
  pos: name
- term: patch
  id: software-patch
  policy: prefer
  zh-Hans: 补丁
  case: any
  status: admitted
  source: a book
  date: "2026-11-21"
- term: old
  policy: translate
  zh-Hans: 旧
  status: deprecated
"""


@pytest.fixture(scope="module")
def small() -> Glossary:
    return parse_glossary({"f": SMALL})


def written(name: str, glossary: Glossary, locale: str = "zh-Hans", configuration: str = "") -> str:
    return FORMATS[name].write(glossary.concepts, locale, regional(configuration))


@pytest.mark.parametrize("name", ["json", "tbx"])
def test_nothing_is_lost(name: str, small: Glossary, glossary: Glossary) -> None:
    for one in (small, glossary):
        entries = FORMATS[name].read(written(name, one), "f")
        again = "".join(with_entry("", fields) for fields in entries)
        found = {concept.id: fields_of(concept) for concept in parse_glossary({"f": again}).concepts}
        assert found == {concept.id: fields_of(concept) for concept in one.concepts}


@pytest.mark.parametrize("name", ["csv", "babeldoc", "deepl", "omegat"])
def test_pairs_come_back(name: str, small: Glossary) -> None:
    entries = FORMATS[name].read(written(name, small), "f")
    assert [(fields["term"], fields.get("zh-Hans", fields["term"])) for fields in entries] == [
        ("neural network", "神经网络"),
        ("neural net", "神经网络"),
        ("GAN", "GAN"),
        ("patch", "补丁"),
    ]
    assert [fields["policy"] for fields in entries] == ["translate", "translate", "keep", "translate"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("csv", "neural network,神经网络"),
        ("babeldoc", "neural network,神经网络,zh-CN"),
        ("deepl", "neural network,神经网络,EN,ZH"),
        ("omegat", "neural network\t神经网络\ta, b c"),
    ],
)
def test_shapes(name: str, line: str, small: Glossary) -> None:
    lines = written(name, small).splitlines()
    assert line in lines
    assert (lines[0] == line) == (name in {"deepl", "omegat"})


def test_regional_renderings(small: Glossary) -> None:
    found = {source: target for source, target, _ in rows(small.concepts, "zh-Hant-TW", regional("s2twp"))}
    assert found == {"neural network": "類神經網路", "neural net": "類神經網路", "GAN": "GAN", "patch": "補丁"}


def test_deepl_has_each_source_once(glossary: Glossary) -> None:
    sources = [line[0] for line in csv.reader(written("deepl", glossary).splitlines())]
    assert len(sources) == len(set(sources)) > 1000


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("csv", "source,target\nGAN\n", "f:2: source and target"),
        ("omegat", "# head\n\nGAN\t\n", "f:3: source and target"),
        ("json", "{", "f: not valid JSON"),
        ("json", "{}", "f: a list"),
        ("json", '[{"colour": "red"}]', "f: entry 1: 'colour'"),
        ("json", '[{"forms": "a"}]', "f: entry 1: 'forms'"),
        ("tbx", "<a>", "f:1: not valid XML"),
        ("tbx", "<a/>", "f: no termEntry"),
        ("tbx", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "f: entity"),
    ],
)
def test_errors_say_where(name: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        FORMATS[name].read(text, "f")


def test_a_quoted_comma_and_a_byte_order_mark() -> None:
    assert FORMATS["csv"].read('\ufeffsource,target\n"a, b","甲，\n乙"\n', "f") == [
        {"term": "a, b", "policy": "translate", "zh-Hans": "甲， 乙"}
    ]


def test_several_targets_are_admitted() -> None:
    assert FORMATS["omegat"].read("loss\t损失\tof a model\nloss\t损耗\n", "f") == [
        {"term": "loss", "policy": "translate", "zh-Hans": "损失", "admitted": ("损耗",), "note": "of a model"}
    ]


cells = st.text(st.sampled_from("aB,\"'; 网络、<&>"), min_size=1, max_size=8).map(str.strip).filter(bool)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(cells, cells, min_size=1, max_size=4), st.sampled_from(["csv", "deepl", "omegat"]))
def test_any_strings(pairs: dict[str, str], name: str) -> None:
    pairs = {" ".join(source.split()): " ".join(target.split()) for source, target in pairs.items()}
    if any(source.startswith("#") for source in pairs):
        return
    entries = "".join(
        with_entry("", {"term": source, "id": f"t{number}", "policy": "prefer", "zh-Hans": target, "case": "exact"})
        for number, (source, target) in enumerate(pairs.items())
    )
    text = written(name, parse_glossary({"f": entries}))
    read = FORMATS[name].read(text, "f")
    assert {fields["term"]: fields.get("zh-Hans", fields["term"]) for fields in read} == pairs


def test_translate_toolkit_reads_tbx(small: Glossary, tmp_path: Path) -> None:
    tbx = pytest.importorskip("translate.storage.tbx", reason="translate-toolkit is not installed")
    file = tmp_path / "glossary.tbx"
    file.write_text(written("tbx", small), "utf-8")
    store = tbx.tbxfile.parsefile(str(file))
    units = {unit.getid(): unit for unit in store.units}
    assert next((unit.source, unit.target) for unit in store.units) == ("neural network", "神经网络")
    assert list(units) == [concept.id for concept in small.concepts]


def test_what_translate_toolkit_writes_is_read(tmp_path: Path) -> None:
    tbx = pytest.importorskip("translate.storage.tbx", reason="translate-toolkit is not installed")
    store = tbx.tbxfile(targetlanguage="zh-CN")
    store.addsourceunit("loss function").target = "损失函数"
    (fields,) = FORMATS["tbx"].read(bytes(store).decode(), "f")
    assert (fields["term"], fields["zh-Hans"], fields["policy"]) == ("loss function", "损失函数", "translate")


def test_translate_toolkit_reads_omegat_and_csv(small: Glossary) -> None:
    omegat = pytest.importorskip("translate.storage.omegat", reason="translate-toolkit is not installed")
    csvl10n = pytest.importorskip("translate.storage.csvl10n")
    wanted = [(source, target) for source, target, _ in rows(small.concepts, "zh-Hans", str)]
    for store, text in (
        (omegat.OmegaTFile(), written("omegat", small)),
        (csvl10n.csvfile(), written("csv", small)),
    ):
        store.parse(text.encode())
        assert [(unit.source, unit.target) for unit in store.units if unit.source != "source"] == wanted
