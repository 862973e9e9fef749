"""Starts a run's ranks: one single-threaded process per core, or one process for a GPU."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from multiprocessing import parent_process
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

from pipeline.training.augment import term_pairs, term_table
from pipeline.training.batches import Feed
from pipeline.training.corpus import is_held_out, read_clean
from pipeline.training.export import read_folder
from pipeline.training.loop import Progress, Ranks, Report, Trainer, log_to
from pipeline.training.network import build
from pipeline.training.rare import rare_pairs
from pipeline.training.settings import Settings
from pipeline.training.turns import FILLED, written_pairs

LOG = "log.jsonl"
SHORT = 40
FULL_CORPUS = 1_000_000
"""Pairs beside which all sentences written for training are learnt; fewer pairs get as many fewer of them."""
# Without these, glibc gives every large tensor back to the system at once: a third of the time goes into page faults.
ALLOCATOR = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {"hugetlb": 1, "mmap_threshold": 1 << 30, "trim_threshold": 1 << 33, "top_pad": 1 << 28}.items()
)


def make_feed(settings: Settings, encoder: Any, ranks: Ranks) -> Feed:
    """Read this rank's share of the data and the whole term table, and add sentences written for training.

    Notes the share's size in the run's folder.
    """
    terms = read_clean([settings.terms]) if settings.terms else []
    read = read_clean(settings.data, ranks.rank, ranks.ranks)
    pairs = [pair for pair in read if not is_held_out(pair.source, settings.hold_out)]
    table = term_table([*terms, *(pair for pair in pairs if len(pair.source) < SHORT)])
    random = Random(f"{settings.seed}/terms/{ranks.rank}")
    pairs += term_pairs(terms[ranks.rank :: ranks.ranks], random)
    if settings.weights.get(FILLED):
        # Drawn alike on every rank, so that no sentence falls to two of them.
        share = written_pairs(Random(f"{settings.seed}/turns"))[ranks.rank :: ranks.ranks]
        pairs += random.sample(share, round(len(share) * min(1.0, len(read) * ranks.ranks / FULL_CORPUS)))
    rare = rare_pairs(pairs)
    counts = {"domains": Counter(pair.domain for pair in pairs), "rare": len(rare)}
    record = Path(settings.folder, f"pairs-{ranks.rank}.json")
    record.write_text(json.dumps(counts, ensure_ascii=False), encoding="utf-8")
    return Feed(
        pairs=pairs,
        weights=settings.weights,
        rates=settings.rates,
        terms=table,
        tokens=settings.tokens,
        eos=encoder.eos_id(),
        seed=settings.seed,
        rank=ranks.rank,
        rare=rare,
        rare_more=settings.rare_more,
    )


def train_rank(settings: Settings, tokenizer: str, ranks: Ranks, report: Report) -> Progress:
    """Train as one rank from the newest checkpoint, the starting weights, or new ones."""
    import sentencepiece
    import torch

    torch.manual_seed(settings.seed)
    encoder = sentencepiece.SentencePieceProcessor(model_file=tokenizer)
    model: Any = build(settings.shape, encoder.get_piece_size(), encoder.pad_id(), encoder.eos_id(), settings.dropout)
    if settings.start:
        model.load_state_dict(read_folder(Path(settings.start)).state_dict())
    if torch.cuda.is_available():
        model.to("cuda")
    trainer = Trainer(settings, model, make_feed(settings, encoder, ranks), encoder, ranks)
    trainer.resume()
    return trainer.run(report)


def rank_process(rank: int, settings: Settings, tokenizer: str, meeting: str) -> None:
    """Run one of several ranks in its own process."""
    import torch
    import torch.distributed

    Thread(target=end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=settings.ranks
    )  # fmt: skip
    train_rank(settings, tokenizer, Ranks(rank, settings.ranks), log_to(Path(settings.folder) / LOG))
    torch.distributed.destroy_process_group()


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, killed or not."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def launch(settings: Settings, tokenizer: str, watch: Report) -> None:
    """Run all ranks of a training to its end and hand every line of its log to `watch`.

    The log and the checkpoints lie in the run's folder; a run that was cut goes on from the newest one.
    """
    from torch.multiprocessing.spawn import spawn

    log = Path(settings.folder) / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()
    with tempfile.TemporaryDirectory() as place, log.open(encoding="utf-8") as lines:
        lines.seek(0, os.SEEK_END)
        if settings.ranks == 1:
            train_rank(settings, tokenizer, Ranks(), both(log_to(log), watch))
        else:
            os.environ |= {"OMP_NUM_THREADS": "1", "GLIBC_TUNABLES": ALLOCATOR}
            arguments = (settings, tokenizer, str(Path(place) / "meeting"))
            running = spawn(  # type: ignore[no-untyped-call]
                rank_process, arguments, nprocs=settings.ranks, join=False
            )
            while not running.join(timeout=1):
                tell(lines, watch)
            tell(lines, watch)


def both(first: Report, second: Report) -> Report:
    """Return a reporter that hands a line to two others."""

    def report(line: dict[str, float]) -> None:
        first(line)
        second(line)

    return report


def tell(lines: Any, watch: Report) -> None:
    """Hand the log's new lines on."""
    for line in lines:
        if line.endswith("\n"):
            watch(json.loads(line))


def read_log(folder: Path) -> list[dict[str, float]]:
    """Read a run's whole log."""
    lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
