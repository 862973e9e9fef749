"""Reading, cleaning and changing training pairs."""

import lzma
import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine_ct2 import EMBEDDED
from pipeline.errors import InputError
from pipeline.training.augment import (
    SLOT,
    WORD,
    Rates,
    Swap,
    augment,
    is_balanced,
    outside_slots,
    places,
    put_slots,
    quote_swap,
    recased,
    shared_strings,
    term_pairs,
    term_swaps,
    term_table,
    title_word,
    without_final_mark,
)
from pipeline.training.batches import Cursor, Feed, batches, cut_batches, encode_pairs, rows_for
from pipeline.training.corpus import (
    Pair,
    clean,
    is_held_out,
    is_usable,
    read_clean,
    read_pairs,
    sample_epoch,
    tidy_target,
)
from pipeline.training.rare import rare_pairs
from pipeline.training.tokenizer import recut
from pipeline.training.turns import FILLED, FIXED, fillings, read_blanks, read_columns, sentence_pairs, turn_pairs

BLANK_MARK = re.compile(r"\{[A-Z]2?\}")
TERMS = {"neural network": ("神经网络",), "training": ("训练",), "agent": ("智能体", "代理")}
PAIRS = [
    Pair("Ada Lovelace wrote the first program in 1843.", "Ada Lovelace 在 1843 年写下了第一个程序。"),
    Pair("Our neural network needs PyTorch 2.1 or JAX.", "我们的神经网络需要 PyTorch 2.1 或 JAX。"),
    Pair("See https://example.org/a?b=1 for the training log.", "训练日志见 https://example.org/a?b=1。"),
    Pair('They called the talk "Small models, long days" at last.', "他们最终把演讲命名为《小模型，长日子》。"),
    Pair("BERT beats BERT when BERT is larger.", "BERT 变大后，BERT 胜过 BERT。"),
    Pair("The agent (GPT-4) uses `run_all()` and costs $5.", "智能体（GPT-4）使用 `run_all()`，花费 5 美元。"),
]


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        ("您好", "你好"),
        ("使用GPU训练3次", "使用 GPU 训练 3 次"),
        ("训练 完成 。", "训练完成。"),
        ("好的, 开始吧!", "好的，开始吧！"),
        ("精度为 99%的模型", "精度为 99% 的模型"),
        ("（ GAN ） 模型", "（GAN）模型"),
        ("把<t0>放进<t1>，再看 <t2> 。", "把 <t0> 放进 <t1>，再看 <t2>。"),
        ("零宽\u200b字符\ufeff", "零宽字符"),
        ("版本 1,000 与 a,b", "版本 1,000 与 a,b"),
    ],
)
def test_targets_are_written_one_way(raw, tidy):
    assert tidy_target(raw) == tidy
    assert tidy_target(tidy) == tidy


@pytest.mark.parametrize(
    ("source", "target", "stays"),
    [
        ("We train a small model.", "我们训练一个小模型。", True),
        ("Copied text", "Copied text", False),
        ("", "空的", False),
        ("中文 on both sides", "两边都是中文", False),
        ("A model", "我们在这里写了长得多的一句话，它不可能是那两个词的译文，因为它太长了。", False),
        ("word " * 80, "短", False),
        ("Run the command now", "运行 install the whole package with every flag that exists in the world", False),
        ("A <t0> that is no slot", "不是槽位的 <t0>", False),
    ],
)
def test_cleaning(source, target, stays):
    assert bool(list(clean([Pair(source, target)]))) is stays


