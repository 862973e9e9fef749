"""A whole training: tokeniser, ranks, averaging, export, measuring, record and card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.compact import write_compact
from pipeline.engine import Engine
from pipeline.engine_ct2 import Ct2Engine
from pipeline.errors import InputError
from pipeline.training import checkpoints
from pipeline.training.at_work import measure_work
from pipeline.training.augment import Terms, term_table
from pipeline.training.card import write_card
from pipeline.training.corpus import Pair, is_held_out, read_clean, read_pairs
from pipeline.training.evaluate import (
    CompactTranslator,
    Translator,
    count_loops,
    fragments,
    measure,
    measure_slots,
    slotted_sentences,
)
from pipeline.training.export import read_folder, read_shape, write_folder, write_json
from pipeline.training.grow import write_larger
from pipeline.training.launch import launch, read_log
from pipeline.training.loop import Report
from pipeline.training.settings import Settings
from pipeline.training.tokenizer import NAME, train_tokenizer

LARGER = "start"
GROW_ON = 64
FRAGMENTS = 2000
MOST_HELD_OUT = 1000


def train(settings: Settings, watch: Report) -> Path:
    """Train to the end of the settings' time or updates; return the finished model's folder.

    A second call with the same settings goes on where the first was cut.
    """
    folder = Path(settings.folder)
    settings = begun(settings)
    tokenizer = Path(settings.tokenizer) if settings.tokenizer else folder / NAME
    if not tokenizer.exists():
        train_tokenizer(read_clean(settings.data), settings.pieces, folder)
    launch(settings, str(tokenizer), watch)
    return finish(settings, tokenizer, folder / "model")


def begun(settings: Settings) -> Settings:
    """Take the tokeniser and the shape, made larger where that is wanted, from the model folder the run begins from."""
    if not settings.start:
        return settings
    tokenizer = Path(settings.start) / "source.spm"
    if not tokenizer.exists():
        raise InputError(f"{settings.start}: no model folder (source.spm is missing)")
    start = tokenizer.parent
    if any(settings.deepen) or settings.widen:
        start = Path(settings.folder) / LARGER
        pairs = list(islice(read_pairs(Path(settings.data[0])), GROW_ON))
        write_larger(tokenizer.parent, settings.deepen, settings.widen, pairs, start)
    return replace(settings, start=str(start), shape=read_shape(start), tokenizer=str(tokenizer))


def finish(settings: Settings, tokenizer: Path, out: Path) -> Path:
    """Average the last checkpoints, write the model folder with its CTranslate2 form, measure it, write its card."""
    folder = Path(settings.folder)
    paths = checkpoints.all_of(folder)[-settings.average :]
    weights = checkpoints.average(paths)
    if settings.start:
        weights = checkpoints.part_way(read_folder(Path(settings.start)).state_dict(), weights, settings.share)
    write_folder(weights, settings.shape, tokenizer, out)
    write_compact(out, out / "ct2")
    terms = read_clean([settings.terms]) if settings.terms else []
    record = {
        "settings": asdict(settings),
        "run": run_record(folder, len(paths)),
        "measured": measured(CompactTranslator(out / "ct2", tokenizer), dev_sets(settings), terms),
        "at_work": at_work(Ct2Engine(out, out, "zh-Hans", out.name), dev_sets(settings), terms),
    }
    write_json(out / "record.json", record)
    notes = Path(settings.notes).read_text(encoding="utf-8") if settings.notes else ""
    write_card(out / "MODEL_CARD.md", record, notes)
    return out


def run_record(folder: Path, averaged: int) -> dict[str, Any]:
    """Gather what a run did from its own files."""
    import torch

    shares = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("pairs-*.json")]
    domains = sum((Counter(share["domains"]) for share in shares), Counter[str]())
    log = read_log(folder)
    return {
        "pairs": dict(domains.most_common()),
        "rare": sum(share["rare"] for share in shares),
        "log": log[:: max(1, len(log) // 20)] + log[-1:],
        "averaged": averaged,
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
    }


def dev_sets(settings: Settings) -> dict[str, list[Pair]]:
    """Read the development sets as they stand, or the part of the data that was held out."""
    if settings.dev:
        return {Path(path).stem: list(read_pairs(Path(path))) for path in settings.dev}
    held = [pair for pair in read_clean(settings.data) if is_held_out(pair.source, settings.hold_out)]
    return {"held-out": held[:MOST_HELD_OUT]} if held else {}


def measured(translator: Translator, sets: Mapping[str, Sequence[Pair]], terms: Sequence[Pair]) -> dict[str, Any]:
    """Measure a model on every set: its texts, its sentences with slots, fragments and headings torn from it."""
    table: Terms = term_table(terms)
    return {
        "sets": [asdict(measure(name, translator, pairs, table)) for name, pairs in sets.items()],
        "slots": {name: asdict(measure_slots(translator, slotted_sentences(pairs))) for name, pairs in sets.items()},
        "fragments": {
            name: len(count_loops(translator, fragments(pairs, terms, FRAGMENTS))) for name, pairs in sets.items()
        },
        "fragments_each": FRAGMENTS,
    }


def at_work(engine: Engine, sets: Mapping[str, Sequence[Pair]], terms: Sequence[Pair]) -> dict[str, Any]:
    """Measure a model on the same texts as the tool uses it."""
    return {
        name: asdict(measure_work(engine, pairs, slotted_sentences(pairs), fragments(pairs, terms, FRAGMENTS)))
        for name, pairs in sets.items()
    }
