"""The draft cache: what an engine answered, kept in SQLite so that nothing is decoded twice.

It holds raw engine output only, never a person's text, and may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.engine import Engine, Hypothesis, Request
from pipeline.errors import InputError

_SCHEMA = """
create table if not exists draft (
  engine text not null, wide integer not null, source text not null, hypotheses text not null,
  primary key (engine, wide, source)
) without rowid
"""
_CHUNK = 64


class Drafts:
    """Drafts on disk. A damaged file is put aside and begun anew: it can only cost time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._open()
        except (OSError, sqlite3.OperationalError) as error:
            raise InputError(f"{path}: the draft cache cannot be opened ({error})") from None

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            return self._begin_anew()

    def _begin_anew(self) -> sqlite3.Connection:
        self.path.replace(self.path.with_suffix(".damaged"))
        for companion in ("-wal", "-shm"):
            self.path.with_name(self.path.name + companion).unlink(missing_ok=True)
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30)
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.execute(_SCHEMA)
        return db

    def get(self, engine: str, request: Request) -> tuple[Hypothesis, ...] | None:
        """What `engine` answered to this request before, if it was asked."""
        question = "select hypotheses from draft where engine = ? and wide = ? and source = ?"
        with self._mending():
            row = self._db.execute(question, (engine, request.wide, request.text)).fetchone()
            return tuple(map(_hypothesis, json.loads(row[0]))) if row else None
        return None

    def put(self, engine: str, answers: Iterable[tuple[Request, tuple[Hypothesis, ...]]]) -> None:
        """Keep answers; all of them or, if the machine stops, none."""
        rows = [
            (engine, request.wide, request.text, json.dumps([_kept(h) for h in hypotheses]))
            for request, hypotheses in answers
        ]
        with self._mending(), self._db:
            self._db.executemany("insert or replace into draft values (?, ?, ?, ?)", rows)

    @contextlib.contextmanager
    def _mending(self) -> Iterator[None]:
        """Begin anew when the file turns out to be damaged; InputError when it is locked or the disk is full."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise InputError(f"{self.path}: the draft cache cannot be used ({error})") from None
        except (sqlite3.DatabaseError, ValueError):
            self.close()
            self._db = self._begin_anew()

    def close(self) -> None:
        """Give the file back."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()


class CachedEngine:
    """An engine that asks the draft cache first. The engine behind it is touched only for what is new."""

    def __init__(self, engine: Engine, drafts: Drafts) -> None:
        """Count what was asked of the model and what was answered from the cache."""
        self.engine, self.drafts = engine, drafts
        self.decoded = 0
        self.recalled = 0

    @property
    def signature(self) -> str:
        """The signature of the engine behind."""
        return self.engine.signature

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots of the engine behind."""
        return self.engine.slots

    @property
    def doubt(self) -> float:
        """The doubt of the engine behind."""
        return self.engine.doubt

    def missing(self, requests: Sequence[Request]) -> list[Request]:
        """Requests that would need the model, each once."""
        return [r for r in dict.fromkeys(requests) if self.drafts.get(self.signature, r) is None]

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Answer from the cache, decode the rest in chunks and keep each chunk at once."""
        known = {request: self.drafts.get(self.signature, request) for request in requests}
        new = sorted((r for r, answer in known.items() if answer is None), key=lambda request: len(request.text))
        for start in range(0, len(new), _CHUNK):
            chunk = new[start : start + _CHUNK]
            answers = dict(zip(chunk, map(_rounded, self.engine.translate(chunk)), strict=True))
            self.drafts.put(self.signature, answers.items())
            known.update(answers)
        self.decoded += len(new)
        self.recalled += len(known) - len(new)
        return [known[request] or () for request in requests]


def _rounded(hypotheses: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """Scores as they are kept, so that a first run and a second one see the same."""
    return tuple(replace(hypothesis, score=round(hypothesis.score, 5)) for hypothesis in hypotheses)


def _kept(hypothesis: Hypothesis) -> list[Any]:
    """Text and score, then the unseen stretches."""
    return [hypothesis.text, hypothesis.score, *hypothesis.unseen]


def _hypothesis(kept: Sequence[Any]) -> Hypothesis:
    text, score, *unseen = kept
    return Hypothesis(text, score, tuple(unseen))
