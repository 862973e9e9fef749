"""The translation memory on disk: one SQLite file that knows only what the bilingual files and imported memories say.

It lies in the user's cache folder and may be deleted at any time. Each use looks which files have changed
since and reads these again. Imported memories lie in `memory/*.tmx` beside the bilingual files, as text.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from pipeline.bilingual import read_bilingual, text_digest
from pipeline.editing.po_text import read_header
from pipeline.files import cache_folder, decode, digest, read_bytes, write_text
from pipeline.interchange.tmx import Pair, read_tmx, write_tmx
from pipeline.memory import Match, Remembered, best, merge_pairs, remember, remember_pairs

_FORMAT = 1
_COLUMNS = "file, name, source, target, approved, imported, live, by, at, before, after"
_SCHEMA = f"""
create table if not exists file (file text primary key, digest text not null) without rowid;
create table if not exists unit ({_COLUMNS});
create index if not exists by_source on unit (source);
create index if not exists by_file on unit (file);
"""


class Memory:
    """The memory of one output folder, up to date as of its opening."""

    def __init__(self, folder: Path) -> None:
        """Open or create the file and read what has changed; InputError for a bilingual file that cannot be read."""
        self.folder = folder
        self._path = memory_file(folder)
        self._db = self._open()
        self._follow()

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def units(self, *, source: str | None = None, other_than: str = "") -> list[Remembered]:
        """List what is remembered, of one English text or of all, but not from the issue `other_than`."""
        condition, values = ("", ()) if source is None else ("source = ? and", (source,))
        rows = self._db.execute(
            f"select {_COLUMNS} from unit where {condition} file != ? order by rowid", (*values, f"{other_than}.po")
        )
        return [_unit(row) for row in rows]

    def approved(self, slug: str) -> Mapping[str, str]:
        """Give the approved translations of other issues by their English, the most trusted of each."""
        rows = self._db.execute(
            "select source, target from unit where approved and file != ?"
            " order by imported desc, at, file, live, rowid",
            (f"{slug}.po",),
        )
        return dict(rows.fetchall())

    def recall(self, slug: str, sources: Sequence[str]) -> tuple[Match | None, ...]:
        """Find for each unit of an issue, given in order, the best approved translation in other issues."""
        digests = ["", *map(text_digest, sources), ""]
        return tuple(
            best((unit for unit in self.units(source=source, other_than=slug) if unit.approved), before, after)
            for source, before, after in zip(sources, digests, digests[2:], strict=False)
        )

    def add(self, name: str, pairs: Iterable[Pair], locale: str) -> Path:
        """Add pairs to the imported memory `name`, which is text beside the bilingual files."""
        path = self.folder / "memory" / f"{name}.tmx"
        data = read_bytes(path) if path.exists() else None
        old = read_tmx(data, str(path)) if data is not None else ()
        written = write_tmx(merge_pairs(old, pairs), locale, {})
        write_text(path, written, expected=None if data is None else digest(data))
        self._follow()
        return path

    def rebuild(self) -> None:
        """Throw the file away and read all files again."""
        self.close()
        self._path.unlink(missing_ok=True)
        self._db = self._open()
        self._follow()

    def _open(self) -> sqlite3.Connection:
        """Open the file; a damaged one is begun anew, and where none can be written the memory is held until closed."""
        if not self.folder.is_dir():
            return _connect(":memory:")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _connect(str(self._path))
        except (OSError, sqlite3.OperationalError):
            return _connect(":memory:")
        except sqlite3.DatabaseError:
            self._path.unlink()
            return _connect(str(self._path))

    def _follow(self) -> None:
        """Read the files that are new or changed, and forget those that are gone."""
        known = dict(self._db.execute("select file, digest from file").fetchall())
        found = {}
        changed = []
        for path in (*sorted(self.folder.glob("*.po")), *sorted(self.folder.glob("memory/*.tmx"))):
            data = read_bytes(path)
            name = path.relative_to(self.folder).as_posix()
            found[name] = digest(data)
            if known.get(name) != found[name]:
                changed.append((name, _read(path, name, data)))
        gone = [(name,) for name in known.keys() - found.keys()]
        if changed or gone:
            self._replace(changed, gone, found)

    def _replace(
        self,
        changed: Sequence[tuple[str, tuple[Remembered, ...]]],
        gone: Sequence[tuple[str]],
        digests: Mapping[str, str],
    ) -> None:
        places = ", ".join("?" * len(_COLUMNS.split(", ")))
        with self._db:
            for table in ("file", "unit"):
                self._db.executemany(f"delete from {table} where file = ?", [*gone, *((n,) for n, _ in changed)])
            self._db.executemany("insert into file values (?, ?)", [(name, digests[name]) for name, _ in changed])
            rows = (astuple(unit) for _, units in changed for unit in units)
            self._db.executemany(f"insert into unit ({_COLUMNS}) values ({places})", rows)


def memory_file(folder: Path) -> Path:
    """Where the memory of an output folder lies."""
    return cache_folder() / "memory" / f"{text_digest(str(folder.resolve()))}.sqlite"


def approved(folder: Path, slug: str) -> Mapping[str, str]:
    """Give the approved translations of the other issues in an output folder, by their English."""
    with Memory(folder) as memory:
        return memory.approved(slug)


def _connect(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30)
    if db.execute("pragma user_version").fetchone()[0] not in (0, _FORMAT):
        raise sqlite3.DatabaseError("another format")
    db.executescript(_SCHEMA)
    db.execute(f"pragma user_version = {_FORMAT}")
    return db


def _read(path: Path, name: str, data: bytes) -> tuple[Remembered, ...]:
    if path.suffix == ".tmx":
        return remember_pairs(read_tmx(data, str(path)), name)
    text = decode(data, str(path))
    return remember(read_bilingual(text, str(path)), name, read_header(text, "PO-Revision-Date"))


def _unit(row: Iterable[object]) -> Remembered:
    file, name, source, target, approved_, imported, live, by, at, before, after = row
    return Remembered(
        str(file),
        str(name),
        str(source),
        str(target),
        bool(approved_),
        bool(imported),
        bool(live),
        str(by),
        float(str(at)),
        str(before),
        str(after),
    )
