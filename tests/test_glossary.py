"""The glossary: reading, errors with their lines, matching, and the entries that come with the project."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import GlossaryError
from pipeline.glossary import Glossary, default_case, find_terms, parse_glossary, plural, rendering
from pipeline.glossary_file import CHOICES, KEYS, slug

ROOT = Path(__file__).parents[1]
CASES = (ROOT / "tests/data/glossary/cases.yaml").read_text(encoding="utf-8")
DEFECTS = ROOT.parent / "shared" / "seeds" / "defects.tsv"


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return parse_glossary({"cases.yaml": CASES})


@pytest.fixture(scope="module")
def shipped() -> Glossary:
    files = sorted((ROOT / "glossary").glob("*.yaml"))
    return parse_glossary({file.name: file.read_text(encoding="utf-8") for file in files})


def found(text: str, glossary: Glossary) -> list[str]:
    return [text[match.span.start : match.span.end] for match in find_terms(text, glossary)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A neural network is a network.", ["neural network", "network"], id="nested"),
        pytest.param("graph neural network training", ["graph neural network"], id="longest of three"),
        pytest.param("a large neural network architecture search", ["neural network architecture search"], id="chain"),
        pytest.param("the deep neural network", ["neural network"], id="unknown word before"),
        pytest.param("GAN, StyleGAN and not-so-BigGAN", ["GAN"], id="inside a name"),
        pytest.param("Rumi-GAN beats Transformer-XL", [], id="hyphen is part of a name"),
        pytest.param("a non-GAN model and a 4-GAN ensemble", ["GAN", "GAN"], id="open prefix"),
        pytest.param("GAN-based, GAN-Based, GAN-generated", ["GAN", "GAN", "GAN"], id="open suffix"),
        pytest.param("GAN-XL and GAN-lo", [], id="closed suffix"),
        pytest.param("sub-network", [], id="hyphen before a common term"),
        pytest.param("Two GANs", ["GANs"], id="plural of an acronym"),
        pytest.param("the GAN's loss and the GANs' losses", ["GAN", "GANs"], id="possessive stays outside"),
        pytest.param("the GAN\u2019s loss", ["GAN"], id="typographic possessive"),
        pytest.param("neural networks", ["neural networks"], id="plural"),
        pytest.param("patches of the image", ["patches"], id="plural in -es"),
        pytest.param("two policies", ["policies"], id="plural in -ies"),
        pytest.param("Googles", [], id="a proper noun has no plural"),
        pytest.param("self attention, self-attention", ["self attention", "self-attention"], id="hyphen or space"),
        pytest.param("self\u2010attention", ["self\u2010attention"], id="typographic hyphen"),
        pytest.param("self-\nattention", ["self-\nattention"], id="line break after a hyphen"),
        pytest.param("neural\nnetworks", ["neural\nnetworks"], id="line break inside"),
        pytest.param("neural\n\nnetwork", ["network"], id="not across paragraphs"),
        pytest.param("neural, network", ["network"], id="not across a comma"),
        pytest.param("neural - network", ["network"], id="a spaced dash is no hyphen"),
        pytest.param("Neural networks learn.", ["Neural networks"], id="sentence start"),
        pytest.param("Why Neural Networks Work", ["Neural Networks"], id="title case"),
        pytest.param("NEURAL NETWORKS", ["NEURAL NETWORKS"], id="all capitals"),
        pytest.param("gan, Gan", [], id="an acronym keeps its capitals"),
        pytest.param("Bayesian networks, Bayesian Networks", ["Bayesian networks", "Bayesian Networks"], id="initial"),
        pytest.param("bayesian network", ["network"], id="a capital is not given away"),
        pytest.param("transformers, Transformer's", ["transformers", "Transformer"], id="any case"),
        pytest.param("a patch for the bug", ["patch"], id="homonym, other sense"),
        pytest.param("a patch of land", [], id="homonym without context"),
        pytest.param("GAN against GAN", ["GAN", "GAN"], id="twice"),
        pytest.param("(GAN), \u201cGAN\u201d; GAN/VAE: GAN!", ["GAN"] * 4, id="punctuation"),
        pytest.param("**GAN** and [GAN](x)", ["GAN", "GAN"], id="markup"),
        pytest.param("\ue000GAN\ue001neural network\ue002", ["GAN", "neural network"], id="private use"),
        pytest.param("neural\ue000network", ["network"], id="private use inside"),
        pytest.param("用GAN生成", ["GAN"], id="between Han"),
        pytest.param("GAN_loss @GAN #GAN", [], id="identifier, handle, tag"),
        pytest.param("GAN.com, www.GAN", [], id="domain"),
        pytest.param("GPT-3, GPT 3 and GPT3.", ["GPT-3", "GPT 3", "GPT3"], id="digits"),
        pytest.param("GPT-3.5 and GPT-30", [], id="longer number"),
        pytest.param("Viz.ai, viz.ai", ["Viz.ai"], id="dot inside"),
        pytest.param("Alzheimer\u2019s Disease", ["Alzheimer\u2019s Disease"], id="apostrophe inside"),
        pytest.param("C++ and C", ["C++"], id="signs inside"),
        pytest.param("the US and US$5 for us", ["US"], id="currency and pronoun"),
        pytest.param("connectionism", [], id="deprecated"),
        pytest.param("", [], id="empty"),
    ],
)
def test_matching(text: str, expected: list[str], glossary: Glossary) -> None:
    assert found(text, glossary) == expected


def test_a_match_carries_what_the_entry_says(glossary: Glossary) -> None:
    (match,) = find_terms("some neural networks", glossary)
    assert (match.concept, match.policy, match.rendering) == ("neural-network", "translate", "神经网络")
    assert (match.admitted, match.avoid) == (("类神经网络",), ("神经网",))


def test_keep_renders_the_head_form(glossary: Glossary) -> None:
    renderings = [match.rendering for match in find_terms("GANs, GPT3 and transformers", glossary)]
    assert renderings == ["GAN", "GPT-3", "Transformer"]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("a patch of the image", "image-patch"),
        ("a patch for the bug", "software-patch"),
        ("two Bugs, one patch", "software-patch"),
    ],
)
def test_context_chooses_the_sense(text: str, concept: str, glossary: Glossary) -> None:
    assert [match.concept for match in find_terms(text, glossary)] == [concept]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Talks", ["讲座"]),
        ("\ue000 TALKS:", ["讲座"]),
        ("Talks and tea", []),
        ("Trade talks", []),
        ("talk", ["说话"]),
    ],
)
def test_a_heading_is_all_of_a_text(text: str, wanted: list[str]) -> None:
    heading = "- {term: talks, policy: translate, zh-Hans: 讲座, pos: heading}\n"
    glossary = parse_glossary({"a.yaml": heading, "b.yaml": "- {term: talk, policy: guide, zh-Hans: 说话, pos: verb}"})
    assert [match.rendering for match in find_terms(text, glossary)] == wanted


@pytest.mark.parametrize(
    ("locale", "expected"), [("zh-Hans", "参数"), ("zh-Hant-TW", "參數"), ("zh-Hant-HK", "参数")], ids=str
)
def test_rendering_by_locale(locale: str, expected: str, glossary: Glossary) -> None:
    assert rendering(glossary.by_id["parameter"], locale) == expected
    assert find_terms("parameters", glossary, locale)[0].rendering == expected


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("- {term: GAN, policy: keep}\n- {term: VAE, polcy: keep}", r"f.yaml:2: unknown key 'polcy' \(legal keys: te"),
        ("- term: GAN\n  policy: hold", r"f.yaml:2: 'policy' cannot be 'hold' \(legal values: keep, translate, both"),
        ("- term: GAN\n  policy: keep\n  case: loose", r"f.yaml:3: 'case' .*legal values: any, exact, initial"),
        ("- term: GAN\n  policy: keep\n  status: old", r"f.yaml:3: 'status' .*legal values: preferred, admitted, depr"),
        ("- term: GAN\n  policy: keep\n  pos: thing", r"f.yaml:3: 'pos' .*legal values: noun, name, verb"),
        ("- term: GAN\n  policy: keep\n  date: soon", r"f.yaml:3: 'date' .*legal values: days such as 2026-11-21"),
        ("- policy: keep", r"f.yaml:1: the entry lacks 'term'"),
        ("- term: GAN", r"f.yaml:1: the entry of 'GAN' lacks 'policy' \(legal values: keep"),
        ("\n- term: network\n  policy: translate", r"f.yaml:2: the entry of 'network' lacks 'zh-Hans'"),
        ("- term: network\n  policy: prefer", r"f.yaml:1: the entry of 'network' lacks 'zh-Hans'"),
        ("- term: GAN\n  policy: keep\n  policy: keep", r"f.yaml:3: key 'policy' stands twice"),
        ("- term: GAN\n  policy: keep\n  avoid: 甘", r"f.yaml:3: 'avoid' takes a list"),
        ("- term: GAN\n  policy: keep\n  avoid: [甘, 甘]", r"f.yaml:3: '甘' stands twice in 'avoid'"),
        ("- term: GAN\n  policy: keep\n  avoid: [甘, '']", r"f.yaml:3: every item of 'avoid'"),
        ("- term: GAN\n  policy: keep\n  avoid: [[甘]]", r"f.yaml:3: every item of 'avoid'"),
        ("- term: GAN\n  policy: keep\n  note: [a]", r"f.yaml:3: 'note' takes one value"),
        ("- term: GAN\n  policy: keep\n  note:", r"f.yaml:3: 'note' is empty"),
        ("- term: GAN\n  policy: keep\n  forms: [GAN]", r"f.yaml:3: 'forms' repeats the term 'GAN'"),
        ("- term: GAN\n  policy: keep\n  avoid: [GAN]", r"f.yaml:3: 'avoid' forbids 'GAN', which the entry itself"),
        ("- term: net\n  policy: prefer\n  zh-Hans: 网\n  avoid: [网]", r"f.yaml:4: 'avoid' forbids '网'"),
        ("- term: GAN\n  id: Big GAN\n  policy: keep", r"f.yaml:2: 'id' is lower-case letters"),
        ("- term: 甘\n  policy: keep", r"f.yaml:1: '甘' has no Latin letter or digit"),
        ("- GAN", r"f.yaml:1: an entry is a mapping \(legal keys: term"),
        ("term: GAN", r"f.yaml:1: a glossary file is a list of entries"),
        ("- term: GAN\n  policy: 'keep", r"f.yaml:\d: not valid YAML: "),
        ("- term: \x07", r"f.yaml:1: not valid YAML: "),
        ("- {term: a b, policy: keep}\n- {term: a-b, policy: keep}", r"f.yaml:2: id 'a-b' is already used at f.yaml:1"),
        (
            "- {term: net, policy: keep}\n- {term: web, policy: keep, forms: [Net, net]}",
            r"f.yaml:2: 'net' is also a form of 'net' \(f.yaml:1\), and neither has 'context' words",
        ),
        (
            "- {term: net, policy: keep, context: [fish]}\n- {term: net, id: n2, policy: keep, context: [Fish, sea]}",
            r"f.yaml:2: 'net' is also a form of 'net' \(f.yaml:1\), both in the context 'fish'",
        ),
    ],
)
def test_errors_name_file_line_and_legal_values(entry: str, message: str) -> None:
    with pytest.raises(GlossaryError) as raised:
        parse_glossary({"f.yaml": entry})
    assert re.match(message, str(raised.value))


def test_conflicts_are_found_across_files() -> None:
    files = {"a.yaml": "- {term: net, policy: keep}", "b.yaml": "\n- {term: web, policy: keep, forms: [net]}"}
    with pytest.raises(GlossaryError, match=r"^b.yaml:2: 'net' is also a form of 'net' \(a.yaml:1\)"):
        parse_glossary(files)


@pytest.mark.parametrize("files", [{}, {"a.yaml": ""}, {"a.yaml": "# a comment\n"}], ids=["no", "empty", "comment"])
def test_an_empty_glossary_matches_nothing(files: Mapping[str, str]) -> None:
    assert find_terms("GAN", parse_glossary(files)) == ()


def test_values_are_read_as_text() -> None:
    (concept,) = parse_glossary({"f.yaml": "- {term: NO, policy: keep, date: 2026-11-21, note: 1e3}"}).concepts
    assert (concept.term, concept.date, concept.note, concept.place) == ("NO", "2026-11-21", "1e3", "f.yaml:1")


def test_the_digest_follows_the_content_and_nothing_else() -> None:
    one, two = "- {term: GAN, policy: keep}", "- {term: VAE, policy: keep}"
    digest = parse_glossary({"a.yaml": f"{one}\n{two}"}).digest
    assert parse_glossary({"a.yaml": two, "b.yaml": f"# moved\n\n{one}"}).digest == digest
    assert parse_glossary({"a.yaml": f"{one}\n{two.replace('keep', 'keep, avoid: [x]')}"}).digest != digest


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("network", "networks"),
        ("policy", "policies"),
        ("array", "arrays"),
        ("patch", "patches"),
        ("loss", "losses"),
        ("box", "boxes"),
        ("GAN", "GANs"),
        ("A100", "A100s"),
        ("VGG-Y", "VGG-Ys"),
    ],
)
def test_plural(form: str, expected: str) -> None:
    assert plural(form) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("network", "any"),
        ("GAN", "exact"),
        ("Google", "exact"),
        ("arXiv", "exact"),
        ("k8s", "exact"),
        ("T5", "exact"),
        ("3 nets", "initial"),
        ("CT scan", "initial"),
        ("Bayesian network", "initial"),
    ],
)
def test_default_case(form: str, expected: str) -> None:
    assert default_case(form) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [("neural network", "neural-network"), ("C++", "c-plus-plus"), ("Moore's law", "moores-law"), ("GPT-3", "gpt-3")],
)
def test_slug(term: str, expected: str) -> None:
    assert slug(term) == expected


_WORDS = st.sampled_from(
    [
        "GAN",
        "GANs",
        "Style",
        "GPT",
        "3",
        "neural",
        "network",
        "architecture",
        "search",
        "self",
        "attention",
        "patch",
        "image",
        "'s",
        *"- \n.,_\ue000\ue001甘",
    ],
)


@given(st.lists(_WORDS, max_size=40).map("".join))
def test_matches_ascend_never_overlap_and_end_at_words(text: str) -> None:
    spans = [match.span for match in find_terms(text, parse_glossary({"cases.yaml": CASES}))]
    assert all(span.start < span.end for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for span in spans:
        outside = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1]
        assert not re.search(r"[A-Za-z0-9_]", outside)


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    find_terms(text, parse_glossary({"cases.yaml": CASES}))


def test_the_schema_says_what_the_reader_checks() -> None:
    schema = json.loads((ROOT / "glossary/schema.json").read_text(encoding="utf-8"))
    properties = schema["items"]["properties"]
    assert set(properties) == set(KEYS)
    assert {key: tuple(value["enum"]) for key, value in properties.items() if "enum" in value} == CHOICES


def test_the_shipped_glossary_is_large_enough(shipped: Glossary) -> None:
    kept = [concept for concept in shipped.concepts if concept.policy == "keep"]
    assert len(shipped.concepts) >= 600
    assert len(kept) >= 250
    assert len(shipped.concepts) - len(kept) >= 400


def test_no_shipped_rendering_is_avoided_elsewhere(shipped: Glossary) -> None:
    wanted = defaultdict(list)
    for concept in shipped.concepts:
        for text in (concept.zh_hans, *concept.admitted):
            wanted[text].append(concept.id)
    clashes = [(concept.id, text, wanted[text]) for concept in shipped.concepts for text in concept.avoid]
    assert [clash for clash in clashes if clash[2]] == []


def test_every_shipped_form_can_match(shipped: Glossary) -> None:
    for concept in shipped.concepts:
        for form in (concept.term, *concept.forms):
            text = form if concept.pos == "heading" else " ".join(["x ;", form, ";", *concept.context])
            matches = [match.concept for match in find_terms(text, shipped)]
            assert concept.id in matches, f"{concept.place}: {form!r} is never found"


def test_shipped_regional_renderings_differ_from_conversion(shipped: Glossary) -> None:
    opencc = pytest.importorskip("opencc")
    for config, locale in (("s2twp", "zh-Hant-TW"), ("s2hk", "zh-Hant-HK")):
        convert = opencc.OpenCC(config).convert
        for concept in shipped.concepts:
            regional = rendering(concept, locale)
            if regional != concept.zh_hans:
                assert regional != convert(concept.zh_hans), f"{concept.place}: {locale} is what conversion gives"


@pytest.mark.skipif(not DEFECTS.exists(), reason="the list of known defects is not here")
def test_names_and_terms_of_the_known_defects_are_listed(shipped: Glossary) -> None:
    rows = [line.split("\t") for line in DEFECTS.read_text(encoding="utf-8").splitlines()[1:]]
    named = [(english, wanted) for _, kind, english, _, wanted in rows if kind == "name" and "/" not in english]
    missing = [row for row in named if not any(match.rendering in row[1] for match in find_terms(row[0], shipped))]
    assert [english for english, _ in missing] == []
