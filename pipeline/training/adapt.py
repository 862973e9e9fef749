"""Goes on from a shipped model with a person's own approved segments, without letting it forget the rest."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from pipeline.compact import write_compact
from pipeline.errors import InputError
from pipeline.files import read_text
from pipeline.training.augment import Rates, augment
from pipeline.training.batches import Encoded, cut_batches, encode_pairs
from pipeline.training.checkpoints import part_way
from pipeline.training.corpus import Pair, clean, read_clean
from pipeline.training.evaluate import (
    CompactTranslator,
    SetScore,
    Translator,
    chance,
    is_looped,
    score,
    sentences,
    timed,
)
from pipeline.training.export import read_folder, read_shape, write_folder, write_json
from pipeline.training.network import Flat, batch_loss, smoothed_loss

FEWEST = 20
SMALLEST_PART = 5
TEXT_ENDINGS = (".txt", ".md")
PROSE = re.compile(r"[A-Z][^|<>*`\[\]{}#]{20,400}[.!?]")
Watch = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The settings of an adaptation."""

    data: tuple[str, ...]
    """TSV or TMX files of approved segments."""
    model: str
    """Marian folder to go on from."""
    folder: str
    mix: tuple[str, ...] = ()
    """Mixed in one for one: TSV or TMX files of general pairs, or English text files that the model translates."""
    test: tuple[str, ...] = ()
    """Further sets to measure before and after."""
    epochs: int = 12
    patience: int = 2
    """Epochs without gain on the held-out part after which it stops."""
    rate: float = 2e-4
    pull: float = 0.02
    """How strongly each update draws the weights back to the shipped ones."""
    share: float = 0.7
    """How far the written weights lie on the way from the shipped ones to the best ones.

    Part of the way keeps what the segments teach and forgets less of the rest than all of it."""
    tokens: int = 1500
    held_out: float = 0.1
    seed: int = 1
    rates: Rates = field(default_factory=lambda: Rates(merge=0.0))


@dataclass(frozen=True, slots=True)
class Change:
    """One set measured with the model as it was and as it has become."""

    before: SetScore
    after: SetScore
    chance: float
    """How likely a difference in BLEU this large is by chance, from 0 to 1."""