def test_readers_agree(tmp_path):
    row = "One model.\t一个模型。\tml\tsomewhere\n"
    (tmp_path / "a.tsv").write_text(row, encoding="utf-8")
    with lzma.open(tmp_path / "b.tsv.xz", "wt", encoding="utf-8") as file:
        file.write(row)
    (tmp_path / "c.tmx").write_text(
        '<tmx version="1.4"><header/><body><tu><prop type="domain">ml</prop>'
        '<tuv xml:lang="en-US"><seg>One <ph>x</ph>model.</seg></tuv>'
        '<tuv xml:lang="zh-Hans"><seg>一个模型。</seg></tuv></tu>'
        '<tu><tuv xml:lang="en"><seg>No partner</seg></tuv></tu></body></tmx>',
        encoding="utf-8",
    )
    assert list(read_pairs(tmp_path / "a.tsv")) == list(read_pairs(tmp_path / "b.tsv.xz"))
    assert list(read_pairs(tmp_path / "c.tmx")) == [Pair("One xmodel.", "一个模型。", "ml")]
    assert read_clean([str(tmp_path / "a.tsv"), str(tmp_path / "b.tsv.xz")]) == [Pair("One model.", "一个模型。", "ml")]


@pytest.mark.parametrize(("name", "text"), [("a.tsv", "no tab here\n"), ("b.docx", ""), ("c.tmx", "<tmx>")])
def test_broken_files_are_named(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=name):
        list(read_pairs(tmp_path / name))


def test_ranks_share_the_data_without_overlap(tmp_path):
    rows = "".join(f"Sentence {number}.\t第 {number} 句。\n" for number in range(20))
    (tmp_path / "a.tsv").write_text(rows, encoding="utf-8")
    shares = [read_clean([str(tmp_path / "a.tsv")], rank, 3) for rank in range(3)]
    assert sorted(pair for share in shares for pair in share) == sorted(read_clean([str(tmp_path / "a.tsv")]))


def test_held_out_share():
    held = [is_held_out(f"text {number}", 10) for number in range(2000)]
    assert 120 < sum(held) < 280
    assert not any(is_held_out(f"text {number}", 0) for number in range(50))


def test_epochs_follow_the_weights():
    pairs = [Pair("a", "一", "twice"), Pair("b", "二", "never"), Pair("c", "三")]
    assert sorted(sample_epoch(pairs, {"twice": 2.0, "never": 0.0}, Random(1))) == [0, 0, 2]
    assert sorted(sample_epoch(pairs, {"twice": 2.0, "never": 0.0}, Random(1), [1, 2], 1.0)) == [0, 0, 1, 2, 2]


def test_blanks_stand_alike_on_both_sides():
    blanks = read_blanks()
    for english, chinese in read_columns("turns.tsv"):
        assert Counter(BLANK_MARK.findall(english)) == Counter(BLANK_MARK.findall(chinese)), english
        assert {mark[1] for mark in BLANK_MARK.findall(english)} <= blanks.keys()
        assert "{" not in BLANK_MARK.sub("", english + chinese)


def test_every_sentence_written_for_training_is_usable():
    rows, pairs = read_columns("turns.tsv"), turn_pairs(Random(1))
    fixed = [pair.source for pair in pairs if pair.domain == FIXED]
    assert fixed == list(dict.fromkeys(english for english, _ in rows if "{" not in english))
    assert not any("{" in pair.source + pair.target for pair in pairs)
    assert all(pair.source[0].isupper() or not pair.source[0].isalpha() or " " in pair.source for pair in pairs)


def test_sentences_keep_their_slots_and_stand_once():
    pairs = sentence_pairs()
    for pair in pairs:
        slots = SLOT.findall(pair.source)
        assert sorted(slots) == sorted(SLOT.findall(pair.target)) == sorted(set(slots)), pair
        assert is_usable(SLOT.sub("X", pair.source), SLOT.sub("X", pair.target)), pair
    assert len({pair.source.lower() for pair in pairs}) == len(pairs)


def test_no_sentence_written_for_training_shares_seven_words_with_a_test_text(shared):
    tested = [pair.source for file in sorted(shared.glob("corpus/dev/*.tsv")) for pair in read_pairs(file)]
    tested += [
        line for file in sorted(shared.glob("newsletters/*.en.md")) for line in file.read_text("utf-8").split("\n")
    ]
    known = {run for text in tested for run in runs_of_words(text, 7)}
    written = [pair.source for pair in sentence_pairs()] + [english for english, _ in read_columns("turns.tsv")]
    assert [text for text in written if known & runs_of_words(text, 7)] == []


