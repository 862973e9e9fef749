"""A whole training in miniature: resume, export, card, adaptation."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from fake_engine import FakeEngine, blind_to
from sentencepiece import SentencePieceProcessor

from pipeline.engine import DOUBT, DOUBT_KEY, Hypothesis, Request
from pipeline.engine_ct2 import EMBEDDED
from pipeline.errors import InputError
from pipeline.omissions import FLOOR, FLOOR_KEY
from pipeline.training import commands
from pipeline.training.adapt import Adaptation, Tuner, adapt, change_table, general_pairs, split
from pipeline.training.at_work import measure_work
from pipeline.training.augment import Rates
from pipeline.training.card import write_card
from pipeline.training.checkpoints import all_of, average
from pipeline.training.corpus import Pair, read_pairs
from pipeline.training.evaluate import (
    CompactTranslator,
    count_loops,
    fragments,
    is_looped,
    kept_slots,
    measure,
    measure_slots,
    sentences,
    slotted,
)
from pipeline.training.export import read_folder, read_shape
from pipeline.training.grow import deepened, encoded, levels, widened
from pipeline.training.launch import make_feed
from pipeline.training.loop import Progress, Ranks, Trainer, learning_rate, share_done
from pipeline.training.network import build
from pipeline.training.settings import Settings, Shape
from pipeline.training.train import train
from pipeline.training.turns import FILLED, FIXED, turn_pairs

CALM = Rates(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ROWS = [
    ("The cat sleeps.", "猫在睡觉。"),
    ("A dog barks.", "一只狗在叫。"),
    ("We like tea.", "我们喜欢茶。"),
    ("See <b> now.", "现在看 <b>。"),
    ("It rains today.", "今天下雨。"),
    ("She reads books.", "她读书。"),
]


def settings(folder: Path, **changes) -> Settings:
    """A run that learns six sentences by heart in a few seconds."""
    data = folder / "data.tsv"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_text("".join(f"{source}\t{target}\n" for source, target in ROWS), encoding="utf-8")
    base = Settings(
        data=(str(data),),
        folder=str(folder / "run"),
        dev=(str(data),),
        pieces=400,
        shape=Shape(1, 1, 32, 64, 2),
        updates=120,
        tokens=400,
        rate=1e-2,
        warmup=20,
        save_minutes=60,
        rates=CALM,
        weights={},
    )
    return replace(base, **changes)


@pytest.fixture(scope="module", autouse=True)
def few_fragments():
    """A miniature is asked for twenty fragments, not for two thousand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.training.train.FRAGMENTS", 20)
        yield