def split(pairs: Sequence[Pair], share: float, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Set a random share of the pairs aside; InputError for too few to learn from."""
    if len(pairs) < FEWEST:
        raise InputError(f"{len(pairs)} usable segments: adapting needs at least {FEWEST}")
    shuffled = list(pairs)
    Random(seed).shuffle(shuffled)
    count = max(SMALLEST_PART, round(share * len(shuffled)))
    return shuffled[count:], shuffled[:count]


def adapt(settings: Adaptation, watch: Watch) -> list[Change]:
    """Adapt a model and write it, with its before-and-after table, into the settings' folder.

    `watch` gets each epoch's number and held-out loss in nats a piece. Where no epoch does better than the
    shipped weights on the held-out part, the written model has those weights.
    """
    import sentencepiece

    origin, out = Path(settings.model), Path(settings.folder)
    if not (origin / "source.spm").exists():
        raise InputError(f"{origin}: no model folder (source.spm is missing)")
    encoder = sentencepiece.SentencePieceProcessor(model_file=str(origin / "source.spm"))
    learn, held = split(read_clean(settings.data), settings.held_out, settings.seed)
    mix = general_pairs(settings.mix, origin, out)
    tuner = Tuner(settings, read_folder(origin), encoder, held)
    epochs = tuner.run(learn, mix, watch)
    write_folder(tuner.part_way(), read_shape(origin), origin / "source.spm", out)
    write_compact(out, out / "ct2")
    changes = compare(settings, compact(origin, out / "before"), compact(out, out), held)
    record = {"settings": asdict(settings), "losses": epochs, "changes": [asdict(change) for change in changes]}
    write_json(out / "record.json", record)
    (out / "ADAPTED.md").write_text(change_table(changes), encoding="utf-8")
    return changes


class Tuner:
    """The weights being adapted, those they came from, and the best so far."""

    def __init__(self, settings: Adaptation, model: Any, encoder: Any, held: Sequence[Pair]) -> None:
        import torch

        torch.manual_seed(settings.seed)
        self.settings, self.model, self.encoder = settings, model, encoder
        self.pad, self.eos = encoder.pad_id(), encoder.eos_id()
        self.flat = Flat(model)
        self.origin = self.flat.weights.detach().clone()
        self.shipped = self.copy()
        self.best = self.shipped
        self.loss = smoothed_loss()
        self.optimiser = torch.optim.AdamW(
            [self.flat.weights], lr=settings.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        self.held = cut_batches(encode_pairs(held, encoder, self.eos), settings.tokens, Random(0))

    def copy(self) -> dict[str, Any]:
        """Return the present weights by name."""
        return copy.deepcopy(self.model.state_dict())

    def part_way(self) -> dict[str, Any]:
        """Return the weights that lie the settings' share of the way from the shipped ones to the best ones."""
        return part_way(self.shipped, self.best, self.settings.share)

    def run(self, learn: Sequence[Pair], mix: Sequence[Pair], watch: Watch) -> list[float]:
        """Learn epoch by epoch until the held-out loss no longer falls; return that loss before and after each."""
        random = Random(self.settings.seed)
        losses = [self.held_loss()]
        watch(0, losses[0])
        for epoch in range(1, self.settings.epochs + 1):
            share = 1 - (epoch - 1) / self.settings.epochs
            for batch in self.epoch_batches(learn, mix, random):
                self.update(batch, self.settings.rate * share)
            losses.append(self.held_loss())
            watch(epoch, losses[-1])
            if losses[-1] <= min(losses):
                self.best = self.copy()
            if min(losses) < min(losses[-self.settings.patience :]):
                break
        return losses

    def epoch_batches(self, learn: Sequence[Pair], mix: Sequence[Pair], random: Random) -> list[list[Encoded]]:
        """Return one epoch: every approved segment as it is and once changed, and as many general pairs."""
        changed = augment(list(learn), self.settings.rates, {}, random)
        general = random.sample(mix, min(len(mix), len(learn)))
        pairs = [*learn, *changed, *general]
        return cut_batches(encode_pairs(pairs, self.encoder, self.eos), self.settings.tokens, random)

    def update(self, batch: Sequence[Encoded], rate: float) -> None:
        """Learn from one batch and draw the weights a little back to where they came from."""
        import torch

        self.model.train()
        self.optimiser.param_groups[0]["lr"] = rate
        value, _, _ = batch_loss(self.model, self.loss, batch, self.pad, 0.1)
        value.backward()  # type: ignore[no-untyped-call]
        self.model.get_input_embeddings().weight.grad[self.pad].zero_()
        torch.nn.utils.clip_grad_norm_([self.flat.weights], 1.0)
        self.optimiser.step()
        with torch.no_grad():
            self.flat.weights.lerp_(self.origin, self.settings.pull * rate / self.settings.rate)
        self.flat.gradient.zero_()

    def held_loss(self) -> float:
        """Return the mean negative log-likelihood of the held-out part, in nats a target piece."""
        import torch

        self.model.eval()
        with torch.no_grad():
            results = [batch_loss(self.model, self.loss, batch, self.pad, 0.0)[1:] for batch in self.held]
        return float(sum(float(nll) for nll, _ in results) / max(1, sum(count for _, count in results)))


def general_pairs(paths: Sequence[str], origin: Path, out: Path) -> list[Pair]:
    """Read general pairs; English text is paired with the shipped model's own translation, so that it stays put."""
    texts = [path for path in paths if Path(path).suffix in TEXT_ENDINGS]
    pairs = read_clean([path for path in paths if path not in texts])
    lines = [line for path in texts for line in read_text(Path(path)).splitlines()]
    prose = [text for line in lines for text in sentences(line) if PROSE.fullmatch(text)]
    if not prose:
        return pairs
    answers = compact(origin, out / "before").translate(prose)
    made = (Pair(text, best[0]) for text, best in zip(prose, answers, strict=True))
    return [*pairs, *clean(pair for pair in made if not is_looped(*pair[:2]))]


def compact(folder: Path, place: Path) -> CompactTranslator:
    """Return a folder's CTranslate2 form, converted into `place` if it has none."""
    if not (folder / "ct2").exists():
        write_compact(folder, place / "ct2")
        return CompactTranslator(place / "ct2", folder / "source.spm")
    return CompactTranslator(folder / "ct2", folder / "source.spm")


def compare(settings: Adaptation, old: Translator, new: Translator, held: Sequence[Pair]) -> list[Change]:
    """Measure the held-out part and the further sets with both models."""
    sets = {"held-out segments": list(held)} | {Path(path).stem: read_clean([path]) for path in settings.test}
    return [change(name, old, new, pairs) for name, pairs in sets.items()]


def change(name: str, old: Translator, new: Translator, pairs: Sequence[Pair]) -> Change:
    """Measure one set with both models."""
    (before, slow), (after, fast) = timed(old, pairs), timed(new, pairs)
    likely = chance(before, after, [pair.target for pair in pairs])
    return Change(score(name, pairs, before, slow, {}), score(name, pairs, after, fast, {}), likely)


def change_table(changes: Sequence[Change]) -> str:
    """Lay out the before-and-after table as Markdown."""
    lines = ["| set | rows | BLEU before | BLEU after | by chance | chrF before | chrF after | looped before | after |"]
    lines.append("|" + " --- |" * 9)
    for each in changes:
        one, two = each.before, each.after
        likely = f"{each.chance:.1%}"
        cells = (one.name, one.rows, one.bleu, two.bleu, likely, one.chrf, two.chrf, one.looped, two.looped)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"