def runs_of_words(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_a_second_blank_of_a_kind_is_filled_otherwise():
    blanks = {"T": [("dogs", "狗"), ("cats", "猫")]}
    pairs = set(fillings("{T} and {T2}", "{T}和{T2}", blanks, Random(1)))
    assert pairs == {Pair("Dogs and cats", "狗和猫", FILLED), Pair("Cats and dogs", "猫和狗", FILLED)}


def test_pairs_with_seldom_words_are_found():
    sources = (
        ["A seldom otter swims."] * 2 + ["One otter and Berlin."] + ["The model learns."] * 160 + ["In Berlin."] * 5
    )
    assert rare_pairs([Pair(source, "") for source in sources]) == [0, 1, 2]


def test_a_seldom_word_names_a_few_pairs_only():
    assert rare_pairs([Pair("Otters swim.", "")] * 20) == list(range(8))


@pytest.mark.parametrize(
    ("text", "part", "found"),
    [
        ("GAN and GANs", "GAN", 1),
        ("use GAN-based GAN", "GAN", 2),
        ("a.GAN /GAN @GAN", "GAN", 0),
        ("in 2018, 12018 and 2018.", "2018", 2),
    ],
)
def test_whole_words_only(text, part, found):
    assert len(places(text, part)) == found


@pytest.mark.parametrize(
    ("pair", "shared"),
    [
        (PAIRS[0], {"Ada Lovelace", "1843"}),
        (PAIRS[1], {"PyTorch 2.1", "JAX"}),
        (PAIRS[2], {"https://example.org/a?b=1"}),
        (PAIRS[4], set()),
        (PAIRS[5], {"GPT-4", "`run_all()`"}),
    ],
)
def test_shared_strings(pair, shared):
    assert set(shared_strings(pair.source, pair.target)) == shared


def test_a_repeated_name_is_one_slot():
    assert shared_strings(PAIRS[4].source, PAIRS[4].target, most=3) == ["BERT"]
    changed = put_slots(PAIRS[4], [Swap("BERT", "BERT")], 0)
    assert changed == Pair("<t0> beats <t0> when <t0> is larger.", "<t0> 变大后，<t0> 胜过 <t0>。")


def test_terms_and_titles_become_slots():
    assert term_swaps(PAIRS[1].source, PAIRS[1].target, TERMS) == [Swap("neural network", "神经网络")]
    assert quote_swap(PAIRS[3].source, PAIRS[3].target) == Swap("Small models, long days", "小模型，长日子")
    swaps = [Swap("JAX", "JAX"), Swap("neural network", "神经网络")]
    rising, falling = put_slots(PAIRS[1], swaps, 0), put_slots(PAIRS[1], swaps, 1, -1)
    assert rising == Pair("Our <t0> needs PyTorch 2.1 or <t1>.", "我们的 <t0> 需要 PyTorch 2.1 或 <t1>。")
    assert falling == Pair("Our <t1> needs PyTorch 2.1 or <t0>.", "我们的 <t1> 需要 PyTorch 2.1 或 <t0>。")


@given(st.integers(), st.lists(st.sampled_from(PAIRS), min_size=1, max_size=12))
def test_slots_stand_on_both_sides_and_keep_their_case(seed, pairs):
    busy = Rates(1.0, 0.5, 0.3, 1.0, 0.4, 0.3, 0.3, 0.4, 0.3, 0.2, 0.4, 0.3, 0.3)
    for pair in augment(pairs, busy, TERMS, Random(seed)):
        assert is_balanced(pair)
        assert "<T" not in pair.source
        assert pair.source
        assert pair.target
        assert tidy_target(pair.target) == pair.target
        assert not any(0xE000 <= ord(character) <= 0xF8FF for character in pair.source + pair.target)


@given(st.integers())
def test_nothing_changes_at_rate_zero(seed):
    calm = Rates(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert augment(PAIRS, calm, TERMS, Random(seed)) == PAIRS


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("why the small model won", "Why the Small Model Won"),
        ("use <t0> with GPUs at home", "Use <t0> with GPUs at Home"),
        ("a rate of $x_{ij}$ per step", "a Rate of $x_{ij}$ Per Step"),
    ],
)
def test_title_case(text, title):
    assert outside_slots(text, WORD, "title") == title
    assert title_word(WORD.match("of")) == "of"


