"""The training loop: one rank per core or one GPU, averaged gradients, checkpoints, exact resume."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.training import checkpoints
from pipeline.training.batches import Cursor, Feed, batches
from pipeline.training.network import Flat, batch_loss, smoothed_loss
from pipeline.training.settings import Settings

if TYPE_CHECKING:
    import torch

REPORT_EVERY = 50
LOOK_EVERY = 10
Report = Callable[[dict[str, float]], None]


@dataclass(frozen=True, slots=True)
class Ranks:
    """A process among those that train together."""

    rank: int = 0
    ranks: int = 1

    def total(self, values: torch.Tensor) -> torch.Tensor:
        """Add a tensor up over all ranks, in place."""
        import torch.distributed

        if self.ranks > 1:
            torch.distributed.all_reduce(values)
        return values

    def first(self, value: float) -> float:
        """Return the first rank's value on every rank."""
        import torch

        return float(self.total(torch.tensor([value if self.rank == 0 else 0.0], dtype=torch.float64)))

    def gather(self, cursor: Cursor) -> list[Cursor]:
        """Collect every rank's place in its batches."""
        import torch

        table = torch.zeros(self.ranks, 3, dtype=torch.int64)
        table[self.rank] = torch.tensor([cursor.epoch, cursor.chunk, cursor.batch])
        return [Cursor(*map(int, row)) for row in self.total(table)]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    update: int = 0
    tokens: int = 0
    """Target pieces seen by all ranks together."""
    seconds: float = 0.0
    cursors: tuple[Cursor, ...] = ()


def share_done(settings: Settings, progress: Progress) -> float:
    """Return the share of the run that is done, from 0 to 1."""
    if settings.minutes:
        return min(1.0, progress.seconds / (60 * settings.minutes))
    return min(1.0, progress.update / max(1, settings.updates))


def learning_rate(settings: Settings, update: int, done: float) -> float:
    """Return the rate of an update: a linear rise, a level stretch, then a straight fall to zero."""
    rise = min(1.0, update / max(1, settings.warmup))
    fall = min(1.0, (1 - done) / max(1e-9, 1 - settings.hold))
    return settings.rate * rise * fall


class Trainer:
    """One rank's weights, optimiser and batches."""

    def __init__(self, settings: Settings, model: Any, feed: Feed, encoder: Any, ranks: Ranks) -> None:
        import torch

        self.settings, self.model, self.feed, self.ranks = settings, model, feed, ranks
        self.encoder = encoder
        self.pad = int(model.config.pad_token_id)
        self.flat = Flat(model)
        self.optimiser = torch.optim.AdamW(
            [self.flat.weights], lr=settings.rate, betas=(0.9, 0.98), eps=1e-8, weight_decay=0.0, fused=True
        )
        self.loss = smoothed_loss()
        self.progress = Progress()
        self.folder = Path(settings.folder)

    def resume(self) -> None:
        """Take up the newest checkpoint of the run's folder, if there is one."""
        newest = checkpoints.newest(self.folder)
        if newest is not None:
            state = checkpoints.load(newest, self.flat, self.optimiser)
            cursors = tuple(Cursor(*place) for place in state["cursors"])
            self.progress = Progress(state["update"], state["tokens"], state["seconds"], cursors)

    def update(self, batch: Any, rate: float) -> tuple[float, int]:
        """Learn from one batch a rank; return this rank's summed negative log-likelihood and target pieces."""
        import torch

        # One seed an update, so that a resumed run drops out the same units.
        torch.manual_seed((self.settings.seed << 32) + self.progress.update * self.ranks.ranks + self.ranks.rank)
        self.optimiser.param_groups[0]["lr"] = rate
        value, nll, count = batch_loss(self.model, self.loss, batch, self.pad, self.settings.smoothing)
        value.backward()  # type: ignore[no-untyped-call]
        # The decoder starts from the padding's embedding, which CTranslate2 takes to be zero.
        self.model.get_input_embeddings().weight.grad[self.pad].zero_()
        self.ranks.total(self.flat.gradient).div_(self.ranks.ranks)
        torch.nn.utils.clip_grad_norm_([self.flat.weights], 1.0)
        self.optimiser.step()
        self.flat.gradient.zero_()
        return float(nll), count

    def save(self, cursor: Cursor) -> None:
        """Write a checkpoint from the first rank; all ranks must call this together."""
        cursors = self.ranks.gather(cursor)
        self.progress = replace(self.progress, cursors=tuple(cursors))
        if self.ranks.rank == 0:
            state = asdict(self.progress) | {"cursors": [(one.epoch, one.chunk, one.batch) for one in cursors]}
            checkpoints.save(self.folder, self.model, self.optimiser, state)
            checkpoints.thin(self.folder, self.settings.keep)

    def run(self, report: Report) -> Progress:
        """Train to the end of the settings' time or updates; the last state is a checkpoint too."""
        self.model.train()
        cursor = self.progress.cursors[self.ranks.rank] if self.progress.cursors else Cursor()
        began = time.monotonic() - self.progress.seconds
        last_save, tally = self.progress.seconds, Tally()
        done = share_done(self.settings, self.progress)
        feed = batches(self.feed, self.encoder, cursor)
        while done < 1:
            batch, cursor = next(feed)
            number = self.progress.update + 1
            rate = learning_rate(self.settings, number, done)
            nll, count = self.update(batch, rate)
            tally.add(nll, count)
            self.progress = replace(self.progress, update=number)
            if number % LOOK_EVERY == 0 or not self.settings.minutes:
                seconds = self.ranks.first(time.monotonic() - began)
                self.progress = replace(self.progress, seconds=seconds)
                done = share_done(self.settings, self.progress)
            saving = done >= 1 or self.progress.seconds - last_save > 60 * self.settings.save_minutes
            if saving or number % REPORT_EVERY == 0:
                self.report(tally, rate, report)
            if saving:
                self.save(cursor)
                last_save = self.progress.seconds
        return self.progress

    def report(self, tally: Tally, rate: float, report: Report) -> None:
        """Add up what all ranks learnt since the last report and hand it on from the first rank."""
        import torch

        sums = self.ranks.total(torch.tensor([tally.nll, tally.count], dtype=torch.float64))
        self.progress = replace(self.progress, tokens=self.progress.tokens + int(sums[1]))
        if self.ranks.rank == 0:
            loss = float(sums[0] / sums[1])
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} after {self.progress.update} updates")
            speed = float(sums[1]) / max(1e-9, time.monotonic() - tally.began)
            line = {"update": self.progress.update, "loss": loss, "rate": rate, "tokens_per_second": speed}
            report(line | {"tokens": self.progress.tokens, "seconds": self.progress.seconds})
        tally.clear()


class Tally:
    """Sums since the last report."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.nll, self.count, self.began = 0.0, 0, time.monotonic()

    def add(self, nll: float, count: int) -> None:
        """Count one batch."""
        self.nll += nll
        self.count += count


def log_to(path: Path) -> Report:
    """Return a reporter that appends one JSON line a report to a file."""

    def write(line: dict[str, float]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: round(value, 6) for name, value in line.items()}) + "\n")

    return write