def quiet(_: dict[str, float]) -> None:
    """Report to nobody."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    lines = []
    out = train(settings(folder), lines.append)
    return out, lines


def greedy(out: Path, text: str) -> str:
    """What the Hugging Face folder says, greedily."""
    from transformers import MarianMTModel, MarianTokenizer

    model, tokenizer = MarianMTModel.from_pretrained(out).float(), MarianTokenizer.from_pretrained(out)
    ids = model.generate(**tokenizer([text], return_tensors="pt"), num_beams=1, max_length=40)
    return tokenizer.decode(ids[0], skip_special_tokens=True)


def test_a_trained_folder_translates_in_both_runtimes(trained):
    out, _ = trained
    compact = CompactTranslator(out / "ct2", out / "source.spm")
    for source, target in ROWS:
        assert compact.translate([source]) == [[target]]
    assert greedy(out, ROWS[0][0]) == ROWS[0][1]
    assert greedy(out, ROWS[4][0]) == ROWS[4][1]


def test_progress_and_record_are_the_runs_own(trained):
    out, lines = trained
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    assert lines[-1]["update"] == 120
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert record["run"]["log"][-1]["tokens"] == lines[-1]["tokens"] > 0
    assert record["run"]["pairs"] == {"": len(ROWS)}


def test_the_card_holds_the_measured_figures(trained, tmp_path):
    out, _ = trained
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    measured = record["measured"]["sets"][0]
    assert measured["bleu"] > 90
    assert f"| {measured['name']} | {measured['rows']} | {measured['bleu']} | {measured['chrf']} |" in card
    assert measured["bleu_signature"] in card
    assert "tok:zh" in measured["bleu_signature"]
    changed = json.loads(json.dumps(record).replace(str(measured["bleu"]), "12.34"))
    write_card(tmp_path / "card.md", changed, "## Licences\n\nOur own words.")
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "12.34" in text
    assert text.endswith("Our own words.\n")


def test_the_compact_form_gives_the_mean_attention_of_all_heads(trained):
    import ctranslate2
    import torch
    from transformers import MarianMTModel

    out, _ = trained
    vocabulary = json.loads((out / "vocab.json").read_text(encoding="utf-8"))
    source = [*SentencePieceProcessor(model_file=str(out / "source.spm")).encode(ROWS[0][0], out_type=str), "</s>"]
    compact = ctranslate2.Translator(str(out / "ct2"), compute_type="float32")
    (answer,) = compact.translate_batch([source], beam_size=1, return_attention=True)
    model = MarianMTModel.from_pretrained(out, attn_implementation="eager", dtype=torch.float32)
    written = [model.config.decoder_start_token_id, *(vocabulary[piece] for piece in answer.hypotheses[0])]
    seen = model(
        input_ids=torch.tensor([[vocabulary[piece] for piece in source]]),
        decoder_input_ids=torch.tensor([written]),
        output_attentions=True,
    ).cross_attentions[-1][0]
    wanted = seen.mean(0)[: len(answer.attention[0])]
    torch.testing.assert_close(torch.tensor(answer.attention[0]), wanted, atol=0.02, rtol=0)
    configuration = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert (configuration[FLOOR_KEY], configuration[DOUBT_KEY]) == (FLOOR, DOUBT)


def test_the_model_is_measured_as_the_tool_uses_it(trained):
    out, _ = trained
    worked = json.loads((out / "record.json").read_text(encoding="utf-8"))["at_work"]
    (one,) = worked.values()
    assert one["bleu"] > 80
    assert one["sentences"] == sum(one["rungs"].values())
    assert "### As the tool translates" in (out / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_slots_words_and_loops_are_counted():
    stuck, lost = "We read it. We stop.", "The authors compare two methods here, and the results are shown below."

    def rule(request: Request) -> list[Hypothesis]:
        if request.text == "stuck":
            return [Hypothesis("卡" * 90, -0.1)]
        return list(blind_to("methods")(request))

    pairs = [Pair(stuck, "我们读它。我们停。"), Pair(lost, "作者比较两种方法。")]
    scored = measure_work(FakeEngine(rule=rule), pairs, ["See <t1> and <t0>."], ["stuck", "free"])
    assert (scored.sentences, scored.left_out, scored.rungs) == (3, 0, {"plain": 2, "clauses": 1})
    assert (scored.slotted, scored.slots_kept) == (1, 1)
    assert (scored.fragments, scored.looped) == (2, 0)


def test_special_pieces_stand_where_the_converter_looks(trained):
    out, _ = trained
    vocabulary = json.loads((out / "vocab.json").read_text(encoding="utf-8"))
    assert vocabulary["<pad>"] == len(vocabulary) - 1
    assert [vocabulary[piece] for piece in ("</s>", "<unk>", "<t0>", "<t9>")] == [0, 1, 2, 11]
    model = read_folder(out)
    assert float(model.get_input_embeddings().weight[2].detach().abs().sum()) == 0.0


def weights_of(folder: Path) -> dict:
    """The weights of a run's last checkpoint."""
    from safetensors.torch import load_file

    return load_file(all_of(folder)[-1] / "model.safetensors")


@pytest.fixture
def one_thread():
    """Sums of several threads may come in any order; ranks have one thread each."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_a_cut_run_ends_with_the_same_weights(tmp_path):
    busy = settings(tmp_path, updates=24, save_minutes=0, keep=99, dropout=0.1, rates=Rates(recut=0.5))
    train(busy, quiet)
    again = replace(busy, folder=str(tmp_path / "again"), tokenizer=str(tmp_path / "run" / "tokenizer.model"))
    middle = all_of(tmp_path / "run")[9]
    shutil.copytree(middle, tmp_path / "again" / middle.name)
    train(again, quiet)
    one, two = weights_of(tmp_path / "run"), weights_of(tmp_path / "again")
    assert all_of(tmp_path / "again")[0].name == middle.name
    assert one.keys() == two.keys()
    assert all(one[name].equal(two[name]) for name in one)


RANK_AND_PARENT = """
import time
from multiprocessing import get_context
from threading import Thread
from pipeline.training.launch import end_with_parent

def rank():
    Thread(target=end_with_parent, daemon=True).start()
    print("up", flush=True)
    time.sleep(300)

if __name__ == "__main__":
    get_context("spawn").Process(target=rank).start()
    time.sleep(300)