def test_casing_leaves_slots_alone():
    assert recased("see <t0> at last", Rates(title_case=0, upper_case=1), Random(1)) == "SEE <t0> AT LAST"
    assert recased("See <t0>", Rates(title_case=0, upper_case=0, lower_start=1), Random(1)) == "see <t0>"


def test_final_marks_go_together():
    assert without_final_mark(Pair("It works.", "它能用。")) == Pair("It works", "它能用")
    assert without_final_mark(Pair("It works.", "它能用")) == Pair("It works.", "它能用")


def test_term_tables_hold_short_pairs_only():
    pairs = [Pair("Beam Search", "束搜索"), Pair("beam search", "集束搜索"), Pair("GPT-4 model", "GPT-4 模型")]
    assert term_table(pairs) == {"beam search": ("束搜索", "集束搜索")}
    forms = {pair.source for pair in term_pairs(pairs[:1] * 40, Random(1))}
    assert forms == {"beam search", "Beam Search", "BEAM SEARCH"}


class Letters:
    """An encoder of one number a character."""

    def encode(self, texts):
        return [[ord(character) % 50 + 3 for character in text] for text in texts]


def feed(**changes):
    values = {"pairs": PAIRS, "weights": {}, "rates": Rates(), "terms": TERMS, "tokens": 200, "eos": 0, "seed": 5}
    return Feed(**values | {"chunk": 4} | changes)


def test_batches_go_on_from_a_cursor():
    whole = batches(feed(), Letters(), Cursor())
    taken = [next(whole) for _ in range(9)]
    again = batches(feed(), Letters(), taken[4][1])
    assert [next(again) for _ in range(4)] == taken[5:]
    assert taken[-1][1].epoch > 0


@pytest.fixture(scope="module")
def pieces():
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(EMBEDDED / "source.spm"))


def test_recut_texts_are_the_same_texts_in_other_pieces(pieces):
    texts = ["Representation learning with <t0> and <t1> generalises."] * 20
    cuts = recut(pieces, texts, 7)
    assert recut(pieces, texts, 7) == cuts
    assert len(set(map(tuple, cuts))) > 5
    assert {pieces.decode(cut) for cut in cuts} == set(texts)
    slots = [pieces.piece_to_id(slot) for slot in ("<t0>", "<t1>")]
    assert all(cut.count(slot) == 1 for cut in cuts for slot in slots)


def test_a_share_of_the_sources_is_recut(pieces):
    pairs = [Pair("Representation learning generalises.", "表示学习可以泛化。")] * 400
    usual = encode_pairs(pairs, pieces, 0)[0]
    made = encode_pairs(pairs, pieces, 0, 0.5, Random(3))
    assert 100 < sum(source != usual[0] for source, _ in made) < 250
    assert {tuple(target) for _, target in made} == {tuple(usual[1])}


def test_other_ranks_see_other_batches():
    one = next(batches(feed(rank=0), Letters(), Cursor()))[0]
    two = next(batches(feed(rank=1), Letters(), Cursor()))[0]
    assert one != two


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=60), st.integers(64, 800))
def test_batches_keep_every_pair_and_the_limit(lengths, tokens):
    encoded = [([number] * one, [number] * two) for number, (one, two) in enumerate(lengths)]
    cut = cut_batches(encoded, tokens, Random(1))
    assert sorted(pair for batch in cut for pair in batch) == sorted(encoded)
    for batch in cut:
        width = max(max(map(len, pair)) for pair in batch)
        assert len(batch) * width <= tokens
        assert len(batch) <= rows_for(width, tokens) or len(batch) == 1


def test_slot_pattern_is_exact():
    assert SLOT.findall("<t0> <t10> <T1> <t9>") == ["<t0>", "<t9>"]
