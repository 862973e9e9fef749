"""The promise: a term of the glossary stands in the Chinese as often as in the English, wherever it stands.

The hard cases run with the embedded model; the last test asks the same of the drafts of models that do everything
wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_engine import ADVERSARIES, FakeEngine, Rule, faithful
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.drafts import CachedEngine, Drafts
from pipeline.glossary import Glossary, find_terms, parse_glossary
from pipeline.locales import find_locale
from pipeline.records import Issue, IssueResult
from pipeline.term_cover import cover
from pipeline.terms.evaluation import evaluate
from pipeline.translate import Tools, translate_issue
from pipeline.workspace import load_issue

CASES = [
    ("nested, translated", "A graph neural network is a network of neural networks.", ("图神经网络", "神经网络")),
    ("nested, kept", "StyleGAN is a GAN, and not-so-BigGAN is another GAN.", ("StyleGAN", "not-so-BigGAN", "GAN")),
    ("plural, translated", "They compare two activation functions.", ("激活函数",)),
    ("plural, kept", "GANs and Transformers are popular.", ("GAN", "Transformer")),
    ("possessive", "The GAN's loss function is simple.", ("GAN", "损失函数")),
    ("possessive of a plural", "The autoencoders' latent space is small.", ("自编码器",)),
    ("hyphenated", "A GPT-3-based model with self-attention.", ("GPT-3", "自注意力")),
    ("hyphen or space", "Self attention and self-attention are the same.", ("自注意力",)),
    ("line break", "They use federated\nlearning on medical images.", ("联邦学习",)),
    ("homonym, this sense", "The image is divided into patches.", ("图像块",)),
    ("homonym, other sense", "The security patch fixes a bug in the software.", ("补丁",)),
    ("sentence start", "Data augmentation improves the accuracy.", ("数据增强",)),
    ("heading", "# Federated Learning with Contrastive Loss Functions", ("联邦学习", "损失函数")),
    ("heading in capitals", "## WHY DATA AUGMENTATION WORKS", ("数据增强",)),
    ("link text", "Read about [data augmentation](https://example.org/a) today.", ("[数据增强](https://example.org/a)",)),
    ("part of a link text", "See [the paper on data augmentation](https://example.org/a).", ("数据增强", "论文")),
    ("bold", "They use **data augmentation** in training.", ("**数据增强**",)),
    ("bold, kept", "A **GAN** is trained.", ("**GAN**",)),
    ("twice, translated", "Data augmentation is good, but data augmentation costs time.", ("数据增强", "数据增强")),
    ("twice, kept", "The GAN beats the other GAN.", ("GAN", "GAN")),
    ("beside punctuation", "Methods: self-attention; (GAN), “DeepDream”!", ("自注意力", "GAN", "DeepDream")),
    ("after a colon", "Topic: adversarial perturbation", ("对抗性扰动",)),
    ("in a list item", "- hyperparameter tuning with GPT-3", ("超参数调整", "GPT-3")),
    ("in a table", "| method | note |\n|---|---|\n| self-attention | with a GAN |", ("自注意力", "GAN")),
    ("with a number", "The 11 pre-trained weights of 2 GANs.", ("预训练权重", "GAN", "11", "2")),
    ("capitals in a sentence", "He is a pioneer in Artificial Intelligence.", ("人工智能",)),
    ("a place", "New York City uses face recognition.", ("纽约市", "人脸识别")),
]  # fmt: skip


@pytest.mark.model
@pytest.mark.parametrize(("text", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_hard_cases(text: str, wanted: tuple[str, ...], translate: Callable[..., IssueResult]) -> None:
    result = translate(text)
    left = result.text
    for expected in wanted:
        assert expected in left
        left = left.replace(expected, " ", 1)
    assert [f for unit in result.units for f in unit.findings if f.category == "terminology"] == []


@pytest.mark.model
@pytest.mark.parametrize("where", ["ours", "newsletters"])
def test_the_promise_in_figures(
    where: str, glossary: Glossary, engine: CachedEngine, request: pytest.FixtureRequest
) -> None:
    root = Path(__file__).parents[1]
    if where == "ours":
        files = sorted((root / "source_en").glob("*.md"))
    else:
        files = sorted((request.getfixturevalue("shared") / "newsletters").glob("*.en.md"))
    issues = [load_issue(file) for file in files]
    found = evaluate(issues, [], Tools(find_locale("zh-Hans"), glossary, engine), control=False)
    proper, none = found.modes
    assert proper.edited.terms > 500
    assert proper.edited.kept == 1
    assert proper.edited.exclusive >= 0.99, found.missing
    assert proper.edited.consistency >= 0.98
    assert proper.edited.avoided == 0
    assert none.edited.exclusive < proper.edited.exclusive


ENTRIES = """
- term: neural network
  policy: translate
  zh-Hans: 神经网络
  admitted: [神经元网络]
  avoid: [神经的网络]
- term: network
  policy: translate
  zh-Hans: 网络
- term: GAN
  policy: keep
- term: Norway
  policy: translate
  zh-Hans: 挪威
  pos: name
- term: method
  policy: prefer
  zh-Hans: 方法
"""
WORDS = (
    *("neural networks", "the network", "GAN", "GANs", "Norway", "a method", "uses", "Zorbl"),
    *("**neural network**", "[the GAN network](x)", "good", "it is"),
)
JOINTS = (" ", " and ", " of ", ", ", "; ")
texts = st.lists(st.sampled_from(WORDS), min_size=2, max_size=7, unique=True)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, st.sampled_from(JOINTS), st.sampled_from([*ADVERSARIES, faithful]))
def test_whatever_the_model_does(words: list[str], joint: str, rule: Rule) -> None:
    glossary = parse_glossary({"f": ENTRIES})
    engine = CachedEngine(FakeEngine(rule=rule), Drafts(Path(":memory:")))
    result = translate_issue(
        Issue("x", f"It {joint.join(words)}.", ""), Tools(find_locale("zh-Hans"), glossary, engine)
    )
    (unit,) = result.units
    terms = find_terms(unit.unit.source, glossary)
    kept = [term for term in terms if term.policy == "keep" and unit.target != unit.unit.source]
    translated = [term for term in terms if term.policy == "translate"]
    assert cover(kept, unit.target).total() == len(kept), unit.target
    assert cover(translated, unit.raw or unit.target, avoided=True).total() == len(translated), unit.raw