"""


def test_ranks_end_when_their_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(RANK_AND_PARENT, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as parent:
        assert parent.stdout.readline() == "up\n"
        parent.kill()
        parent.communicate(timeout=60)  # Comes back only when the rank has closed its end too.


def test_few_pairs_are_not_swamped_by_the_sentences_written_for_training(tmp_path):
    plan = settings(tmp_path, weights={FILLED: 1.0})
    Path(plan.folder).mkdir()
    encoder = SentencePieceProcessor(model_file=str(EMBEDDED / "source.spm"))
    # Six in a million of all the sentences: one, where there are more than 83,000.
    assert len(make_feed(plan, encoder, Ranks()).pairs) - len(ROWS) in (0, 1)


def test_every_sentence_written_for_training_falls_to_one_rank(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.training.launch.FULL_CORPUS", 1)
    plan = settings(tmp_path, weights={FILLED: 1.0})
    Path(plan.folder).mkdir()
    encoder = SentencePieceProcessor(model_file=str(EMBEDDED / "source.spm"))
    shares = [make_feed(plan, encoder, Ranks(rank, 2)).pairs for rank in (0, 1)]
    fixed = Counter(pair for share in shares for pair in share if pair.domain == FIXED)
    assert fixed == Counter(pair for pair in turn_pairs(Random(1)) if pair.domain == FIXED)


def test_two_ranks_learn_together(tmp_path):
    lines = []
    out = train(settings(tmp_path, updates=30, ranks=2), lines.append)
    assert lines[-1]["update"] == 30
    assert (out / "model.safetensors").exists()


def test_a_run_may_begin_from_a_finished_model(trained, tmp_path):
    out, lines = trained
    later = []
    train(settings(tmp_path, start=str(out), shape=Shape(), updates=2, rate=1e-6), later.append)
    assert later[0]["loss"] < lines[-1]["loss"] + 0.05
    assert CompactTranslator(tmp_path / "run/model/ct2", out / "source.spm").translate([ROWS[0][0]]) == [[ROWS[0][1]]]


def test_a_run_may_make_the_model_it_begins_from_deeper(trained, tmp_path):
    out, lines = trained
    later = []
    train(settings(tmp_path, start=str(out), deepen=(2, 1), updates=40, rate=1e-3), later.append)
    grown = read_folder(tmp_path / "run/model")
    assert (len(grown.model.encoder.layers), len(grown.model.decoder.layers)) == (3, 2)
    assert later[-1]["loss"] < lines[-1]["loss"] + 0.05


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_new_layers_stand_evenly_between_the_old_ones(trained, side):
    weights = read_folder(trained[0]).state_dict()
    deep = deepened(weights, side, [(0.0, 1.0)], 2)
    deeper = deepened(deep, side, [(0.0, 1.0)] * 3, 1)
    speaking = [bool(deep[f"model.{side}.layers.{number}.fc2.weight"].any()) for number in range(3)]
    assert speaking == [True, False, False]
    assert sum(name.endswith("fc2.weight") for name in deeper if side in name) == 4
    assert deepened(weights, side, [(0.0, 1.0)], 0).keys() == weights.keys()


@pytest.mark.parametrize(("side", "encoder_layers", "decoder_layers"), [("encoder", 2, 1), ("decoder", 1, 2)])
def test_a_new_layer_hands_on_what_it_gets(trained, side, encoder_layers, decoder_layers):
    import torch

    model = read_folder(trained[0]).eval()
    rows = encoded(trained[0], [Pair(*row) for row in ROWS])
    shape = Shape(encoder_layers, decoder_layers, 32, 64, 2)
    deep = build(shape, model.config.vocab_size, model.config.pad_token_id, 0, 0.0).eval()
    deep.load_state_dict(deepened(model.state_dict(), side, levels(model, rows)[side], 1))
    with torch.no_grad():
        for source, target in rows:
            ids = {"input_ids": torch.tensor([source]), "decoder_input_ids": torch.tensor([target])}
            old, new = (network.model(**ids) for network in (model, deep))
            state = "encoder_last_hidden_state" if side == "encoder" else "last_hidden_state"
            assert (old[state] - new[state]).abs().mean() < 0.2 * old[state].abs().mean()


def test_new_units_add_nothing_yet(trained):
    import torch

    model = read_folder(trained[0]).eval()
    wide = build(Shape(1, 1, 32, 80, 2), model.config.vocab_size, model.config.pad_token_id, 0, 0.0).eval()
    wide.load_state_dict(widened(model.state_dict(), 16))
    with torch.no_grad():
        for row, _ in encoded(trained[0], [Pair(*row) for row in ROWS]):
            ids = torch.tensor([row])
            old, new = (network(input_ids=ids, decoder_input_ids=ids).logits for network in (model, wide))
            assert torch.allclose(old, new, atol=1e-5)
    assert widened(model.state_dict(), 0).keys() == model.state_dict().keys()


def test_a_run_may_make_the_model_it_begins_from_wider(trained, tmp_path):
    out, lines = trained
    later = []
    train(settings(tmp_path, start=str(out), widen=16, updates=2, rate=1e-6), later.append)
    assert read_shape(tmp_path / "run/model").inner == 80
    assert later[0]["loss"] < lines[-1]["loss"] + 0.05


def test_a_run_cannot_begin_from_a_folder_without_a_tokeniser(tmp_path):
    with pytest.raises(InputError, match=r"source\.spm is missing"):
        train(settings(tmp_path, start=str(tmp_path)), quiet)


def test_averages_are_means(tmp_path):
    from safetensors.torch import save_file
    from torch import tensor

    for number in (1.0, 3.0):
        (tmp_path / f"{number}").mkdir()
        save_file({"a": tensor([number])}, tmp_path / f"{number}" / "model.safetensors")
    assert average([tmp_path / "1.0", tmp_path / "3.0"])["a"].tolist() == [2.0]


@pytest.mark.parametrize(
    ("update", "done", "share"), [(5, 0.0, 0.5), (10, 0.0, 1.0), (50, 0.2, 1.0), (90, 0.6, 0.5), (100, 1.0, 0.0)]
)
def test_rate_rises_stays_and_falls_to_zero(update, done, share):
    plan = Settings(data=(), folder="", warmup=10, hold=0.2, rate=1.0)
    assert learning_rate(plan, update, done) == pytest.approx(share)


def test_share_done_by_time_or_updates():
    assert share_done(Settings(data=(), folder="", minutes=2), Progress(seconds=30)) == 0.25
    assert share_done(Settings(data=(), folder="", updates=8), Progress(update=16)) == 1.0


def test_padding_never_learns(tmp_path, monkeypatch):
    seen = []
    save = Trainer.save

    def spy(trainer, cursor):
        seen.append(float(trainer.model.get_input_embeddings().weight[trainer.pad].detach().abs().sum()))
        save(trainer, cursor)

    monkeypatch.setattr(Trainer, "save", spy)
    train(settings(tmp_path, updates=5), quiet)
    assert seen == [0.0]


def test_adapting_learns_without_losing(trained, tmp_path):
    out, _ = trained
    memory = tmp_path / "memory.tsv"
    rows = [(f"The {word} sleeps.", f"{chinese}睡着了。") for word, chinese in [("cat", "猫"), ("dog", "狗")]] * 12
    rows = [(f"{source[:-1]}, {number}.", f"{target[:-1]}，{number}。") for number, (source, target) in enumerate(rows)]
    memory.write_text("".join(f"{source}\t{target}\n" for source, target in rows), encoding="utf-8")
    losses = []
    changes = adapt(
        Adaptation((str(memory),), str(out), str(tmp_path / "new"), mix=(str(out.parents[1] / "data.tsv"),),
                   test=(str(out.parents[1] / "data.tsv"),), rate=5e-3, epochs=6, tokens=300, share=1.0),
        lambda _, loss: losses.append(loss),
    )  # fmt: skip
    assert min(losses[1:]) < losses[0]
    assert changes[0].after.chrf > changes[0].before.chrf
    assert changes[1].after.rows == len(list(read_pairs(out.parents[1] / "data.tsv")))
    table = (tmp_path / "new" / "ADAPTED.md").read_text(encoding="utf-8")
    assert table == change_table(changes)
    assert str(changes[0].after.bleu) in table
    assert (tmp_path / "new" / "ct2" / "model.bin").exists()


def test_the_written_weights_lie_part_of_the_way(trained, tmp_path):
    import sentencepiece

    out, _ = trained
    encoder = sentencepiece.SentencePieceProcessor(model_file=str(out / "source.spm"))
    plan = Adaptation((), str(out), str(tmp_path), share=0.25)
    tuner = Tuner(plan, read_folder(out), encoder, [Pair("The cat sleeps.", "猫在睡觉。", "")])
    tuner.best = {name: value + 4 for name, value in tuner.shipped.items()}
    written = tuner.part_way()
    assert written.keys() == tuner.shipped.keys()
    assert all(value.allclose(tuner.shipped[name] + 1, atol=1e-4) for name, value in written.items())


def test_a_share_of_the_way_from_the_weights_it_began_from(trained, tmp_path):
    out, _ = trained
    half = train(settings(tmp_path / "half", start=str(out), updates=2, share=0.5), quiet)
    whole = train(settings(tmp_path / "whole", start=str(out), updates=2), quiet)
    old, mixed, new = (read_folder(folder).state_dict() for folder in (out, half, whole))
    name = "model.encoder.layers.0.fc1.weight"
    assert mixed[name].allclose((old[name] + new[name]) / 2, atol=1e-3)
    assert not new[name].allclose(old[name], atol=1e-3)
    assert "50% of the way" in (half / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_english_text_is_mixed_in_with_the_models_own_words(trained, tmp_path):
    out, _ = trained
    text = tmp_path / "issue.md"
    text.write_text("# Heading\n\nThe cat sleeps and the dog barks. Too short.\n| a | table. |\n", encoding="utf-8")
    pairs = general_pairs([str(text), str(out.parents[1] / "data.tsv")], out, tmp_path)
    assert [pair.source for pair in pairs][len(ROWS) :] == ["The cat sleeps and the dog barks."]


def test_adapting_keeps_shipped_weights_when_nothing_is_gained(trained, tmp_path):
    out, _ = trained
    memory = tmp_path / "memory.tsv"
    noise = "".join(
        f"It rains today, {number}.\t今天{'雪霜雾风雷电云雹'[number % 8]}{number}。\n" for number in range(30)
    )
    memory.write_text(noise, encoding="utf-8")
    adapt(Adaptation((str(memory),), str(out), str(tmp_path / "new"), rate=0.5, epochs=1), lambda *_: None)
    old, new = read_folder(out).state_dict(), read_folder(tmp_path / "new").state_dict()
    assert all(old[name].equal(new[name]) for name in old)


def test_too_little_to_adapt_on():
    with pytest.raises(InputError, match="at least"):
        split([Pair("a", "一")] * 3, 0.1, 1)


def test_the_commands_train_and_adapt(tmp_path, monkeypatch):
    data = settings(tmp_path).data[0]
    runner = CliRunner()
    neither = runner.invoke(commands.train, [data, "--out", str(tmp_path / "x")])
    assert neither.exit_code == 2
    assert "--minutes" in neither.output
    options = ["--updates", "3", "--pieces", "400", "--layers", "1", "1", "--width", "16", "--heads", "2"]
    made = runner.invoke(commands.train, [data, "--out", str(tmp_path / "x"), "--dev", data, *options])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "x" / "model" / "MODEL_CARD.md").exists()
    seen = []
    monkeypatch.setattr("pipeline.training.adapt.adapt", lambda plan, _: seen.append(plan) or [])
    done = runner.invoke(commands.adapt, [data, "--out", str(tmp_path / "y")])
    assert done.exit_code == 0, done.output
    assert Path(seen[0].model).name == "embedded"


@pytest.mark.parametrize(
    ("source", "output", "looped"),
    [
        ("A model", "模型模型模型模型模型", True),
        ("A model", "一个模型", False),
        ("Go", "好" * 40, True),
        ("ha ha ha ha ha", "哈哈哈哈", False),
        ("Ten", "啊啊啊啊啊啊", True),
    ],
)
def test_loops_are_seen(source, output, looped):
    assert is_looped(source, output) is looped


def test_paragraphs_are_split_into_sentences():
    assert sentences('It works. "Fine." Then <t0> e.g. here. <t1> ends.') == [
        "It works.", '"Fine.', "Then <t0> e.g. here.", "<t1> ends.",
    ]  # fmt: skip


class Echo:
    """Says again what it hears, with the second slot lost in all but the last hypothesis."""

    def translate(self, texts, hypotheses=1):
        return [[text.replace("<t1>", "")] * (hypotheses - 1) + [text] for text in texts]


def test_slots_are_counted():
    pairs = [Pair("Use GAN now.", "现在用 GAN。"), Pair("GAN or VAE.", "GAN 或 VAE。"), Pair("No name.", "没有名字。")]
    texts = [pair.source for pair in slotted(pairs)]
    assert len(texts) == 2
    found = measure_slots(Echo(), texts)
    assert (found.texts, found.any_of_four) == (2, 2)
    assert found.best < 2
    assert not kept_slots("<t0> <t0>", "<t0>")


def test_fragments_and_faults_are_counted():
    pairs = [Pair("The quick small model wins again.", "小模型又赢了。")]
    texts = fragments(pairs, [Pair("beam search", "束搜索")], 30)
    assert len(texts) == 30
    assert all(texts)
    score = measure("x", Echo(), pairs, {"small model": ("小模型",)})
    assert (score.terms, score.term_hits, score.rows) == (1, 0, 1)
    assert score.bleu < 5
    assert count_loops(Echo(), ["ab" * 9, "fine"]) == []
