"""The only module that reads and writes text files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from pipeline.errors import ConflictError, InputError


def cache_folder() -> Path:
    """Where files may lie that only save time: the user's cache folder."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("duizhao"))


def digest(data: bytes) -> str:
    """The sha256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """The file's content; InputError says what is in the way."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder, a file is needed") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def decode(data: bytes, name: str) -> str:
    """UTF-8 text with its byte order mark and line ends as they are; InputError names the first bad byte."""
    if b"\x00" in data[:1024]:
        raise InputError(f"{name}: looks like a binary file (a zero byte at offset {data.index(0)})")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8, byte 0x{data[error.start]:02x} at offset {error.start}") from None


def read_text(path: Path) -> str:
    """The file as UTF-8 text."""
    return decode(read_bytes(path), str(path))


def unchanged(path: Path, expected: str | None) -> bool:
    """Whether the file still has the digest it had when it was read; None stands for a file that was not there."""
    if not path.exists():
        return expected is None
    return expected is not None and digest(path.read_bytes()) == expected


def write_text(path: Path, text: str, *, expected: str | bool | None = True) -> None:
    """Replace the file in one step, so that a reader sees the old text or the new, never half of either.

    With `expected` (a digest, or None for "not there yet") ConflictError is raised, and nothing written,
    when the file is no longer what was read. Writing what is there already leaves the file alone.
    """
    data = text.encode("utf-8")
    if not isinstance(expected, bool) and not unchanged(path, expected):
        raise ConflictError(f"{path}: changed on disk while it was being worked on; nothing was written, run again")
    if path.exists() and path.read_bytes() == data:
        return
    try:
        _replace(path, data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
