"""Names nobody listed: which looks give one away, and which do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.names import capitalised_inside, find_names, is_shouting, is_title_case
from pipeline.records import Span

NAMES = [
    # honorifics
    ("Professor Ada Lovelace teaches.", ["Ada Lovelace"]),
    ("a course by Professor Ada Lovelace", ["Ada Lovelace"]),
    ("we asked Dr. Ada Lovelace and Mrs. Byron", ["Ada Lovelace", "Byron"]),
    # acronyms
    ("they train a GAN on faces", ["GAN"]),
    ("GANs are hard to train", ["GANs"]),
    ("the TPU's memory is small", ["TPU"]),
    ("AT&T pays for it", ["AT&T"]),
    ("they write C++ all day", ["C++"]),
    # capitals and digits inside words
    ("they compare SimCLR with word2vec", ["SimCLR", "word2vec"]),
    ("the layers use ReLU and Conv2d", ["ReLU", "Conv2d"]),
    ("an iPhone runs LLaMA", ["iPhone", "LLaMA"]),
    ("the model T5-11B beats GPT-3.5-turbo", ["T5-11B", "GPT-3.5-turbo"]),
    ("images of 1024x1024 are large", ["1024x1024"]),
    ("it saw COVID-19 and version v1.2.3", ["COVID-19", "v1.2.3"]),
    ("they use ViT-L/16 as a backbone", ["ViT-L/16"]),
    # hyphenated
    ("a not-so-BigGAN model", ["not-so-BigGAN"]),
    ("the U-Net is deep", ["U-Net"]),
    ("this is BERT-based and GAN-like", ["BERT", "GAN"]),
    ("a Wasserstein-style loss helps", ["Wasserstein"]),
    ("they trained it on ImageNet-21k", ["ImageNet-21k"]),
    # capitalised runs inside sentences
    ("we are told by Yann LeCun in London", ["Yann LeCun", "London"]),
    ("the work was done at the University of Toronto this summer", ["University of Toronto"]),
    ("it comes from Google's lab", ["Google"]),
    ("he met Étienne there", ["Étienne"]),
    ("they trust the Adam optimizer", ["Adam"]),
    ("a book of O’Reilly sells well", ["O’Reilly"]),
    ("the word “Attention” stands there", ["Attention"]),
    ("we met The Gradient", ["The Gradient"]),
    # citations
    ("Wolfson et al. (2020) published it", ["Wolfson et al."]),
    ("as Lee and Kim et al. say", ["Lee and Kim et al."]),
    ("it was found by Smith et al. They did well.", ["Smith et al"]),
    # sentence starts
    ("Yann LeCun said so", ["Yann LeCun"]),
    ("In Europe people read it", ["Europe"]),
    ("At Google they use it", ["Google"]),
    ("He works at the University of Toronto in Canada.", ["University of Toronto", "Canada"]),
    ("Hydra sets up long runs", ["Hydra"]),
    ("Google", ["Google"]),
    ("Mixtral’s experts are small", ["Mixtral"]),
    # headings, where every word has a capital
    ("Setting Up Hydra for Long Runs", ["Hydra"]),
    ("Turing Natural Language Generation", ["Turing"]),
    ("Unleashing Explainable Learners", []),
    ("Managing Configuration of projects", []),
    ("Talks by Timnit Gebru and Friends", ["Timnit Gebru"]),
    ("Hopfield-Based Pooling Explained", ["Hopfield"]),
    ("Megatron-LM and Kornia’s Filters", ["Megatron-LM", "Kornia"]),
    # prefixes of titles
    ("EigenGame: PCA as a Nash Equilibrium", ["EigenGame", "PCA", "Nash"]),
    ("U-Noise: Learnable Noise Masks for Images", ["U-Noise"]),
    ("Viewmaker Networks: Learning Views", ["Viewmaker Networks"]),
    # addresses
    ("write to a.b+c@mail.example.org now", ["a.b+c@mail.example.org"]),
    ("ask @karpathy about #DeepLearning", ["@karpathy", "#DeepLearning"]),
    ("see untitled-ai.github.io here", ["untitled-ai.github.io"]),
    ("at x.com/abc/def they say", ["x.com/abc/def"]),
    ("Viz.ai was approved", ["Viz.ai"]),
    ("daviddao/awful-ai", ["daviddao/awful-ai"]),
    ("the list daviddao/awful-ai grows", ["daviddao/awful-ai"]),
    ("run train.py on data.csv", ["train.py", "data.csv"]),
    ("open src/models/train.py first", ["src/models/train.py"]),
    ("read README.md, please", ["README.md"]),
]


@pytest.mark.parametrize(("text", "wanted"), NAMES)
def test_finds_names(text, wanted):
    assert [text[name.span.start : name.span.end] for name in find_names(text)] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Researchers train a network.",
        "Training is slow. Inference is fast.",
        "It is late on Monday in March",
        "I think we can do it",
        "Learning Views for Representation Learning",
        "A Survey of Efficient Methods",
        "THIS IS ALL IN CAPITALS NOW",
        "Note: This is a warning",
        "state-of-the-art results",
        "fine-tuned and pre-trained models",
        "and/or",
        "he/she does it, e.g. today, i.e. now",
        "the 3D model makes 5k steps in the 2nd week",
        "100M parameters",
        "- Please read this",
        "1. Papers",
        "as Figure 3 shows",
        "“Quoted” words at the start",
        "one thing — Another thing",
        "What I've been reading and what I’m up to",
        "about what We'll do",
    ],
)
def test_leaves_ordinary_words(text):
    assert find_names(text) == ()


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("Deep BERT2", "digits"),
        ("Deep SOTA", "acronym"),
        ("Deep reLU", "inner capital"),
        ("told by Ada Lovelace that", "capitals"),
        ("Viewmaker Networks: Learning Views", "title prefix"),
        ("mail a@b.org", "e-mail"),
        ("ask @me_too", "handle"),
        ("see #tag", "tag"),
        ("see a.github.io", "domain"),
        ("see a.ipynb", "file"),
        ("see karpathy/min-gpt", "repository"),
    ],
)
def test_says_what_gave_a_name_away(text, look):
    assert [name.look for name in find_names(text)] == [look]


def test_a_word_known_from_inside_a_sentence_is_a_name_at_the_start():
    known = capitalised_inside("they met Hope in Kyoto on Monday")
    assert known == {"Hope", "Kyoto"}
    assert find_names("Hope wrote this") == ()
    assert [name.span for name in find_names("Hope wrote this", known=known)] == [Span(0, 4)]


@pytest.mark.parametrize("text", ["Attention Is All You Need", "Deep Learning for You https://a-b.org/c"])
def test_headings_teach_no_names(text):
    assert capitalised_inside(text) == frozenset()


def test_blocked_spans_stay_free():
    assert [name.span for name in find_names("a GAN and a VAE", [Span(2, 5)])] == [Span(12, 15)]
    assert find_names("a BigGAN", [Span(5, 8)]) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Efficient Transformers: A Survey", True),
        ("How Networks Learn", True),
        ("Large networks have redundant structure", False),
        ("Networks", False),
        ("He works at the University of Toronto in Canada.", False),
    ],
)
def test_title_case(text, wanted):
    assert is_title_case(text) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("READ THIS FIRST", True), ("GAN", False), ("NASANASA", False), ("Read this first", False)]
)
def test_shouting(text, wanted):
    assert is_shouting(text) is wanted


WORDS = st.sampled_from(
    ["GAN", "Big", "in", "the", "a.b@c.org", "@me", "x/y-z", "T5-11B", "U.S.", "“It", "\ue000", "New", "’s", "—"]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=12).map(" ".join))
def test_names_are_ascending_apart_and_whole(text):
    names = find_names(text)
    ends = [0, *(name.span.end for name in names)]
    assert all(end <= name.span.start < name.span.end <= len(text) for end, name in zip(ends, names, strict=False))
    for name in names:
        found = text[name.span.start : name.span.end]
        assert found == found.strip()
        assert not any("\ue000" <= char <= "\uf8ff" for char in found)


def test_a_run_leaves_its_rare_words_beside_a_blocked_part():
    text = "Turing Natural Language Generation is large"
    found = find_names(text, [Span(7, 34)])
    assert [(name.span, name.look) for name in found] == [(Span(0, 6), "rare word")]


def test_an_odd_word_of_a_blocked_run_stays_whole():
    text = "they met Hopfield-GAN Natural Language there"
    found = find_names(text, [Span(22, 38)])
    assert [name.span for name in found] == [Span(9, 21)]
